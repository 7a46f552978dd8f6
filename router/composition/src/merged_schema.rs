//! The merged supergraph as the supergraph rules read it: what is hidden, what belongs to a linked feature, and which
//! subgraph says what.

use crate::{
    directive_arguments::argument_text,
    specs::Spec,
    type_members::{field, fields, interfaces},
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{self, Directive, DirectiveList},
    schema::{DirectiveDefinition, ExtendedType, FieldDefinition, InputValueDefinition, Type},
};
use hansa_federation::Feature;
use hashbrown::HashMap;

#[derive(Debug)]
pub(crate) struct MergedSchema<'a> {
    pub(crate) schema: &'a Schema,
    features: &'a [Feature],
    inaccessible: String,
    /// Subgraph names by value of `join__Graph`.
    subgraphs: HashMap<&'a Name, &'a str>,
}

/// An input field or argument, with its coordinate.
#[derive(Debug)]
pub(crate) struct InputElement<'a> {
    pub(crate) coordinate: String,
    pub(crate) definition: &'a InputValueDefinition,
}

impl<'a> MergedSchema<'a> {
    pub(crate) fn new(schema: &'a Schema, features: &'a [Feature]) -> Self {
        let inaccessible = Spec::Inaccessible.directive_in(features).unwrap_or_else(|| "inaccessible".to_owned());
        let mut merged = MergedSchema { schema, features, inaccessible, subgraphs: HashMap::new() };
        merged.subgraphs = merged.read_subgraphs().unwrap_or_default();
        merged
    }

    fn read_subgraphs(&self) -> Option<HashMap<&'a Name, &'a str>> {
        let join = Spec::Join.linked_in(self.features)?;
        let graphs = self.schema.get_enum(&format!("{}__Graph", join.namespace))?;
        let directive = join.directive_name("graph");
        let name = |value: &'a Node<ast::EnumValueDefinition>| {
            let name = value.directives.get(&directive).and_then(|directive| argument_text(directive, "name"));
            (&value.value, name.unwrap_or(&value.value))
        };
        Some(graphs.values.values().map(name).collect())
    }

    /// Local name of a directive of the specification of the same name, if it is linked.
    pub(crate) fn directive_name(&self, spec: Spec) -> Option<String> {
        spec.directive_in(self.features)
    }

    /// Applications of a join directive, by its name in the join specification.
    pub(crate) fn joins<'d>(&self, directives: &'d DirectiveList, name: &str) -> impl Iterator<Item = &'d Directive> {
        let join = Spec::Join.linked_in(self.features);
        let local = join.map(|join| join.directive_name(name));
        directives
            .iter()
            .filter(move |directive| Some(directive.name.as_str()) == local.as_deref())
            .map(|directive| directive.as_ref())
    }

    /// Subgraph that a join directive is about.
    pub(crate) fn subgraph(&self, join: &Directive) -> Option<&'a str> {
        let graph = join.specified_argument_by_name("graph")?.as_enum()?;
        self.subgraphs.get(graph).copied()
    }

    /// Subgraphs that have a field: those that the field names, or else all that have its type.
    pub(crate) fn subgraphs_of_field(&self, parent: &ExtendedType, field: &FieldDefinition) -> Vec<&'a str> {
        let of = |directives: &DirectiveList, join: &str| -> Vec<&'a str> {
            self.joins(directives, join).filter_map(|directive| self.subgraph(directive)).collect()
        };
        let mut subgraphs = of(&field.directives, "field");
        if self.joins(&field.directives, "field").next().is_none() {
            subgraphs = of(parent.directives(), "type");
        }
        subgraphs.dedup();
        subgraphs
    }

    pub(crate) fn is_hidden(&self, directives: &DirectiveList) -> bool {
        directives.has(&self.inaccessible)
    }

    /// Whether clients never see the type because it is hidden; types that do not exist are none of them.
    pub(crate) fn is_hidden_type(&self, name: &str) -> bool {
        self.schema.types.get(name).is_some_and(|definition| self.is_hidden(definition.directives()))
    }

    /// Whether a linked feature defines the type, so that it is no part of the API schema.
    pub(crate) fn is_feature_type(&self, name: &str) -> bool {
        self.features.iter().any(|feature| feature.defines_type(name))
    }

    pub(crate) fn is_feature_directive(&self, name: &str) -> bool {
        self.features.iter().any(|feature| feature.defines_directive(name))
    }

    /// Types of the API schema.
    pub(crate) fn visible_types(&self) -> impl Iterator<Item = (&'a Name, &'a ExtendedType)> {
        self.schema.types.iter().filter(|(name, definition)| {
            !definition.is_built_in() && !self.is_hidden(definition.directives()) && !self.is_feature_type(name)
        })
    }

    /// Directive definitions of the API schema: those that operations can use.
    pub(crate) fn visible_directives(&self) -> impl Iterator<Item = &'a Node<DirectiveDefinition>> {
        self.schema.directive_definitions.values().filter(|definition| {
            !definition.is_built_in()
                && !self.is_feature_directive(&definition.name)
                && definition.locations.iter().any(hansa_federation::is_executable)
        })
    }

    /// All input fields, and arguments of fields and of directives.
    pub(crate) fn inputs(&self) -> Vec<InputElement<'a>> {
        let mut inputs = Vec::new();
        for (name, definition) in self.schema.types.iter().filter(|(_, definition)| !definition.is_built_in()) {
            add_inputs((name, definition), |_| true, &mut inputs);
        }
        for directive in self.schema.directive_definitions.values().filter(|directive| !directive.is_built_in()) {
            add_arguments(directive, &mut inputs);
        }
        inputs
    }

    /// Input fields, arguments of fields and of directives whose parents are in the API schema; they may be hidden
    /// themselves.
    pub(crate) fn inputs_of_visible(&self) -> Vec<InputElement<'a>> {
        let mut inputs = Vec::new();
        for parent in self.visible_types() {
            add_inputs(parent, |field| !self.is_hidden(&field.directives), &mut inputs);
        }
        for directive in self.visible_directives() {
            add_arguments(directive, &mut inputs);
        }
        inputs
    }
}

