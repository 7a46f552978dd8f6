//! Values from contexts: where rows keep them, who waits for them, and which rows may be shared.
//!
//! Rows that stand below different objects read different values, so between the objects that set a context and the rows
//! that read it every row has one place only.

use super::{Assembly, NodeId, draft::FetchSet};
use crate::{
    plan::{ContextSource, ContextStep, ContextValue, ContextValueVariant, ContextVariable, LookupContexts, ShapeId},
    planner::PlanError,
    selections::{Item, WantedField},
    solve::{Input, TypePlan},
};
use apollo_compiler::Name;
use hansa_federation::{FieldInSubgraph, FieldSetSelection, TypeId, Wrapping};
use hansa_query_graph::ContextValueId;
use hashbrown::{HashMap, HashSet};

/// What is known of contexts while a plan is assembled.
#[derive(Debug, Default)]
pub(crate) struct ContextSources {
    sources: HashMap<(ShapeId, ContextValueId), Vec<SourceDraft>>,
    /// Some type of these rows does not set the context: the value may come from further up.
    passed: HashSet<(ShapeId, ContextValueId)>,
    /// Positions whose rows have child rows of their own.
    pub(super) apart: HashSet<ShapeId>,
}

#[derive(Debug)]
struct SourceDraft {
    types: Vec<TypeId>,
    value: Option<ContextValue>,
    /// Those that bring the value.
    fetches: FetchSet,
}

