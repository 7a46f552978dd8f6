//! Other texts that say the same: what is read in one piece, and what is read field by field, must come to the same.

use serde_json::{Map, Value};
use std::fmt::Write;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    AsAsked,
    /// Space wherever it may be.
    Spaced,
    /// Members in another order, in every object or in every third.
    Turned {
        every: usize,
    },
    /// Members that nobody asked for, in every second object.
    Strangers,
    /// Members said twice.
    Twice,
    /// Escapes in names, in every third object.
    Escaped,
}

impl Spelling {
    pub(crate) const OTHERS: [Spelling; 6] = [
        Spelling::Spaced,
        Spelling::Turned { every: 1 },
        Spelling::Turned { every: 3 },
        Spelling::Strangers,
        Spelling::Twice,
        Spelling::Escaped,
    ];

    pub(crate) fn of(self, answer: &Value) -> String {
        let mut text = Text { spelling: self, objects: 0, json: String::new() };
        text.value(answer);
        text.json
    }

    /// What a response says, without what spelling adds to it: strangers in values of custom scalars, which are passed on as
    /// they come, and a second error about what is wrong twice.
    pub(crate) fn meaning(self, response: &str) -> Value {
        let mut response: Value = serde_json::from_str(response).unwrap();
        remove_strangers(&mut response);
        if self == Spelling::Twice { response["data"].take() } else { response }
    }
}

fn remove_strangers(value: &mut Value) {
    match value {
        Value::Object(members) => {
            STRANGERS.iter().for_each(|name| _ = members.remove(*name));
            members.values_mut().for_each(remove_strangers);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_strangers),
        _ => {}
    }
}

const STRANGERS: [&str; 2] = ["aStranger", "anotherStranger"];

struct Text {
    spelling: Spelling,
    objects: usize,
    json: String,
}

impl Text {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(members) => self.object(members),
            Value::Array(items) => {
                self.json.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.space();
                    self.json.push_str(if index > 0 { "," } else { "" });
                    self.space();
                    self.value(item);
                }
                self.space();
                self.json.push(']');
            }
            _ => self.json.push_str(&value.to_string()),
        }
    }

    fn object(&mut self, members: &Map<String, Value>) {
        self.objects += 1;
        let number = self.objects;
        let mut members: Vec<(&str, &Value)> = members.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let stranger = serde_json::json!([1, "\"}", [true]]);
        match self.spelling {
            Spelling::Turned { every } if number.is_multiple_of(every) && !members.is_empty() => members.rotate_left(1),
            Spelling::Strangers if number.is_multiple_of(2) => {
                let middle = members.len() / 2;
                members.insert(middle, (STRANGERS[0], &stranger));
                members.push((STRANGERS[1], &Value::Null));
            }
            Spelling::Twice => {
                let leaves = members.iter().filter(|(_, value)| !value.is_object() && !value.is_array());
                let leaves: Vec<(&str, &Value)> = leaves.copied().collect();
                members.extend(leaves);
            }
            _ => {}
        }
        self.json.push('{');
        for (index, (name, value)) in members.into_iter().enumerate() {
            self.space();
            self.json.push_str(if index > 0 { "," } else { "" });
            self.space();
            self.name(name, number);
            self.space();
            self.json.push(':');
            self.space();
            self.value(value);
        }
        self.space();
        self.json.push('}');
    }

    fn name(&mut self, name: &str, object: usize) {
        match name.chars().next() {
            Some(first) if self.spelling == Spelling::Escaped && object.is_multiple_of(3) => {
                // Writing to a string cannot fail.
                let _ = write!(self.json, "\"\\u{:04x}{}\"", u32::from(first), &name[first.len_utf8()..]);
            }
            _ => self.json.push_str(&Value::from(name).to_string()),
        }
    }

    fn space(&mut self) {
        if self.spelling == Spelling::Spaced {
            self.json.push_str("\n ");
        }
    }
}
