//! A response in parts, compared with what the interpreter says about the first part and about all together.

use super::{
    Attempt, Client, Difference, Stage,
    compare::{Finding, is_told},
};
use crate::{
    counters::Counters,
    evaluate::{Delivery, Loss},
    interpreter::{Bound, Expected},
    random::Random,
    spoils::Spoils,
    transport::{Cluster, Reports},
};
use serde_json::Value as Json;

impl Stage<'_> {
    pub(super) fn attempt_parts(
        &self,
        attempt: &Attempt<'_>,
        (random, spoils): (Random, Option<Spoils>),
    ) -> Result<(), Box<Difference>> {
        let surroundings = (attempt.counters, attempt.operation);
        let is_spoilt = spoils.is_some();
        let cluster = Cluster::new((&self.subgraphs, &attempt.router.order), surroundings, (random, spoils)).in_parts();
        let payloads = attempt.router.execute_in_parts(&attempt.planned, &cluster);
        let reports = cluster.into_reports();
        let Some(payloads) = payloads else {
            return Err(attempt.difference_of(("hang", "the execution does not end".to_owned()), Json::Null, &reports));
        };
        let texts: Vec<String> =
            payloads.iter().map(|payload| String::from_utf8_lossy(&payload.body).into_owned() + "}").collect();
        let mut client = Client::default();
        let read = payloads
            .iter()
            .zip(&texts)
            .try_for_each(|(payload, text)| client.read(text, (payload.has_next, payload.error_count)));
        let outcome = read.and_then(|()| match reports.violations.first() {
            Some(violation) => Err(("violation", violation.clone())),
            None if !client.is_over() => Err(("protocol", "the last payload is missing".to_owned())),
            None if is_spoilt => self.compare_spoilt_parts(attempt, &client, &reports),
            None => self.compare_parts(attempt, &client, &reports),
        });
        outcome.map_err(|finding| attempt.difference_of(finding, Json::from(texts), &reports))
    }

    fn deliver(&self, attempt: &Attempt<'_>, delivery: Delivery) -> Expected {
        self.interpret(attempt.parsed, (attempt.operation, &Counters::default()), (Bound::Whole, delivery))
    }

    fn compare_parts(&self, attempt: &Attempt<'_>, client: &Client, reports: &Reports) -> Result<(), Finding> {
        let first = self.deliver(attempt, Delivery::First);
        let all = self.deliver(attempt, Delivery::Parts);
        count(attempt.counters, client, &all.evaluation.losses);
        // A subgraph that answers null for the whole list leaves nothing to stream.
        if all.evaluation.losses.iter().any(|loss| loss.is_list) {
            return fits(&all.evaluation.data, &client.data, (&mut Vec::new(), client), true)
                .map_err(|path| ("parts: data", format!("{path} differs from {}", all.evaluation.data)));
        }
        if client.first != first.evaluation.data {
            return Err(("parts: first", format!("the first payload's data were to be {}", first.evaluation.data)));
        }
        fits(&all.evaluation.data, &client.data, (&mut Vec::new(), client), false)
            .map_err(|path| ("parts: data", format!("{path} differs from {}", all.evaluation.data)))?;
        if let Some(path) = unexplained(client, &all.evaluation.losses) {
            return Err(("parts: failure", format!("nothing is wrong below {path:?}, which was given up")));
        }
        if client.failed.is_empty() && !all.evaluation.losses.is_empty() {
            return Err(("parts: failure", "what cannot be had was not given up".to_owned()));
        }
        compare_errors("parts: first errors", (&first, &client.first_errors))?;
        let all_errors: Vec<Json> = client.first_errors.iter().chain(&client.late_errors).cloned().collect();
        compare_errors("parts: errors", (&all, &all_errors))?;
        if reports.ledger != attempt.expected.ledger {
            return Err(("mutations", "not carried out once each and in order".to_owned()));
        }
        Ok(())
    }

    /// Some of it may be missing, where null may be or in what was given up; nothing may be wrong.
    fn compare_spoilt_parts(&self, attempt: &Attempt<'_>, client: &Client, reports: &Reports) -> Result<(), Finding> {
        let all = self.deliver(attempt, Delivery::Parts).evaluation.data;
        fits(&all, &client.data, (&mut Vec::new(), client), true)
            .map_err(|path| ("spoilt parts: data", format!("{path} differs from {all}")))?;
        let has_errors = !client.first_errors.is_empty() || !client.late_errors.is_empty();
        if client.data != all && !has_errors && !reports.is_silent {
            return Err(("spoilt parts: errors", "an error is missing".to_owned()));
        }
        Ok(())
    }
}

