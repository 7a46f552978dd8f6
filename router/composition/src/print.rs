//! Prints schemas as SDL. One schema always gives one text: directive definitions, then types, both by name; members in
//! the order the schema has them.
//!
//! Members are printed in one definition each, whatever subgraph file or extension they were copied from; that is what
//! the compiler's own printing does not do.

#[cfg(test)]
mod tests;

use crate::type_members::{BUILT_IN_SCALARS, STANDARD_DIRECTIVES, directives_mut};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Argument, Directive, DirectiveList, OperationType, Value},
    collections::{IndexMap, IndexSet},
    schema::{
        DirectiveDefinition, EnumValueDefinition, ExtendedType, FieldDefinition, InputValueDefinition, SchemaDefinition,
    },
};
use hansa_federation::Feature;
use std::fmt::Write;

/// The supergraph, for a router. The schema element comes first, with its links.
pub(crate) fn supergraph_sdl(schema: &Schema) -> String {
    let mut sdl = String::new();
    schema_element(&mut sdl, &schema.schema_definition);
    definitions(&mut sdl, schema, |_| true);
    sdl
}

/// The API schema, for clients, who are taken to know the standard directives. The schema element is there only if it says
/// something. `features` are those that the
/// supergraph links.
pub(crate) fn api_sdl(api_schema: &Schema, features: &[Feature]) -> String {
    let without_one_of;
    let mut schema = api_schema;
    if features.iter().any(|feature| feature.defines_directive("oneOf")) {
        without_one_of = without_composed_one_of(schema);
        schema = &without_one_of;
    }
    let mut sdl = String::new();
    if !is_implied(schema) {
        schema_element(&mut sdl, &schema.schema_definition);
    }
    definitions(&mut sdl, schema, |name| !STANDARD_DIRECTIVES.contains(&name));
    sdl
}

/// A composed `@oneOf` is no longer the one of the GraphQL specification: subgraphs may have put it on other elements,
/// and clients do not see composed directives.
fn without_composed_one_of(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for definition in schema.types.values_mut().filter(|definition| definition.directives().has("oneOf")) {
        directives_mut(definition).0.retain(|directive| directive.name != "oneOf");
    }
    schema
}

fn definitions(sdl: &mut String, schema: &Schema, has_definition: impl Fn(&str) -> bool) {
    let mut directives: Vec<_> = schema
        .directive_definitions
        .values()
        .filter(|definition| !definition.is_built_in() && has_definition(&definition.name))
        .collect();
    directives.sort_unstable_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
    for definition in directives {
        start(sdl);
        directive_definition(sdl, definition);
    }
    let mut types: Vec<_> = schema.types.iter().filter(|(name, _)| !is_built_in(name)).collect();
    types.sort_unstable_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
    for (_, definition) in types {
        start(sdl);
        type_definition(sdl, definition);
    }
}

fn is_built_in(name: &str) -> bool {
    name.starts_with("__") || BUILT_IN_SCALARS.contains(&name)
}

/// An empty line between definitions.
fn start(sdl: &mut String) {
    if !sdl.is_empty() {
        sdl.push('\n');
    }
}

fn is_implied(schema: &Schema) -> bool {
    let element = &schema.schema_definition;
    let roots = [
        (OperationType::Query, &element.query),
        (OperationType::Mutation, &element.mutation),
        (OperationType::Subscription, &element.subscription),
    ];
    element.description.is_none()
        && element.directives.is_empty()
        && roots.into_iter().all(|(operation, root)| {
            let name = operation.default_type_name();
            let exists = schema.types.get(name.as_str()).is_some_and(ExtendedType::is_object);
            root.as_ref().map(|root| root.as_str()) == exists.then_some(name.as_str())
        })
}

fn schema_element(sdl: &mut String, element: &SchemaDefinition) {
    description(sdl, element.description.as_ref(), "");
    sdl.push_str("schema");
    directives_on_lines(sdl, &element.directives);
    open(sdl, !element.directives.is_empty());
    for (operation, root) in
        [("query", &element.query), ("mutation", &element.mutation), ("subscription", &element.subscription)]
    {
        if let Some(root) = root {
            put(sdl, format_args!("  {operation}: {root}\n"));
        }
    }
    sdl.push_str("}\n");
}

