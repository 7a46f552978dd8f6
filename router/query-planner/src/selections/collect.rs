//! From the client's document to selections. GraphQL specification, "CollectFields" and "CollectSubfields", done once
//! for every concrete type instead of once for every object.

use super::{
    Group, Item, Selection, SelectionId, Selections, StreamId, UsageId, UsageSetId, WantedField,
    deferral::{StreamUsage, Usage},
    doomed::Doomed,
    push_grouped,
    reached::selection_sets,
};
use crate::{
    plan::{InitialCount, Refusal},
    planner::{Conditions, PlanError, Specialisation, WorkMax},
};
use apollo_compiler::{
    ExecutableDocument, Name,
    ast::{Directive, DirectiveList, Value},
    collections::{HashMap, HashSet, IndexMap},
    executable::{self, Field, Operation, SelectionSet},
};
use hansa_federation::{Requirement, RequirementId, Supergraph, TypeId, TypeKind};

/// Collects the selections of one operation.
#[derive(Debug)]
pub(crate) struct Collector<'a> {
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) document: &'a ExecutableDocument,
    pub(crate) conditions: &'a Conditions,
    /// What the caller does not meet.
    pub(crate) unmet: &'a [RequirementId],
    is_incremental: bool,
    pub(crate) selections: &'a mut Selections,
    known: HashMap<Place, SelectionId>,
    pub(super) doomed: Doomed,
    item_count: usize,
    visit_count: usize,
    work_max: WorkMax,
}

/// What is selected of objects: their type, the selection sets that are merged, by address, each with the deferred
/// fragment that it is in, and the fragments that the objects' field waits for.
type Place = (TypeId, Vec<(usize, Option<UsageId>)>, UsageSetId);

/// A field by response name, with all its occurrences.
type Collected<'a> = IndexMap<Name, Vec<(&'a Field, Option<UsageId>)>>;

/// The deferred fragments that begin at one place: by the address of what carries `@defer`, and the fragment around it.
type Beginnings = HashMap<(usize, Option<UsageId>), UsageId>;

