//! Rules of the merged supergraph, one a file, in the order they run. All but satisfiability, which is a stage of its own.
//!
//! Nothing is checked after a merge that failed: what it left out would show as errors of these rules too.

mod default_value_uses_inaccessible;
mod default_values_fit;
mod disallowed_inaccessible;
mod implemented_by_inaccessible;
mod interface_fields_implemented;
mod interfaces_implemented_validly;
mod only_inaccessible_children;
mod query_root_accessible;
mod referenced_inaccessible;
mod required_inaccessible;
mod requires_fits_merged_types;
mod transitive_auth_requirements;
mod valid_graphql;

#[cfg(test)]
mod tests;

use crate::{diagnostic::Diagnostics, merged_schema::MergedSchema};
use apollo_compiler::Schema;
use hansa_federation::Feature;

type Rule = fn(&MergedSchema<'_>, &mut Diagnostics);

/// Every group runs only if there was no error before it: the rules of a group rely on those before.
const RULES: [&[Rule]; 4] = [
    &[interface_fields_implemented::check, requires_fits_merged_types::check, transitive_auth_requirements::check],
    &[interfaces_implemented_validly::check, default_values_fit::check],
    &[valid_graphql::check],
    &[
        disallowed_inaccessible::check,
        query_root_accessible::check,
        only_inaccessible_children::check,
        referenced_inaccessible::check,
        required_inaccessible::check,
        implemented_by_inaccessible::check,
        default_value_uses_inaccessible::check,
    ],
];

/// Checks a supergraph that has been merged. `features` are those that it links.
pub(crate) fn check(schema: &Schema, features: &[Feature], diagnostics: &mut Diagnostics) {
    let merged = MergedSchema::new(schema, features);
    for rules in RULES {
        if !diagnostics.errors.is_empty() {
            return;
        }
        rules.iter().for_each(|rule| rule(&merged, diagnostics));
    }
}
