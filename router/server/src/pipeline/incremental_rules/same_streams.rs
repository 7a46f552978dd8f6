//! Fields that become one field of the response must be streamed in the same way, or not at all: one list cannot be
//! delivered in two ways. GraphQL specification (draft), "Field Selection Merging", SameStreamDirective.

use super::{Occurrences, Rules};
use crate::pipeline::incremental_usage::stream_of;
use apollo_compiler::{
    Name,
    ast::Directive,
    executable::{Selection, SelectionSet},
};
use hashbrown::{HashMap, HashSet};

impl<'a> Rules<'a> {
    /// Work goes with the fields of the operations, fragments expanded, which the limits bound; selection sets that are
    /// merged at several places are looked at once.
    pub(super) fn merged_fields_have_the_same_streams(&mut self) {
        let mut known: HashSet<Vec<usize>> = HashSet::new();
        let mut pending: Vec<Vec<&'a SelectionSet>> =
            self.document.operations.iter().map(|operation| vec![&operation.selection_set]).collect();
        while let Some(sets) = pending.pop() {
            let addresses = sets.iter().map(|set| std::ptr::from_ref(*set) as usize).collect();
            if !known.insert(addresses) {
                continue;
            }
            for (response_name, occurrences) in self.fields(sets) {
                self.check_occurrences(response_name, &occurrences);
                let below: Vec<&SelectionSet> =
                    occurrences.iter().filter_map(|field| field.selection_set.as_ref()).collect();
                if !below.is_empty() {
                    pending.push(below);
                }
            }
        }
    }

    /// GraphQL specification, "CollectFields", for all types at once.
    fn fields(&self, sets: Vec<&'a SelectionSet>) -> HashMap<&'a Name, Occurrences<'a>> {
        let mut fields: HashMap<&Name, Occurrences<'_>> = HashMap::new();
        let mut visited = HashSet::new();
        let mut pending = sets;
        while let Some(set) = pending.pop() {
            for selection in &set.selections {
                match selection {
                    Selection::Field(field) => fields.entry(field.response_name()).or_default().push(field),
                    Selection::InlineFragment(fragment) => pending.push(&fragment.selection_set),
                    Selection::FragmentSpread(spread) => {
                        if visited.insert(&spread.fragment_name) {
                            let fragment = self.document.fragments.get(&spread.fragment_name);
                            pending.extend(fragment.map(|fragment| &fragment.selection_set));
                        }
                    }
                }
            }
        }
        fields
    }

    fn check_occurrences(&mut self, response_name: &Name, occurrences: &Occurrences<'a>) {
        let streams = occurrences.iter().filter_map(|field| stream_of(field));
        let first = streams.min_by_key(|stream| stream.location().map(|place| place.offset()));
        let Some(stream) = first else { return };
        let differs = |other: Option<&Directive>| other.is_none_or(|other| !is_same(stream, other));
        if occurrences.iter().any(|field| differs(stream_of(field).map(|stream| &**stream))) {
            let description = format!(
                "`{response_name}` is selected more than once and not streamed in the same way each time; give each of them \
                 another alias, or the same `@stream`"
            );
            self.report(stream.location(), description);
        }
    }
}

fn is_same(left: &Directive, right: &Directive) -> bool {
    let has_all = |left: &Directive, right: &Directive| {
        left.arguments.iter().all(|argument| right.specified_argument_by_name(&argument.name) == Some(&argument.value))
    };
    has_all(left, right) && has_all(right, left)
}
