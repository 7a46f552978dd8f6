//! Whatever is deferred of an operation, there is a plan, and its parts hang together.

use crate::case_folders::{CaseOperation, cases, conditions, document, planner, unmet};
use apollo_compiler::{
    ExecutableDocument, Name, Node,
    ast::{Argument, Directive, OperationType, Value},
    executable::{Selection, SelectionSet},
    validation::Valid,
};
use hansa_query_planner::{
    PlanError, QueryPlanner, Specialisation,
    plan::{PartId, QueryPlan, ShapeId, ShapeValue},
};
use std::collections::BTreeMap;

/// Bits of a seed, one for each question.
struct Choices(u64);

impl Choices {
    fn next(&mut self, of: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % of
    }
}

#[test]
fn whatever_is_deferred_there_is_a_plan() {
    let mut with_parts = 0;
    for (folder, operations) in cases() {
        let planner = planner(&folder);
        for operation in operations {
            let document = document(&planner, &operation);
            if document.operations.get(None).unwrap().is_subscription() {
                // Nothing is deferred there.
                continue;
            }
            let whole = plan(&planner, &document, &operation);
            for seed in 0..6 {
                let deferred = deferring(&planner, &document, seed);
                let place = format!("{}{} seed {seed}", folder.display(), operation.stem);
                match (&whole, plan(&planner, &deferred, &operation)) {
                    (Ok(_), Ok(in_parts)) => {
                        with_parts += usize::from(in_parts.is_incremental());
                        check_parts(&in_parts, &place);
                    }
                    (Err(_), Err(_)) => {}
                    (Ok(_), Err(error)) => panic!("{place}: {error}\n{deferred}"),
                    (Err(error), Ok(_)) => panic!("{place}: only a plan in parts, otherwise {error}"),
                }
            }
        }
    }
    assert!(with_parts > 250, "{with_parts} plans in parts");
}

fn plan(
    planner: &QueryPlanner,
    document: &Valid<ExecutableDocument>,
    operation: &CaseOperation,
) -> Result<QueryPlan, PlanError> {
    let conditions = conditions(planner, document, operation);
    let unmet = unmet(planner, document, operation);
    let specialisation =
        Specialisation { conditions: &conditions, unmet: &unmet, is_incremental: true, ..Specialisation::NONE };
    planner.plan(document, document.operations.get(None).unwrap(), specialisation)
}

/// Wraps some selections into deferred fragments and streams some lists.
fn deferring(planner: &QueryPlanner, document: &Valid<ExecutableDocument>, seed: u64) -> Valid<ExecutableDocument> {
    let mut choices = Choices(seed);
    let mut deferred: ExecutableDocument = document.clone().into_inner();
    let operations = &mut deferred.operations;
    let named = operations.named.values_mut();
    let operation = operations.anonymous.iter_mut().chain(named).next().unwrap().make_mut();
    let is_mutation = operation.operation_type == OperationType::Mutation;
    defer_some(&mut operation.selection_set, !is_mutation, &mut choices);
    for fragment in deferred.fragments.values_mut() {
        // What is a mutation's own fields must not be deferred.
        let is_below_root = fragment.type_condition() != "Mutation";
        defer_some(&mut fragment.make_mut().selection_set, is_below_root, &mut choices);
    }
    let text = deferred.to_string();
    let checked = ExecutableDocument::parse_and_validate(&planner.supergraph().api_schema, &text, "deferred.graphql");
    checked.unwrap_or_else(|invalid| panic!("{text}\n{}", invalid.errors))
}

fn defer_some(set: &mut SelectionSet, may_defer: bool, choices: &mut Choices) {
    for selection in &mut set.selections {
        match selection {
            Selection::Field(field) => {
                let field = field.make_mut();
                let is_plain = !field.directives.has("stream");
                if field.definition.ty.is_list() && is_plain && may_defer && choices.next(3) == 0 {
                    let count = choices.next(3) as i32;
                    let value = Node::new(Value::from(count));
                    let arguments = vec![Argument { name: name("initialCount"), value }.into()];
                    field.directives.push(Directive { name: name("stream"), arguments });
                }
                if let Some(set) = &mut field.selection_set {
                    defer_some(set, true, choices);
                }
            }
            Selection::InlineFragment(fragment) => {
                defer_some(&mut fragment.make_mut().selection_set, may_defer, choices);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
    if !may_defer || set.selections.is_empty() || choices.next(2) == 0 {
        return;
    }
    let kept = choices.next(set.selections.len() as u64 + 1) as usize;
    let apart = set.selections.split_off(kept);
    if apart.is_empty() {
        return;
    }
    let mut fragment = set.new_inline_fragment(None);
    fragment.directives.push(Directive { name: name("defer"), arguments: Vec::new() });
    fragment.selection_set.selections = apart;
    set.selections.push(Selection::InlineFragment(Node::new(fragment)));
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// Every shape is in one part, every later part begins within the part of its rows, and no fetch waits for one of a part
/// that comes later or beside its own.
fn check_parts(plan: &QueryPlan, place: &str) {
    let mut part_of: BTreeMap<ShapeId, PartId> = BTreeMap::from([(QueryPlan::ROOT, QueryPlan::INITIAL)]);
    let mut pending = vec![QueryPlan::ROOT];
    while let Some(id) = pending.pop() {
        let within = part_of[&id];
        for field in plan.shape(id).variants.iter().flat_map(|variant| &variant.fields) {
            let part = field.deferred.unwrap_or(within);
            let begins = field.deferred.into_iter().map(|part| (part, within));
            let streams = field.stream.iter().map(|stream| (stream.part, part));
            for (later, within) in begins.chain(streams) {
                assert_eq!(plan.parts[later.0 as usize].within, Some(within), "{place}: {}", field.response_name);
                assert!(within < later, "{place}: {}", field.response_name);
            }
            let items = field.stream.iter().map(|stream| (stream.items, stream.part));
            for (value, part) in [(field.value, part)].into_iter().chain(items) {
                let ShapeValue::Object(shape) = value else { continue };
                match part_of.insert(shape, part) {
                    None => pending.push(shape),
                    Some(known) => assert_eq!(known, part, "{place}: {}", plan.shape(shape).position),
                }
            }
        }
    }
    for fetch in &plan.fetches {
        let own = std::iter::successors(Some(fetch.part), |part| plan.parts[part.0 as usize].within);
        let own: Vec<PartId> = own.collect();
        for earlier in &fetch.depends_on {
            let part = plan.fetches[earlier.0 as usize].part;
            assert!(own.contains(&part), "{place}: fetch {} waits for {}\n{plan:?}", fetch.id.0, earlier.0);
        }
    }
}