impl Assembly<'_> {
    /// Notes what rows of a type give to fields below. `ready` tells the fetches that an input waits for.
    pub(super) fn note_contexts(
        &mut self,
        plan: &TypePlan,
        (shape, ty): (ShapeId, TypeId),
        ready: impl Fn(Input) -> FetchSet,
    ) {
        for value in &plan.contexts.passed {
            self.contexts.passed.insert((shape, *value));
        }
        for (value, items) in &plan.contexts.given {
            let fetches = items.iter().filter_map(|item| plan.input_of(item)).flat_map(&ready).collect();
            let set = self.graph.contexts().selection(*value, ty);
            let kept = set.and_then(|set| self.context_value((shape, ty), &set.selections));
            let source = SourceDraft { types: self.row_types(ty), value: kept, fetches };
            let sources = self.contexts.sources.entry((shape, *value)).or_default();
            match sources.iter_mut().find(|known| known.types == source.types && known.value == source.value) {
                Some(known) => known.fetches.extend(source.fetches),
                None => sources.push(source),
            }
            // What is known of the concrete type comes first.
            sources.sort_by_key(|source| source.types.len());
        }
    }

    /// Where a row keeps the one leaf that a context's selection leads to.
    fn context_value(&mut self, (shape, ty): (ShapeId, TypeId), set: &[FieldSetSelection]) -> Option<ContextValue> {
        let supergraph = self.graph.supergraph();
        for selection in set {
            match selection {
                FieldSetSelection::InlineFragment { type_condition, selections } => {
                    if *type_condition == ty || supergraph.ty(*type_condition).possible_types.contains(&ty) {
                        return self.context_value((shape, ty), selections);
                    }
                }
                FieldSetSelection::Field(field) => {
                    let named = supergraph.ty(ty).field(&field.name)?.ty.named;
                    let arguments = self.selections.known_arguments(&field.arguments);
                    let child = (!field.selections.is_empty()).then(|| self.selections.any());
                    let item =
                        Item::from(WantedField { arguments, child, ..WantedField::internal(field.name.clone()) });
                    let place = self.slot(shape, ty, &item);
                    let mut variants: Vec<ContextValueVariant> = Vec::new();
                    for concrete in place.child.iter().flat_map(|_| &supergraph.ty(named).possible_types) {
                        let below = place.child.map(|child| (child, *concrete));
                        let value = below.and_then(|below| self.context_value(below, &field.selections));
                        let (Some(value), Some(shape)) = (value, place.child) else { continue };
                        match variants.iter_mut().find(|variant| variant.value == value) {
                            Some(variant) => variant.types.push(*concrete),
                            None => variants.push(ContextValueVariant { shape, types: vec![*concrete], value }),
                        }
                    }
                    return Some(ContextValue { slot: place.slot, variants });
                }
            }
        }
        None
    }

    /// A field's arguments from contexts, and the numbers of the variables that carry them in the lookup's document.
    pub(super) fn context_arguments(&mut self, node: NodeId, declared: &FieldInSubgraph) -> Vec<(Name, u32)> {
        let contexts = self.graph.contexts();
        let variables = &mut self.draft.node_mut(node).context_variables;
        let arguments = declared.context_arguments.iter().filter_map(|argument| {
            let variable = (contexts.value_of(argument)?, argument.ty.clone());
            let known = variables.iter().position(|known| *known == variable);
            let number = known.unwrap_or_else(|| {
                variables.push(variable);
                variables.len() - 1
            });
            Some((argument.name.clone(), number as u32))
        });
        arguments.collect()
    }

    /// Positions above rows that give them a value, the nearest first.
    fn givers(&self, shape: ShapeId, value: ContextValueId) -> Vec<ShapeId> {
        let mut givers = Vec::new();
        let mut parent = self.shapes[shape.0 as usize].parent;
        while let Some((above, _)) = parent {
            let key = (above, value);
            if self.contexts.sources.contains_key(&key) {
                givers.push(above);
                if !self.contexts.passed.contains(&key) {
                    break;
                }
            }
            parent = self.shapes[above.0 as usize].parent;
        }
        givers
    }

    /// Makes fetches wait for the values they send. Returns a position that reads some, if there is one.
    pub(super) fn wait_for_contexts(&mut self) -> Result<Option<ShapeId>, PlanError> {
        let mut contextual = None;
        for index in 0..self.draft.fetches.len() {
            let lookups = self.draft.fetches[index].lookups.iter();
            let nodes: Vec<NodeId> = lookups.map(|lookup| lookup.node).collect();
            for node in nodes {
                let shape = self.draft.node(node).shape;
                let variables = self.draft.node(node).context_variables.clone();
                let mut outermost = None;
                if variables.is_empty() {
                    continue;
                }
                contextual = Some(shape);
                for (value, _) in variables {
                    let givers = self.givers(shape, value);
                    if givers.is_empty() {
                        return Err(self.without_context(shape, "nothing above it gives its context"));
                    }
                    for giver in &givers {
                        let sources = &self.contexts.sources[&(*giver, value)];
                        self.draft.fetches[index].depends_on.extend(sources.iter().flat_map(|source| &source.fetches));
                    }
                    // Positions are laid out from the root down.
                    outermost = outermost.into_iter().chain(givers).min();
                }
                let path = self.path(outermost, shape);
                self.contexts.apart.extend(path.iter().map(|step| step.shape));
            }
        }
        Ok(contextual)
    }

    pub(super) fn without_context(&self, shape: ShapeId, why: &str) -> PlanError {
        let position = self.shapes[shape.0 as usize].shape.position.clone();
        PlanError::Unreachable { position, reason: why.to_owned() }
    }

    /// From the rows of one shape down to those of another.
    fn path(&self, from: Option<ShapeId>, to: ShapeId) -> Vec<ContextStep> {
        let mut path = Vec::new();
        let mut at = to;
        while let Some((shape, slot)) = self.shapes[at.0 as usize].parent.filter(|_| Some(at) != from) {
            path.push(ContextStep { shape, slot });
            at = shape;
        }
        path.reverse();
        path
    }

    /// What a lookup reads from contexts; `names` are those of its variables.
    pub(super) fn lookup_contexts(&self, node: NodeId, names: Vec<Name>) -> Option<LookupContexts> {
        let node = self.draft.node(node);
        let givers: Vec<Vec<ShapeId>> =
            node.context_variables.iter().map(|(value, _)| self.givers(node.shape, *value)).collect();
        let outermost = givers.iter().flatten().min().copied()?;
        let path = self.path(Some(outermost), node.shape);
        let variables = node.context_variables.iter().zip(names).zip(&givers).map(|(((value, ty), name), givers)| {
            let of_shape = |shape: &ShapeId| {
                let step = path.iter().position(|step| step.shape == *shape).unwrap_or_default() as u32;
                let sources = self.contexts.sources[&(*shape, *value)].iter();
                sources.map(move |source| ContextSource {
                    step,
                    types: source.types.clone(),
                    value: source.value.clone(),
                })
            };
            // More lists within lists than that are not read: nothing is known of their items.
            let wrapping = Wrapping::of(ty).unwrap_or_default();
            ContextVariable { name, wrapping, sources: givers.iter().flat_map(of_shape).collect() }
        });
        Some(LookupContexts { variables: variables.collect(), path })
    }
}
