//! Rejects a `@requires` that does not select external fields of the type that has the field. Codes
//! REQUIRES_INVALID_FIELDS_TYPE, REQUIRES_INVALID_FIELDS, REQUIRES_DIRECTIVE_IN_FIELDS_ARG,
//! REQUIRES_FIELDS_MISSING_EXTERNAL, REQUIRES_UNSUPPORTED_ON_INTERFACE.

use super::{
    Examined,
    field_set_rules::{Application, FieldSetCodes},
};
use crate::{Diagnostic, codes, subgraph::FederationDirective, type_members::fields};

const REQUIRES: FieldSetCodes = FieldSetCodes {
    directive: FederationDirective::Requires,
    invalid_type: codes::REQUIRES_INVALID_FIELDS_TYPE,
    invalid: codes::REQUIRES_INVALID_FIELDS,
    has_directive: codes::REQUIRES_DIRECTIVE_IN_FIELDS_ARG,
    has_arguments: None,
    missing_external: Some(codes::REQUIRES_FIELDS_MISSING_EXTERNAL),
};

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        for field in fields(ty) {
            for requires in subgraph.applied(&field.directives, FederationDirective::Requires) {
                let coordinate = format!("{name}.{}", field.name);
                let application = Application { directive: requires, coordinate, parent: name };
                if ty.is_interface() {
                    found.push(on_interface(examined, &application));
                }
                check_field_set(examined, &application, found);
            }
        }
    }
}

fn on_interface(examined: &Examined, application: &Application) -> Diagnostic {
    let Application { directive, coordinate, .. } = application;
    let message = format!(
        "{} is on {coordinate}, a field of an interface; put it on the field in the types that implement it",
        examined.spelling(FederationDirective::Requires),
    );
    examined.finding(codes::REQUIRES_UNSUPPORTED_ON_INTERFACE, message, coordinate, directive)
}

fn check_field_set(examined: &Examined, application: &Application, found: &mut Vec<Diagnostic>) {
    let Some(parsed) = REQUIRES.parse(examined, application, found) else { return };
    match REQUIRES.misfit(examined, application, &parsed) {
        Some(misfit) => found.push(misfit),
        None => REQUIRES.check_contents(examined, application, &parsed, found),
    }
}
