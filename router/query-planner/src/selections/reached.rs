//! The selection sets of an operation, whatever their conditions and types come to.

use apollo_compiler::{
    ExecutableDocument,
    collections::HashSet,
    executable::{Operation, Selection, SelectionSet},
};

/// All selection sets at and below an operation's, those of a fragment once, however often it is spread.
pub(super) fn selection_sets<'a>(document: &'a ExecutableDocument, operation: &'a Operation) -> Vec<&'a SelectionSet> {
    let mut fragments = HashSet::default();
    let mut sets: Vec<&SelectionSet> = vec![&operation.selection_set];
    let mut next = 0;
    while let Some(set) = sets.get(next).copied() {
        next += 1;
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => sets.extend(&field.selection_set),
                Selection::InlineFragment(fragment) => sets.push(&fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    if fragments.insert(&spread.fragment_name) {
                        let fragment = document.fragments.get(&spread.fragment_name);
                        sets.extend(fragment.map(|fragment| &fragment.selection_set));
                    }
                }
            }
        }
    }
    sets
}
