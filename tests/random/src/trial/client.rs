//! A client that puts a response in parts together, and notices what the draft does not allow. GraphQL specification (draft),
//! "Incremental Delivery", "Response".

use super::compare::Finding;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(super) struct Client {
    /// The first payload's.
    pub(super) first: Json,
    pub(super) data: Json,
    pub(super) first_errors: Vec<Json>,
    /// Errors of later payloads.
    pub(super) late_errors: Vec<Json>,
    /// Where fragments and lists are that were given up.
    pub(super) failed: Vec<Vec<Json>>,
    pub(super) payload_count: usize,
    pub(super) delivered_items: bool,
    /// Fragments that became pending later than with the first payload.
    pub(super) late_fragments: usize,
    pending: BTreeMap<String, Vec<Json>>,
    known_ids: Vec<String>,
    is_over: bool,
}

fn broken<T>(text: String) -> Result<T, Finding> {
    Err(("protocol", text))
}

impl Client {
    /// Reads the next payload.
    pub(super) fn read(&mut self, text: &str, (has_next, error_count): (bool, usize)) -> Result<(), Finding> {
        let Ok(payload) = serde_json::from_str::<Json>(text) else { return broken(format!("no JSON: {text}")) };
        let is_first = self.payload_count == 0;
        self.payload_count += 1;
        let allowed: &[&str] = match is_first {
            true => &["data", "errors", "pending", "hasNext"],
            false => &["pending", "incremental", "completed", "hasNext"],
        };
        let members = payload.as_object().cloned().unwrap_or_default();
        if let Some(odd) = members.keys().find(|key| !allowed.contains(&key.as_str())) {
            return broken(format!("`{odd}` in {text}"));
        }
        if self.is_over || payload["hasNext"] != has_next || is_first != members.contains_key("data") {
            return broken(format!("`hasNext` or `data` is wrong in {text}"));
        }
        let errors_before = self.first_errors.len() + self.late_errors.len();
        if is_first {
            self.first = payload["data"].clone();
            self.data = payload["data"].clone();
            self.first_errors = list(&payload, "errors")?.to_vec();
        }
        let pending = list(&payload, "pending")?;
        pending.iter().try_for_each(|pending| self.expect(pending))?;
        // Entries may be inside of those before them.
        list(&payload, "incremental")?.iter().try_for_each(|entry| self.apply(entry))?;
        for pending in pending {
            if self.at(pending["path"].as_array().map(Vec::as_slice).unwrap_or_default()).is_none() {
                return broken(format!("there is no object or list for {pending}"));
            }
        }
        list(&payload, "completed")?.iter().try_for_each(|completed| self.complete(completed))?;
        self.late_fragments += if is_first { 0 } else { pending.len() };
        self.is_over = !has_next;
        if self.is_over != self.pending.is_empty() {
            return broken(format!("{} are pending after {text}", self.pending.len()));
        }
        match self.first_errors.len() + self.late_errors.len() - errors_before {
            count if count == error_count => Ok(()),
            count => broken(format!("{count} errors, counted {error_count}, in {text}")),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    fn expect(&mut self, pending: &Json) -> Result<(), Finding> {
        let (Some(id), Some(path)) = (pending["id"].as_str(), pending["path"].as_array()) else {
            return broken(format!("no id or path: {pending}"));
        };
        if self.known_ids.iter().any(|known| known == id) {
            return broken(format!("an id is used twice: {pending}"));
        }
        self.known_ids.push(id.to_owned());
        self.pending.insert(id.to_owned(), path.clone());
        Ok(())
    }

    fn pending_path(&self, of: &Json) -> Result<Vec<Json>, Finding> {
        let path = of["id"].as_str().and_then(|id| self.pending.get(id));
        path.cloned().map_or_else(|| broken(format!("not pending: {of}")), Ok)
    }

    fn apply(&mut self, entry: &Json) -> Result<(), Finding> {
        let mut path = self.pending_path(entry)?;
        self.read_errors(entry, &path)?;
        path.extend(entry["subPath"].as_array().cloned().unwrap_or_default());
        self.delivered_items |= entry.get("items").is_some();
        let Some(place) = self.at(&path) else { return broken(format!("there is nothing at the path of {entry}")) };
        match (place, &entry["items"], &entry["data"]) {
            (Json::Array(list), Json::Array(items), Json::Null) => {
                list.extend(items.iter().cloned());
                Ok(())
            }
            (Json::Object(object), Json::Null, Json::Object(fields)) => merge(object, fields),
            _ => broken(format!("neither fields of an object nor items of a list: {entry}")),
        }
    }

    fn complete(&mut self, completed: &Json) -> Result<(), Finding> {
        let path = self.pending_path(completed)?;
        self.pending.remove(completed["id"].as_str().unwrap_or_default());
        if completed.get("errors").is_some() {
            self.read_errors(completed, &path)?;
            self.failed.push(path);
        }
        Ok(())
    }

    /// Errors stand with what they are about.
    fn read_errors(&mut self, of: &Json, path: &[Json]) -> Result<(), Finding> {
        let errors = list(of, "errors")?;
        let is_elsewhere =
            |error: &&Json| error["path"].as_array().is_some_and(|error_path| !error_path.starts_with(path));
        if let Some(error) = errors.iter().find(is_elsewhere) {
            return broken(format!("an error about something else: {error} in {of}"));
        }
        self.late_errors.extend(errors.iter().cloned());
        Ok(())
    }

    fn at(&mut self, path: &[Json]) -> Option<&mut Json> {
        let place = path.iter().try_fold(&mut self.data, |place, step| match step {
            Json::String(name) => place.get_mut(name),
            Json::Number(index) => place.get_mut(index.as_u64()? as usize),
            _ => None,
        });
        place.filter(|place| place.is_object() || place.is_array())
    }
}

fn merge(object: &mut Map<String, Json>, fields: &Map<String, Json>) -> Result<(), Finding> {
    for (name, value) in fields {
        if object.insert(name.clone(), value.clone()).is_some() {
            return broken(format!("`{name}` is delivered twice"));
        }
    }
    Ok(())
}

/// Empty lists are left out.
fn list<'a>(of: &'a Json, name: &str) -> Result<&'a [Json], Finding> {
    match of.get(name) {
        None => Ok(&[]),
        Some(Json::Array(items)) if !items.is_empty() => Ok(items),
        Some(_) => broken(format!("`{name}` is no list, or an empty one, in {of}")),
    }
}
