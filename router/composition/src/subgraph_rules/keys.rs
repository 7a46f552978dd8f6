//! Rejects a `@key` that does not select plain fields of its type. Codes KEY_INVALID_FIELDS_TYPE, KEY_INVALID_FIELDS,
//! KEY_DIRECTIVE_IN_FIELDS_ARG, KEY_FIELDS_HAS_ARGS, KEY_FIELDS_SELECT_INVALID_TYPE, KEY_UNSUPPORTED_ON_INTERFACE.

use super::{
    Examined,
    field_set_rules::{Application, FieldSetCodes, Parsed},
};
use crate::{Diagnostic, codes, specs::Spec, subgraph::FederationDirective};
use apollo_compiler::schema::ExtendedType;

const KEY: FieldSetCodes = FieldSetCodes {
    directive: FederationDirective::Key,
    invalid_type: codes::KEY_INVALID_FIELDS_TYPE,
    invalid: codes::KEY_INVALID_FIELDS,
    has_directive: codes::KEY_DIRECTIVE_IN_FIELDS_ARG,
    has_arguments: Some(codes::KEY_FIELDS_HAS_ARGS),
    missing_external: None,
};

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        for key in subgraph.applied(ty.directives(), FederationDirective::Key) {
            let application = Application { directive: key, coordinate: name.to_string(), parent: name };
            check_key(examined, &application, ty.is_interface(), found);
        }
    }
}

fn check_key(examined: &Examined, application: &Application, is_on_interface: bool, found: &mut Vec<Diagnostic>) {
    let Some(parsed) = KEY.parse(examined, application, found) else { return };
    let misfit = KEY.misfit(examined, application, &parsed);
    let abstract_field = abstract_field(examined, application, &parsed);
    let fits_no_interface = is_on_interface && parsed.is_misfit();
    let federation = examined.subgraph.links.of_spec(Spec::Federation);
    let is_too_old = federation.is_some_and(|federation| federation.version < (2, 3));
    if is_on_interface && !fits_no_interface && is_too_old {
        let message = format!(
            "{} is on the interface {}, which federation has from v2.3 on; link that, or remove the key",
            examined.spelling(FederationDirective::Key),
            application.parent,
        );
        let code = codes::KEY_UNSUPPORTED_ON_INTERFACE;
        found.push(examined.finding(code, message, &application.coordinate, application.directive));
    }
    // Whether a selection in an abstract type fits does not matter; but what does not fit is no key of an interface.
    let problem = if fits_no_interface { misfit } else { abstract_field.or(misfit) };
    match problem {
        Some(problem) => found.push(problem),
        None => KEY.check_contents(examined, application, &parsed, found),
    }
}

fn abstract_field(examined: &Examined, application: &Application, parsed: &Parsed) -> Option<Diagnostic> {
    let types = &examined.subgraph.schema.types;
    let (field, kind) = parsed.fitted.fields.iter().find_map(|field| {
        let kind = match types.get(field.definition.ty.inner_named_type())? {
            ExtendedType::Interface(_) => "an interface",
            ExtendedType::Union(_) => "a union",
            _ => return None,
        };
        Some((field, kind))
    })?;
    let ty = field.definition.ty.inner_named_type();
    let message = format!(
        "{}.{} is of type {ty}, {kind}; a key goes through object types only",
        field.parent, field.definition.name
    );
    let code = codes::KEY_FIELDS_SELECT_INVALID_TYPE;
    Some(KEY.finding(examined, application, code, (message, parsed.text, field.location)))
}