fn directive_definition(sdl: &mut String, definition: &DirectiveDefinition) {
    description(sdl, definition.description.as_ref(), "");
    put(sdl, format_args!("directive @{}", definition.name));
    argument_definitions(sdl, &definition.arguments, "");
    directives_in_line(sdl, &definition.directives);
    if definition.repeatable {
        sdl.push_str(" repeatable");
    }
    let locations: Vec<_> = definition.locations.iter().map(|location| location.name()).collect();
    put(sdl, format_args!(" on {}\n", locations.join(" | ")));
}

fn type_definition(sdl: &mut String, definition: &ExtendedType) {
    description(sdl, definition.description(), "");
    let keyword = match definition {
        ExtendedType::Scalar(_) => "scalar",
        ExtendedType::Object(_) => "type",
        ExtendedType::Interface(_) => "interface",
        ExtendedType::Union(_) => "union",
        ExtendedType::Enum(_) => "enum",
        ExtendedType::InputObject(_) => "input",
    };
    put(sdl, format_args!("{keyword} {}", definition.name()));
    match definition {
        ExtendedType::Object(object) => implements(sdl, &object.implements_interfaces),
        ExtendedType::Interface(interface) => implements(sdl, &interface.implements_interfaces),
        _ => {}
    }
    directives_on_lines(sdl, definition.directives());
    let has_directives = !definition.directives().is_empty();
    match definition {
        ExtendedType::Scalar(_) => sdl.push('\n'),
        ExtendedType::Object(object) => fields(sdl, &object.fields, has_directives),
        ExtendedType::Interface(interface) => fields(sdl, &interface.fields, has_directives),
        ExtendedType::Union(union) => union_members(sdl, &union.members, has_directives),
        ExtendedType::Enum(definition) => enum_values(sdl, &definition.values, has_directives),
        ExtendedType::InputObject(input) => input_fields(sdl, &input.fields, has_directives),
    }
}

fn implements(sdl: &mut String, interfaces: &IndexSet<Node<Name>>) {
    for (index, interface) in interfaces.iter().enumerate() {
        let before = if index == 0 { "implements" } else { "&" };
        put(sdl, format_args!(" {before} {interface}"));
    }
}

fn fields(sdl: &mut String, fields: &IndexMap<Name, Node<FieldDefinition>>, has_directives: bool) {
    members(sdl, fields.values(), has_directives, |sdl, field| {
        description(sdl, field.description.as_ref(), "  ");
        put(sdl, format_args!("  {}", field.name));
        argument_definitions(sdl, &field.arguments, "  ");
        put(sdl, format_args!(": {}", field.ty));
        directives_in_line(sdl, &field.directives);
    });
}

fn enum_values(sdl: &mut String, values: &IndexMap<Name, Node<EnumValueDefinition>>, has_directives: bool) {
    members(sdl, values.values(), has_directives, |sdl, value| {
        description(sdl, value.description.as_ref(), "  ");
        put(sdl, format_args!("  {}", value.value));
        directives_in_line(sdl, &value.directives);
    });
}

fn input_fields(sdl: &mut String, fields: &IndexMap<Name, Node<InputValueDefinition>>, has_directives: bool) {
    members(sdl, fields.values(), has_directives, |sdl, field| {
        description(sdl, field.description.as_ref(), "  ");
        sdl.push_str("  ");
        input_value(sdl, field);
    });
}

/// Members in braces, one a line; no braces when there are none, which would not be GraphQL.
fn members<'a, T: 'a>(
    sdl: &mut String,
    members: impl ExactSizeIterator<Item = &'a Node<T>>,
    has_directives: bool,
    print: impl Fn(&mut String, &T),
) {
    if members.len() == 0 {
        sdl.push('\n');
        return;
    }
    open(sdl, has_directives);
    for member in members {
        print(sdl, member);
        sdl.push('\n');
    }
    sdl.push_str("}\n");
}

