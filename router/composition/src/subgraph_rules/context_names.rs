//! Rejects names of contexts that are not letters and digits, starting with a letter. Code CONTEXT_NAME_INVALID.
//!
//! An underscore would be a fine name, but it stands between subgraph and context in the supergraph.

use super::Examined;
use crate::{Diagnostic, codes, directive_arguments::argument_text, subgraph::FederationDirective};

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        for applied in subgraph.applied(ty.directives(), FederationDirective::Context) {
            let context = argument_text(applied, "name").unwrap_or_default();
            let why = match context {
                "" => "it is empty",
                _ if context.contains('_') => "it has an underscore",
                _ if !context.starts_with(|c: char| c.is_ascii_alphabetic()) => "it does not start with a letter",
                _ if !context.chars().all(|c| c.is_ascii_alphanumeric()) => "it has more than letters and digits",
                _ => continue,
            };
            let message = format!("`{context}` on {name} cannot be the name of a context: {why}");
            found.push(examined.finding(codes::CONTEXT_NAME_INVALID, message, name, applied));
        }
    }
}
