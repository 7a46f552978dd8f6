//! Elements of the supergraph that subgraphs can apply directives to.

use crate::type_members::{directives_mut, field_map_mut};
use apollo_compiler::{
    Name, Schema,
    ast::DirectiveList,
    schema::{ExtendedType, FieldDefinition},
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Element {
    Schema,
    Type(Name),
    Field(Name, Name),
    Argument(Name, Name, Name),
    InputField(Name, Name),
    EnumValue(Name, Name),
    Directive(Name),
    DirectiveArgument(Name, Name),
}

impl Element {
    pub(super) fn coordinate(&self) -> String {
        match self {
            Element::Schema => "schema".to_owned(),
            Element::Type(ty) => ty.to_string(),
            Element::Field(ty, field) | Element::InputField(ty, field) => format!("{ty}.{field}"),
            Element::EnumValue(ty, value) => format!("{ty}.{value}"),
            Element::Argument(ty, field, argument) => format!("{ty}.{field}({argument}:)"),
            Element::Directive(directive) => format!("@{directive}"),
            Element::DirectiveArgument(directive, argument) => format!("@{directive}({argument}:)"),
        }
    }

    /// The element's directives in a schema; `None` when it is not there.
    pub(super) fn directives_mut<'s>(&self, schema: &'s mut Schema) -> Option<&'s mut DirectiveList> {
        let types = &mut schema.types;
        match self {
            Element::Schema => Some(&mut schema.schema_definition.make_mut().directives),
            Element::Type(ty) => Some(directives_mut(types.get_mut(ty)?)),
            Element::Field(ty, field) => Some(&mut field_mut(types.get_mut(ty)?, field)?.directives),
            Element::Argument(ty, field, argument) => {
                let arguments = &mut field_mut(types.get_mut(ty)?, field)?.arguments;
                let argument = arguments.iter_mut().find(|known| known.name == *argument)?;
                Some(&mut argument.make_mut().directives)
            }
            Element::InputField(ty, field) => match types.get_mut(ty)? {
                ExtendedType::InputObject(input) => {
                    Some(&mut input.make_mut().fields.get_mut(field)?.make_mut().directives)
                }
                _ => None,
            },
            Element::EnumValue(ty, value) => match types.get_mut(ty)? {
                ExtendedType::Enum(definition) => {
                    Some(&mut definition.make_mut().values.get_mut(value)?.make_mut().directives)
                }
                _ => None,
            },
            Element::Directive(_) => None,
            Element::DirectiveArgument(directive, argument) => {
                let definition = schema.directive_definitions.get_mut(directive)?.make_mut();
                Some(&mut definition.argument_by_name_mut(argument)?.make_mut().directives)
            }
        }
    }
}

fn field_mut<'t>(ty: &'t mut ExtendedType, field: &Name) -> Option<&'t mut FieldDefinition> {
    Some(field_map_mut(ty)?.get_mut(field)?.make_mut())
}
