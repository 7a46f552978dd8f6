//! Every implementation has every field of its interfaces, wherever the field was added.
//! Code INTERFACE_FIELD_NO_IMPLEM.

use crate::{
    Place, codes,
    diagnostic::{Diagnostic, Diagnostics},
    directive_arguments::argument_text,
    merged_schema::MergedSchema,
    type_members::{field, fields, interfaces},
};

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    for (name, implementation) in &merged.schema.types {
        for interface in interfaces(implementation) {
            let Some(definition) = merged.schema.types.get(interface.as_str()) else { continue };
            for declared in fields(definition) {
                if field(implementation, &declared.name).is_some() {
                    continue;
                }
                let declared_name = format!("{interface}.{}", declared.name);
                let message = format!("`{name}` implements `{interface}` but has no field `{}`", declared.name);
                let mut diagnostic =
                    Diagnostic::new(codes::INTERFACE_FIELD_NO_IMPLEM, message).on(declared_name.clone());
                for subgraph in merged.subgraphs_of_field(definition, declared) {
                    diagnostic =
                        diagnostic.at(Place::in_subgraph(subgraph, format!("`{declared_name}` is declared here")));
                }
                let here = merged
                    .joins(implementation.directives(), "implements")
                    .filter(|join| argument_text(join, "interface") == Some(interface.as_str()));
                for subgraph in here.filter_map(|join| merged.subgraph(join)) {
                    let label = format!("`{name}` implements `{interface}` here");
                    diagnostic = diagnostic.at(Place::in_subgraph(subgraph, label));
                }
                diagnostics.push(diagnostic);
            }
        }
    }
}
