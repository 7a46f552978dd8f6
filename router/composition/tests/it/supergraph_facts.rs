//! What a supergraph says, as a set of single statements: two that say the same differ in order and form only.

use apollo_compiler::{
    Node,
    ast::{Argument, Definition, Directive, Document, FieldDefinition, InputValueDefinition, Value},
};
use std::collections::BTreeSet;

/// Statements on types, fields, arguments, values and their directives. Left out: the definitions of the specifications
/// themselves, the version of join, descriptions, and `extension:`, which says how a subgraph was written.
pub(crate) fn facts(sdl: &str) -> BTreeSet<String> {
    let document = Document::parse(sdl, "supergraph.graphql").unwrap_or_else(|error| panic!("{error}\n{sdl}"));
    let mut facts = Facts::default();
    document.definitions.iter().for_each(|definition| facts.add_definition(definition));
    facts.0
}

#[derive(Default)]
struct Facts(BTreeSet<String>);

impl Facts {
    fn add_definition(&mut self, definition: &Definition) {
        match definition {
            Definition::SchemaDefinition(schema) => {
                self.add_directives("schema", &schema.directives);
                for root in &schema.root_operations {
                    self.add(format!("schema: {} is {}", root.0, root.1));
                }
            }
            Definition::DirectiveDefinition(directive) if !is_of_a_specification(&directive.name) => {
                self.add(directive.to_string());
            }
            Definition::ObjectTypeDefinition(ty) => {
                self.add_type("object", &ty.name, &ty.directives);
                self.add_list(&format!("{} implements", ty.name), &ty.implements_interfaces);
                ty.fields.iter().for_each(|field| self.add_field(&ty.name, field));
            }
            Definition::InterfaceTypeDefinition(ty) => {
                self.add_type("interface", &ty.name, &ty.directives);
                self.add_list(&format!("{} implements", ty.name), &ty.implements_interfaces);
                ty.fields.iter().for_each(|field| self.add_field(&ty.name, field));
            }
            Definition::UnionTypeDefinition(ty) => {
                self.add_type("union", &ty.name, &ty.directives);
                self.add_list(&format!("{} has the member", ty.name), &ty.members);
            }
            Definition::EnumTypeDefinition(ty) if !is_of_a_specification(&ty.name) || ty.name == "join__Graph" => {
                self.add_type("enum", &ty.name, &ty.directives);
                for value in &ty.values {
                    let place = format!("{}.{}", ty.name, value.value);
                    self.add(place.clone());
                    self.add_directives(&place, &value.directives);
                }
            }
            Definition::InputObjectTypeDefinition(ty) if !is_of_a_specification(&ty.name) => {
                self.add_type("input object", &ty.name, &ty.directives);
                ty.fields.iter().for_each(|field| self.add_input(&format!("{}.{}", ty.name, field.name), field));
            }
            Definition::ScalarTypeDefinition(ty) if !is_of_a_specification(&ty.name) => {
                self.add_type("scalar", &ty.name, &ty.directives);
            }
            _ => {}
        }
    }

    fn add_type(&mut self, kind: &str, name: &str, directives: &[Node<Directive>]) {
        self.add(format!("{kind} {name}"));
        self.add_directives(name, directives);
    }

    fn add_list(&mut self, what: &str, names: &[apollo_compiler::Name]) {
        names.iter().for_each(|name| self.add(format!("{what} {name}")));
    }

    fn add_field(&mut self, ty: &str, field: &FieldDefinition) {
        let place = format!("{ty}.{}", field.name);
        self.add(format!("{place}: {}", field.ty));
        self.add_directives(&place, &field.directives);
        for argument in &field.arguments {
            self.add_input(&format!("{place}({}:)", argument.name), argument);
        }
    }

    fn add_input(&mut self, place: &str, input: &InputValueDefinition) {
        let default = input.default_value.as_ref().map(|value| format!(" = {value}"));
        self.add(format!("{place}: {}{}", input.ty, default.unwrap_or_default()));
        self.add_directives(place, &input.directives);
    }

    fn add_directives(&mut self, place: &str, directives: &[Node<Directive>]) {
        for directive in directives {
            if directive.name == "link" && is_link_of_link_or_join(directive) {
                continue;
            }
            let mut arguments: Vec<String> =
                directive.arguments.iter().filter_map(|argument| stated(argument)).collect();
            arguments.sort();
            self.add(format!("{place} @{}({})", directive.name, arguments.join(", ")));
        }
    }

    fn add(&mut self, fact: String) {
        self.0.insert(fact);
    }
}

fn is_of_a_specification(name: &str) -> bool {
    name.starts_with("join__") || name.starts_with("link__") || name == "link"
}

/// The supergraph may be written in another version of them.
fn is_link_of_link_or_join(link: &Directive) -> bool {
    let url = link.specified_argument_by_name("url").and_then(|url| url.as_str()).unwrap_or_default();
    url.contains("/link/v") || url.contains("/join/v")
}

/// An argument, unless it says what holds without it.
fn stated(argument: &Argument) -> Option<String> {
    let is_default = matches!(
        (argument.name.as_str(), &*argument.value),
        ("extension", _)
            | ("resolvable", Value::Boolean(true))
            | ("isInterfaceObject" | "external" | "usedOverridden", Value::Boolean(false))
    );
    let text = match &*argument.value {
        Value::String(text) if is_field_set(&argument.name) => sorted_selections(text),
        other => other.to_string(),
    };
    (!is_default).then(|| format!("{}: {text}", argument.name))
}

fn is_field_set(name: &str) -> bool {
    ["key", "requires", "provides"].contains(&name)
}

/// A field set with its selections in order, on every level.
fn sorted_selections(text: &str) -> String {
    let spaced = text.replace('{', " { ").replace('}', " } ");
    let mut tokens = spaced.split_whitespace();
    selections(&mut tokens)
}

/// Words up to the closing brace. One in braces belongs to the word before it; arguments and `... on` keep their order
/// because they are glued to what follows.
fn selections<'a>(tokens: &mut impl Iterator<Item = &'a str>) -> String {
    let mut found: Vec<String> = Vec::new();
    let mut is_glued = false;
    while let Some(token) = tokens.next() {
        match token {
            "}" => break,
            "{" => {
                let nested = selections(tokens);
                let owner = found.last_mut().expect("a selection set belongs to something");
                owner.push_str(&format!(" {{ {nested} }}"));
            }
            _ if is_glued => {
                let last = found.last_mut().expect("something to be glued to");
                *last = format!("{last} {token}");
            }
            _ => found.push(token.to_owned()),
        }
        let last = found.last().map(String::as_str).unwrap_or_default();
        is_glued = token == "..." || token == "on" || last.matches('(').count() > last.matches(')').count();
    }
    found.sort();
    found.join(" ")
}

#[test]
fn facts_do_not_depend_on_order_or_form() {
    let one = "type T @join__type(graph: A, key: \"id t{b a ... on X { c }}\", extension: true) { a(x: Int = 1): Int b: Int }";
    let other = "type T @join__type(key: \"t { ... on X { c } a b } id\", graph: A, resolvable: true) { b: Int a(x: Int = 1): Int }";
    assert_eq!(facts(one), facts(other));
    for different in [
        one.replace("... on X { c }", ""),
        one.replace("graph: A", "graph: B"),
        one.replace("= 1", "= 2"),
        one.replace("b: Int }", "b: Int! }"),
        one.replace("t{b a", "t{b d"),
    ] {
        assert_ne!(facts(one), facts(&different), "{different}");
    }
}
