//! One subgraph's SDL, as its team would write it, and the schema that its server executes.

use super::{argument_declaration, declaration, fields_in, interface_arguments, is_marked_shareable, leaf_types_in};
use crate::{
    guards::GuardNames,
    world::{ContextArgument, Field, How, ObjectType, Presence, Role, SubgraphIndex, Ty, World},
};
use std::fmt::Write;

const NAMES: GuardNames = GuardNames { authenticated: "authenticated", requires_scopes: "requiresScopes" };

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Team,
    /// In federation 1.
    OldTeam,
    Server,
}

pub(crate) fn subgraph_sdl(world: &World, subgraph: SubgraphIndex) -> String {
    if world.federation_1.contains(&subgraph) {
        let mut sdl = String::new();
        Writer { world, subgraph, purpose: Purpose::OldTeam }.write(&mut sdl);
        // Nothing at all is no schema.
        return if sdl.is_empty() { "scalar Nothing\n".to_owned() } else { sdl };
    }
    let mut sdl = String::from(
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.8\", import: [\"@context\", \"@fromContext\", \"@key\", \"@external\", \
         \"@requires\", \"@provides\", \"@shareable\", \"@override\", \"@inaccessible\", \"@interfaceObject\", \
         \"@authenticated\", \"@requiresScopes\"])\n",
    );
    Writer { world, subgraph, purpose: Purpose::Team }.write(&mut sdl);
    sdl
}

/// Without federation's directives, with its root fields.
pub(crate) fn executable_sdl(world: &World, subgraph: SubgraphIndex) -> String {
    let mut sdl = String::from("scalar _Any\ntype _Service { sdl: String }\n");
    let mut entities: Vec<&str> = world
        .objects
        .iter()
        .filter(|(_, object)| {
            object.presence.get(&subgraph).is_some_and(|presence| presence.keys.iter().any(|key| key.is_resolvable))
        })
        .map(|(name, _)| name.as_str())
        .collect();
    entities.extend(world.interfaces.iter().filter_map(|(name, interface)| {
        let entity = interface.entity.as_ref()?;
        entity.object_sides.contains(&subgraph).then_some(name.as_str())
    }));
    let mut machinery = String::from("_service: _Service!");
    if !entities.is_empty() {
        let _ = writeln!(sdl, "union _Entity = {}", entities.join(" | "));
        machinery.push_str("\n  _entities(representations: [_Any!]!): [_Entity]!");
    }
    let has_query = !fields_in(world, "Query", subgraph).is_empty();
    let _ = writeln!(sdl, "{} Query {{\n  {machinery}\n}}", if has_query { "extend type" } else { "type" });
    Writer { world, subgraph, purpose: Purpose::Server }.write(&mut sdl);
    sdl
}

struct Writer<'w> {
    world: &'w World,
    subgraph: SubgraphIndex,
    purpose: Purpose,
}

