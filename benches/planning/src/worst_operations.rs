//! Operations made to be expensive: each field in ten subgraphs, twelve levels deep, interfaces with seventy
//! implementations. What the planner cannot do in time it has to refuse, in time.

use std::{fmt::Write as _, time::Duration};

use anyhow::Result;

use crate::{
    input::{Goal, Input, planner},
    supergraph_text::{each, entity_in, field_in, supergraph, type_in},
};

/// How bad it gets.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// That have each field.
    pub subgraphs: usize,
    pub levels: usize,
    /// Of an interface.
    pub implementations: usize,
    /// Of each type.
    pub fields: usize,
}

impl Size {
    pub const FULL: Size = Size { subgraphs: 10, levels: 12, implementations: 70, fields: 30 };
    pub const TINY: Size = Size { subgraphs: 3, levels: 3, implementations: 4, fields: 4 };
}

/// A kind of graph and operation that can be had in any size.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub name: &'static str,
    pub what: &'static str,
    /// How many subgraphs there are, the types, and the operation.
    text: fn(Size) -> (usize, String, String),
}

const GOAL: Goal = Goal { time: Duration::from_millis(20), peak_memory: 64 << 20, is_plan_wanted: false };

impl Shape {
    pub fn at(&self, size: Size) -> Result<Input> {
        let (subgraphs, types, operation) = (self.text)(size);
        Input::new(self.name, &planner(&supergraph(subgraphs, &types))?, &operation, Some(GOAL))
    }
}

pub const SHAPES: [Shape; 15] = [
    Shape { name: "wide", what: "all fields in the same ten subgraphs", text: wide },
    Shape { name: "wide, scattered", what: "each field in another ten of twenty subgraphs", text: scattered },
    Shape { name: "wide, halves", what: "each field in one of twelve subgraphs or in its neighbour", text: neighbours },
    Shape { name: "aliases", what: "a thousand aliases of one object field", text: aliases },
    Shape { name: "deep chain", what: "the way down in ten subgraphs, one leaf of each level in each", text: chain },
    Shape { name: "deep detour", what: "the way down in ten subgraphs, each with its own next type", text: detour },
    Shape { name: "key chain", what: "ten keys in a line, each field in ten subgraphs", text: key_chain },
    Shape {
        name: "dense keys",
        what: "ten subgraphs, each with ten keys whose fields are in others",
        text: dense_keys,
    },
    Shape { name: "requirements", what: "each field of ten subgraphs requires the one before it", text: requirements },
    Shape { name: "interface", what: "seventy implementations, only the interface's fields", text: interface },
    Shape {
        name: "interface, own fields",
        what: "a fragment for each implementation, on each level",
        text: own_fields,
    },
    Shape { name: "interface, ways on", what: "each implementation leads on by its own field", text: ways_on },
    Shape { name: "interface, aliases", what: "each implementation leads on by its own alias", text: own_aliases },
    Shape {
        name: "interface object",
        what: "an interface object on each level, with fragments",
        text: interface_object,
    },
    Shape { name: "value types", what: "no subgraph has all of a value type, on each level", text: value_types },
];

/// `{ root { LEVEL to { LEVEL to { … } } } }`.
fn nested(size: Size, level: impl Fn(usize) -> String) -> String {
    let mut operation = String::from("{ root { ");
    for depth in 0..size.levels {
        let _ = write!(operation, "{} to {{ ", level(depth));
    }
    operation.push_str("id ");
    operation.push_str(&"} ".repeat(size.levels + 2));
    operation
}

/// As many fragments as levels, each spreading the next one several times.
fn nested_fragments(size: Size, level: impl Fn(&str) -> String) -> String {
    let mut operation = format!("{{ root {{ ...F0 }} }} fragment F{} on Node {{ id }}", size.levels);
    for depth in 0..size.levels {
        let _ = write!(operation, " fragment F{depth} on Node {{ {} }}", level(&format!("...F{}", depth + 1)));
    }
    operation
}

fn all_fields(size: Size) -> String {
    each(0..size.fields, |field| format!("f{field} "))
}

/// A root in a subgraph that has nothing else, and one entity.
fn one_entity(subgraphs: usize, fields: &str) -> String {
    format!(
        "type Query @join__type(graph: S0) {{ root: Node @join__field(graph: S0) }}
        type Node {} {{ id: ID! {fields} }}",
        entity_in(0..subgraphs, "id")
    )
}

fn wide(size: Size) -> (usize, String, String) {
    let known = field_in(1..size.subgraphs + 1);
    let fields = each(0..size.fields, |field| format!("f{field}: Int {known} "));
    let types = one_entity(size.subgraphs + 1, &format!("to: Node {known} {fields}"));
    (size.subgraphs + 1, types, nested(size, |_| all_fields(size)))
}

