//! The worst that a graph can do to satisfiability, each at growing sizes: what would be exponential if paths, sets of
//! subgraphs or combinations of labels were enumerated.

use std::fmt::Write as _;

use crate::compose::{Input, SubgraphText, Verdict};

/// A kind of graph that can be had in any size.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub name: &'static str,
    /// What grows with the size.
    pub what: &'static str,
    pub sizes: &'static [usize],
    verdict: Verdict,
    sdl: fn(size: usize, subgraph: usize) -> String,
    subgraphs: fn(size: usize) -> usize,
}

const UNSATISFIABLE: Verdict = Verdict::Refused("SATISFIABILITY_ERROR");

/// All shapes, each with the sizes of the curve.
pub const SHAPES: [Shape; 12] = [
    Shape {
        name: "key chain",
        what: "subgraphs in a line; each shares one key with the one before it and one with the next",
        sizes: &[25, 50, 100, 200],
        verdict: Verdict::Composes,
        sdl: key_chain,
        subgraphs: |size| size,
    },
    Shape {
        name: "dense keys",
        what: "subgraphs; each is entered by any of ten keys, and has all of them",
        sizes: &[25, 50, 100, 200],
        verdict: Verdict::Composes,
        sdl: dense_keys,
        subgraphs: |size| size,
    },
    Shape {
        name: "nested keys",
        what: "subgraphs; four levels of entities whose keys go through the next level",
        sizes: &[5, 10, 20, 40],
        verdict: Verdict::Composes,
        sdl: nested_keys,
        subgraphs: |size| size,
    },
    Shape {
        name: "value types",
        what: "subgraphs; each lacks one field of a value type that leads to itself",
        sizes: &[25, 50, 100, 200],
        verdict: Verdict::Composes,
        sdl: |size, subgraph| value_type(size, subgraph, 1),
        subgraphs: |size| size,
    },
    Shape {
        name: "value types, broken",
        what: "the same, and no subgraph has all fields",
        sizes: &[5, 10, 20, 40],
        verdict: UNSATISFIABLE,
        sdl: |size, subgraph| value_type(size, subgraph, 0),
        subgraphs: |size| size,
    },
    Shape {
        name: "deep value types",
        what: "levels and subgraphs; on each level, any of four fields loses some subgraphs",
        sizes: &[10, 20, 40, 80],
        verdict: Verdict::Composes,
        sdl: deep_value_types,
        subgraphs: |size| size,
    },
    Shape {
        name: "deep chain",
        what: "entities, each behind the one before it, all in 20 subgraphs",
        sizes: &[50, 100, 200, 400],
        verdict: Verdict::Composes,
        sdl: deep_chain,
        subgraphs: |_| 20,
    },
    Shape {
        name: "labels in a circle",
        what: "labelled overrides that all lead back to their own type",
        sizes: &[25, 50, 100, 200],
        verdict: Verdict::Composes,
        sdl: labels_in_a_circle,
        subgraphs: |_| 2,
    },
    Shape {
        name: "labels in a chain",
        what: "labelled overrides, one on each level, and all of them again at the end",
        sizes: &[10, 20, 40, 80],
        verdict: Verdict::Composes,
        sdl: labels_in_a_chain,
        subgraphs: |_| 2,
    },
    Shape {
        name: "wide interface",
        what: "subgraphs and object types of one interface, each with a field that one subgraph has",
        sizes: &[10, 20, 40, 80],
        verdict: Verdict::Composes,
        sdl: wide_interface,
        subgraphs: |size| size,
    },
    Shape {
        name: "requires in a line",
        what: "fields, each of which requires the next one, of another subgraph",
        sizes: &[25, 50, 100, 200],
        verdict: Verdict::Composes,
        sdl: |size, subgraph| requires(size, subgraph, true),
        subgraphs: |size| size,
    },
    Shape {
        name: "requires in a circle",
        what: "the same, and the last one requires the first",
        sizes: &[25, 50, 100, 200],
        verdict: UNSATISFIABLE,
        sdl: |size, subgraph| requires(size, subgraph, false),
        subgraphs: |size| size,
    },
];

impl Shape {
    pub fn at(&self, size: usize) -> Input {
        let subgraph = |index| {
            let mut sdl = LINK.to_owned();
            sdl += &(self.sdl)(size, index);
            SubgraphText { name: format!("g{index}"), sdl }
        };
        Input {
            name: self.name.to_owned(),
            subgraphs: (0..(self.subgraphs)(size)).map(subgraph).collect(),
            verdict: self.verdict,
            goal: None,
        }
    }
}

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", \
                    import: [\"@key\", \"@shareable\", \"@external\", \"@requires\", \"@override\"])\n";

/// A type with its fields, one a line.
fn object(head: &str, fields: impl IntoIterator<Item = String>) -> String {
    let mut text = format!("type {head} {{\n");
    for field in fields {
        writeln!(text, "  {field}").expect("a string takes all");
    }
    text + "}\n"
}

/// A root field that one subgraph has, or all of them.
fn query(field: &str, is_here: bool) -> String {
    if is_here { object("Query", [format!("{field} @shareable")]) } else { String::new() }
}

