//! The invented data behind the stubs: a trading house with members, wares, reviews of wares, and a warehouse.
//!
//! Everything follows from the size, so that two runs ask and answer the same bytes.

use std::fmt::Write;

use hashbrown::HashMap;
use serde_json::Value;

/// How much there is of everything.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub members: usize,
    pub wares: usize,
    pub reviews: usize,
}

impl Size {
    /// The benchmark's: its operation's response is 90 KB.
    pub const FULL: Size = Size { members: 8, wares: 11, reviews: 28 };
    /// Enough for every hop to happen.
    pub const TINY: Size = Size { members: 2, wares: 2, reviews: 3 };
}

/// Index of a record in the world.
pub type RecordId = usize;

/// One object, whichever subgraphs its fields come from.
#[derive(Debug)]
pub struct Record {
    pub type_name: &'static str,
    fields: Vec<(&'static str, FieldValue)>,
}

/// What a field holds.
#[derive(Debug)]
pub enum FieldValue {
    /// JSON text.
    Leaf(String),
    One(RecordId),
    Many(Vec<RecordId>),
}

/// All records; the first is the query root.
#[derive(Debug)]
pub struct World {
    records: Vec<Record>,
    by_key: HashMap<(&'static str, String), RecordId>,
}

pub const ROOT: RecordId = 0;

impl Record {
    pub fn field(&self, name: &str) -> Option<&FieldValue> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// The JSON text of a leaf.
    pub fn leaf(&self, name: &str) -> Option<&str> {
        match self.field(name)? {
            FieldValue::Leaf(text) => Some(text),
            FieldValue::One(_) | FieldValue::Many(_) => None,
        }
    }
}

impl World {
    pub fn new(size: Size) -> World {
        let mut world = World { records: Vec::new(), by_key: HashMap::new() };
        let first_ware = 1 + size.members;
        let first_review = first_ware + size.wares;
        let author = |review: usize| review % size.members;
        // A stride that shares no factor with the number of wares reaches all of them.
        let ware = |review: usize| (review * 5 + 1) % size.wares;
        let reviews_where = |wanted: &dyn Fn(usize) -> bool| {
            (0..size.reviews).filter(|review| wanted(*review)).map(|review| first_review + review).collect()
        };

        let members = (1..first_ware).collect();
        let wares = (first_ware..first_review).collect();
        world.push("Query", [("members", FieldValue::Many(members)), ("wares", FieldValue::Many(wares))].into());
        for index in 0..size.members {
            let reviews = reviews_where(&|review| author(review) == index);
            world.push("Member", member(index, reviews));
        }
        for index in 0..size.wares {
            let reviews = reviews_where(&|review| ware(review) == index);
            world.push("Ware", ware_fields(index, reviews));
        }
        for index in 0..size.reviews {
            let mut fields = review_fields(index);
            fields.push(("author", FieldValue::One(1 + author(index))));
            fields.push(("ware", FieldValue::One(first_ware + ware(index))));
            world.push("Review", fields);
        }
        world
    }

    pub fn record(&self, id: RecordId) -> &Record {
        &self.records[id]
    }

    /// The record a representation names, by its type and the value of its key field.
    pub fn find(&self, type_name: &'static str, key: &str) -> Option<RecordId> {
        self.by_key.get(&(type_name, key.to_owned())).copied()
    }

    fn push(&mut self, type_name: &'static str, fields: Vec<(&'static str, FieldValue)>) {
        if let Some((_, FieldValue::Leaf(key))) = fields.first()
            && let Ok(Value::String(key)) = serde_json::from_str(key)
        {
            self.by_key.insert((type_name, key), self.records.len());
        }
        self.records.push(Record { type_name, fields });
    }
}

fn member(index: usize, reviews: Vec<RecordId>) -> Vec<(&'static str, FieldValue)> {
    vec![
        ("id", text(format!("member-{index}"))),
        ("name", text(words(index * 7 + 1, 2))),
        ("handle", text(format!("@{}{index}", words(index * 3 + 2, 1)))),
        ("reviews", FieldValue::Many(reviews)),
    ]
}

fn ware_fields(index: usize, reviews: Vec<RecordId>) -> Vec<(&'static str, FieldValue)> {
    let price = 450 + index * 137;
    let weight = 80 + index * 45;
    vec![
        ("sku", text(format!("ware-{index}"))),
        ("title", text(words(index * 11 + 3, 3))),
        ("price", FieldValue::Leaf(price.to_string())),
        ("weight", FieldValue::Leaf(weight.to_string())),
        ("inStock", FieldValue::Leaf((index % 4 != 3).to_string())),
        ("freight", FieldValue::Leaf(freight(price, weight).to_string())),
        ("reviews", FieldValue::Many(reviews)),
    ]
}

fn review_fields(index: usize) -> Vec<(&'static str, FieldValue)> {
    vec![
        ("id", text(format!("review-{index}"))),
        ("rating", FieldValue::Leaf((1 + index * 3 % 5).to_string())),
        // Quotes and letters beyond ASCII, as real text has them.
        ("body", text(format!("\"{}\" – {} für alle", words(index, 3), words(index * 5 + 4, 4)))),
    ]
}

/// The warehouse computes it from what it requires, so that a router that sends the wrong inputs is found out.
pub fn freight(price: usize, weight: usize) -> usize {
    if price > 1500 { 0 } else { weight / 2 + price / 100 }
}

fn text(text: String) -> FieldValue {
    FieldValue::Leaf(Value::String(text).to_string())
}

fn words(seed: usize, count: usize) -> String {
    const WORDS: [&str; 16] = [
        "amber", "barrel", "copper", "drapery", "ember", "flax", "granite", "herring", "ivory", "juniper", "kettle",
        "lantern", "madder", "nutmeg", "oak", "pewter",
    ];
    let mut text = String::new();
    for step in 0..count {
        let separator = if step == 0 { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{}", WORDS[(seed * 7 + step * 5) % WORDS.len()]);
    }
    text
}
