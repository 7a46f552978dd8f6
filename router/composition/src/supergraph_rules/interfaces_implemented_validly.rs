//! Merged types implement their merged interfaces: the same arguments, and field types as narrow or narrower.
//! GraphQL specification, "IsValidImplementation"; code INVALID_GRAPHQL.

use crate::{
    codes,
    diagnostic::{Diagnostic, Diagnostics},
    merged_schema::{MergedSchema, is_required},
    type_members::{field, fields, interfaces},
};
use apollo_compiler::{
    Name, Schema,
    ast::{FieldDefinition, Type},
    schema::ExtendedType,
};

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    for (name, implementation) in &merged.schema.types {
        for interface in interfaces(implementation) {
            let Some(definition) = merged.schema.types.get(interface.as_str()) else { continue };
            check_interfaces_of_interface((name, implementation), (interface, definition), diagnostics);
            for declared in fields(definition) {
                if let Some(implementing) = field(implementation, &declared.name) {
                    check_type(merged.schema, (name, implementing), (interface, declared), diagnostics);
                    check_arguments((name, implementing), (interface, declared), diagnostics);
                }
            }
        }
    }
}

fn check_interfaces_of_interface(
    (name, implementation): (&Name, &ExtendedType),
    (interface, definition): (&Name, &ExtendedType),
    diagnostics: &mut Diagnostics,
) {
    for inherited in interfaces(definition) {
        let message = if inherited == name {
            format!("`{name}` and `{interface}` implement each other")
        } else if !interfaces(implementation).any(|known| known == inherited) {
            format!("`{name}` must implement `{inherited}` too, because `{interface}` does")
        } else {
            continue;
        };
        diagnostics.push(Diagnostic::new(codes::INVALID_GRAPHQL, message).on(name.as_str()));
    }
}

fn check_type(
    schema: &Schema,
    (name, implementing): (&Name, &FieldDefinition),
    (interface, declared): (&Name, &FieldDefinition),
    diagnostics: &mut Diagnostics,
) {
    if is_as_narrow(schema, &implementing.ty, &declared.ty) {
        return;
    }
    let coordinate = format!("{name}.{}", implementing.name);
    let message = format!(
        "`{coordinate}` is merged to `{}`, which is not `{}` as `{interface}.{}` needs",
        implementing.ty, declared.ty, declared.name
    );
    diagnostics.push(Diagnostic::new(codes::INVALID_GRAPHQL, message).on(coordinate));
}

fn check_arguments(
    (name, implementing): (&Name, &FieldDefinition),
    (interface, declared): (&Name, &FieldDefinition),
    diagnostics: &mut Diagnostics,
) {
    let coordinate = format!("{name}.{}", implementing.name);
    let interface_field = format!("{interface}.{}", declared.name);
    for argument in &declared.arguments {
        let message = match implementing.argument_by_name(&argument.name) {
            None => format!(
                "`{coordinate}` lacks the argument `{}` of `{interface_field}` in the merged schema",
                argument.name
            ),
            Some(given) if given.ty != argument.ty => format!(
                "`{coordinate}({}:)` is merged to `{}`, but `{interface_field}` has `{}` there",
                argument.name, given.ty, argument.ty
            ),
            Some(_) => continue,
        };
        diagnostics.push(Diagnostic::new(codes::INVALID_GRAPHQL, message).on(coordinate.clone()));
    }
    for argument in implementing.arguments.iter().filter(|argument| is_required(argument)) {
        if declared.argument_by_name(&argument.name).is_none() {
            let argument = format!("{coordinate}({}:)", argument.name);
            let message = format!("`{argument}` is required, but `{interface_field}` has no such argument");
            diagnostics.push(Diagnostic::new(codes::INVALID_GRAPHQL, message).on(argument));
        }
    }
}

/// GraphQL specification, "IsValidImplementationFieldType".
fn is_as_narrow(schema: &Schema, ty: &Type, declared: &Type) -> bool {
    match (ty, declared) {
        (Type::NonNullNamed(ty), Type::NonNullNamed(declared) | Type::Named(declared))
        | (Type::Named(ty), Type::Named(declared)) => ty == declared || schema.is_subtype(declared, ty),
        (Type::NonNullList(ty), Type::NonNullList(declared) | Type::List(declared))
        | (Type::List(ty), Type::List(declared)) => is_as_narrow(schema, ty, declared),
        _ => false,
    }
}
