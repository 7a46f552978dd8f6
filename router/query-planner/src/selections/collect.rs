//! From the client's document to selections. GraphQL specification, "CollectFields" and "CollectSubfields", done once
//! for every concrete type instead of once for every object.

use super::{ArgumentsId, Group, Item, Selection, SelectionId, Selections, push_grouped};
use crate::{
    plan::Refusal,
    planner::{Conditions, PlanError, Specialisation},
};
use apollo_compiler::{
    ExecutableDocument, Name,
    ast::{DirectiveList, Value},
    collections::{HashMap, HashSet},
    executable::{self, Field, Operation, SelectionSet},
};
use hansa_federation::{Requirement, RequirementId, Supergraph, TypeId, TypeKind};

/// A limit on collected fields; a document whose fragments multiply past it is refused.
const ITEMS_MAX: usize = 200_000;

/// Collects the selections of one operation.
#[derive(Debug)]
pub(crate) struct Collector<'a> {
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) document: &'a ExecutableDocument,
    pub(crate) conditions: &'a Conditions,
    /// What the caller does not meet.
    pub(crate) unmet: &'a [RequirementId],
    pub(crate) selections: &'a mut Selections,
    /// By type and the addresses of the selection sets that are merged.
    known: HashMap<(TypeId, Vec<usize>), SelectionId>,
    item_count: usize,
}

/// A field by response name, with all its occurrences.
type Collected<'a> = Vec<(Name, Vec<&'a Field>)>;

impl<'a> Collector<'a> {
    pub(crate) fn new(
        supergraph: &'a Supergraph,
        document: &'a ExecutableDocument,
        specialisation: Specialisation<'a>,
        selections: &'a mut Selections,
    ) -> Self {
        let Specialisation { conditions, unmet, .. } = specialisation;
        Collector { supergraph, document, conditions, unmet, selections, known: HashMap::default(), item_count: 0 }
    }

    pub(crate) fn operation(&mut self, operation: &'a Operation, root: TypeId) -> Result<SelectionId, PlanError> {
        self.merged(root, vec![&operation.selection_set])
    }

    fn merged(&mut self, ty: TypeId, sets: Vec<&'a SelectionSet>) -> Result<SelectionId, PlanError> {
        let key = (ty, sets.iter().map(|set| std::ptr::from_ref(*set) as usize).collect::<Vec<_>>());
        if let Some(id) = self.known.get(&key) {
            return Ok(*id);
        }
        let supergraph = self.supergraph;
        let mut groups: Vec<Group> = Vec::new();
        let definition = supergraph.ty(ty);
        // An interface without implementations still has objects: interface objects.
        let is_bare = definition.kind == TypeKind::Interface && definition.possible_types.is_empty();
        let concrete_types = if is_bare { std::slice::from_ref(&ty) } else { &definition.possible_types };
        for concrete in concrete_types {
            if supergraph.ty(*concrete).is_inaccessible {
                continue;
            }
            let mut collected = Collected::new();
            let mut visited = HashSet::default();
            for set in &sets {
                self.collect(*concrete, set, &mut visited, &mut collected);
            }
            let items = self.items(*concrete, collected)?;
            push_grouped(&mut groups, *concrete, items);
        }
        let id = self.selections.intern(Selection { groups }, None);
        self.known.insert(key, id);
        Ok(id)
    }

    fn items(&mut self, concrete: TypeId, collected: Collected<'a>) -> Result<Vec<Item>, PlanError> {
        self.item_count += collected.len();
        if self.item_count > ITEMS_MAX {
            return Err(PlanError::TooMuchWork);
        }
        let mut items = Vec::with_capacity(collected.len());
        for (response_name, fields) in collected {
            if let Some(refusal) = self.refusal(concrete, &fields[0].name) {
                items.push(Item {
                    name: fields[0].name.clone(),
                    arguments: ArgumentsId::NONE,
                    response_name: Some(response_name),
                    child: None,
                    refusal: Some(refusal),
                });
                continue;
            }
            let sets: Vec<&SelectionSet> = fields.iter().filter_map(|field| field.selection_set.as_ref()).collect();
            let field_type = self.supergraph.ty(concrete).field(&fields[0].name).map(|field| field.ty.named);
            let child = match field_type {
                Some(ty) if self.supergraph.ty(ty).is_composite() => Some(self.merged(ty, sets)?),
                _ => None,
            };
            let arguments = self.selections.intern_arguments(&fields[0].arguments);
            let (name, response_name) = (fields[0].name.clone(), Some(response_name));
            items.push(Item { name, arguments, response_name, child, refusal: None });
        }
        Ok(items)
    }

    fn collect(
        &self,
        concrete: TypeId,
        set: &'a SelectionSet,
        visited: &mut HashSet<&'a Name>,
        collected: &mut Collected<'a>,
    ) {
        for selection in &set.selections {
            if !self.is_included(selection.directives()) {
                continue;
            }
            match selection {
                executable::Selection::Field(field) => {
                    let name = field.response_name();
                    match collected.iter_mut().find(|(known, _)| known == name) {
                        Some((_, fields)) => fields.push(field),
                        None => collected.push((name.clone(), vec![field])),
                    }
                }
                executable::Selection::InlineFragment(fragment) => {
                    if fragment.type_condition.as_ref().is_none_or(|condition| self.applies(condition, concrete)) {
                        self.collect(concrete, &fragment.selection_set, visited, collected);
                    }
                }
                executable::Selection::FragmentSpread(spread) => {
                    let Some((name, fragment)) = self.document.fragments.get_key_value(&spread.fragment_name) else {
                        continue;
                    };
                    if visited.insert(name) && self.applies(fragment.type_condition(), concrete) {
                        self.collect(concrete, &fragment.selection_set, visited, collected);
                    }
                }
            }
        }
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
        let is_true = |name: &str| {
            let value = directives.get(name).and_then(|directive| directive.specified_argument_by_name("if"));
            value.map(|value| match value.as_ref() {
                Value::Boolean(value) => *value,
                Value::Variable(name) => self.conditions.0.iter().any(|(known, value)| known == name && *value),
                _ => false,
            })
        };
        !is_true("skip").unwrap_or(false) && is_true("include").unwrap_or(true)
    }
}

/// The variables that `@skip(if:)` and `@include(if:)` use, in the operation and the fragments it spreads.
pub(crate) fn condition_variables(document: &ExecutableDocument, operation: &Operation) -> Vec<Name> {
    let mut variables = Vec::new();
    let mut fragments = HashSet::default();
    let mut pending: Vec<&SelectionSet> = vec![&operation.selection_set];
    while let Some(set) = pending.pop() {
        for selection in &set.selections {
            for directive in selection.directives().iter() {
                let is_condition = matches!(directive.name.as_str(), "skip" | "include");
                let argument = directive.specified_argument_by_name("if").filter(|_| is_condition);
                if let Some(Value::Variable(name)) = argument.map(|value| value.as_ref()) {
                    variables.push(name.clone());
                }
            }
            match selection {
                executable::Selection::Field(field) => pending.extend(field.selection_set.as_ref()),
                executable::Selection::InlineFragment(fragment) => pending.push(&fragment.selection_set),
                executable::Selection::FragmentSpread(spread) => {
                    if fragments.insert(&spread.fragment_name) {
                        let fragment = document.fragments.get(&spread.fragment_name);
                        pending.extend(fragment.map(|fragment| &fragment.selection_set));
                    }
                }
            }
        }
    }
    variables.sort();
    variables.dedup();
    variables
}