fn key_chain(_: usize, subgraph: usize) -> String {
    let head = format!("T @key(fields: \"k{subgraph}\") @key(fields: \"k{}\")", subgraph + 1);
    let own =
        [format!("k{subgraph}: ID @shareable"), format!("k{}: ID @shareable", subgraph + 1), format!("f{subgraph}: T")];
    query("t: T", subgraph == 0) + &object(&head, own)
}

fn dense_keys(_: usize, subgraph: usize) -> String {
    let keys: String = (0..10).map(|key| format!(" @key(fields: \"k{key}\")")).collect();
    let fields = (0..10).map(|key| format!("k{key}: ID")).chain([format!("f{subgraph}: T")]);
    query("t: T", subgraph == 0) + &object(&format!("T{keys}"), fields)
}

fn nested_keys(size: usize, subgraph: usize) -> String {
    const LEVELS: usize = 4;
    let before = (subgraph + size - 1) % size;
    let mut sdl = query("t: T0", subgraph == 0);
    for level in 0..=LEVELS {
        let is_last = level == LEVELS;
        let (key, more) = match is_last {
            true => ("id".to_owned(), "id: ID".to_owned()),
            false => (format!("c {{ x{subgraph} }}"), format!("c: T{} @shareable", level + 1)),
        };
        let ids = [subgraph, before].map(|id| format!("x{id}: ID @shareable"));
        sdl += &object(&format!("T{level} @key(fields: \"{key}\")"), ids.into_iter().chain([more]));
    }
    sdl
}

/// Fields from `first` on: with all of them, each subgraph lacks one.
fn value_type(size: usize, subgraph: usize, first: usize) -> String {
    let fields = (first..size).filter(|field| *field != subgraph).map(|field| format!("f{field}: V"));
    query("v: V", true) + &object("V @shareable", fields.chain(["leaf: Int".to_owned()]))
}

fn deep_value_types(size: usize, subgraph: usize) -> String {
    let mut sdl = query("v: L0", true);
    for level in 0..size {
        // Every field is missing in about one of fourteen subgraphs, and never in the first.
        let is_here = |field: &usize| subgraph == 0 || !(level * 31 + field * 17 + subgraph * 7).is_multiple_of(14);
        let fields = (0..4).filter(is_here).map(|field| format!("f{field}: L{}", level + 1));
        sdl += &object(&format!("L{level} @shareable"), fields);
    }
    sdl + &object(&format!("L{size} @shareable"), ["leaf: Int".to_owned()])
}

fn deep_chain(size: usize, subgraph: usize) -> String {
    let mut sdl = query("t: T0", subgraph == 0);
    for level in 0..size {
        let next = format!("next: T{}", (level + 1).min(size - 1));
        let is_here = level % 20 == subgraph;
        let fields = ["id: ID".to_owned(), format!("f{subgraph}: Int")];
        let fields = fields.into_iter().chain(is_here.then_some(next));
        sdl += &object(&format!("T{level} @key(fields: \"id\")"), fields);
    }
    sdl
}

/// A field that the first subgraph takes over from the second for some requests.
fn labelled(field: &str, ty: &str, label: usize, subgraph: usize) -> String {
    let taken_over = format!(" @override(from: \"g1\", label: \"l{label}\")");
    format!("{field}: {ty}{}", if subgraph == 0 { taken_over } else { String::new() })
}

fn labels_in_a_circle(size: usize, subgraph: usize) -> String {
    let fields = (0..size).map(|label| labelled(&format!("f{label}"), "T", label, subgraph));
    query("t: T", true) + &object("T @key(fields: \"id\")", ["id: ID".to_owned()].into_iter().chain(fields))
}

fn labels_in_a_chain(size: usize, subgraph: usize) -> String {
    let mut sdl = query("t: T0", true);
    for level in 0..size {
        let next = labelled("next", &format!("T{}", level + 1), level, subgraph);
        sdl += &object(&format!("T{level} @key(fields: \"id\")"), ["id: ID".to_owned(), next]);
    }
    let last = (0..size).map(|label| labelled(&format!("z{label}"), "Int", label, subgraph));
    sdl + &object(&format!("T{size} @key(fields: \"id\")"), ["id: ID".to_owned()].into_iter().chain(last))
}

fn wide_interface(size: usize, subgraph: usize) -> String {
    let mut sdl = query("i: I", true);
    sdl += "interface I {\n  id: ID\n  next: I\n}\n";
    for object_type in 0..size {
        let own = (object_type == subgraph).then(|| format!("f{object_type}: I"));
        let fields = ["id: ID".to_owned(), "next: I @shareable".to_owned()];
        let head = format!("O{object_type} implements I @key(fields: \"id\")");
        sdl += &object(&head, fields.into_iter().chain(own));
    }
    sdl
}

/// `r0` requires `r1`, which requires `r2`, and so on; each is of another subgraph.
fn requires(size: usize, subgraph: usize, ends: bool) -> String {
    let next = (subgraph + 1) % size;
    let is_last = ends && next == 0;
    let mut fields = vec!["id: ID".to_owned()];
    if is_last {
        fields.push(format!("r{subgraph}: Int"));
    } else {
        fields.push(format!("r{next}: Int @external"));
        fields.push(format!("r{subgraph}: Int @requires(fields: \"r{next}\")"));
    }
    query("t: T", subgraph == 0) + &object("T @key(fields: \"id\")", fields)
}