/// The path at which `actual` has another value than `expected`. What was given up may be missing.
fn fits(
    expected: &Json,
    actual: &Json,
    (path, client): (&mut Vec<Json>, &Client),
    may_be_null: bool,
) -> Result<(), String> {
    let differs = |path: &[Json]| Err(Json::from(path).to_string());
    match (expected, actual) {
        (_, Json::Null) if may_be_null => Ok(()),
        (Json::Object(expected), Json::Object(actual)) => {
            let is_given_up = client.failed.iter().any(|failed| path.starts_with(failed));
            let is_complete = expected.keys().all(|name| actual.contains_key(name));
            if !actual.keys().all(|name| expected.contains_key(name)) || !(is_complete || is_given_up) {
                return differs(path);
            }
            actual.iter().try_for_each(|(name, value)| {
                path.push(Json::from(name.as_str()));
                fits(&expected[name], value, (path, client), may_be_null)?;
                path.pop();
                Ok(())
            })
        }
        (Json::Array(expected), Json::Array(actual)) => {
            let is_given_up = client.failed.contains(path);
            if actual.len() > expected.len() || (actual.len() < expected.len() && !is_given_up) {
                return differs(path);
            }
            expected.iter().zip(actual).enumerate().try_for_each(|(index, (expected, actual))| {
                path.push(Json::from(index));
                fits(expected, actual, (path, client), may_be_null)?;
                path.pop();
                Ok(())
            })
        }
        _ if expected == actual => Ok(()),
        _ => differs(path),
    }
}

/// A fragment or list that was given up without need.
fn unexplained<'c>(client: &'c Client, losses: &[Loss]) -> Option<&'c Vec<Json>> {
    client.failed.iter().find(|failed| !losses.iter().any(|loss| loss.paths.contains(failed)))
}

fn compare_errors(kind: &'static str, (expected, errors): (&Expected, &[Json])) -> Result<(), Finding> {
    let Expected { evaluation, .. } = expected;
    let is_wanted = evaluation.errors.iter().any(|error| is_told(evaluation, error));
    if is_wanted && errors.is_empty() {
        return Err((kind, format!("an error is missing: {:?}", evaluation.errors)));
    }
    if evaluation.errors.is_empty() && !errors.is_empty() && !evaluation.has_unavailable {
        return Err((kind, format!("unexpected: {}", errors[0])));
    }
    Ok(())
}

fn count(counters: &Counters, client: &Client, losses: &[Loss]) {
    counters.saw(match client.payload_count {
        1 => "parts: none to wait for",
        2 => "parts: two payloads",
        _ => "parts: more payloads",
    });
    if client.delivered_items {
        counters.saw("parts: items of a list");
    }
    if client.late_fragments > 0 {
        counters.saw("parts: fragment within a fragment");
    }
    if client.failed.iter().any(|path| path.iter().any(Json::is_number)) {
        counters.saw("parts: given up in a list");
    }
    if !losses.is_empty() {
        counters.saw("parts: given up");
    }
    if !client.late_errors.is_empty() && client.failed.is_empty() {
        counters.saw("parts: errors beside data");
    }
}