/// The subgraphs of a field: as many as the size says, out of twice as many, and no two fields have the same.
fn scattered(size: Size) -> (usize, String, String) {
    let all = 2 * size.subgraphs;
    let some =
        |field: usize| field_in((0..size.subgraphs).map(|index| 1 + (index * (2 * (field % 5) + 1) + field) % all));
    let fields = each(0..size.fields, |field| format!("f{field}: Int {} ", some(field)));
    let types = one_entity(all + 1, &format!("to: Node {} {fields}", some(size.fields)));
    (all + 1, types, nested(size, |_| all_fields(size)))
}

fn neighbours(size: Size) -> (usize, String, String) {
    let all = size.levels;
    let two = |field: usize| field_in([1 + field % all, 1 + (field + 1) % all]);
    let fields = each(0..size.fields, |field| format!("f{field}: Int {} ", two(field)));
    let types = one_entity(all + 1, &format!("to: Node {} {fields}", field_in(1..all + 1)));
    (all + 1, types, nested(size, |_| all_fields(size)))
}

fn aliases(size: Size) -> (usize, String, String) {
    let known = field_in(1..size.subgraphs + 1);
    let types = one_entity(size.subgraphs + 1, &format!("to(x: Int): Node {known} f0: Int {known}"));
    let level = each(0..size.fields * 33, |alias| format!("a{alias}: to(x: {alias}) {{ f0 }} "));
    (size.subgraphs + 1, types, format!("{{ root {{ {level} }} }}"))
}

fn chain(size: Size) -> (usize, String, String) {
    let known = field_in(1..size.subgraphs + 1);
    let fields = each(0..size.subgraphs, |field| format!("f{field}: Int {} ", field_in([field + 1])));
    let types = one_entity(size.subgraphs + 1, &format!("to: Node {known} {fields}"));
    let level = each(0..size.subgraphs, |field| format!("f{field} "));
    (size.subgraphs + 1, types, nested(size, |_| level.clone()))
}

fn detour(size: Size) -> (usize, String, String) {
    let known = field_in(1..size.subgraphs + 1);
    let mut types = String::from("type Query @join__type(graph: S0) { root: T0 @join__field(graph: S0) }\n");
    for level in 0..=size.levels {
        let fields = each(0..size.fields, |field| format!("f{field}: Int {known} "));
        let ways = each(0..size.subgraphs, |way| {
            format!(
                "w{way}: T{} {} ",
                (level + 1).min(size.levels),
                field_in([way + 1, 1 + (way + level) % size.subgraphs])
            )
        });
        let entity = entity_in(0..size.subgraphs + 1, "id");
        let _ = writeln!(types, "type T{level} {entity} {{ id: ID! {fields} {ways} }}");
    }
    let mut operation = format!("{{ root {{ ...F0 }} }} fragment F{} on T{} {{ id }}", size.levels, size.levels);
    for level in 0..size.levels {
        let ways = each(0..size.subgraphs, |way| format!("w{way} {{ ...F{} }} ", level + 1));
        let _ = write!(operation, " fragment F{level} on T{level} {{ {} {ways} }}", all_fields(size));
    }
    (size.subgraphs + 1, types, operation)
}

fn key_chain(size: Size) -> (usize, String, String) {
    let last = size.subgraphs;
    let entities = each(0..last + 1, |index| {
        let keys = [index.checked_sub(1), (index < last).then_some(index)];
        let key = |key: usize| format!("@join__type(graph: S{index}, key: \"k{key}\") ");
        keys.into_iter().flatten().map(key).collect()
    });
    let keys = each(0..last, |key| format!("k{key}: ID! {} ", field_in([key, key + 1])));
    let known = field_in(1..last + 1);
    let fields = each(0..size.fields, |field| format!("f{field}: Int {} ", field_in([last])));
    let types = format!(
        "type Query @join__type(graph: S0) {{ root: Node @join__field(graph: S0) }}
        type Node {entities} {{ {keys} to: Node {known} shared: Int {known} {fields} }}"
    );
    let operation = nested(size, |_| format!("shared {}", all_fields(size))).replace("id }", "shared }");
    (last + 1, types, operation)
}

fn dense_keys(size: Size) -> (usize, String, String) {
    let all = size.subgraphs;
    let entities = each(0..all, |index| {
        each(0..all, |key| format!("@join__type(graph: S{index}, key: \"k{key} k{}\") ", (key + index) % all))
    });
    let keys = each(0..all, |key| {
        let external = each(0..all, |index| match index == key || index == (key + 1) % all {
            true => format!("@join__field(graph: S{index}) "),
            false => format!("@join__field(graph: S{index}, external: true) "),
        });
        format!("k{key}: ID! {external} ")
    });
    let fields = each(0..size.fields, |field| format!("f{field}: Int {} ", field_in([field % all, (field + 3) % all])));
    let types = format!(
        "type Query @join__type(graph: S0) {{ root: Node @join__field(graph: S0) }}
        type Node {entities} {{ {keys} to: Node {} {fields} }}",
        field_in(0..all)
    );
    (all, types, nested(size, |_| all_fields(size)).replace("id }", "f0 }"))
}

