//! Field sets of subgraphs: the selections in `@key`, `@requires`, `@provides` and `@fromContext`, as syntax, and which
//! fields of the subgraph they name.
//!
//! Syntax only: whether the fields exist is for the rules to say, so everything here passes over what it does not find.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{self, Definition, Directive, Selection},
    schema::{ExtendedType, FieldDefinition},
};

/// How deep selections may be nested. Nobody writes more, and walking them must not exhaust the stack.
const DEPTH_MAX: usize = 100;

/// Parses a field set; braces around it are optional. The error says why it is none.
pub(crate) fn parse(text: &str) -> Result<Vec<Selection>, String> {
    let trimmed = text.trim_start_matches([' ', '\t', '\n', '\r', ',', '\u{feff}']);
    let document = if trimmed.starts_with('{') { trimmed.to_owned() } else { format!("{{{text}\n}}") };
    let document = ast::Document::parse(document, "field set").map_err(|invalid| {
        let first = invalid.errors.iter().next().map(|finding| finding.error.to_string());
        first.unwrap_or_else(|| "it cannot be parsed".to_owned())
    })?;
    match document.definitions.as_slice() {
        [Definition::OperationDefinition(operation)] if !is_too_deep(&operation.selection_set, DEPTH_MAX) => {
            Ok(operation.selection_set.clone())
        }
        [Definition::OperationDefinition(_)] => Err(format!("it is nested more than {DEPTH_MAX} levels deep")),
        _ => Err("it should be one selection of fields".to_owned()),
    }
}

fn is_too_deep(selections: &[Selection], depth_max: usize) -> bool {
    selections.iter().any(|selection| {
        let inner = sub_selections(selection);
        !inner.is_empty() && (depth_max == 0 || is_too_deep(inner, depth_max - 1))
    })
}

pub(crate) fn sub_selections(selection: &Selection) -> &[Selection] {
    match selection {
        Selection::Field(field) => field.selection_set.as_deref().unwrap_or_default(),
        Selection::InlineFragment(fragment) => &fragment.selection_set,
        Selection::FragmentSpread(_) => &[],
    }
}

/// The text of a directive's field set argument, if it is a string.
pub(crate) fn argument_text<'d>(directive: &'d Directive, argument: &str) -> Option<&'d str> {
    directive.specified_argument_by_name(argument).and_then(|value| value.as_str())
}

/// A field that a selection names, with the type it is selected on.
#[derive(Debug, Clone)]
pub(crate) struct SelectedField<'s> {
    pub(crate) parent: Name,
    pub(crate) definition: &'s Node<FieldDefinition>,
    /// Nothing is selected below it.
    pub(crate) is_leaf: bool,
}

/// All fields that selections on a type name, at every depth, in their order. What does not exist is passed over.
pub(crate) fn selected_fields<'s>(schema: &'s Schema, parent: &Name, selections: &[Selection]) -> Vec<SelectedField<'s>> {
    let mut found = Vec::new();
    collect(schema, parent, selections, &mut found);
    found
}

fn collect<'s>(schema: &'s Schema, parent: &Name, selections: &[Selection], found: &mut Vec<SelectedField<'s>>) {
    for selection in selections {
        match selection {
            Selection::Field(field) => {
                let Some(definition) = field_of(schema, parent, &field.name) else { continue };
                let inner = sub_selections(selection);
                found.push(SelectedField { parent: parent.clone(), definition, is_leaf: inner.is_empty() });
                collect(schema, definition.ty.inner_named_type(), inner, found);
            }
            Selection::InlineFragment(fragment) => {
                let parent = fragment.type_condition.as_ref().unwrap_or(parent);
                collect(schema, parent, &fragment.selection_set, found);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// A field of an object or interface type; `__typename` is none.
pub(crate) fn field_of<'s>(schema: &'s Schema, parent: &str, field: &str) -> Option<&'s Node<FieldDefinition>> {
    match schema.types.get(parent)? {
        ExtendedType::Object(object) => object.fields.get(field),
        ExtendedType::Interface(interface) => interface.fields.get(field),
        _ => None,
    }
}
