//! GraphQL's own execution algorithms (`ExecuteCollectedFields`, `CollectFields`, `CompleteValue`) over anything that
//! can resolve fields. Used by the reference interpreter and by the simulated subgraphs; shares nothing with the
//! planner and the executor.

mod deferral;

pub(crate) use deferral::{Delivery, Loss};

use crate::arguments::coerce_arguments;
use apollo_compiler::{
    ExecutableDocument, Schema,
    ast::Type,
    executable::{DirectiveList, Field, Selection, SelectionSet},
};
use deferral::{Usage, UsageIndex};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

/// What resolving a field gives.
#[derive(Debug)]
pub(crate) enum Outcome<O> {
    Null,
    Leaf(Json),
    Object(O),
    List(Vec<Outcome<O>>),
    Failed(String),
    /// Answered as it is, right or wrong.
    Raw(Json),
    /// The answer has no such field.
    LeftOut,
    /// Null because the value cannot be had through the router; whether that is an error is left open.
    Unavailable,
}

pub(crate) trait Objects {
    type Object: Clone;

    /// Answer to `__typename`.
    fn type_name<'a>(&'a self, object: &'a Self::Object) -> &'a str;

    fn fits(&self, condition: &str, object: &Self::Object) -> bool;

    fn resolve(&mut self, object: &Self::Object, field: &Field, arguments: &Map<String, Json>)
    -> Outcome<Self::Object>;

    /// An answer to `__typename` that is not the truth.
    fn odd_typename(&mut self) -> Option<Json> {
        None
    }
}

#[derive(Debug, Default)]
pub(crate) struct Evaluation {
    /// Null when null propagated to the root.
    pub data: Json,
    pub errors: Vec<FieldError>,
    /// Some outcome was [`Outcome::Unavailable`].
    pub has_unavailable: bool,
    pub losses: Vec<Loss>,
}

#[derive(Debug)]
pub(crate) struct FieldError {
    pub path: Vec<Json>,
    pub text: String,
    /// Not so for what follows from [`Outcome::Unavailable`].
    pub is_certain: bool,
}

pub(crate) struct Evaluator<'a, S: Objects> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: &'a Map<String, Json>,
    objects: &'a mut S,
    path: Vec<Json>,
    errors: Vec<FieldError>,
    has_unavailable: bool,
    delivery: Delivery,
    usages: Vec<Usage>,
    losses: Vec<Loss>,
}

/// The occurrences of one field of the response, each with the deferred fragment that it is in.
type Occurrences<'a> = [(&'a Field, Option<UsageIndex>)];