fn requirements(size: Size) -> (usize, String, String) {
    let all = size.subgraphs + 1;
    let field = |field: usize| {
        let known = each(1..all, |index| match field {
            0 => format!("@join__field(graph: S{index}) "),
            _ if (index + field).is_multiple_of(2) => {
                format!("@join__field(graph: S{index}, requires: \"f{}\") ", field - 1)
            }
            _ => format!("@join__field(graph: S{index}, external: true) "),
        });
        format!("f{field}: Int {known} ")
    };
    let fields = each(0..size.fields, field);
    let types = one_entity(all, &format!("to: Node {} {fields}", field_in(1..all)));
    (all, types, nested(size, |_| all_fields(size)))
}

/// An interface and its implementations, all of them entities whose fields are in all subgraphs but the first.
fn with_interface(size: Size, own: impl Fn(usize) -> String) -> (usize, String) {
    let all = size.subgraphs + 1;
    let known = field_in(1..all);
    let implements = each(0..all, |index| format!("@join__implements(graph: S{index}, interface: \"Node\") "));
    let entity = entity_in(0..all, "id");
    let types = each(0..size.implementations, |ty| {
        let own = own(ty);
        format!(
            "type T{ty} implements Node {implements} {entity} {{ id: ID! to: Node {known} f0: Int {known} {own} }}\n"
        )
    });
    let in_interface = each(1..all, |index| format!("@join__type(graph: S{index}) "));
    let types = format!(
        "type Query @join__type(graph: S0) {{ root: Node @join__field(graph: S0) }}
        interface Node @join__type(graph: S0) {in_interface} {{ id: ID! to: Node {known} f0: Int {known} }}
        {types}"
    );
    (all, types)
}

fn interface(size: Size) -> (usize, String, String) {
    let (all, types) = with_interface(size, |_| String::new());
    (all, types, nested(size, |_| "id f0".to_owned()))
}

fn own_fields(size: Size) -> (usize, String, String) {
    let known = field_in(1..size.subgraphs + 1);
    let (all, types) = with_interface(size, |ty| format!("own{ty}: Int {known}"));
    let level = each(0..size.implementations, |ty| format!("...on T{ty} {{ own{ty} }} "));
    (all, types, nested(size, |_| format!("f0 {level}")))
}

fn ways_on(size: Size) -> (usize, String, String) {
    let known = field_in(1..size.subgraphs + 1);
    let (all, types) = with_interface(size, |ty| format!("own{ty}: Node {known}"));
    let level = |next: &str| each(0..size.implementations, |ty| format!("...on T{ty} {{ own{ty} {{ {next} }} }} "));
    (all, types, nested_fragments(size, level))
}

fn own_aliases(size: Size) -> (usize, String, String) {
    let (all, types) = with_interface(size, |_| String::new());
    let level =
        |next: &str| each(0..size.implementations, |ty| format!("...on T{ty} {{ a{ty}: to {{ {next} f0 }} }} "));
    (all, types, nested_fragments(size, level))
}

fn interface_object(size: Size) -> (usize, String, String) {
    let all = size.subgraphs + 1;
    let known = field_in(1..all);
    let types = each(0..size.implementations, |ty| {
        format!(
            "type T{ty} implements Node @join__implements(graph: S0, interface: \"Node\") @join__type(graph: S0, key: \"id\") {{
                id: ID! own{ty}: Int to: Node @join__field f0: Int @join__field
            }}\n"
        )
    });
    let objects = each(1..all, |index| format!("@join__type(graph: S{index}, key: \"id\", isInterfaceObject: true) "));
    let types = format!(
        "type Query {} {{ root: Node @join__field(graph: S0) }}
        interface Node @join__type(graph: S0, key: \"id\") {objects} {{ id: ID! to: Node {known} f0: Int {known} }}
        {types}",
        type_in(0..all)
    );
    let level = each(0..size.implementations, |ty| format!("...on T{ty} {{ own{ty} f0 }} "));
    (all, types, nested(size, |_| level.clone()))
}

fn value_types(size: Size) -> (usize, String, String) {
    let all = size.subgraphs;
    let fields = each(0..size.fields, |field| {
        format!("f{field}: Int {} ", field_in((0..all).filter(|index| *index != field % all)))
    });
    let types = format!(
        "type Query {} {{ root: Node }} type Node {} {{ id: ID! to: Node {fields} }}",
        type_in(0..all),
        type_in(0..all)
    );
    (all, types, nested(size, |_| all_fields(size)))
}
