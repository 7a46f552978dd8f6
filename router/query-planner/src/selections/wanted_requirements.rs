//! The requirements that an operation's fields have, whoever calls: what a caller is held against before a plan is chosen.

use super::reached::selection_sets;
use apollo_compiler::{
    ExecutableDocument,
    collections::HashSet,
    executable::{Operation, Selection},
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
    let mut fields = HashSet::default();
    for set in selection_sets(document, operation) {
        let Some(ty) = supergraph.type_id(&set.ty) else { continue };
        for field in set.selections.iter().filter_map(Selection::as_field) {
            if !fields.insert((ty, &field.name)) {
                continue;
            }
            for ty in supergraph.ty(ty).possible_types.iter().chain([&ty]) {
                let known = supergraph.ty(*ty).field(&field.name);
                wanted.extend(known.into_iter().flat_map(|known| known.requirements.iter().copied()));
            }
        }
    }
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}
