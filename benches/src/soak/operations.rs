//! Random operations on the trading house: valid ones, ones in parts, ones that only one of the two supergraphs knows, and
//! bodies that are no operation at all.

use std::fmt::Write;

use fastrand::Rng;
use serde_json::json;

/// Its name, and the number of the type below it.
type Field = (&'static str, Option<usize>);

/// Fields of each type, and the type below them.
const TYPES: [(&str, &[Field]); 4] = [
    ("Query", &[("members", Some(1)), ("wares", Some(2))]),
    ("Member", &[("id", None), ("name", None), ("handle", None), ("reviews", Some(3))]),
    (
        "Ware",
        &[
            ("sku", None),
            ("title", None),
            ("price", None),
            ("weight", None),
            ("inStock", None),
            ("freight", None),
            ("reviews", Some(3)),
        ],
    ),
    ("Review", &[("id", None), ("rating", None), ("body", None), ("author", Some(1)), ("ware", Some(2))]),
];

/// Only the first of the two supergraphs has it.
pub const FIELD_OF_ONE_VERSION: &str = "handle";

const DEPTH_MAX: u32 = 5;

/// A request's body, and whether its response may come in parts.
#[derive(Debug, Clone)]
pub struct Operation {
    pub body: Vec<u8>,
    pub is_in_parts: bool,
}

pub fn valid(rng: &mut Rng, is_in_parts: bool) -> Operation {
    let mut text = String::from("query Soak");
    let _ = write!(text, "{}", rng.u32(..));
    select(&mut text, rng, (0, 0), is_in_parts);
    Operation { body: json!({ "query": text }).to_string().into_bytes(), is_in_parts }
}

/// The largest there is: everything, again and again.
pub fn heavy() -> Operation {
    let body = json!({
        "query": include_str!("../../scenarios/heavy.graphql"),
        "operationName": "Fair",
        "variables": {"first": 5},
    });
    Operation { body: body.to_string().into_bytes(), is_in_parts: false }
}

/// What clients send by mistake, or out of malice.
pub fn invalid(rng: &mut Rng) -> Vec<u8> {
    let number = rng.u32(..);
    match rng.u8(..7) {
        0 => format!("{{\"query\":\"{{ members {{ nothing{number} }} }}\"}}").into_bytes(),
        1 => format!("{{\"query\":\"{{ members {{ id \",\"{number}").into_bytes(),
        2 => json!({ "query": format!("query X{number} {{ members {{ id }}") }).to_string().into_bytes(),
        3 => (0..rng.usize(..4096)).map(|_| rng.u8(..)).collect(),
        4 => json!({ "query": "{ members { id } }", "variables": "x".repeat(rng.usize(..100_000)) }).to_string().into(),
        5 => json!({ "query": format!("{{ a{number}: wares(first: \"many\") {{ sku }} }}") }).to_string().into_bytes(),
        _ => json!({ "query": "{".repeat(rng.usize(1..2_000)) }).to_string().into_bytes(),
    }
}

fn select(text: &mut String, rng: &mut Rng, (ty, depth): (usize, u32), is_in_parts: bool) {
    text.push('{');
    let fields = TYPES[ty].1;
    let leaves = fields.iter().filter(|(_, below)| below.is_none()).count();
    if leaves > 0 {
        text.push_str(fields[rng.usize(..leaves)].0);
        text.push(' ');
    }
    // At the root something has to be asked for.
    let forced = if leaves == 0 { rng.usize(..fields.len()) } else { fields.len() };
    for (index, &(name, below)) in fields.iter().enumerate() {
        let chance = if below.is_some() { 2 + depth } else { 2 };
        let is_too_deep = below.is_some() && depth >= DEPTH_MAX;
        if index != forced && (is_too_deep || rng.u32(..chance) != 0) {
            continue;
        }
        field(text, rng, (name, below), (depth, is_in_parts));
    }
    text.push('}');
}

fn field(text: &mut String, rng: &mut Rng, (name, below): (&str, Option<usize>), (depth, is_in_parts): (u32, bool)) {
    let is_deferred = is_in_parts && below.is_some() && depth > 0 && rng.bool();
    if is_deferred {
        text.push_str("... @defer { ");
    }
    // A response name of its own: the same field may be asked for beside it.
    let _ = write!(text, "{}{}: {name}", char::from(rng.u8(b'a'..=b'z')), rng.u16(..));
    if name == "wares" {
        let _ = write!(text, "(first: {})", rng.u8(1..12));
    }
    let is_list = matches!(name, "members" | "wares" | "reviews");
    if is_in_parts && is_list && rng.u8(..3) == 0 {
        let _ = write!(text, " @stream(initialCount: {})", rng.u8(..3));
    }
    if let Some(below) = below {
        select(text, rng, (below, depth + 1), is_in_parts);
    }
    text.push(' ');
    if is_deferred {
        text.push_str("} ");
    }
}
