//! The supergraph SDL, in the form in which composition writes it with join v0.3.

use super::{argument_declaration, declaration, interface_arguments, leaf_types_in};
use crate::{
    guards::GuardNames,
    world::{ContextArgument, Field, How, ObjectType, SubgraphIndex, World},
};
use std::{collections::BTreeSet, fmt::Write};

const HEAD: &str = r#"schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/vVERSION", for: EXECUTION)
CONTEXT_LINK  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "login", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", import: [{ name: "@requiresScopes", as: "@may" }], for: SECURITY)
{
  query: Query
MUTATION}

CONTEXT_TYPESdirective @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION

directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: BooleanLABEL) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION

directive @join__graph(name: String!, url: String!) on ENUM_VALUE

directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE

directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR

directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION

directive @login on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM

directive @may(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM

directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA

scalar join__FieldSet

scalar link__Import

enum link__Purpose {
  SECURITY
  EXECUTION
}
"#;

const CONTEXT_LINK: &str = "  @link(url: \"https://specs.apollo.dev/context/v0.1\", for: SECURITY)\n";

const CONTEXT_TYPES: &str = "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION

input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}

scalar join__FieldValue

";

const NAMES: GuardNames = GuardNames { authenticated: "login", requires_scopes: "may" };

pub(crate) fn supergraph_sdl(world: &World) -> String {
    let mutation = if world.objects.contains_key("Mutation") { "  mutation: Mutation\n" } else { "" };
    let has_labels =
        world.objects.values().flat_map(|object| object.fields.values()).any(|field| field.label().is_some());
    let (link, types, argument) = match world.context {
        Some(_) => (CONTEXT_LINK, CONTEXT_TYPES, ", contextArguments: [join__ContextArgument!]"),
        None => ("", "", ""),
    };
    let label = if has_labels { ", overrideLabel: String" } else { "" };
    let version = match (has_labels, &world.context) {
        (_, Some(_)) => "0.5",
        (true, None) => "0.4",
        (false, None) => "0.3",
    };
    let mut sdl = HEAD
        .replace("MUTATION", mutation)
        .replace("VERSION", version)
        .replace("LABEL", &format!("{label}{argument}"))
        .replace("CONTEXT_LINK", link)
        .replace("CONTEXT_TYPES", types);
    sdl.push_str("\nenum join__Graph {\n");
    for (index, name) in world.subgraphs.iter().enumerate() {
        let _ =
            writeln!(sdl, "  {} @join__graph(name: \"{name}\", url: \"http://{name}.invalid/\")", graph(world, index));
    }
    sdl.push_str("}\n");
    for (name, object) in &world.objects {
        write_object(world, name, object, &mut sdl);
    }
    for name in world.interfaces.keys() {
        write_interface(world, name, &mut sdl);
    }
    write_unions(world, &mut sdl);
    write_leaf_types(world, &mut sdl);
    sdl
}

fn graph(world: &World, subgraph: SubgraphIndex) -> String {
    world.subgraphs[subgraph].to_uppercase().replace('-', "_")
}

fn context_name(world: &World, subgraph: SubgraphIndex) -> String {
    format!("{}__above", world.subgraphs[subgraph].replace('-', "_"))
}

fn write_object(world: &World, name: &str, object: &ObjectType, sdl: &mut String) {
    let implemented: BTreeSet<&str> =
        object.presence.values().flat_map(|presence| &presence.implements).map(String::as_str).collect();
    let _ = write!(sdl, "\ntype {name}");
    if !implemented.is_empty() {
        let implemented: Vec<&str> = implemented.iter().copied().collect();
        let _ = write!(sdl, " implements {}", implemented.join(" & "));
    }
    sdl.push('\n');
    for (subgraph, presence) in &object.presence {
        for interface in &presence.implements {
            let _ =
                writeln!(sdl, "  @join__implements(graph: {}, interface: \"{interface}\")", graph(world, *subgraph));
        }
    }
    for (subgraph, presence) in &object.presence {
        let graph = graph(world, *subgraph);
        if presence.keys.is_empty() {
            let _ = writeln!(sdl, "  @join__type(graph: {graph})");
        }
        for key in &presence.keys {
            let resolvable = if key.is_resolvable { "" } else { ", resolvable: false" };
            let _ = writeln!(sdl, "  @join__type(graph: {graph}, key: \"{}\"{resolvable})", object.keys[key.key]);
        }
    }
    if object.is_inaccessible {
        sdl.push_str("  @inaccessible\n");
    }
    if let Some(context) = world.context.as_ref().filter(|context| context.setter == name) {
        let _ = writeln!(sdl, "  @context(name: \"{}\")", context_name(world, context.subgraph));
    }
    sdl.push_str(&guard_text(world, name));
    sdl.push_str("{\n");
    for (field_name, field) in &object.fields {
        let _ = write!(sdl, "  {}", declaration(world, field_name, &field.arguments, &field.ty));
        if field.is_inaccessible {
            sdl.push_str(" @inaccessible");
        }
        sdl.push_str(&guard_text(world, &format!("{name}.{field_name}")));
        if field.from_interface.is_some() {
            sdl.push_str(" @join__field");
        } else {
            let owners: Vec<SubgraphIndex> = object.presence.keys().copied().collect();
            write_join_fields(world, field, &owners, sdl);
        }
        sdl.push('\n');
    }
    sdl.push_str("}\n");
}

