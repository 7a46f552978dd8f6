//! What occurred, so that a run without differences can be believed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

/// Everything that a long run must have met at least once.
pub const FEATURES: [&str; 94] = [
    "key: single",
    "key: composite",
    "key: nested",
    "key: of types with several",
    "requires: leaf",
    "requires: nested",
    "requires: in a chain",
    "requires: with arguments",
    "requires: in an interface object",
    "provides",
    "shareable",
    "value type in parts",
    "types that differ by subgraph",
    "override",
    "context",
    "context: from a nearer object",
    "override: label is active",
    "override: label is not active",
    "interface",
    "interface of an interface",
    "union",
    "interface object: asked for the interface",
    "interface object: contributed field",
    "inaccessible: key or input behind the API",
    "inaccessible: type in the data",
    "inaccessible: enum value in the data",
    "federation 1: all subgraphs",
    "federation 1: some subgraphs",
    "federation 1: type extension",
    "federation 1: @extends",
    "null",
    "list in a list",
    "custom scalar",
    "error: failing field",
    "error: value of a wrong kind",
    "error: null where none may be",
    "error: field left out",
    "error: subgraph down",
    "error: null key",
    "error: dangling reference",
    "error: failing entity",
    "answer: none",
    "answer: HTTP status",
    "answer: no JSON",
    "answer: too deep",
    "answer: of another form",
    "answer: neither data nor errors",
    "answer: errors without data",
    "misbehaving subgraphs",
    "spelling: space",
    "spelling: another order",
    "spelling: members that nobody asked for",
    "spelling: members said twice",
    "spelling: escapes",
    "refused: field",
    "refused: type",
    "refused: value",
    "refused: interface",
    "refused: input",
    "mutation",
    "mutation: several fields",
    "mutation: fields of several subgraphs",
    "mutation: entity resolved elsewhere",
    "mutation: error in the middle",
    "mutation: state read afterwards",
    "another plan",
    "another plan: the same",
    "defer",
    "defer: switched off",
    "defer: in a fragment used twice",
    "stream",
    "stream: switched off",
    "parts: none to wait for",
    "parts: two payloads",
    "parts: more payloads",
    "parts: items of a list",
    "parts: fragment within a fragment",
    "parts: given up",
    "parts: given up in a list",
    "parts: errors beside data",
    "alias",
    "fragment: inline",
    "fragment: named",
    "condition: constant",
    "condition: variable",
    "condition: variable with a default",
    "condition: of a field",
    "condition: of an inline fragment",
    "condition: of a spread",
    "condition: skip and include together",
    "condition: below another",
    "condition: three variables in one operation",
    "variable",
    "arguments",
];

#[derive(Debug)]
pub struct Counters {
    features: [AtomicU64; FEATURES.len()],
    pub operations: AtomicU64,
    pub worlds: AtomicU64,
    /// Served by what composition makes of the subgraphs, too.
    pub composed_worlds: AtomicU64,
    pub fetches: AtomicU64,
    pub entity_fetches: AtomicU64,
    pub entities: AtomicU64,
    pub repeated_entities: AtomicU64,
    /// Leaves that are not null.
    pub values: AtomicU64,
}

impl Default for Counters {
    fn default() -> Counters {
        Counters {
            features: [const { AtomicU64::new(0) }; FEATURES.len()],
            operations: AtomicU64::new(0),
            worlds: AtomicU64::new(0),
            composed_worlds: AtomicU64::new(0),
            fetches: AtomicU64::new(0),
            entity_fetches: AtomicU64::new(0),
            entities: AtomicU64::new(0),
            repeated_entities: AtomicU64::new(0),
            values: AtomicU64::new(0),
        }
    }
}

impl Counters {
    pub fn saw(&self, feature: &'static str) {
        match FEATURES.iter().position(|known| *known == feature) {
            Some(index) => add(&self.features[index], 1),
            None => debug_assert!(false, "unknown feature {feature}"),
        }
    }

    /// What has occurred.
    pub(crate) fn seen(&self) -> BTreeSet<&'static str> {
        let missing = self.missing();
        FEATURES.into_iter().filter(|feature| !missing.contains(feature)).collect()
    }

    pub fn missing(&self) -> Vec<&'static str> {
        let is_zero = |(index, _): &(usize, &&str)| self.features[*index].load(Ordering::Relaxed) == 0;
        FEATURES.iter().enumerate().filter(is_zero).map(|(_, name)| *name).collect()
    }
}

pub(crate) fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}

impl fmt::Display for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let totals: BTreeMap<&str, &AtomicU64> = [
            ("worlds", &self.worlds),
            ("worlds that are composed", &self.composed_worlds),
            ("operations", &self.operations),
            ("fetches", &self.fetches),
            ("entity fetches", &self.entity_fetches),
            ("entities asked for", &self.entities),
            ("leaves that are not null", &self.values),
            ("entities asked for twice in one fetch", &self.repeated_entities),
        ]
        .into();
        for (name, count) in totals {
            writeln!(f, "{:>12}  {name}", count.load(Ordering::Relaxed))?;
        }
        for (name, count) in FEATURES.iter().zip(&self.features) {
            writeln!(f, "{:>12}  {name}", count.load(Ordering::Relaxed))?;
        }
        Ok(())
    }
}
