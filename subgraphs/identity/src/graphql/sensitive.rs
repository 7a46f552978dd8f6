//! Mutations that compare or set secrets: one in a request, so that aliases are no way to guess faster. Their limits
//! count each call all the same.

use async_graphql::{
    Context,
    parser::types::{Selection, SelectionSet},
};
use hansa_subgraph_host::Fault;
use std::collections::HashSet;

const SENSITIVE: [&str; 7] = [
    "passwordChange",
    "passwordReset",
    "passwordResetRequest",
    "sessionCreate",
    "sessionCreateWithApiKey",
    "userErase",
    "userUpdate",
];

/// # Errors
/// Bad input where the operation has more than one of them; then none is done.
pub(super) fn only_one(ctx: &Context<'_>) -> Result<(), Fault> {
    let operation = &ctx.query_env.operation.node;
    match count(ctx, &operation.selection_set.node, &mut HashSet::new()) {
        0 | 1 => Ok(()),
        many => {
            let names = SENSITIVE.join(", ");
            Err(Fault::bad_input(format!("a request has one of {names} at most; this one has {many}")))
        }
    }
}

/// A fragment counts once, however often it is spread: what it selects is merged.
fn count<'a>(ctx: &'a Context<'_>, selections: &'a SelectionSet, seen: &mut HashSet<&'a str>) -> usize {
    let mut of_selection = |selection: &'a Selection| match selection {
        Selection::Field(field) => usize::from(SENSITIVE.contains(&field.node.name.node.as_str())),
        Selection::InlineFragment(fragment) => count(ctx, &fragment.node.selection_set.node, seen),
        Selection::FragmentSpread(spread) => match ctx.query_env.fragments.get(&spread.node.fragment_name.node) {
            Some(fragment) if seen.insert(&spread.node.fragment_name.node) => {
                count(ctx, &fragment.node.selection_set.node, seen)
            }
            _ => 0,
        },
    };
    selections.items.iter().map(|selection| of_selection(&selection.node)).sum()
}