/// Nothing where all of the type's subgraphs have the plain field.
fn write_join_fields(world: &World, field: &Field, owners: &[SubgraphIndex], sdl: &mut String) {
    let is_plain = |subgraph: &SubgraphIndex| {
        field.placements.get(subgraph).is_some_and(|placement| {
            placement.how == How::Resolved
                && placement.requires.is_none()
                && placement.provides.is_none()
                && placement.override_from.is_none()
        })
    };
    let has_types = field.placements.values().any(|placement| placement.ty.is_some());
    if owners.iter().all(is_plain) && !has_types && field.from_context.is_none() {
        return;
    }
    for (subgraph, placement) in &field.placements {
        // Members of an entity interface may have placements where only its interface object is.
        let is_given_up = placement.how == How::Overridden && placement.label.is_none();
        if is_given_up || !owners.contains(subgraph) {
            continue;
        }
        let _ = write!(sdl, " @join__field(graph: {}", graph(world, *subgraph));
        if has_types {
            let _ = write!(sdl, ", type: \"{}\"", field.ty_in(*subgraph));
        }
        if let Some(requires) = &placement.requires {
            let _ = write!(sdl, ", requires: \"{requires}\"");
        }
        if let Some(provides) = &placement.provides {
            let _ = write!(sdl, ", provides: \"{provides}\"");
        }
        if placement.how == How::External {
            sdl.push_str(", external: true");
        }
        if let Some(argument) = &field.from_context {
            let (context, name) = (context_name(world, *subgraph), ContextArgument::NAME);
            let ContextArgument { ty, value } = argument;
            let _ = write!(
                sdl,
                ", contextArguments: [{{context: \"{context}\", name: \"{name}\", type: \"{ty}\", selection: \" {{ {value} }}\"}}]"
            );
        }
        if let Some(from) = placement.override_from {
            let _ = write!(sdl, ", override: \"{}\"", world.subgraphs[from]);
        }
        if let Some(label) = &placement.label {
            let _ = write!(sdl, ", overrideLabel: \"{label}\"");
        }
        sdl.push(')');
    }
}

fn write_interface(world: &World, name: &str, sdl: &mut String) {
    let interface = &world.interfaces[name];
    let implements = interface.parent.as_ref().map_or(String::new(), |parent| format!(" implements {parent}"));
    let _ = writeln!(sdl, "\ninterface {name}{implements}");
    for subgraph in &interface.extends_in {
        let parent = interface.parent.as_deref().unwrap_or_default();
        let _ = writeln!(sdl, "  @join__implements(graph: {}, interface: \"{parent}\")", graph(world, *subgraph));
    }
    let sides: &[SubgraphIndex] = interface.entity.as_ref().map_or(&[], |entity| entity.object_sides.as_slice());
    let owners: BTreeSet<SubgraphIndex> = interface.presence.keys().chain(sides).copied().collect();
    for subgraph in &owners {
        let key = if interface.entity.is_some() { ", key: \"id\"" } else { "" };
        let side = if sides.contains(subgraph) { ", isInterfaceObject: true" } else { "" };
        let _ = writeln!(sdl, "  @join__type(graph: {}{key}{side})", graph(world, *subgraph));
    }
    sdl.push_str(&interface_guard(world, name, None));
    sdl.push_str("{\n");
    for (field_name, ty) in &interface.interface_fields {
        let arguments = interface_arguments(world, name, field_name);
        let _ = write!(sdl, "  {}", declaration(world, field_name, arguments, ty));
        sdl.push_str(&interface_guard(world, name, Some(field_name)));
        let member = interface.members.first().and_then(|member| world.field(member, field_name));
        // What each owner declares, as the attributes of its `@join__field`.
        let declared: Vec<(SubgraphIndex, String)> = owners
            .iter()
            .filter_map(|subgraph| {
                if !sides.contains(subgraph) {
                    let is_declared = interface.presence.get(subgraph)?.contains(field_name);
                    return is_declared.then(|| (*subgraph, String::new()));
                }
                if field_name == "id" {
                    return Some((*subgraph, String::new()));
                }
                Some((*subgraph, side_attributes(member?, *subgraph)?))
            })
            .collect();
        if declared.len() < owners.len() || declared.iter().any(|(_, attributes)| !attributes.is_empty()) {
            for (subgraph, attributes) in declared {
                let _ = write!(sdl, " @join__field(graph: {}{attributes})", graph(world, subgraph));
            }
        }
        sdl.push('\n');
    }
    sdl.push_str("}\n");
}

