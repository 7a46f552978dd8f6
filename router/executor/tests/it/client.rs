//! A client that puts a response in pieces together, and does not let the router break the rules.

use hansa_executor::Payload;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Client {
    pub(crate) data: Value,
    pub(crate) errors: Vec<Value>,
    /// Paths of what is awaited, by id.
    pending: BTreeMap<String, Vec<Value>>,
    known_ids: Vec<String>,
    /// Paths of fragments and lists that were given up.
    pub(crate) failed: Vec<Vec<Value>>,
}

/// Checks all payloads; gives what they make together.
pub(crate) fn put_together(payloads: &[Payload]) -> Client {
    let mut client = Client::default();
    for (index, payload) in payloads.iter().enumerate() {
        let text = String::from_utf8(payload.body.clone()).expect("payloads are UTF-8") + "}";
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let before = client.errors.len();
        client.read(&value, index == 0);
        assert_eq!(client.errors.len() - before, payload.error_count, "{text}");
        let is_last = index + 1 == payloads.len();
        assert_eq!(value["hasNext"], json!(!is_last), "{text}");
        assert_eq!(payload.has_next, !is_last, "{text}");
        assert_eq!(client.pending.is_empty(), is_last, "{text}");
    }
    client
}

impl Client {
    fn read(&mut self, payload: &Value, is_first: bool) {
        let members = payload.as_object().expect("a payload is an object");
        let allowed: &[&str] = match is_first {
            true => &["data", "errors", "pending", "hasNext"],
            false => &["pending", "incremental", "completed", "hasNext"],
        };
        assert!(members.keys().all(|key| allowed.contains(&key.as_str())), "{payload}");
        if is_first {
            self.data = members["data"].clone();
            self.read_errors(payload);
        }
        for pending in list(payload, "pending") {
            let id = pending["id"].as_str().expect("an id").to_owned();
            assert!(!self.known_ids.contains(&id), "{id} is used twice");
            let path = pending["path"].as_array().expect("a path").clone();
            self.known_ids.push(id.clone());
            self.pending.insert(id, path);
        }
        // Entries may be inside of those before them.
        for entry in list(payload, "incremental") {
            self.apply(entry);
        }
        for pending in list(payload, "pending") {
            let path = pending["path"].as_array().expect("a path");
            assert!(self.at(path).is_some(), "nothing is at {path:?} of {}", self.data);
        }
        for completed in list(payload, "completed") {
            let path = self.pending.remove(completed["id"].as_str().expect("an id")).expect("it is pending");
            if completed.get("errors").is_some() {
                self.read_errors(completed);
                self.failed.push(path);
            }
        }
    }

    fn apply(&mut self, entry: &Value) {
        let id = entry["id"].as_str().expect("an id");
        let mut path = self.pending.get(id).unwrap_or_else(|| panic!("{id} is not pending: {entry}")).clone();
        path.extend(entry.get("subPath").map(|path| path.as_array().expect("a path").clone()).unwrap_or_default());
        self.read_errors(entry);
        let place = self.at(&path).unwrap_or_else(|| panic!("nothing is at {path:?}"));
        if let Some(items) = entry.get("items") {
            place.as_array_mut().expect("a list").extend(items.as_array().expect("items are a list").iter().cloned());
        } else {
            merge(place.as_object_mut().expect("an object"), entry["data"].as_object().expect("data is an object"));
        }
    }

    fn read_errors(&mut self, of: &Value) {
        if of.get("errors").is_some() {
            let errors = of["errors"].as_array().expect("errors are a list");
            assert!(!errors.is_empty());
            self.errors.extend(errors.iter().cloned());
        }
    }

    fn at(&mut self, path: &[Value]) -> Option<&mut Value> {
        path.iter().try_fold(&mut self.data, |value, segment| match segment {
            Value::String(name) => value.get_mut(name),
            Value::Number(index) => value.get_mut(index.as_u64()? as usize),
            _ => None,
        })
    }
}

fn merge(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(name), value) {
            (None, value) => {
                into.insert(name.clone(), value.clone());
            }
            (Some(known), value) => panic!("{name} is there twice: {known} and {value}"),
        }
    }
}

fn list<'v>(payload: &'v Value, name: &str) -> &'v [Value] {
    let Some(list) = payload.get(name) else { return &[] };
    let list = list.as_array().expect("a list");
    assert!(!list.is_empty(), "an empty {name} is left out");
    list
}
