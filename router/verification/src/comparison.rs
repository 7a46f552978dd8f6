//! Two answers to one operation, compared: `data` exactly, with the order of members, and errors as a set of places with
//! their codes. Messages may differ: they can name what was asked of whom. So may the errors below an object that one of
//! them made null: a server need not report more than one. GraphQL specification, "Handling Execution Errors".

use serde_json::{Map, Value};
use std::fmt::Write as _;

/// A response, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub data: Value,
    /// Path and code of each, sorted, each once.
    pub errors: Vec<(Vec<PathStep>, String)>,
}

/// Why a response cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    #[error("the response is not JSON")]
    Syntax(#[from] serde_json::Error),
    #[error("the response has no `data`")]
    NoData,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    Name(String),
    Index(usize),
}

impl PathStep {
    fn name(&self) -> Option<&str> {
        match self {
            PathStep::Name(name) => Some(name),
            PathStep::Index(_) => None,
        }
    }
}

/// A place where two answers are not the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub path: Vec<PathStep>,
    /// It is about the error at the path, whose codes are the values.
    pub is_error: bool,
    /// `None`: there is nothing at the path.
    pub first: Option<Value>,
    pub second: Option<Value>,
}

impl Answer {
    pub fn parse(body: &[u8]) -> Result<Answer, AnswerError> {
        let response: Value = serde_json::from_slice(body)?;
        let data = response.get("data").cloned().ok_or(AnswerError::NoData)?;
        let given = response.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut errors: Vec<_> = given.iter().map(|error| (path_of(error), code_of(error))).collect();
        errors.sort();
        errors.dedup();
        Ok(Answer { data, errors })
    }

    /// The first `differences_max` places at which `other` is not the same.
    pub fn differences(&self, other: &Answer, differences_max: usize) -> Vec<Difference> {
        let mut found = Found { differences: Vec::new(), differences_max, path: Vec::new() };
        found.compare(&self.data, &other.data);
        for (path, code) in self.errors.iter().filter(|error| !other.tells(error)) {
            found.add(path.clone(), true, (Some(code.clone().into()), code_at(other, path)));
        }
        for (path, code) in other.errors.iter().filter(|error| !self.tells(error)) {
            let is_told = self.errors.iter().any(|(known, _)| known == path);
            if !is_told {
                found.add(path.clone(), true, (None, Some(code.clone().into())));
            }
        }
        found.differences
    }

    /// Whether the answer has this error, or below the same null another one.
    fn tells(&self, error: &(Vec<PathStep>, String)) -> bool {
        let null = self.null_above(&error.0);
        self.errors.contains(error)
            || null.is_some_and(|null| self.errors.iter().any(|(path, _)| path.starts_with(null)))
    }

    /// The part of a path that leads to a null above its end.
    fn null_above<'p>(&self, path: &'p [PathStep]) -> Option<&'p [PathStep]> {
        let mut place = &self.data;
        for (length, step) in path.iter().enumerate() {
            if place.is_null() {
                return Some(&path[..length]);
            }
            place = match step {
                PathStep::Name(name) => place.get(name)?,
                PathStep::Index(index) => place.get(index)?,
            };
        }
        None
    }
}

fn code_at(answer: &Answer, path: &[PathStep]) -> Option<Value> {
    let (_, code) = answer.errors.iter().find(|(known, _)| known == path)?;
    Some(code.clone().into())
}

fn path_of(error: &Value) -> Vec<PathStep> {
    let steps = error.get("path").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let step = |step: &Value| match step.as_u64() {
        Some(index) => PathStep::Index(index as usize),
        None => PathStep::Name(step.as_str().unwrap_or_default().to_owned()),
    };
    steps.iter().map(step).collect()
}

fn code_of(error: &Value) -> String {
    let code = error.get("extensions").and_then(|extensions| extensions.get("code"));
    code.and_then(Value::as_str).unwrap_or_default().to_owned()
}

struct Found {
    differences: Vec<Difference>,
    differences_max: usize,
    path: Vec<PathStep>,
}

impl Found {
    fn compare(&mut self, first: &Value, second: &Value) {
        match (first, second) {
            (Value::Object(first), Value::Object(second)) => self.compare_objects(first, second),
            (Value::Array(first), Value::Array(second)) if first.len() == second.len() => {
                for (index, (first, second)) in first.iter().zip(second).enumerate() {
                    self.path.push(PathStep::Index(index));
                    self.compare(first, second);
                    self.path.pop();
                }
            }
            _ if first == second => {}
            _ => self.add(self.path.clone(), false, (Some(first.clone()), Some(second.clone()))),
        }
    }

    fn compare_objects(&mut self, first: &Map<String, Value>, second: &Map<String, Value>) {
        for (name, value) in first {
            self.path.push(PathStep::Name(name.clone()));
            match second.get(name) {
                Some(other) => self.compare(value, other),
                None => self.add(self.path.clone(), false, (Some(value.clone()), None)),
            }
            self.path.pop();
        }
        for (name, value) in second.iter().filter(|(name, _)| !first.contains_key(*name)) {
            let path = self.path.iter().cloned().chain([PathStep::Name(name.clone())]).collect();
            self.add(path, false, (None, Some(value.clone())));
        }
        let has_same_names = first.len() == second.len() && first.keys().all(|name| second.contains_key(name));
        if has_same_names && !first.keys().eq(second.keys()) {
            let names = |object: &Map<String, Value>| Some(object.keys().cloned().collect::<Vec<_>>().into());
            self.add(self.path.clone(), false, (names(first), names(second)));
        }
    }

    fn add(&mut self, path: Vec<PathStep>, is_error: bool, (first, second): (Option<Value>, Option<Value>)) {
        if self.differences.len() < self.differences_max {
            self.differences.push(Difference { path, is_error, first, second });
        }
    }
}

/// `users[0].name`; the whole answer is `data`.
pub fn path_text(path: &[PathStep]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            PathStep::Name(name) if text.is_empty() => text.push_str(name),
            PathStep::Name(name) => {
                let _ = write!(text, ".{name}");
            }
            PathStep::Index(index) => {
                let _ = write!(text, "[{index}]");
            }
        }
    }
    if text.is_empty() { "data".to_owned() } else { text }
}

/// The path's response names, list indexes left out.
pub fn positions(path: &[PathStep]) -> Vec<&str> {
    path.iter().filter_map(PathStep::name).collect()
}
