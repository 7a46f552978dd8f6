//! Takes the directives off a subgraph's document and keeps what federation's own said.

use super::{FederationFacts, Key};
use crate::{
    federation_names::{FederationNames, SPECIFIED_DIRECTIVES},
    field_set::FieldSet,
    load_error::nearest_name,
};
use apollo_compiler::{
    Node,
    ast::{
        Definition, Directive, DirectiveList, DirectiveLocation, Document, FieldDefinition, InputValueDefinition, Value,
    },
    parser::SourceMap,
};

/// The document without type system directives, and what they said. All problems at once.
pub(crate) fn strip_federation(mut document: Document, file: &str) -> Result<(Document, FederationFacts), Vec<String>> {
    let names = FederationNames::of(&document);
    let sources = document.sources.clone();
    let mut stripper = Stripper { names, sources, file, facts: FederationFacts::default(), problems: Vec::new() };
    document.definitions.retain_mut(|definition| stripper.keep(definition));
    if stripper.problems.is_empty() { Ok((document, stripper.facts)) } else { Err(stripper.problems) }
}

struct Stripper<'a> {
    names: FederationNames,
    sources: SourceMap,
    file: &'a str,
    facts: FederationFacts,
    problems: Vec<String>,
}

impl Stripper<'_> {
    /// Strips one definition; false if nothing of it is left to keep.
    fn keep(&mut self, definition: &mut Definition) -> bool {
        match definition {
            Definition::DirectiveDefinition(directive) => directive.locations.iter().any(is_executable),
            Definition::DirectiveExtension(_) => false,
            Definition::SchemaDefinition(schema) => {
                self.strip(&mut schema.make_mut().directives);
                true
            }
            Definition::SchemaExtension(schema) => {
                self.strip(&mut schema.make_mut().directives);
                !schema.root_operations.is_empty()
            }
            Definition::ScalarTypeDefinition(scalar) => {
                self.strip(&mut scalar.make_mut().directives);
                true
            }
            Definition::ScalarTypeExtension(_) => false,
            Definition::ObjectTypeDefinition(object) => {
                let object = object.make_mut();
                self.keep_composite(&object.name.clone(), &mut object.directives, &mut object.fields)
            }
            Definition::ObjectTypeExtension(object) => {
                let object = object.make_mut();
                self.keep_composite(&object.name.clone(), &mut object.directives, &mut object.fields);
                !object.fields.is_empty() || !object.implements_interfaces.is_empty()
            }
            Definition::InterfaceTypeDefinition(interface) => {
                let interface = interface.make_mut();
                self.keep_composite(&interface.name.clone(), &mut interface.directives, &mut interface.fields)
            }
            Definition::InterfaceTypeExtension(interface) => {
                let interface = interface.make_mut();
                self.keep_composite(&interface.name.clone(), &mut interface.directives, &mut interface.fields);
                !interface.fields.is_empty() || !interface.implements_interfaces.is_empty()
            }
            other => self.keep_input_or_union(other),
        }
    }

    fn keep_input_or_union(&mut self, definition: &mut Definition) -> bool {
        match definition {
            Definition::UnionTypeDefinition(union) => {
                self.strip(&mut union.make_mut().directives);
                true
            }
            Definition::UnionTypeExtension(union) => {
                self.strip(&mut union.make_mut().directives);
                !union.members.is_empty()
            }
            Definition::EnumTypeDefinition(values) => {
                let values = values.make_mut();
                self.strip(&mut values.directives);
                values.values.iter_mut().for_each(|value| self.strip(&mut value.make_mut().directives));
                true
            }
            Definition::EnumTypeExtension(values) => {
                let values = values.make_mut();
                self.strip(&mut values.directives);
                values.values.iter_mut().for_each(|value| self.strip(&mut value.make_mut().directives));
                !values.values.is_empty()
            }
            Definition::InputObjectTypeDefinition(input) => {
                let input = input.make_mut();
                self.strip(&mut input.directives);
                self.strip_inputs(&mut input.fields);
                true
            }
            Definition::InputObjectTypeExtension(input) => {
                let input = input.make_mut();
                self.strip(&mut input.directives);
                self.strip_inputs(&mut input.fields);
                !input.fields.is_empty()
            }
            // Operations in an SDL: left for the schema builder to refuse.
            _ => true,
        }
    }

    fn keep_composite(
        &mut self,
        type_name: &str,
        directives: &mut DirectiveList,
        fields: &mut Vec<Node<FieldDefinition>>,
    ) -> bool {
        let mut is_external = false;
        for directive in &directives.0 {
            match self.names.canonical(&directive.name) {
                Some("key") => self.read_key(type_name, directive),
                Some("external") => is_external = true,
                _ => {}
            }
        }
        self.strip(directives);
        fields.retain(|field| field.name != "_service" && field.name != "_entities");
        for field in fields {
            let field = field.make_mut();
            self.read_field(type_name, field);
            if is_external {
                self.facts.externals.insert((type_name.to_owned(), field.name.to_string()));
            }
            self.strip(&mut field.directives);
            self.strip_inputs(&mut field.arguments);
        }
        true
    }

    fn strip_inputs(&mut self, inputs: &mut [Node<InputValueDefinition>]) {
        inputs.iter_mut().for_each(|input| self.strip(&mut input.make_mut().directives));
    }

    fn strip(&mut self, directives: &mut DirectiveList) {
        for directive in &directives.0 {
            if !self.names.is_known(&directive.name) {
                let advice = nearest_name(&directive.name, self.names.all());
                self.problem(directive, &format!("directive @{} is not defined; {advice}", directive.name));
            }
        }
        directives.0.retain(|directive| SPECIFIED_DIRECTIVES.contains(&directive.name.as_str()));
    }

    fn read_key(&mut self, type_name: &str, directive: &Node<Directive>) {
        let resolvable = directive.specified_argument_by_name("resolvable");
        let resolvable = !matches!(resolvable.map(|value| &**value), Some(Value::Boolean(false)));
        if let Some(fields) = self.field_set(directive) {
            self.facts.keys.entry(type_name.to_owned()).or_default().push(Key { fields, resolvable });
        }
    }

    fn read_field(&mut self, type_name: &str, field: &FieldDefinition) {
        let coordinate = (type_name.to_owned(), field.name.to_string());
        for directive in &field.directives.0 {
            match self.names.canonical(&directive.name) {
                Some("external") => {
                    self.facts.externals.insert(coordinate.clone());
                }
                Some("requires") => {
                    if let Some(fields) = self.field_set(directive) {
                        self.facts.requires.insert(coordinate.clone(), fields);
                    }
                }
                Some("provides") => {
                    if let Some(fields) = self.field_set(directive) {
                        self.facts.provides.push((field.ty.inner_named_type().to_string(), fields));
                    }
                }
                _ => {}
            }
        }
    }

    fn field_set(&mut self, directive: &Node<Directive>) -> Option<FieldSet> {
        let text = match directive.specified_argument_by_name("fields").map(|value| &**value) {
            Some(Value::String(text)) => Some(text.clone()),
            // Federation v1 wrote these too.
            Some(Value::Enum(name)) => Some(name.to_string()),
            Some(Value::List(names)) => {
                let names: Option<Vec<&str>> = names.iter().map(|name| name.as_str()).collect();
                names.map(|names| names.join(" "))
            }
            _ => None,
        };
        let Some(text) = text else {
            self.problem(directive, &format!("@{} needs the argument fields, a string", directive.name));
            return None;
        };
        match FieldSet::parse(&text) {
            Ok(fields) => Some(fields),
            Err(problem) => {
                self.problem(
                    directive,
                    &format!("@{}: {problem}; write field names as in a selection", directive.name),
                );
                None
            }
        }
    }

    fn problem(&mut self, directive: &Node<Directive>, problem: &str) {
        let place = directive.location().and_then(|span| span.line_column(&self.sources));
        self.problems.push(match place {
            Some(place) => format!("{}:{}:{}: {problem}", self.file, place.line, place.column),
            None => format!("{}: {problem}", self.file),
        });
    }
}

fn is_executable(location: &DirectiveLocation) -> bool {
    use DirectiveLocation as Location;
    matches!(
        location,
        Location::Query
            | Location::Mutation
            | Location::Subscription
            | Location::Field
            | Location::FragmentDefinition
            | Location::FragmentSpread
            | Location::InlineFragment
            | Location::VariableDefinition
    )
}
