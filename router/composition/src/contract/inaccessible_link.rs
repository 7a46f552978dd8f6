//! Links the inaccessible specification to a supergraph. Inaccessible specification v0.2.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Argument, Directive, DirectiveDefinition, DirectiveLocation as At, Value},
    name,
};
use hansa_federation::{Feature, Purpose};

const IDENTITY: &str = "https://specs.apollo.dev/inaccessible";

/// Local name of `@inaccessible`, after linking and defining it where it was not.
pub(super) fn ensure(schema: &mut Schema, features: &mut Vec<Feature>) -> Name {
    let linked = features.iter().find(|feature| feature.identity == IDENTITY);
    if let Some(name) = linked.and_then(|feature| Name::new(&feature.directive_name("inaccessible")).ok()) {
        return name;
    }
    // Behind the links of the machinery and of tags, where composing puts it.
    let is_before = |feature: &Feature| matches!(feature.name(), "link" | "join" | "tag");
    let position = features.iter().rposition(is_before).map_or(features.len(), |index| index + 1);
    let directives = &mut schema.schema_definition.make_mut().directives.0;
    let position_in_document = position.min(directives.len());
    directives.insert(position_in_document, Node::new(link(features)));
    features.insert(
        position,
        Feature {
            identity: IDENTITY.to_owned(),
            version: (0, 2),
            namespace: "inaccessible".to_owned(),
            purpose: Some(Purpose::Security),
            imports: Vec::new(),
        },
    );
    let name = name!("inaccessible");
    schema.directive_definitions.entry(name.clone()).or_insert_with(|| Node::new(definition(name.clone())));
    name
}

fn link(features: &[Feature]) -> Directive {
    let linking = features.iter().find(|feature| feature.identity == "https://specs.apollo.dev/link");
    let local = linking.and_then(|feature| Name::new(&feature.directive_name("link")).ok());
    let argument = |name: Name, value: Value| Node::new(Argument { name, value: Node::new(value) });
    Directive {
        name: local.unwrap_or(name!("link")),
        arguments: vec![
            argument(name!("url"), Value::String(format!("{IDENTITY}/v0.2"))),
            argument(name!("for"), Value::Enum(name!("SECURITY"))),
        ],
    }
}

fn definition(name: Name) -> DirectiveDefinition {
    DirectiveDefinition {
        description: None,
        name,
        arguments: Vec::new(),
        repeatable: false,
        locations: [
            At::FieldDefinition,
            At::Object,
            At::Interface,
            At::Union,
            At::ArgumentDefinition,
            At::Scalar,
            At::Enum,
            At::EnumValue,
            At::InputObject,
            At::InputFieldDefinition,
        ]
        .into_iter()
        .collect(),
        directives: Default::default(),
    }
}
