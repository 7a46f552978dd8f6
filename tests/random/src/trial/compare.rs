//! What a router's answer must have in common with the interpreter's.

use super::Difference;
use crate::{
    evaluate::{Evaluation, FieldError},
    interpreter::Expected,
    transport::Reports,
};
use serde_json::Value as Json;

/// A router's answer, read, and what was seen on the way to it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: Json,
    pub(super) text: String,
    pub(super) reports: Reports,
}

/// Kind and text of a difference.
pub(super) type Finding = (&'static str, String);

impl Answer {
    pub(super) fn read(mut body: Vec<u8>, error_count: usize, reports: Reports) -> Result<Answer, Finding> {
        body.push(b'}');
        let text = String::from_utf8_lossy(&body).into_owned();
        let parsed: Json =
            serde_json::from_slice(&body).map_err(|error| ("response", format!("no JSON: {error}: {text}")))?;
        if let Some(violation) = reports.violations.first() {
            return Err(("violation", violation.clone()));
        }
        let answer = Answer { body: parsed, text, reports };
        match answer.errors().len() {
            count if count == error_count => Ok(answer),
            count => Err(("errors", format!("{count} errors, counted {error_count}"))),
        }
    }

    pub(super) fn data(&self) -> &Json {
        &self.body["data"]
    }

    fn errors(&self) -> &[Json] {
        self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// As text: the order of fields counts.
    fn has_data(&self, data: &Json) -> bool {
        let texts = (self.data().to_string(), data.to_string());
        texts.0 == texts.1
    }
}

/// Of an answer for which no subgraph misbehaved, beyond what the world says.
pub(super) fn compare(expected: &Expected, answer: &Answer) -> Result<(), Finding> {
    let Expected { evaluation, ledger } = expected;
    if !answer.has_data(&evaluation.data) {
        return Err(("data", "the data differ".to_owned()));
    }
    let errors = answer.errors();
    let is_wanted = evaluation.errors.iter().any(|error| is_told(evaluation, error));
    if is_wanted && errors.is_empty() {
        return Err(("errors", format!("an error is missing: {:?}", evaluation.errors)));
    }
    if evaluation.errors.is_empty() && !errors.is_empty() && !evaluation.has_unavailable {
        return Err(("errors", format!("unexpected: {}", errors[0])));
    }
    if answer.reports.ledger != *ledger {
        return Err(("mutations", "not carried out once each and in order".to_owned()));
    }
    check_refusals(expected, answer)?;
    match errors.iter().find(|error| !place_of(answer.data(), error).is_some_and(lacks_something)) {
        Some(error) => Err(("error path", format!("does not lead to a null: {error}"))),
        None => Ok(()),
    }
}

/// Not so where the null that hides the error's place may be explained by nothing but an entity that is not there.
pub(super) fn is_told(evaluation: &Evaluation, error: &FieldError) -> bool {
    let mut place = &evaluation.data;
    let mut depth = 0;
    for step in &error.path {
        let next = match step {
            Json::String(name) => place.get(name),
            step => step.as_u64().and_then(|index| place.get(index as usize)),
        };
        let Some(next) = next else { break };
        (place, depth) = (next, depth + 1);
    }
    let hidden = &error.path[..depth];
    let mut uncertain = evaluation.errors.iter().filter(|other| !other.is_certain);
    error.is_certain && !uncertain.any(|other| other.path.starts_with(hidden))
}

fn check_refusals(expected: &Expected, answer: &Answer) -> Result<(), Finding> {
    match answer.errors().iter().find(|error| !is_expected_refusal(expected, error)) {
        Some(error) => Err(("refusal", format!("not of a refused field: {error}"))),
        None => Ok(()),
    }
}

/// The three that belong to one answer to which some subgraphs contributed nonsense.
#[derive(Debug)]
pub(super) struct Bounds<'a> {
    /// Had they not.
    pub(super) whole: &'a Expected,
    /// With nothing but what is sure.
    pub(super) least: &'a Expected,
    /// With null wherever the answer has it.
    pub(super) within: &'a Expected,
}

/// Of an answer for which subgraphs misbehaved: nothing wrong, nothing missing without need, no loss without an error.
pub(super) fn compare_spoilt(bounds: &Bounds<'_>, answer: &Answer) -> Result<(), Finding> {
    let Bounds { whole, least, within } = bounds;
    if !answer.has_data(&within.evaluation.data) {
        let text = within.evaluation.data.to_string();
        return Err(("spoilt: data", format!("wrong values, or null where none may be: {text} was expected")));
    }
    if let Some(lost) = first_loss(&least.evaluation.data, answer.data(), String::new()) {
        return Err(("spoilt: loss", format!("{lost} was lost, whose subgraphs are sound")));
    }
    let is_complete = answer.has_data(&whole.evaluation.data);
    if !is_complete && answer.errors().is_empty() && !answer.reports.is_silent {
        return Err(("spoilt: errors", "an error is missing".to_owned()));
    }
    if answer.reports.ledger != whole.ledger {
        return Err(("mutations", "not carried out once each and in order".to_owned()));
    }
    check_refusals(whole, answer)?;
    // It may stand at an object that lacks something, or at one of which other subgraphs gave all that was asked for.
    match answer.errors().iter().find(|error| place_of(answer.data(), error).is_none()) {
        Some(error) => Err(("spoilt: error path", format!("leads nowhere: {error}"))),
        None => Ok(()),
    }
}

/// Where the answer lacks something of `least`.
fn first_loss(least: &Json, actual: &Json, path: String) -> Option<String> {
    match (least, actual) {
        (Json::Null, _) => None,
        (Json::Object(least), Json::Object(actual)) => least.iter().find_map(|(name, value)| {
            first_loss(value, actual.get(name).unwrap_or(&Json::Null), format!("{path}.{name}"))
        }),
        (Json::Array(least), Json::Array(actual)) => least.iter().enumerate().find_map(|(index, value)| {
            first_loss(value, actual.get(index).unwrap_or(&Json::Null), format!("{path}.{index}"))
        }),
        _ if least == actual => None,
        _ => Some(path),
    }
}

/// Errors about what the caller may not read stand exactly where the interpreter refuses it.
fn is_expected_refusal(expected: &Expected, error: &Json) -> bool {
    let code = error["extensions"]["code"].as_str().unwrap_or_default();
    let is_refusal = matches!(code, "UNAUTHENTICATED" | "FORBIDDEN");
    let stands_there = |known: &FieldError| known.text == code && error["path"].as_array() == Some(&known.path);
    !is_refusal || expected.evaluation.errors.iter().any(stands_there)
}

/// Errors about one subgraph's part of an entity stand at the entity.
fn lacks_something(place: &Json) -> bool {
    place.is_null() || place.as_object().is_some_and(|object| object.values().any(Json::is_null))
}

/// Where an error's path ends, at the latest at a null. An error without one is about all.
fn place_of<'a>(data: &'a Json, error: &Json) -> Option<&'a Json> {
    let Some(path) = error["path"].as_array() else { return Some(&Json::Null) };
    let mut place = data;
    for step in path {
        if place.is_null() {
            break;
        }
        place = match step {
            Json::String(name) => place.get(name)?,
            Json::Number(index) => place.get(index.as_u64()? as usize)?,
            _ => return None,
        };
    }
    Some(place)
}

impl Difference {
    pub(super) fn of(finding: Finding, (expected, answer): (&Json, Option<&Answer>), plan: &str) -> Box<Difference> {
        let (kind, text) = finding;
        let actual = answer.map(|answer| answer.body.clone()).unwrap_or_default();
        let fetches = answer.map(|answer| answer.reports.fetches.clone()).unwrap_or_default();
        Box::new(Difference { kind, text, expected: expected.clone(), actual, plan: plan.to_owned(), fetches })
    }
}
