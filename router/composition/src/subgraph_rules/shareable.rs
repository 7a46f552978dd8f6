//! Rejects `@shareable` on fields of interfaces, and twice on one declaration. Code INVALID_SHAREABLE_USAGE.

use super::Examined;
use crate::{Diagnostic, codes, subgraph::FederationDirective, type_members::fields};
use apollo_compiler::{Node, ast::Directive};

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        found.extend(repeated(examined, name, subgraph.applied(ty.directives(), FederationDirective::Shareable)));
        for field in fields(ty) {
            let coordinate = format!("{name}.{}", field.name);
            let applied = || subgraph.applied(&field.directives, FederationDirective::Shareable);
            if !ty.is_interface() {
                found.extend(repeated(examined, &coordinate, applied()));
                continue;
            }
            for applied in applied() {
                let (code, directive) = (codes::INVALID_SHAREABLE_USAGE, FederationDirective::Shareable);
                found.push(examined.on_interface_field(code, directive, &coordinate, applied));
            }
        }
    }
}

/// Extensions of a type are declarations of their own.
fn repeated<'d>(
    examined: &Examined,
    coordinate: &str,
    applied: impl Iterator<Item = &'d Node<Directive>>,
) -> Option<Diagnostic> {
    let applied: Vec<_> = applied.collect();
    let is_second = |(at, one): (usize, &&'d Node<Directive>)| {
        applied[..at].iter().any(|earlier| earlier.extension_id() == one.extension_id())
    };
    let at = (0..applied.len()).find(|at| is_second((*at, &applied[*at])))?;
    let spelling = examined.spelling(FederationDirective::Shareable);
    let message = format!("{coordinate} is {spelling} twice in one declaration; once is enough");
    Some(examined.finding(codes::INVALID_SHAREABLE_USAGE, message, coordinate, applied[at]))
}
