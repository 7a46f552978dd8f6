//! Inputs made to be hard: when they get twice as large, the work gets larger by a factor, it is not squared. The output
//! of `cargo test worst -- --nocapture` is the curve.

use super::{findings, query_graph};
use crate::satisfiability::walk::Walk;

/// Makes the types of a supergraph of a size.
type Input = fn(usize) -> String;

#[test]
fn work_grows_polynomially() {
    let inputs: [(&str, Input, usize); 7] = [
        ("chain of keys", chain_of_keys, 8),
        ("keys into keys", keys_into_keys, 3),
        ("keys into themselves", keys_into_themselves, 3),
        ("values known in part", values_known_in_part, 8),
        ("labels", labels, 6),
        ("wide interface", wide_interface, 5),
        ("circle of requirements", circle_of_requirements, 10),
    ];
    for (name, input, size) in inputs {
        let work = [size, 2 * size, 4 * size].map(|size| work(&input(size)));
        println!("{name}, size {size}, twice and four times that: {work:?}");
        assert!(work[2] <= work[1] * 2_u64.pow(6), "{name}: {work:?}");
    }
}

/// Thousands of fields that require each other: no recursion gets deep.
#[test]
fn a_long_circle_of_requirements_is_an_error() {
    let found = findings(&circle_of_requirements(500));
    assert!(found.iter().all(|found| found.code.name == "SATISFIABILITY_ERROR"));
    assert_eq!(found.len(), 500);
}

fn work(types: &str) -> u64 {
    let query_graph = query_graph(types);
    let mut walk = Walk::new(&query_graph);
    walk.find();
    walk.moves.work()
}

fn graphs(size: usize) -> String {
    let values = (0..size).map(|index| format!("G{index} @join__graph(name: \"g{index}\", url: \"\")\n"));
    format!("enum join__Graph {{ {} }}\n", values.collect::<String>())
}

/// A type with something said for each subgraph, and its fields.
fn object(name: &str, size: usize, key: impl Fn(usize) -> String, fields: &str) -> String {
    let joins = (0..size).map(|index| format!("@join__type(graph: G{index} {})\n", key(index)));
    format!("type {name} {} {{ {fields} }}\n", joins.collect::<String>())
}

fn no_key(_: usize) -> String {
    String::new()
}

fn id_key(_: usize) -> String {
    "key: \"id\"".to_owned()
}

fn query(size: usize, ty: &str) -> String {
    graphs(size) + &object("Query", size, no_key, &format!("start: {ty} @join__field(graph: G0)\n"))
}

fn fields(size: usize, field: impl Fn(usize) -> String) -> String {
    (0..size).map(|index| format!("{}\n", field(index))).collect()
}

/// Each subgraph can be entered from the one before only.
fn chain_of_keys(size: usize) -> String {
    let own = fields(size, |index| format!("f{index}: T @join__field(graph: G{index})"));
    let keys = fields(size, |index| {
        let before = index.saturating_sub(1);
        let and_before = if index == 0 { String::new() } else { format!("@join__field(graph: G{before})") };
        format!("k{index}: ID @join__field(graph: G{index}) {and_before}")
    });
    query(size, "T") + &object("T", size, |index| format!("key: \"k{index}\""), &(own + &keys))
}

/// Keys that read a field of another type, which has such keys as well.
fn keys_into_keys(size: usize) -> String {
    let key = |index: usize| format!("key: \"c {{ x{index} }}\"");
    let level = |level: usize| object(&format!("T{level}"), size, key, &(format!("c: T{} ", level + 1) + &xs(size)));
    let last = fields(size, |index| format!("x{index}: ID @join__field(graph: G{index})"));
    query(size, "T0") + &level(0) + &level(1) + &level(2) + &object("T3", size, id_key, &format!("id: ID {last}"))
}

fn keys_into_themselves(size: usize) -> String {
    let key = |index: usize| format!("key: \"c {{ x{index} }}\"");
    query(size, "T") + &object("T", size, key, &(format!("c: T {}", xs(size))))
}

/// Each in two subgraphs.
fn xs(size: usize) -> String {
    fields(size, |index| {
        format!("x{index}: ID @join__field(graph: G{index}) @join__field(graph: G{})", (index + 1) % size)
    })
}

/// Each field is missing in one subgraph, so that each set of subgraphs is what some path leaves.
fn values_known_in_part(size: usize) -> String {
    let field = |missing: usize| {
        let present = (0..size).filter(|index| *index == 0 || *index != missing);
        let joins = present.map(|index| format!("@join__field(graph: G{index})\n"));
        format!("f{missing}: V {}", joins.collect::<String>())
    };
    graphs(size)
        + &object("Query", size, no_key, "start: V")
        + &object("V", size, no_key, &(fields(size, field) + "leaf: Int"))
}

/// Labels one below the other, and all of them again at the end.
fn labels(size: usize) -> String {
    let join = |label: usize| {
        format!(
            "@join__field(graph: G0, override: \"g1\", overrideLabel: \"l{label}\") \
             @join__field(graph: G1, overrideLabel: \"l{label}\")"
        )
    };
    let level = |level: usize| {
        object(&format!("T{level}"), 2, id_key, &format!("id: ID below: T{} {}", level + 1, join(level)))
    };
    let last = fields(size, |label| format!("z{label}: Int {}", join(label)));
    query(2, "T0")
        + &(0..size).map(level).collect::<String>()
        + &object(&format!("T{size}"), 2, id_key, &format!("id: ID {last}"))
}

/// As many object types as subgraphs, all known everywhere.
fn wide_interface(size: usize) -> String {
    let interface = object("I", size, no_key, "id: ID next: I").replacen("type", "interface", 1);
    let object = |number: usize| {
        let implements = (0..size).map(|index| format!("@join__implements(graph: G{index}, interface: \"I\")\n"));
        let head = format!("O{number} implements I {}", implements.collect::<String>());
        object(&head, size, id_key, &format!("id: ID next: I own{number}: I @join__field(graph: G{number})"))
    };
    query(size, "I") + &interface + &(0..size).map(object).collect::<String>()
}

fn circle_of_requirements(size: usize) -> String {
    let field = |index: usize| {
        let (next, before) = ((index + 1) % size, (index + size - 1) % size);
        format!(
            "r{index}: Int @join__field(graph: G{index}, requires: \"r{next}\") \
             @join__field(graph: G{before}, external: true)"
        )
    };
    query(size, "T") + &object("T", size, id_key, &format!("id: ID {}", fields(size, field)))
}
