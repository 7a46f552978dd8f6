//! What fetches read from contexts, as it is printed with a plan.

use crate::plan::{ContextSource, ContextValue, ContextVariable, Fetch, FetchKind, LookupContexts, QueryPlan, ShapeId};

impl QueryPlan {
    /// For each variable of the fetch's document that carries a value from a context: its name and the positions of the
    /// value, the nearest first.
    pub(super) fn contexts<'p>(&'p self, fetch: &'p Fetch) -> Vec<(&'p str, Vec<String>)> {
        let FetchKind::Entities(lookups) = &fetch.kind else { return Vec::new() };
        let contexts = lookups.iter().filter_map(|lookup| lookup.contexts.as_ref());
        let variables = contexts.flat_map(|contexts| contexts.variables.iter().map(move |known| (contexts, known)));
        variables
            .map(|(contexts, variable)| (variable.name.as_str(), self.context_positions(contexts, variable)))
            .collect()
    }

    fn context_positions(&self, contexts: &LookupContexts, variable: &ContextVariable) -> Vec<String> {
        let mut positions = Vec::new();
        for source in &variable.sources {
            let shape = contexts.path[source.step as usize].shape;
            self.add_context_position((shape, source), &mut positions);
        }
        positions
    }

    fn add_context_position(&self, (shape, source): (ShapeId, &ContextSource), positions: &mut Vec<String>) {
        let position = match &source.value {
            Some(value) => self.value_position(shape, value),
            None => "null".to_owned(),
        };
        if !positions.contains(&position) {
            positions.push(position);
        }
    }

    fn value_position(&self, shape: ShapeId, value: &ContextValue) -> String {
        match value.variants.first() {
            Some(variant) => self.value_position(variant.shape, &variant.value),
            None => {
                let shape = self.shape(shape);
                let dot = if shape.position.is_empty() { "" } else { "." };
                format!("{}{dot}{}", shape.position, shape.slots[value.slot.0 as usize])
            }
        }
    }
}