fn open(sdl: &mut String, has_directives: bool) {
    sdl.push_str(if has_directives { "\n{\n" } else { " {\n" });
}

fn union_members(sdl: &mut String, members: &IndexSet<Node<Name>>, has_directives: bool) {
    for (index, member) in members.iter().enumerate() {
        let before = match index {
            0 if has_directives => "\n  = ",
            0 => " = ",
            _ => " | ",
        };
        put(sdl, format_args!("{before}{member}"));
    }
    sdl.push('\n');
}

/// In one line, unless an argument has a description.
fn argument_definitions(sdl: &mut String, arguments: &[Node<InputValueDefinition>], indent: &str) {
    if arguments.is_empty() {
        return;
    }
    if arguments.iter().all(|argument| argument.description.is_none()) {
        for (index, argument) in arguments.iter().enumerate() {
            sdl.push_str(if index == 0 { "(" } else { ", " });
            input_value(sdl, argument);
        }
    } else {
        let deeper = format!("{indent}  ");
        sdl.push_str("(\n");
        for argument in arguments {
            description(sdl, argument.description.as_ref(), &deeper);
            sdl.push_str(&deeper);
            input_value(sdl, argument);
            sdl.push('\n');
        }
        sdl.push_str(indent);
    }
    sdl.push(')');
}

fn input_value(sdl: &mut String, definition: &InputValueDefinition) {
    put(sdl, format_args!("{}: {}", definition.name, definition.ty));
    if let Some(value) = &definition.default_value {
        sdl.push_str(" = ");
        print_value(sdl, value);
    }
    directives_in_line(sdl, &definition.directives);
}

fn directives_on_lines(sdl: &mut String, directives: &DirectiveList) {
    for directive in directives.iter() {
        sdl.push_str("\n  ");
        print_directive(sdl, directive);
    }
}

fn directives_in_line(sdl: &mut String, directives: &DirectiveList) {
    for directive in directives.iter() {
        sdl.push(' ');
        print_directive(sdl, directive);
    }
}

fn print_directive(sdl: &mut String, directive: &Directive) {
    put(sdl, format_args!("@{}", directive.name));
    for (index, argument) in directive.arguments.iter().enumerate() {
        let Argument { name, value } = argument.as_ref();
        put(sdl, format_args!("{}{name}: ", if index == 0 { "(" } else { ", " }));
        print_value(sdl, value);
    }
    if !directive.arguments.is_empty() {
        sdl.push(')');
    }
}

fn print_value(sdl: &mut String, value: &Value) {
    put(sdl, format_args!("{}", value.serialize().no_indent()));
}

fn description(sdl: &mut String, text: Option<&Node<str>>, indent: &str) {
    let Some(text) = text.map(|text| text.as_ref()) else { return };
    if !is_block_string(text) {
        sdl.push_str(indent);
        print_value(sdl, &Value::String(text.to_owned()));
        sdl.push('\n');
        return;
    }
    put(sdl, format_args!("{indent}\"\"\"\n"));
    for line in text.split('\n') {
        if !line.is_empty() {
            put(sdl, format_args!("{indent}{}", line.replace("\"\"\"", "\\\"\"\"")));
        }
        sdl.push('\n');
    }
    put(sdl, format_args!("{indent}\"\"\"\n"));
}

/// Whether a block string gives the very text back. GraphQL specification, "BlockStringValue": blank lines around the
/// text and common indentation are lost.
fn is_block_string(text: &str) -> bool {
    let is_blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    let mut lines = text.split('\n');
    let has_blank_edge = lines.next().is_none_or(is_blank) || lines.next_back().is_some_and(is_blank);
    let is_indented = |line: &str| line.starts_with([' ', '\t']);
    let has_common_indent = text.split('\n').filter(|line| !is_blank(line)).all(is_indented);
    let is_control = |character: char| character.is_control() && character != '\n' && character != '\t';
    !has_blank_edge && !has_common_indent && !text.contains(is_control)
}

fn put(sdl: &mut String, text: std::fmt::Arguments<'_>) {
    sdl.write_fmt(text).expect("a String takes everything");
}
