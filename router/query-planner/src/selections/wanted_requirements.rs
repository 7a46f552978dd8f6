//! The requirements that an operation's fields have, whoever calls: what a caller is held against before a plan is chosen.

use apollo_compiler::{
    ExecutableDocument,
    collections::HashSet,
    executable::{self, Operation, SelectionSet},
};
use hansa_federation::{RequirementId, Supergraph};

/// Ascending. Fragments are not narrowed by what is around them, so that it may be some more than the plan looks at.
/// Costs nothing where the supergraph protects nothing.
pub(crate) fn wanted_requirements(
    supergraph: &Supergraph,
    document: &ExecutableDocument,
    operation: &Operation,
) -> Vec<RequirementId> {
    let mut wanted = Vec::new();
    if supergraph.requirements.is_empty() {
        return wanted;
    }
    let (mut fields, mut fragments) = (HashSet::default(), HashSet::default());
    let mut pending: Vec<&SelectionSet> = vec![&operation.selection_set];
    while let Some(set) = pending.pop() {
        let ty = supergraph.type_id(&set.ty);
        for selection in &set.selections {
            match selection {
                executable::Selection::Field(field) => {
                    pending.extend(&field.selection_set);
                    let Some(ty) = ty.filter(|ty| fields.insert((*ty, &field.name))) else { continue };
                    for ty in supergraph.ty(ty).possible_types.iter().chain([&ty]) {
                        let known = supergraph.ty(*ty).field(&field.name);
                        wanted.extend(known.into_iter().flat_map(|known| known.requirements.iter().copied()));
                    }
                }
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
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}
