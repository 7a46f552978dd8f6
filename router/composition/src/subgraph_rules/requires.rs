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
                    let code = codes::REQUIRES_UNSUPPORTED_ON_INTERFACE;
                    found.push(examined.on_interface_field(
                        code,
                        REQUIRES.directive,
                        &application.coordinate,
                        requires,
                    ));
                }
                REQUIRES.check(examined, &application, found);
            }
        }
    }
}
