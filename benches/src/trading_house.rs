//! A trading house with members, wares, reviews of wares, and a warehouse.
//!
//! Everything follows from the size, so that two runs ask and answer the same bytes.

use std::fmt::Write;

use serde_json::Value;

use crate::world::{FieldValue, Name, Record, RecordId};

/// Four subgraphs: members, catalog, reviews and warehouse.
pub const SUPERGRAPH: &str = include_str!("../scenarios/trading-house.graphql");

/// Crosses subgraph borders again and again.
pub const HEAVY_OPERATION: &str = include_str!("../scenarios/heavy.graphql");

/// How much there is of everything.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub members: usize,
    pub wares: usize,
    pub reviews: usize,
}

impl Size {
    /// The response to the heavy operation is 90 KB.
    pub const FULL: Size = Size { members: 8, wares: 11, reviews: 28 };
    /// Enough for every hop to happen.
    pub const TINY: Size = Size { members: 2, wares: 2, reviews: 3 };
}

/// All records, in the order in which they refer to each other.
pub fn records(size: Size) -> Vec<Record> {
    let first_ware = 1 + size.members;
    let first_review = first_ware + size.wares;
    let author = |review: usize| review % size.members;
    // A stride that shares no factor with the number of wares reaches all of them.
    let ware = |review: usize| (review * 5 + 1) % size.wares;
    let reviews_where = |wanted: &dyn Fn(usize) -> bool| {
        (0..size.reviews).filter(|review| wanted(*review)).map(|review| first_review + review).collect()
    };

    let members = FieldValue::Many((1..first_ware).collect());
    let wares = FieldValue::Many((first_ware..first_review).collect());
    let mut records = vec![Record::new("Query", vec![("members".into(), members), ("wares".into(), wares)])];
    for index in 0..size.members {
        let reviews = reviews_where(&|review| author(review) == index);
        records.push(Record::new("Member", member(index, reviews)));
    }
    for index in 0..size.wares {
        let reviews = reviews_where(&|review| ware(review) == index);
        records.push(Record::new("Ware", ware_fields(index, reviews)));
    }
    for index in 0..size.reviews {
        let mut fields = review_fields(index);
        fields.push(("author".into(), FieldValue::One(1 + author(index))));
        fields.push(("ware".into(), FieldValue::One(first_ware + ware(index))));
        records.push(Record::new("Review", fields));
    }
    records
}

fn member(index: usize, reviews: Vec<RecordId>) -> Vec<(Name, FieldValue)> {
    vec![
        ("id".into(), text(format!("member-{index}"))),
        ("name".into(), text(words(index * 7 + 1, 2))),
        ("handle".into(), text(format!("@{}{index}", words(index * 3 + 2, 1)))),
        ("reviews".into(), FieldValue::Many(reviews)),
    ]
}

fn ware_fields(index: usize, reviews: Vec<RecordId>) -> Vec<(Name, FieldValue)> {
    let price = 450 + index * 137;
    let weight = 80 + index * 45;
    vec![
        ("sku".into(), text(format!("ware-{index}"))),
        ("title".into(), text(words(index * 11 + 3, 3))),
        ("price".into(), FieldValue::Leaf(price.to_string())),
        ("weight".into(), FieldValue::Leaf(weight.to_string())),
        ("inStock".into(), FieldValue::Leaf((index % 4 != 3).to_string())),
        ("freight".into(), FieldValue::Leaf(freight(price, weight).to_string())),
        ("reviews".into(), FieldValue::Many(reviews)),
    ]
}

fn review_fields(index: usize) -> Vec<(Name, FieldValue)> {
    vec![
        ("id".into(), text(format!("review-{index}"))),
        ("rating".into(), FieldValue::Leaf((1 + index * 3 % 5).to_string())),
        // Quotes and letters beyond ASCII, as real text has them.
        ("body".into(), text(format!("\"{}\" – {} für alle", words(index, 3), words(index * 5 + 4, 4)))),
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
