//! Rejects a `@provides` that does not select external fields of the type that the field returns. Codes
//! PROVIDES_INVALID_FIELDS_TYPE, PROVIDES_INVALID_FIELDS, PROVIDES_DIRECTIVE_IN_FIELDS_ARG, PROVIDES_FIELDS_HAS_ARGS,
//! PROVIDES_FIELDS_MISSING_EXTERNAL, PROVIDES_UNSUPPORTED_ON_INTERFACE.

use super::{
    Examined,
    field_set_rules::{Application, FieldSetCodes},
};
use crate::{Diagnostic, codes, subgraph::FederationDirective, type_members::fields};

const PROVIDES: FieldSetCodes = FieldSetCodes {
    directive: FederationDirective::Provides,
    invalid_type: codes::PROVIDES_INVALID_FIELDS_TYPE,
    invalid: codes::PROVIDES_INVALID_FIELDS,
    has_directive: codes::PROVIDES_DIRECTIVE_IN_FIELDS_ARG,
    has_arguments: Some(codes::PROVIDES_FIELDS_HAS_ARGS),
    missing_external: Some(codes::PROVIDES_FIELDS_MISSING_EXTERNAL),
};

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        for field in fields(ty) {
            for provides in subgraph.applied(&field.directives, FederationDirective::Provides) {
                let coordinate = format!("{name}.{}", field.name);
                let application = Application { directive: provides, coordinate, parent: field.ty.inner_named_type() };
                if ty.is_interface() {
                    let code = codes::PROVIDES_UNSUPPORTED_ON_INTERFACE;
                    found.push(examined.on_interface_field(
                        code,
                        PROVIDES.directive,
                        &application.coordinate,
                        provides,
                    ));
                }
                PROVIDES.check(examined, &application, found);
            }
        }
    }
}
