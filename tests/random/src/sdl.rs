//! A world as GraphQL text: each subgraph's SDL, the supergraph SDL that composition would make of them, and the API.

mod api;
mod subgraph;
mod supergraph;

pub(crate) use api::api_sdl;
pub(crate) use subgraph::{executable_sdl, subgraph_sdl};
pub(crate) use supergraph::supergraph_sdl;

use crate::world::{Argument, How, SubgraphIndex, Ty, World};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Scalars, enums and input types that fields declared in a subgraph need.
fn leaf_types_in(world: &World, subgraph: SubgraphIndex) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for (object_name, object) in &world.objects {
        for field in object.fields.values().filter(|field| field.placements.contains_key(&subgraph)) {
            let is_declared =
                object.presence.contains_key(&subgraph) || world.interface_object_for(object_name, subgraph).is_some();
            if !is_declared {
                continue;
            }
            add_leaf(world, field.ty.name(), &mut names);
            for argument in &field.arguments {
                add_leaf(world, argument.ty.name(), &mut names);
            }
        }
    }
    names
}

fn add_leaf<'w>(world: &'w World, name: &str, names: &mut BTreeSet<&'w str>) {
    if let Some((name, _)) = world.enums.get_key_value(name) {
        names.insert(name);
    } else if let Some(scalar) = world.scalars.iter().find(|scalar| *scalar == name) {
        names.insert(scalar);
    } else if let Some((name, arguments)) = world.inputs.get_key_value(name)
        && names.insert(name)
    {
        for argument in arguments {
            add_leaf(world, argument.ty.name(), names);
        }
    }
}

/// Fields that a subgraph declares for an object type.
fn fields_in(world: &World, object: &str, subgraph: SubgraphIndex) -> Vec<String> {
    let object = &world.objects[object];
    object.fields.iter().filter(|(_, field)| field.placements.contains_key(&subgraph)).map(|(n, _)| n.clone()).collect()
}

fn interface_arguments<'w>(world: &'w World, interface: &str, field: &str) -> &'w [Argument] {
    world.interfaces[interface]
        .members
        .iter()
        .find_map(|member| world.field(member, field))
        .map_or(&[], |field| field.arguments.as_slice())
}

/// `name(a: Int = 1): Type`.
fn declaration(world: &World, name: &str, arguments: &[Argument], ty: &Ty) -> String {
    if arguments.is_empty() {
        return format!("{name}: {ty}");
    }
    let arguments: Vec<String> = arguments.iter().map(|argument| argument_declaration(world, argument)).collect();
    format!("{name}({}): {ty}", arguments.join(", "))
}

fn argument_declaration(world: &World, argument: &Argument) -> String {
    let mut text = format!("{}: {}", argument.name, argument.ty);
    if let Some(default) = &argument.default {
        text.push_str(" = ");
        text.push_str(&literal(world, &argument.ty, default));
    }
    text
}

/// A JSON value as a GraphQL literal of the given type.
pub(crate) fn literal(world: &World, ty: &Ty, value: &Json) -> String {
    match (value, ty.nullable()) {
        (Json::Array(items), Ty::List(inner)) => {
            let items: Vec<String> = items.iter().map(|item| literal(world, inner, item)).collect();
            format!("[{}]", items.join(", "))
        }
        (Json::Array(items), anything) => {
            let items: Vec<String> = items.iter().map(|item| literal(world, anything, item)).collect();
            format!("[{}]", items.join(", "))
        }
        (Json::Object(members), named) => {
            let definitions = world.inputs.get(named.name());
            let members: Vec<String> = members
                .iter()
                .map(|(name, member)| {
                    let definition = definitions.and_then(|all| all.iter().find(|argument| argument.name == *name));
                    let ty = definition.map_or(named, |argument| &argument.ty);
                    format!("{name}: {}", literal(world, ty, member))
                })
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        (Json::String(text), named) if world.enums.contains_key(named.name()) => text.clone(),
        (other, _) => other.to_string(),
    }
}

/// Whether a subgraph's own text of the field says `@shareable`.
fn is_marked_shareable(world: &World, object: &str, field_name: &str, subgraph: SubgraphIndex) -> bool {
    let field = &world.objects[object].fields[field_name];
    let how = field.placements.get(&subgraph).map(|placement| placement.how);
    how == Some(How::Resolved) && field.is_shareable()
}
