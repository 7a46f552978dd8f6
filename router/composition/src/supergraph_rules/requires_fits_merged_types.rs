//! A `@requires` still fits after merging, when arguments that not every subgraph knows are gone and others have become
//! required. Code REQUIRES_INVALID_FIELDS.

use crate::{
    Place, codes,
    diagnostic::{Diagnostic, Diagnostics},
    directive_arguments::argument_text,
    field_set::{self, Visit, walk},
    input_values::misfit,
    merged_schema::{MergedSchema, is_required},
    type_members::fields,
};
use apollo_compiler::{Name, ast};

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    for (parent, definition) in &merged.schema.types {
        for field in fields(definition) {
            for join in merged.joins(&field.directives, "field") {
                let Some(text) = argument_text(join, "requires") else { continue };
                for problem in problems(merged, parent, text) {
                    let coordinate = format!("{parent}.{}", field.name);
                    let message = format!("`{coordinate}` requires `{}`, but {problem}", text.trim());
                    let mut diagnostic = Diagnostic::new(codes::REQUIRES_INVALID_FIELDS, message).on(coordinate);
                    if let Some(subgraph) = merged.subgraph(join) {
                        diagnostic = diagnostic.at(Place::in_subgraph(subgraph, ""));
                    }
                    diagnostics.push(diagnostic);
                }
            }
        }
    }
}

fn problems(merged: &MergedSchema<'_>, parent: &Name, text: &str) -> Vec<String> {
    let Ok(selections) = field_set::parse(text) else { return vec!["that is no field set".to_owned()] };
    let mut problems = Vec::new();
    walk(merged.schema, parent, &selections, &mut |visit| match visit {
        Visit::Field { parent, field, definition: None } => {
            if merged.schema.types.contains_key(parent) {
                problems.push(format!("`{parent}` has no field `{}`", field.name));
            }
        }
        Visit::Field { parent, field, definition: Some(definition) } => {
            problems.extend(argument_problems(merged, parent, field, definition));
        }
        Visit::TypeCondition(name) if !merged.schema.types.contains_key(name) => {
            problems.push(format!("there is no type `{name}`"));
        }
        Visit::TypeCondition(_) => {}
    });
    problems
}

fn argument_problems(
    merged: &MergedSchema<'_>,
    parent: &Name,
    field: &ast::Field,
    definition: &ast::FieldDefinition,
) -> Vec<String> {
    let mut problems = Vec::new();
    for given in &field.arguments {
        let argument = format!("{parent}.{}({}:)", field.name, given.name);
        match definition.argument_by_name(&given.name) {
            None => problems.push(format!(
                "the supergraph has no argument `{argument}`, because not every subgraph with the field knows it"
            )),
            Some(known) => {
                problems.extend(misfit(merged.schema, &known.ty, &given.value).map(|why| {
                    format!("`{}` is no value for `{argument}`: {why}", given.value.serialize().no_indent())
                }))
            }
        }
    }
    for known in definition.arguments.iter().filter(|known| is_required(known)) {
        if !field.arguments.iter().any(|given| given.name == known.name) {
            let argument = format!("{parent}.{}({}:)", field.name, known.name);
            problems.push(format!("`{argument}` needs a value, because a subgraph with the field requires one"));
        }
    }
    problems
}
