//! The API schema: the supergraph without what is inaccessible and without federation's own machinery.
//! Federation specification, "API schema"; inaccessible specification v0.2.

use crate::{
    Feature, SupergraphError,
    graphql_validation::{TOLERATED, validate},
    supergraph_reader::first_findings,
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{DirectiveList, DirectiveLocation},
    schema::{ExtendedType, InputValueDefinition},
    validation::Valid,
};
use hashbrown::HashSet;

/// Directives of the GraphQL specification that clients may see on definitions.
const STANDARD_DIRECTIVES: [&str; 3] = ["deprecated", "specifiedBy", "oneOf"];

/// Removes inaccessible elements and everything that `features` define.
pub fn api_schema(supergraph: &Schema, features: &[Feature]) -> Result<Valid<Schema>, SupergraphError> {
    let mut schema = supergraph.clone();
    let inaccessible = inaccessible_directive(features);
    schema.types.retain(|name, definition| {
        !features.iter().any(|feature| feature.defines_type(name)) && !definition.directives().has(&inaccessible)
    });
    let visible: HashSet<Name> = schema.types.keys().cloned().collect();
    for definition in schema.types.values_mut() {
        retain_accessible(definition, &inaccessible, &visible);
    }
    schema.directive_definitions.retain(|name, definition| {
        STANDARD_DIRECTIVES.contains(&name.as_str())
            || (!features.iter().any(|feature| feature.defines_directive(name))
                && definition.locations.iter().any(is_executable))
    });
    for definition in schema.directive_definitions.values_mut() {
        let definition = definition.make_mut();
        retain_accessible_arguments(&mut definition.arguments, &inaccessible);
    }
    let root = schema.schema_definition.make_mut();
    root.directives.0.clear();
    for operation in [&mut root.mutation, &mut root.subscription] {
        if operation.as_ref().is_some_and(|name| !visible.contains(name.as_ref())) {
            *operation = None;
        }
    }
    validate(schema, &TOLERATED).map_err(|errors| SupergraphError::InvalidApiSchema(first_findings(&errors)))
}

/// Local name of `@inaccessible`, whether linked or not (join v0.1 supergraphs may use it bare).
pub(crate) fn inaccessible_directive(features: &[Feature]) -> String {
    let feature = features.iter().find(|feature| feature.name() == "inaccessible");
    feature.map_or_else(|| "inaccessible".to_owned(), |feature| feature.directive_name("inaccessible"))
}

fn retain_accessible(definition: &mut ExtendedType, inaccessible: &str, visible: &HashSet<Name>) {
    match definition {
        ExtendedType::Scalar(scalar) => strip(&mut scalar.make_mut().directives),
        ExtendedType::Object(object) => {
            let object = object.make_mut();
            strip(&mut object.directives);
            object.implements_interfaces.retain(|name| visible.contains(name.as_ref()));
            object.fields.retain(|_, field| !field.directives.has(inaccessible));
            object.fields.values_mut().for_each(|field| {
                let field = field.make_mut();
                strip(&mut field.directives);
                retain_accessible_arguments(&mut field.arguments, inaccessible);
            });
        }
        ExtendedType::Interface(interface) => {
            let interface = interface.make_mut();
            strip(&mut interface.directives);
            interface.implements_interfaces.retain(|name| visible.contains(name.as_ref()));
            interface.fields.retain(|_, field| !field.directives.has(inaccessible));
            interface.fields.values_mut().for_each(|field| {
                let field = field.make_mut();
                strip(&mut field.directives);
                retain_accessible_arguments(&mut field.arguments, inaccessible);
            });
        }
        ExtendedType::Union(union) => {
            let union = union.make_mut();
            strip(&mut union.directives);
            union.members.retain(|name| visible.contains(name.as_ref()));
        }
        ExtendedType::Enum(definition) => {
            let definition = definition.make_mut();
            strip(&mut definition.directives);
            definition.values.retain(|_, value| !value.directives.has(inaccessible));
            definition.values.values_mut().for_each(|value| strip(&mut value.make_mut().directives));
        }
        ExtendedType::InputObject(input) => {
            let input = input.make_mut();
            strip(&mut input.directives);
            input.fields.retain(|_, field| !field.directives.has(inaccessible));
            input.fields.values_mut().for_each(|field| strip(&mut field.make_mut().directives));
        }
    }
}

fn retain_accessible_arguments(arguments: &mut Vec<Node<InputValueDefinition>>, inaccessible: &str) {
    arguments.retain(|argument| !argument.directives.has(inaccessible));
    arguments.iter_mut().for_each(|argument| strip(&mut argument.make_mut().directives));
}

fn strip(directives: &mut DirectiveList) {
    directives.0.retain(|directive| STANDARD_DIRECTIVES.contains(&directive.name.as_str()));
}

/// Whether operations can have directives there. GraphQL specification, "ExecutableDirectiveLocation".
pub fn is_executable(location: &DirectiveLocation) -> bool {
    use DirectiveLocation as At;
    matches!(
        location,
        At::Query
            | At::Mutation
            | At::Subscription
            | At::Field
            | At::FragmentDefinition
            | At::FragmentSpread
            | At::InlineFragment
            | At::VariableDefinition
    )
}
