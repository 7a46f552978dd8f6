//! What clients see.

use super::{argument_declaration, declaration, interface_arguments};
use crate::world::World;
use std::{collections::BTreeSet, fmt::Write};

const PARTS: &str = "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD
";

pub(crate) fn api_sdl(world: &World) -> String {
    let mut sdl = String::from(PARTS);
    for (name, object) in world.objects.iter().filter(|(_, object)| !object.is_inaccessible) {
        let interfaces: BTreeSet<&str> =
            object.presence.values().flat_map(|presence| &presence.implements).map(String::as_str).collect();
        let interfaces: Vec<&str> = interfaces.into_iter().collect();
        let implements =
            if interfaces.is_empty() { String::new() } else { format!(" implements {}", interfaces.join(" & ")) };
        let _ = writeln!(sdl, "type {name}{implements} {{");
        for (name, field) in object.fields.iter().filter(|(_, field)| !field.is_inaccessible) {
            let _ = writeln!(sdl, "  {}", declaration(world, name, &field.arguments, &field.ty));
        }
        sdl.push_str("}\n");
    }
    for (name, interface) in &world.interfaces {
        let implements = interface.parent.as_ref().map_or(String::new(), |parent| format!(" implements {parent}"));
        let _ = writeln!(sdl, "interface {name}{implements} {{");
        for (field, ty) in &interface.interface_fields {
            let _ = writeln!(sdl, "  {}", declaration(world, field, interface_arguments(world, name, field), ty));
        }
        sdl.push_str("}\n");
    }
    for (name, union) in &world.unions {
        let members: Vec<&str> =
            union.members.iter().filter(|member| !world.objects[*member].is_inaccessible).map(String::as_str).collect();
        let _ = writeln!(sdl, "union {name} = {}", members.join(" | "));
    }
    for (name, enumeration) in &world.enums {
        let values: Vec<&str> = enumeration
            .values
            .iter()
            .filter(|value| !enumeration.inaccessible.contains(value))
            .map(String::as_str)
            .collect();
        let _ = writeln!(sdl, "enum {name} {{ {} }}", values.join(" "));
    }
    for (name, fields) in &world.inputs {
        let fields: Vec<String> = fields.iter().map(|field| argument_declaration(world, field)).collect();
        let _ = writeln!(sdl, "input {name} {{ {} }}", fields.join(" "));
    }
    for scalar in &world.scalars {
        let _ = writeln!(sdl, "scalar {scalar}");
    }
    sdl
}
