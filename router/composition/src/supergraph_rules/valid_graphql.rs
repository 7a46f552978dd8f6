//! The merged schema is a valid GraphQL schema. Rules before this one say what merging can break in plainer words; this
//! one misses nothing. Code INVALID_GRAPHQL.

use crate::{
    codes,
    diagnostic::{Diagnostic, Diagnostics},
    merged_schema::MergedSchema,
};
use hansa_federation::{TOLERATED, refused, validate};

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    const SHOWN_MAX: usize = 20;
    let Err(errors) = validate(merged.schema.clone(), &TOLERATED) else { return };
    for finding in refused(&errors, &TOLERATED).take(SHOWN_MAX) {
        let message = format!("the merged schema is not valid: {}", finding.error);
        diagnostics.push(Diagnostic::new(codes::INVALID_GRAPHQL, message));
    }
}
