//! What a type consists of, whatever its kind.

use apollo_compiler::{
    Name, Node, Schema,
    ast::DirectiveList,
    collections::{IndexMap, IndexSet},
    schema::{ExtendedType, FieldDefinition, Implementers},
};
use hashbrown::HashMap;

pub(crate) const BUILT_IN_SCALARS: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];
/// Directives of the GraphQL specification, or of its drafts that servers know.
pub(crate) const STANDARD_DIRECTIVES: [&str; 7] =
    ["deprecated", "specifiedBy", "oneOf", "skip", "include", "defer", "stream"];
/// Names of the root types, whatever subgraphs call them.
pub(crate) const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// Fields of an object or interface type; other types have none.
pub(crate) fn fields(ty: &ExtendedType) -> impl Iterator<Item = &Node<FieldDefinition>> {
    field_map(ty).into_iter().flat_map(IndexMap::values)
}

/// A field of an object or interface type; `__typename` is none.
pub(crate) fn field<'t>(ty: &'t ExtendedType, name: &str) -> Option<&'t Node<FieldDefinition>> {
    field_map(ty)?.get(name)
}

/// The same, by the name of the type.
pub(crate) fn field_of<'s>(schema: &'s Schema, ty: &str, name: &str) -> Option<&'s Node<FieldDefinition>> {
    field(schema.types.get(ty)?, name)
}

/// Fields by name; `None` for types that are neither objects nor interfaces.
pub(crate) fn field_map(ty: &ExtendedType) -> Option<&IndexMap<Name, Node<FieldDefinition>>> {
    match ty {
        ExtendedType::Object(object) => Some(&object.fields),
        ExtendedType::Interface(interface) => Some(&interface.fields),
        _ => None,
    }
}

/// Like [`field_map`]. Makes the type the schema's own, so ask only if there is something to change.
pub(crate) fn field_map_mut(ty: &mut ExtendedType) -> Option<&mut IndexMap<Name, Node<FieldDefinition>>> {
    match ty {
        ExtendedType::Object(object) => Some(&mut object.make_mut().fields),
        ExtendedType::Interface(interface) => Some(&mut interface.make_mut().fields),
        _ => None,
    }
}

/// Interfaces that a type says it implements.
pub(crate) fn interfaces(ty: &ExtendedType) -> impl Iterator<Item = &Name> {
    let interfaces: Option<&IndexSet<Node<Name>>> = match ty {
        ExtendedType::Object(object) => Some(&object.implements_interfaces),
        ExtendedType::Interface(interface) => Some(&interface.implements_interfaces),
        _ => None,
    };
    interfaces.into_iter().flatten().map(|name| name.as_ref())
}

/// Object and interface types by the interfaces that they implement.
pub(crate) fn implementers(schema: &Schema) -> HashMap<Name, Implementers> {
    schema.implementers_map().into_iter().collect()
}

/// Directives on the type itself. Makes the type the schema's own, so ask only if there is something to change.
pub(crate) fn directives_mut(ty: &mut ExtendedType) -> &mut DirectiveList {
    match ty {
        ExtendedType::Scalar(scalar) => &mut scalar.make_mut().directives,
        ExtendedType::Object(object) => &mut object.make_mut().directives,
        ExtendedType::Interface(interface) => &mut interface.make_mut().directives,
        ExtendedType::Union(union) => &mut union.make_mut().directives,
        ExtendedType::Enum(definition) => &mut definition.make_mut().directives,
        ExtendedType::InputObject(input) => &mut input.make_mut().directives,
    }
}

/// Whether something can be selected in the type. GraphQL specification, "composite types".
pub(crate) fn is_composite(schema: &Schema, ty: &str) -> bool {
    use ExtendedType::{Interface, Object, Union};
    matches!(schema.types.get(ty), Some(Object(_) | Interface(_) | Union(_)))
}