fn guard_text(world: &World, coordinate: &str) -> String {
    world.guards.get(coordinate).map(|guard| guard.text(NAMES)).unwrap_or_default()
}

/// What the interface demands itself, or as composition writes it: what its types demand together.
fn interface_guard(world: &World, interface: &str, field: Option<&str>) -> String {
    let on = |type_name: &str| field.map_or_else(|| type_name.to_owned(), |field| format!("{type_name}.{field}"));
    if let Some(guard) = world.guards.get(&on(interface)) {
        return guard.text(NAMES);
    }
    let of_types = world.possible(interface).into_iter().filter_map(|name| world.guards.get(&on(name)));
    of_types.cloned().reduce(|all, guard| all.and(&guard)).map(|guard| guard.text(NAMES)).unwrap_or_default()
}

/// Of a field that an interface object declares: `None` when it does not.
fn side_attributes(field: &Field, side: SubgraphIndex) -> Option<String> {
    let placement = field.placements.get(&side)?;
    let mut text = String::new();
    if let Some(requires) = &placement.requires {
        let _ = write!(text, ", requires: \"{requires}\"");
    }
    if let Some(provides) = &placement.provides {
        let _ = write!(text, ", provides: \"{provides}\"");
    }
    if placement.how == How::External {
        text.push_str(", external: true");
    }
    Some(text)
}

fn write_unions(world: &World, sdl: &mut String) {
    for (name, union) in &world.unions {
        let _ = writeln!(sdl, "\nunion {name}");
        for subgraph in union.presence.keys() {
            let _ = writeln!(sdl, "  @join__type(graph: {})", graph(world, *subgraph));
        }
        for (subgraph, members) in &union.presence {
            for member in members {
                let _ = writeln!(sdl, "  @join__unionMember(graph: {}, member: \"{member}\")", graph(world, *subgraph));
            }
        }
        let _ = writeln!(sdl, " = {}", union.members.join(" | "));
    }
}

fn write_leaf_types(world: &World, sdl: &mut String) {
    let used: Vec<BTreeSet<&str>> = (0..world.subgraphs.len()).map(|subgraph| leaf_types_in(world, subgraph)).collect();
    let owners = |name: &str| -> Vec<String> {
        used.iter()
            .enumerate()
            .filter(|(_, names)| names.contains(name))
            .map(|(index, _)| graph(world, index))
            .collect()
    };
    let join_types = |owners: &[String]| -> String {
        owners.iter().map(|graph| format!("  @join__type(graph: {graph})\n")).collect()
    };
    for (name, enumeration) in &world.enums {
        let owners = owners(name);
        if owners.is_empty() {
            continue;
        }
        let _ = writeln!(sdl, "\nenum {name}{}\n{}{{", guard_text(world, name), join_types(&owners));
        for value in &enumeration.values {
            let hidden = if enumeration.inaccessible.contains(value) { " @inaccessible" } else { "" };
            let values: String = owners.iter().map(|graph| format!(" @join__enumValue(graph: {graph})")).collect();
            let _ = writeln!(sdl, "  {value}{hidden}{values}");
        }
        sdl.push_str("}\n");
    }
    for (name, fields) in &world.inputs {
        let owners = owners(name);
        if !owners.is_empty() {
            let fields: String =
                fields.iter().map(|field| format!("  {}\n", argument_declaration(world, field))).collect();
            let _ = writeln!(sdl, "\ninput {name}\n{}{{\n{fields}}}", join_types(&owners));
        }
    }
    for scalar in &world.scalars {
        let owners = owners(scalar);
        if !owners.is_empty() {
            let _ = writeln!(sdl, "\nscalar {scalar}{}\n{}", guard_text(world, scalar), join_types(&owners).trim_end());
        }
    }
}