impl Writer<'_> {
    fn write(&self, sdl: &mut String) {
        for (name, object) in &self.world.objects {
            let Some(presence) = object.presence.get(&self.subgraph) else { continue };
            let fields = fields_in(self.world, name, self.subgraph);
            if object.role == Role::Root && fields.is_empty() {
                continue;
            }
            let is_extension = self.write_head(sdl, name, presence);
            for field_name in fields {
                self.write_field(
                    sdl,
                    (name, &field_name),
                    &self.world.objects[name.as_str()].fields[field_name.as_str()].ty,
                    is_extension,
                );
            }
            if self.purpose == Purpose::OldTeam {
                sdl.push_str(&unused_external_field(self.world, name, self.subgraph));
            }
            sdl.push_str("}\n");
        }
        self.write_interfaces(sdl);
        for (name, union) in &self.world.unions {
            if let Some(members) = union.presence.get(&self.subgraph) {
                let _ = writeln!(sdl, "\nunion {name} = {}", members.join(" | "));
            }
        }
        self.write_leaf_types(sdl);
    }

    /// Whether it is written as an extension of federation 1.
    fn write_head(&self, sdl: &mut String, name: &str, presence: &Presence) -> bool {
        let object = &self.world.objects[name];
        let style = match self.purpose {
            Purpose::OldTeam => OldStyle::of(object, name, self.subgraph),
            Purpose::Team | Purpose::Server => OldStyle::Definition,
        };
        let _ = write!(sdl, "\n{}type {name}", if style == OldStyle::Extension { "extend " } else { "" });
        if !presence.implements.is_empty() {
            let _ = write!(sdl, " implements {}", presence.implements.join(" & "));
        }
        if style == OldStyle::Directive {
            sdl.push_str(" @extends");
        }
        if self.purpose != Purpose::Server {
            for key in &presence.keys {
                let resolvable = if key.is_resolvable { "" } else { ", resolvable: false" };
                let _ = write!(sdl, " @key(fields: \"{}\"{resolvable})", object.keys[key.key]);
            }
            if object.is_inaccessible {
                sdl.push_str(" @inaccessible");
            }
            let context = self.world.context.as_ref();
            if context.is_some_and(|context| context.setter == name && context.subgraph == self.subgraph) {
                sdl.push_str(" @context(name: \"above\")");
            }
            sdl.push_str(&self.guard(name));
        }
        sdl.push_str(" {\n");
        style != OldStyle::Definition && object.role == Role::Entity
    }

    /// `merged` is the field's type in the supergraph.
    fn write_field(&self, sdl: &mut String, (object, field_name): (&str, &str), merged: &Ty, is_extension: bool) {
        let field = &self.world.objects[object].fields[field_name];
        // Composition wants an external field to have the type that the field really has.
        let ty = match self.purpose != Purpose::Server && self.is_external(object, field_name) {
            true => merged,
            false => field.ty_in(self.subgraph),
        };
        let text = declaration(self.world, field_name, &field.arguments, ty);
        let _ = write!(sdl, "  {}", self.with_context_argument(text, (field_name, field)));
        if self.purpose != Purpose::Server {
            self.write_directives(sdl, field);
        }
        if self.purpose == Purpose::Team {
            if field.is_resolved_in(self.subgraph) {
                sdl.push_str(&self.guard(&format!("{object}.{field_name}")));
            }
            if is_marked_shareable(self.world, object, field_name, self.subgraph) {
                sdl.push_str(" @shareable");
            }
        }
        // Federation 1 says so of the keys of what it extends.
        let keys = self.world.objects[object].presence.get(&self.subgraph).map(|presence| presence.keys.as_slice());
        let mut keys = keys.unwrap_or_default().iter().map(|key| &self.world.objects[object].keys[key.key]);
        if is_extension && field_name.len() % 4 != 0 && keys.any(|key| key.names().contains(&field_name)) {
            sdl.push_str(" @external");
        }
        sdl.push('\n');
    }

    fn with_context_argument(&self, declaration: String, (name, field): (&str, &Field)) -> String {
        let Some(argument) = &field.from_context else { return declaration };
        let mut text = format!("{}: {}", ContextArgument::NAME, argument.ty);
        if self.purpose == Purpose::Team {
            let _ = write!(text, " @fromContext(field: \"$above {{ {} }}\")", argument.value);
        }
        match field.arguments.is_empty() {
            true => declaration.replacen(':', &format!("({text}):"), 1),
            false => declaration.replacen(&format!("{name}("), &format!("{name}({text}, "), 1),
        }
    }

    fn write_directives(&self, sdl: &mut String, field: &Field) {
        let Some(placement) = field.placements.get(&self.subgraph) else { return };
        if placement.how == How::External {
            sdl.push_str(" @external");
        }
        if let Some(requires) = &placement.requires {
            let is_list = self.purpose == Purpose::OldTeam && requires.0.len() > 1 && requires.is_plain();
            let text =
                if is_list { format!("[\"{}\"]", requires.names().join("\", \"")) } else { format!("\"{requires}\"") };
            let _ = write!(sdl, " @requires(fields: {text})");
        }
        if let Some(provides) = &placement.provides {
            let _ = write!(sdl, " @provides(fields: \"{provides}\")");
        }
        if let Some(from) = placement.override_from {
            let label = placement.label.as_ref().map(|label| format!(", label: \"{label}\"")).unwrap_or_default();
            let _ = write!(sdl, " @override(from: \"{}\"{label})", self.world.subgraphs[from]);
        }
        if field.is_inaccessible && placement.how != How::External {
            sdl.push_str(" @inaccessible");
        }
    }

    fn guard(&self, coordinate: &str) -> String {
        let guard = self.world.guards.get(coordinate).filter(|_| self.purpose == Purpose::Team);
        guard.map(|guard| guard.text(NAMES)).unwrap_or_default()
    }

    fn is_external(&self, object: &str, field: &str) -> bool {
        let placement = self.world.objects[object].fields[field].placements.get(&self.subgraph);
        placement.is_some_and(|placement| placement.how == How::External)
    }

    fn write_interfaces(&self, sdl: &mut String) {
        for (name, interface) in &self.world.interfaces {
            if let Some(fields) = interface.presence.get(&self.subgraph) {
                let key = match (&interface.entity, self.purpose) {
                    (Some(_), Purpose::Team) => " @key(fields: \"id\")",
                    _ => "",
                };
                let parent = interface.parent.as_ref().filter(|_| interface.extends_in.contains(&self.subgraph));
                let implements = parent.map_or(String::new(), |parent| format!(" implements {parent}"));
                let _ = writeln!(sdl, "\ninterface {name}{implements}{key} {{");
                for field in fields {
                    let arguments = interface_arguments(self.world, name, field);
                    let _ = writeln!(
                        sdl,
                        "  {}",
                        declaration(self.world, field, arguments, &interface.interface_fields[field.as_str()])
                    );
                }
                sdl.push_str("}\n");
            }
            let Some(entity) = &interface.entity else { continue };
            if entity.object_sides.contains(&self.subgraph) {
                let directives =
                    if self.purpose == Purpose::Team { " @key(fields: \"id\") @interfaceObject" } else { "" };
                let _ = writeln!(sdl, "\ntype {name}{directives} {{\n  id: ID!");
                for field in interface.interface_fields.keys() {
                    let Some(member) = interface.members.first() else { continue };
                    let is_home_field = self.world.objects[member].fields[field.as_str()].from_interface.is_none();
                    if is_home_field && !self.is_external(member, field) {
                        continue;
                    }
                    if self.world.objects[member].fields[field.as_str()].placements.contains_key(&self.subgraph) {
                        let ty = &interface.interface_fields[field.as_str()];
                        self.write_field(sdl, (member, field), ty, false);
                    }
                }
                sdl.push_str("}\n");
            }
        }
    }

    fn write_leaf_types(&self, sdl: &mut String) {
        for name in leaf_types_in(self.world, self.subgraph) {
            if let Some(enumeration) = self.world.enums.get(name) {
                let _ = writeln!(sdl, "\nenum {name}{} {{", self.guard(name));
                for value in &enumeration.values {
                    let hidden = self.purpose == Purpose::Team && enumeration.inaccessible.contains(value);
                    let _ = writeln!(sdl, "  {value}{}", if hidden { " @inaccessible" } else { "" });
                }
                sdl.push_str("}\n");
            } else if let Some(fields) = self.world.inputs.get(name) {
                let fields: Vec<String> =
                    fields.iter().map(|field| format!("  {}\n", argument_declaration(self.world, field))).collect();
                let _ = writeln!(sdl, "\ninput {name} {{\n{}}}", fields.concat());
            } else {
                let _ = writeln!(sdl, "\nscalar {name}{}", self.guard(name));
            }
        }
    }
}