/// What one concrete type's fields are collected into.
struct Collection<'a, 'b> {
    concrete: TypeId,
    /// Fragments that have been spread, each with the deferred fragment around the spread.
    visited: HashSet<(&'a Name, Option<UsageId>)>,
    fields: Collected<'a>,
    beginnings: &'b mut Beginnings,
    /// Of these, the ones that are for this type.
    fragments: Vec<UsageId>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(
        supergraph: &'a Supergraph,
        document: &'a ExecutableDocument,
        (specialisation, work_max): (Specialisation<'a>, WorkMax),
        selections: &'a mut Selections,
    ) -> Self {
        let Specialisation { conditions, unmet, is_incremental, .. } = specialisation;
        let (known, doomed) = (HashMap::default(), Doomed::default());
        Collector {
            supergraph,
            document,
            conditions,
            unmet,
            is_incremental,
            selections,
            known,
            doomed,
            item_count: 0,
            visit_count: 0,
            work_max,
        }
    }

    pub(crate) fn operation(&mut self, operation: &'a Operation, root: TypeId) -> Result<SelectionId, PlanError> {
        self.merged(root, vec![(&operation.selection_set, None)], UsageSetId::EMPTY)
    }

    /// `within`: the fragments that the field with these selection sets waits for.
    fn merged(
        &mut self,
        ty: TypeId,
        sets: Vec<(&'a SelectionSet, Option<UsageId>)>,
        within: UsageSetId,
    ) -> Result<SelectionId, PlanError> {
        let address = |set: &&'a SelectionSet| std::ptr::from_ref(*set) as usize;
        let place: Place = (ty, sets.iter().map(|(set, usage)| (address(set), *usage)).collect(), within);
        if let Some(id) = self.known.get(&place) {
            return Ok(*id);
        }
        let supergraph = self.supergraph;
        let mut groups: Vec<Group> = Vec::new();
        let mut beginnings = Beginnings::default();
        let definition = supergraph.ty(ty);
        // An interface without implementations still has objects: interface objects.
        let is_bare = definition.kind == TypeKind::Interface && definition.possible_types.is_empty();
        let concrete_types = if is_bare { std::slice::from_ref(&ty) } else { &definition.possible_types };
        for concrete in concrete_types {
            if supergraph.ty(*concrete).is_inaccessible {
                continue;
            }
            let mut collection = Collection {
                concrete: *concrete,
                visited: HashSet::default(),
                fields: Collected::default(),
                beginnings: &mut beginnings,
                fragments: Vec::new(),
            };
            for (set, usage) in &sets {
                if self.is_incremental {
                    // What one set defers may be wanted at once by another.
                    collection.visited.clear();
                }
                self.collect(set, *usage, &mut collection);
            }
            let Collection { fields, fragments, .. } = collection;
            let mut items = self.items(*concrete, fields, within)?;
            self.without_siblings_of_refused(*concrete, &mut items);
            self.note_repeated(*concrete, &mut items);
            push_grouped(&mut groups, *concrete, (items, fragments));
        }
        let id = self.selections.intern(Selection { groups }, None);
        self.note_doomed(id);
        self.known.insert(place, id);
        Ok(id)
    }

    fn items(
        &mut self,
        concrete: TypeId,
        collected: Collected<'a>,
        within: UsageSetId,
    ) -> Result<Vec<Item>, PlanError> {
        self.item_count += collected.len();
        if self.item_count > self.work_max.items || self.visit_count > self.work_max.visits {
            return Err(PlanError::TooMuchWork);
        }
        let mut items = Vec::with_capacity(collected.len());
        for (response_name, fields) in collected {
            let first = fields[0].0;
            let usages = match self.is_incremental {
                true => self.selections.deferral.filtered(fields.iter().map(|(_, usage)| *usage)),
                false => within,
            };
            let deferred = (usages != within).then_some(usages);
            let (name, response_name) = (first.name.clone(), Some(response_name));
            let mut item = WantedField { response_name, deferred, ..WantedField::internal(name) };
            item.refusal = self.refusal(concrete, &first.name);
            if item.refusal.is_none() {
                let field_type = self.supergraph.ty(concrete).field(&first.name).map(|field| field.ty);
                item.child = match field_type {
                    Some(ty) if self.supergraph.ty(ty.named).is_composite() => {
                        let sets =
                            fields.iter().filter_map(|(field, usage)| Some((field.selection_set.as_ref()?, *usage)));
                        Some(self.merged(ty.named, sets.collect(), usages)?)
                    }
                    _ => None,
                };
                item.arguments = self.selections.intern_arguments(&first.arguments);
                let is_list = field_type.is_some_and(|ty| ty.wrapping.list_depth() > 0);
                item.stream = if self.is_incremental && is_list { self.stream(first) } else { None };
            }
            items.push(Item::from(item));
        }
        Ok(items)
    }

    /// `usage`: the deferred fragment that the selection set is in.
    fn collect(&mut self, set: &'a SelectionSet, usage: Option<UsageId>, collection: &mut Collection<'a, '_>) {
        self.visit_count += set.selections.len();
        for selection in &set.selections {
            if !self.is_included(selection.directives()) {
                continue;
            }
            match selection {
                executable::Selection::Field(field) => {
                    let name = field.response_name();
                    match collection.fields.get_mut(name) {
                        Some(fields) => fields.push((field, usage)),
                        None => _ = collection.fields.insert(name.clone(), vec![(field, usage)]),
                    }
                }
                executable::Selection::InlineFragment(fragment) => {
                    let mut conditions = fragment.type_condition.iter();
                    if conditions.all(|condition| self.applies(condition, collection.concrete)) {
                        let address = std::ptr::from_ref(&**fragment) as usize;
                        let inner = self.deferred(&fragment.directives, (address, usage), collection).or(usage);
                        self.collect(&fragment.selection_set, inner, collection);
                    }
                }
                executable::Selection::FragmentSpread(spread) => {
                    let known = self.document.fragments.get_key_value(&spread.fragment_name);
                    let Some((name, fragment)) = known else { continue };
                    let is_deferred = self.is_deferred(&spread.directives);
                    // A deferred spread does not count as a visit: what it selects may be wanted at once as well.
                    let is_new = if is_deferred { true } else { collection.visited.insert((name, usage)) };
                    if is_new && self.applies(fragment.type_condition(), collection.concrete) {
                        let address = std::ptr::from_ref(&**spread) as usize;
                        let inner = self.deferred(&spread.directives, (address, usage), collection).or(usage);
                        self.collect(&fragment.selection_set, inner, collection);
                    }
                }
            }
        }
    }

    fn is_deferred(&self, directives: &DirectiveList) -> bool {
        self.is_incremental && directives.get("defer").is_some_and(|defer| self.is_true(defer).unwrap_or(true))
    }

    /// The deferred fragment that begins with an active `@defer`.
    fn deferred(
        &mut self,
        directives: &DirectiveList,
        (address, within): (usize, Option<UsageId>),
        collection: &mut Collection<'a, '_>,
    ) -> Option<UsageId> {
        if !self.is_deferred(directives) {
            return None;
        }
        let deferral = &mut self.selections.deferral;
        let usage = *collection.beginnings.entry((address, within)).or_insert_with(|| {
            let label = directives.get("defer").and_then(|defer| label(defer));
            deferral.add_usage(Usage { label, within })
        });
        if !collection.fragments.contains(&usage) {
            collection.fragments.push(usage);
        }
        Some(usage)
    }

    fn stream(&mut self, field: &Field) -> Option<StreamId> {
        let stream = field.directives.get("stream")?;
        if !self.is_true(stream).unwrap_or(true) {
            return None;
        }
        let count = stream.specified_argument_by_name("initialCount");
        let initial_count = match count.map(|value| value.as_ref()) {
            Some(Value::Variable(name)) => InitialCount::Variable(name.clone()),
            // Negative counts are refused by validation.
            Some(Value::Int(count)) => InitialCount::Constant(count.try_to_i32().unwrap_or(0).max(0) as u32),
            _ => InitialCount::Constant(0),
        };
        Some(self.selections.deferral.intern_stream(StreamUsage { label: label(stream), initial_count }))
    }

    /// Why the caller may not read the field of that concrete type. Who is not known is told that first: it may be all that
    /// is needed.
    fn refusal(&self, concrete: TypeId, name: &Name) -> Option<Refusal> {
        if self.unmet.is_empty() {
            return None;
        }
        let field = self.supergraph.ty(concrete).field(name)?;
        let mut unmet = field.requirements.iter().filter(|id| self.unmet.contains(id)).peekable();
        unmet.peek()?;
        match unmet.any(|id| *self.supergraph.requirement(*id) == Requirement::Authenticated) {
            true => Some(Refusal::Unauthenticated),
            false => Some(Refusal::Forbidden),
        }
    }

    fn applies(&self, condition: &str, concrete: TypeId) -> bool {
        let condition = self.supergraph.type_id(condition);
        condition
            .is_some_and(|id| id == concrete || self.supergraph.ty(id).possible_types.binary_search(&concrete).is_ok())
    }

    /// GraphQL specification, "@skip" and "@include".
    fn is_included(&self, directives: &DirectiveList) -> bool {
        if directives.is_empty() {
            return true;
        }
        let is_true = |name: &str| directives.get(name).and_then(|directive| self.is_true(directive));
        !is_true("skip").unwrap_or(false) && is_true("include").unwrap_or(true)
    }

    /// The truth value of a directive's `if`, where it is given.
    fn is_true(&self, directive: &Directive) -> Option<bool> {
        let value = directive.specified_argument_by_name("if")?;
        Some(match value.as_ref() {
            Value::Boolean(value) => *value,
            Value::Variable(name) => self.conditions.0.iter().any(|(known, value)| known == name && *value),
            _ => false,
        })
    }
}

fn label(directive: &Directive) -> Option<String> {
    directive.specified_argument_by_name("label").and_then(|label| label.as_str()).map(str::to_owned)
}

/// The variables that decide about directives, in the operation and the fragments it spreads.
pub(crate) fn condition_variables(document: &ExecutableDocument, operation: &Operation) -> Vec<Name> {
    let mut variables = Vec::new();
    for set in selection_sets(document, operation) {
        for directive in set.selections.iter().flat_map(|selection| selection.directives().iter()) {
            let is_condition = matches!(directive.name.as_str(), "skip" | "include" | "defer" | "stream");
            let argument = directive.specified_argument_by_name("if").filter(|_| is_condition);
            if let Some(Value::Variable(name)) = argument.map(|value| value.as_ref()) {
                variables.push(name.clone());
            }
        }
    }
    variables.sort();
    variables.dedup();
    variables
}