fn add_inputs<'a>(
    (name, definition): (&Name, &'a ExtendedType),
    has_inputs: impl Fn(&FieldDefinition) -> bool,
    inputs: &mut Vec<InputElement<'a>>,
) {
    for field in fields(definition).filter(|field| has_inputs(field)) {
        inputs.extend(field.arguments.iter().map(|definition| InputElement {
            coordinate: format!("{name}.{}({}:)", field.name, definition.name),
            definition,
        }));
    }
    if let ExtendedType::InputObject(input) = definition {
        inputs.extend(
            input
                .fields
                .values()
                .map(|definition| InputElement { coordinate: format!("{name}.{}", definition.name), definition }),
        );
    }
}

fn add_arguments<'a>(directive: &'a DirectiveDefinition, inputs: &mut Vec<InputElement<'a>>) {
    inputs.extend(directive.arguments.iter().map(|definition| InputElement {
        coordinate: format!("@{}({}:)", directive.name, definition.name),
        definition,
    }));
}

/// A field of a visible type, perhaps hidden, and the visible field of a visible interface that it implements.
#[derive(Debug)]
pub(crate) struct ImplementedField<'a> {
    pub(crate) name: &'a Name,
    pub(crate) implementing: &'a FieldDefinition,
    pub(crate) interface: &'a Name,
    pub(crate) declared: &'a FieldDefinition,
}

/// How many children of a type are visible, and what they are called; none for scalars, which have no children.
pub(crate) fn visible_children(merged: &MergedSchema<'_>, definition: &ExtendedType) -> Option<(usize, &'static str)> {
    let is_visible = |directives: &DirectiveList| !merged.is_hidden(directives);
    Some(match definition {
        ExtendedType::Scalar(_) => return None,
        ExtendedType::Union(union) => {
            (union.members.iter().filter(|member| !merged.is_hidden_type(member)).count(), "members")
        }
        ExtendedType::Enum(definition) => {
            (definition.values.values().filter(|value| is_visible(&value.directives)).count(), "values")
        }
        ExtendedType::InputObject(input) => {
            (input.fields.values().filter(|field| is_visible(&field.directives)).count(), "input fields")
        }
        _ => (fields(definition).filter(|field| is_visible(&field.directives)).count(), "fields"),
    })
}

/// Fields of visible types that implement fields of visible interfaces.
pub(crate) fn implemented_visible_fields<'a>(merged: &MergedSchema<'a>) -> Vec<ImplementedField<'a>> {
    let mut implemented = Vec::new();
    for (name, definition) in merged.visible_types() {
        for interface in interfaces(definition) {
            let Some(declaring) = merged.schema.types.get(interface.as_str()) else { continue };
            if merged.is_hidden(declaring.directives()) {
                continue;
            }
            for declared in fields(declaring).filter(|field| !merged.is_hidden(&field.directives)) {
                let Some(implementing) = field(definition, &declared.name) else { continue };
                implemented.push(ImplementedField { name, implementing, interface, declared });
            }
        }
    }
    implemented
}

/// GraphQL specification, "Required Arguments".
pub(crate) fn is_required(definition: &InputValueDefinition) -> bool {
    matches!(definition.ty.as_ref(), Type::NonNullNamed(_) | Type::NonNullList(_)) && definition.default_value.is_none()
}