/// How federation 1 writes a type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OldStyle {
    Definition,
    Extension,
    /// `@extends`.
    Directive,
}

impl OldStyle {
    /// Some definition stays: that of the first subgraph. Of value types there is nothing else.
    fn of(object: &ObjectType, name: &str, subgraph: SubgraphIndex) -> OldStyle {
        let is_base = object.presence.keys().next() == Some(&subgraph);
        match (object.role, (name.len() + subgraph) % 3) {
            (Role::Value, _) | (_, 0) => OldStyle::Definition,
            (Role::Entity, _) if is_base => OldStyle::Definition,
            (Role::Entity | Role::Root, 1) => OldStyle::Extension,
            (Role::Entity | Role::Root, _) => OldStyle::Directive,
        }
    }
}

/// A field that others have, which federation 1 let stand without any use for it.
fn unused_external_field(world: &World, name: &str, subgraph: SubgraphIndex) -> String {
    let object = &world.objects[name];
    let fits = |(name, field): &(&String, &Field)| {
        !field.placements.contains_key(&subgraph)
            && field.arguments.is_empty()
            && matches!(field.ty.name(), "String" | "Int" | "ID" | "Float" | "Boolean")
            && field.resolvers().next().is_some()
            && name.len() % 2 == 0
    };
    let field = object.fields.iter().find(fits).filter(|_| object.role == Role::Entity);
    field.map(|(name, field)| format!("  {name}: {} @external\n", field.ty)).unwrap_or_default()
}