/// Fields by response name.
type Grouped<'a> = IndexMap<&'a str, Vec<(&'a Field, Option<UsageIndex>)>>;

/// Why there is no value to write.
enum Absent {
    /// Null was found where none may be; the parent becomes null.
    Propagate,
    LeftOut,
}

type Completed = Result<Json, Absent>;

pub(crate) fn evaluate<S: Objects>(
    schema: &Schema,
    (document, selection_set): (&ExecutableDocument, &SelectionSet),
    variables: &Map<String, Json>,
    (objects, root, delivery): (&mut S, S::Object, Delivery),
) -> Evaluation {
    let mut evaluator = Evaluator {
        schema,
        document,
        variables,
        objects,
        path: Vec::new(),
        errors: Vec::new(),
        has_unavailable: false,
        delivery,
        usages: Vec::new(),
        losses: Vec::new(),
    };
    let data = evaluator.execute_selection_sets(&[(selection_set, None)], &root, &[]).unwrap_or_default();
    let Evaluator { errors, has_unavailable, losses, .. } = evaluator;
    Evaluation { data, errors, has_unavailable, losses }
}

impl<'a, S: Objects> Evaluator<'a, S> {
    /// `held_back`: the fragments that the object waits for.
    fn execute_selection_sets(
        &mut self,
        selection_sets: &[(&'a SelectionSet, Option<UsageIndex>)],
        object: &S::Object,
        held_back: &[UsageIndex],
    ) -> Completed {
        let mut grouped = Grouped::new();
        for selection_set in selection_sets {
            self.collect_fields(*selection_set, object, &mut grouped, &mut Vec::new());
        }
        let mut data = Map::new();
        let mut is_propagated = false;
        let losses_before = self.losses.len();
        for (response_name, fields) in grouped {
            let deferred_by = self.deferred_by(&fields);
            if self.delivery == Delivery::First && !deferred_by.is_empty() {
                continue;
            }
            self.path.push(Json::from(response_name));
            match self.execute_field(object, (&fields, &deferred_by)) {
                Ok(value) => {
                    data.insert(response_name.to_owned(), value);
                }
                Err(Absent::LeftOut) => {}
                Err(Absent::Propagate) if deferred_by != held_back => self.lose_fields(&deferred_by),
                // The other fields' errors are still wanted.
                Err(Absent::Propagate) => is_propagated = true,
            }
            self.path.pop();
        }
        if is_propagated {
            // Nothing is delivered below null.
            self.losses.truncate(losses_before);
            return Err(Absent::Propagate);
        }
        Ok(Json::Object(data))
    }

    fn collect_fields(
        &mut self,
        (selection_set, usage): (&'a SelectionSet, Option<UsageIndex>),
        object: &S::Object,
        grouped: &mut Grouped<'a>,
        visited: &mut Vec<(&'a str, Option<UsageIndex>)>,
    ) {
        for selection in &selection_set.selections {
            if !self.is_included(selection.directives()) {
                continue;
            }
            let (condition, inner) = match selection {
                Selection::Field(field) => {
                    grouped.entry(field.response_name().as_str()).or_default().push((field, usage));
                    continue;
                }
                Selection::InlineFragment(fragment) => (fragment.type_condition.as_ref(), &fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    // What is deferred may be wanted at once elsewhere.
                    let visit = (spread.fragment_name.as_str(), usage);
                    if !self.is_deferred(&spread.directives) {
                        if visited.contains(&visit) {
                            continue;
                        }
                        visited.push(visit);
                    }
                    let Some(fragment) = self.document.fragments.get(&spread.fragment_name) else { continue };
                    (Some(fragment.type_condition()), &fragment.selection_set)
                }
            };
            if condition.is_none_or(|condition| self.objects.fits(condition, object)) {
                let usage = self.usage(selection.directives(), usage);
                self.collect_fields((inner, usage), object, grouped, visited);
            }
        }
    }

    fn is_included(&self, directives: &DirectiveList) -> bool {
        self.truth(directives, "skip") != Some(true) && self.truth(directives, "include") != Some(false)
    }

    /// Of a directive's `if`.
    fn truth(&self, directives: &DirectiveList, name: &str) -> Option<bool> {
        let value = directives.get(name)?.specified_argument_by_name("if")?;
        match value.as_variable() {
            Some(variable) => self.variables.get(variable.as_str())?.as_bool(),
            None => value.to_bool(),
        }
    }

    fn execute_field(&mut self, object: &S::Object, place: (&Occurrences<'a>, &[UsageIndex])) -> Completed {
        let (field, _) = place.0[0];
        if field.name == "__typename" {
            let odd = self.objects.odd_typename();
            return Ok(odd.unwrap_or_else(|| Json::from(self.objects.type_name(object))));
        }
        // Of the object's own type, which may be narrower than that of the interface selected on.
        let concrete = self.schema.type_field(self.objects.type_name(object), &field.name);
        let definition = concrete.unwrap_or(&field.definition).clone();
        let arguments = coerce_arguments(self.schema, &definition.arguments, &field.arguments, self.variables);
        let outcome = self.objects.resolve(object, field, &arguments);
        self.complete_value(&definition.ty, place, outcome)
    }

    fn complete_value(
        &mut self,
        ty: &Type,
        place: (&Occurrences<'a>, &[UsageIndex]),
        outcome: Outcome<S::Object>,
    ) -> Completed {
        let (is_certain, text) = match &outcome {
            Outcome::Failed(text) => (true, text.clone()),
            Outcome::Unavailable => {
                self.has_unavailable = true;
                (false, "unavailable".to_owned())
            }
            _ => (true, "null in a non-null field".to_owned()),
        };
        let completed = match outcome {
            Outcome::Failed(_) => {
                self.errors.push(FieldError { path: self.path.clone(), text: text.clone(), is_certain });
                Json::Null
            }
            Outcome::Raw(value) => return Ok(value),
            Outcome::LeftOut => return Err(Absent::LeftOut),
            Outcome::Null | Outcome::Unavailable => Json::Null,
            Outcome::Leaf(value) => value,
            Outcome::Object(object) => self.complete_object(place, &object),
            Outcome::List(items) => self.complete_list(ty, place, items),
        };
        if !completed.is_null() || !ty.is_non_null() {
            return Ok(completed);
        }
        let is_explained = self.errors.iter().any(|error| error.path.starts_with(&self.path));
        if !is_explained {
            self.errors.push(FieldError { path: self.path.clone(), text, is_certain });
        }
        Err(Absent::Propagate)
    }

    fn complete_object(&mut self, (fields, held_back): (&Occurrences<'a>, &[UsageIndex]), object: &S::Object) -> Json {
        let selection_sets: Vec<(&'a SelectionSet, Option<UsageIndex>)> =
            fields.iter().filter_map(|(field, usage)| Some((field.selection_set.as_ref()?, *usage))).collect();
        self.execute_selection_sets(&selection_sets, object, held_back).unwrap_or_default()
    }

    fn complete_list(
        &mut self,
        ty: &Type,
        place: (&Occurrences<'a>, &[UsageIndex]),
        items: Vec<Outcome<S::Object>>,
    ) -> Json {
        let (Type::List(inner) | Type::NonNullList(inner)) = ty else { return Json::Null };
        let initial_count = self.initial_count(place.0[0].0);
        let mut completed = Vec::new();
        let mut is_propagated = false;
        let losses_before = self.losses.len();
        for (index, item) in items.into_iter().enumerate() {
            let is_late = initial_count.is_some_and(|count| index >= count);
            if is_late && self.delivery == Delivery::First {
                break;
            }
            self.path.push(Json::from(index));
            let item = self.complete_value(inner, place, item);
            self.path.pop();
            match item {
                Ok(value) => completed.push(value),
                Err(_) if is_late => {
                    self.losses.push(Loss { paths: vec![self.path.clone()], is_list: true });
                    break;
                }
                Err(_) => is_propagated = true,
            }
        }
        if is_propagated {
            self.losses.truncate(losses_before);
            return Json::Null;
        }
        Json::Array(completed)
    }
}
