//! The section `events`: what subscriptions get, and how often.

use super::{given_reader::GivenReader, pointer};
use crate::given::GivenObject;
use serde_json::{Map, Value};
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Events {
    values: Vec<GivenObject>,
    interval: Duration,
    repeat: bool,
}

const MEMBERS: [&str; 3] = ["values", "every_ms", "repeat"];

/// Nobody waits for longer.
const INTERVAL_MS_MAX: u64 = 3_600_000;

impl Default for Events {
    fn default() -> Events {
        Events { values: Vec::new(), interval: Duration::from_secs(1), repeat: false }
    }
}

impl Events {
    pub(super) fn read<'a>(section: Option<&'a Map<String, Value>>, reader: &mut GivenReader<'a>) -> Events {
        let mut events = Events::default();
        let Some(section) = section else { return events };
        let schema = reader.schema;
        let Some(root) = schema.graphql.schema_definition.subscription.as_ref() else {
            let advice = "leave `events` out, or add a subscription type to the SDL".to_owned();
            reader.problem("/events", "the SDL has no subscriptions".to_owned(), advice);
            return events;
        };
        for (name, value) in section {
            let at = pointer("/events", name);
            match (name.as_str(), value) {
                ("values", Value::Array(values)) => {
                    for (position, value) in values.iter().enumerate() {
                        let at = format!("{at}/{position}");
                        match value {
                            Value::Object(fields) => events.values.push(reader.record(&at, root.as_str(), fields)),
                            _ => {
                                let advice = format!("name a field of {root} in it, with what it gets");
                                reader.problem(&at, "expected an object".to_owned(), advice);
                            }
                        }
                    }
                }
                ("values", _) => {
                    let advice = format!("write a list of objects, each with a field of {root}");
                    reader.problem(&at, "expected a list".to_owned(), advice);
                }
                ("every_ms", value) => match value.as_u64().filter(|ms| *ms <= INTERVAL_MS_MAX) {
                    Some(ms) => events.interval = Duration::from_millis(ms),
                    None => {
                        let problem = format!("expected a whole number up to {INTERVAL_MS_MAX}");
                        reader.problem(&at, problem, "write the milliseconds between two events".to_owned());
                    }
                },
                ("repeat", Value::Bool(repeat)) => events.repeat = *repeat,
                ("repeat", _) => {
                    let advice = "true begins again after the last value, false (the default) ends".to_owned();
                    reader.problem(&at, "expected true or false".to_owned(), advice);
                }
                (name, _) => {
                    let advice = crate::load_error::nearest_name(name, MEMBERS.into_iter());
                    reader.problem(&at, format!("unknown member `{name}`"), advice);
                }
            }
        }
        events
    }

    pub(crate) fn interval(&self) -> Duration {
        self.interval
    }

    /// What the field's event with this number gets, counted from 0. `None`: there are no more. Where the file lists
    /// no event for the field, there is one for each number, whose values come from elsewhere.
    pub(crate) fn of(&self, field: &str, number: usize) -> Option<Option<&GivenObject>> {
        let mut values = self.values.iter().filter(|value| value.fields.contains_key(field));
        match values.clone().count() {
            0 => Some(None),
            count if self.repeat => Some(values.nth(number % count)),
            count if number < count => Some(values.nth(number)),
            _ => None,
        }
    }
}
