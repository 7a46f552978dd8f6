//! `hansa events trace`: everything that belongs to one trace or one process, over all contexts, as a tree of causes.

use super::{Format, PlaceArguments, store, streams::each};
use crate::{failure::Failure, output};
use chrono::{DateTime, Utc};
use clap::Args;
use hansa_event_sourcing::{LoggedEvent, RecordedEvent};
use hansa_messaging::Workers;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// More events belong to no process; something else was asked for.
const EVENTS_MAX: usize = 10_000;

/// Show all events of one trace or one order, over all contexts, with what caused what and when.
///
/// Reads the logs of all contexts that have data here.
#[derive(Debug, Args)]
pub(super) struct TraceArguments {
    /// A trace id (32 hexadecimal digits) or a traceparent; an order's id, or another aggregate's; the correlation id of a
    /// process.
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    place: PlaceArguments,
}

/// What is looked for.
#[derive(Debug, PartialEq)]
enum Wanted {
    Trace(String),
    Correlation(Uuid),
    /// An aggregate, by its id without the prefix: an order and its saga share it.
    Aggregate {
        id: String,
        key: String,
    },
}

struct Found {
    context: &'static str,
    logged: LoggedEvent,
}

pub(super) async fn run(arguments: &TraceArguments) -> Result<(), Failure> {
    let wanted = Wanted::read(&arguments.id)?;
    let all = store::all(&arguments.place).await?;
    // What names it says which processes it is a part of; what belongs to those need not name it.
    let named = select(&all, |event| wanted.is_named_by(event)).await?;
    let processes: BTreeSet<Uuid> = named.iter().filter_map(|found| found.logged.event.correlation_id).collect();
    let is_part = |event: &RecordedEvent| event.correlation_id.is_some_and(|id| processes.contains(&id));
    let found = select(&all, |event| is_part(event) || wanted.is_named_by(event)).await?;
    if found.is_empty() {
        return Err(Failure::wrong_call(format!("no context here has events of `{}`", arguments.id)));
    }
    let tree = tree(found);
    output::print(&match arguments.place.format {
        Format::Json => tree.iter().map(|(found, depth)| format!("{}\n", as_json(found, *depth))).collect(),
        Format::Text => as_text(&tree),
    })
}

impl Wanted {
    fn read(text: &str) -> Result<Wanted, Failure> {
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let trace = match text.split('-').collect::<Vec<_>>().as_slice() {
            [_, trace, _, _] => Some(*trace),
            _ => Some(text),
        };
        if let Some(trace) = trace.filter(|trace| trace.len() == 32 && is_hex(trace)) {
            return Ok(Wanted::Trace(trace.to_ascii_lowercase()));
        }
        if let Ok(id) = text.parse::<Uuid>() {
            return Ok(Wanted::Correlation(id));
        }
        match text.rsplit_once('_') {
            Some((prefix, key)) if !prefix.is_empty() && !key.is_empty() => {
                Ok(Wanted::Aggregate { id: text.to_owned(), key: key.to_owned() })
            }
            _ => Err(Failure::wrong_call(format!(
                "`{text}` is no trace id (32 hexadecimal digits), no traceparent, no id such as order_01kd… and no \
                 correlation id (a UUID)"
            ))),
        }
    }

    fn is_named_by(&self, event: &RecordedEvent) -> bool {
        match self {
            Wanted::Trace(trace) => {
                event.traceparent.as_deref().and_then(|parent| parent.split('-').nth(1)) == Some(trace.as_str())
            }
            Wanted::Correlation(id) => event.correlation_id == Some(*id),
            Wanted::Aggregate { id, key } => {
                let has_key = event.stream_id.rsplit_once('_').is_some_and(|(_, other)| other == key);
                has_key || (id.starts_with("order_") && event.content["orderId"] == id.as_str())
            }
        }
    }
}

async fn select(all: &[Workers], is_wanted: impl Fn(&RecordedEvent) -> bool) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for workers in all {
        for lane in 0..workers.log().lanes() {
            each(workers.log(), lane, |logged| {
                if is_wanted(&logged.event) && found.len() <= EVENTS_MAX {
                    found.push(Found { context: workers.context(), logged });
                }
            })
            .await?;
        }
    }
    match found.len() > EVENTS_MAX {
        true => Err(Failure::wrong_call(format!("more than {EVENTS_MAX} events belong to it"))),
        false => Ok(found),
    }
}

/// Each event after what caused it, with how far it is from the beginning; in the order of time among those of one cause.
fn tree(mut found: Vec<Found>) -> Vec<(Found, usize)> {
    found
        .sort_by_key(|found| (found.logged.event.recorded_at, found.context, found.logged.lane, found.logged.position));
    let known: HashSet<Uuid> = found.iter().map(|found| found.logged.event.event_id).collect();
    let mut effects: HashMap<Option<Uuid>, Vec<usize>> = HashMap::new();
    for (index, found) in found.iter().enumerate() {
        let cause = found.logged.event.causation_id.filter(|cause| known.contains(cause));
        effects.entry(cause).or_default().push(index);
    }
    let mut order: Vec<(usize, usize)> = Vec::new();
    let mut waiting: Vec<(usize, usize)> = Vec::new();
    let push = |waiting: &mut Vec<(usize, usize)>, effects: Option<Vec<usize>>, depth| {
        waiting.extend(effects.into_iter().flatten().rev().map(|index| (index, depth)));
    };
    push(&mut waiting, effects.remove(&None), 0);
    while let Some((index, depth)) = waiting.pop() {
        order.push((index, depth));
        push(&mut waiting, effects.remove(&Some(found[index].logged.event.event_id)), depth + 1);
    }
    // Causes that go round in a circle begin nowhere; they are shown all the same.
    let shown: HashSet<usize> = order.iter().map(|(index, _)| *index).collect();
    order.extend((0..found.len()).filter(|index| !shown.contains(index)).map(|index| (index, 0)));
    let mut found: Vec<Option<Found>> = found.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(index, depth)| Some((found[index].take()?, depth))).collect()
}

fn as_text(tree: &[(Found, usize)]) -> String {
    let times = || tree.iter().map(|(found, _)| found.logged.event.recorded_at);
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return String::new() };
    let mut contexts: BTreeMap<&str, u64> = BTreeMap::new();
    for (found, _) in tree {
        *contexts.entry(found.context).or_default() += 1;
    }
    let counts: Vec<String> = contexts.iter().map(|(context, count)| format!("{context} {count}")).collect();
    let spans = (last - first).num_milliseconds();
    let mut text = format!(
        "{} events in {spans} ms from {}: {}\n",
        tree.len(),
        super::streams::time_text(first),
        counts.join(", ")
    );
    let width = contexts.keys().map(|context| context.len()).max().unwrap_or(0);
    for (found, depth) in tree {
        text.push_str(&line(found, *depth, (first, width)));
    }
    text
}

fn line(found: &Found, depth: usize, (first, width): (DateTime<Utc>, usize)) -> String {
    let event = &found.logged.event;
    let after = (event.recorded_at - first).num_milliseconds();
    let (context, kind) = (found.context, format!("{}.{}", event.aggregate, event.event_type));
    format!("{after:>8} ms  {context:<width$}  {:indent$}{kind}  {}\n", "", event.stream_id, indent = depth * 2)
}

fn as_json(found: &Found, depth: usize) -> Value {
    json!({ "context": found.context, "depth": depth, "event": found.logged })
}

#[cfg(test)]
mod tests;
