//! `hansa events streams`: which streams a context's log has, and the events of one.

use super::{Format, StoreArguments, store, table::table};
use crate::{
    failure::{Failure, with_causes},
    output,
};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use hansa_event_sourcing::{LogError, LoggedEvent, SharedEventLog, lane_of};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const READ_AT_ONCE: u32 = 1_000;

/// List the streams of a context, or show the events of one.
///
/// A stream is an aggregate: a product, an order, the process that places it. Events are shown with their envelope: who
/// caused them, when, as a part of what.
#[derive(Debug, Args)]
pub(super) struct StreamsArguments {
    #[command(flatten)]
    store: StoreArguments,

    /// Show the events of this stream: an id such as order_01kd…
    #[arg(long, value_name = "ID")]
    stream: Option<String>,

    /// List the streams with the newest events, so many.
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

pub(super) async fn run(arguments: &StreamsArguments) -> Result<(), Failure> {
    let workers = store::workers(&arguments.store).await?;
    let result = match &arguments.stream {
        Some(stream) => show(arguments, workers.log(), stream).await,
        None => list(arguments, workers.log()).await,
    };
    output::print(&result?)
}

/// What is known of a stream without its contents.
struct Stream {
    aggregate: String,
    events: u64,
    version: i64,
    last_at: DateTime<Utc>,
}

async fn list(arguments: &StreamsArguments, log: &SharedEventLog) -> Result<String, Failure> {
    let mut streams: BTreeMap<String, Stream> = BTreeMap::new();
    for lane in 0..log.lanes() {
        each(log, lane, |logged| {
            let event = logged.event;
            let stream = streams.entry(event.stream_id).or_insert(Stream {
                aggregate: event.aggregate,
                events: 0,
                version: 0,
                last_at: event.recorded_at,
            });
            stream.events += 1;
            stream.version = event.stream_version;
            stream.last_at = stream.last_at.max(event.recorded_at);
        })
        .await?;
    }
    let count = streams.len();
    let mut newest: Vec<(String, Stream)> = streams.into_iter().collect();
    newest.sort_by(|(one_id, one), (other_id, other)| (other.last_at, one_id).cmp(&(one.last_at, other_id)));
    newest.truncate(arguments.limit as usize);
    Ok(match arguments.store.format {
        Format::Json => newest.iter().map(|(id, stream)| format!("{}\n", as_json(id, stream))).collect(),
        Format::Text => {
            let rows: Vec<Vec<String>> = newest.iter().map(|(id, stream)| as_row(id, stream)).collect();
            let headings = ["STREAM", "AGGREGATE", "EVENTS", "VERSION", "LAST EVENT"];
            let mut text = table(&headings, &rows, "There are no events.");
            if count > rows.len() {
                text.push_str(&format!("{} of {count} streams; --limit shows more\n", rows.len()));
            }
            text
        }
    })
}

fn as_row(id: &str, stream: &Stream) -> Vec<String> {
    let Stream { aggregate, events, version, last_at } = stream;
    vec![id.to_owned(), aggregate.clone(), events.to_string(), version.to_string(), time_text(*last_at)]
}

fn as_json(id: &str, stream: &Stream) -> Value {
    json!({
        "stream": id,
        "aggregate": stream.aggregate,
        "events": stream.events,
        "version": stream.version,
        "lastAt": stream.last_at,
    })
}

async fn show(arguments: &StreamsArguments, log: &SharedEventLog, stream: &str) -> Result<String, Failure> {
    let mut text = String::new();
    each(log, lane_of(stream, log.lanes()), |logged| {
        if logged.event.stream_id == stream {
            text.push_str(&match arguments.store.format {
                Format::Json => format!("{}\n", json!(logged)),
                Format::Text => described(&logged),
            });
        }
    })
    .await?;
    match text.is_empty() {
        false => Ok(text),
        true => {
            let context = &arguments.store.context;
            Err(Failure::wrong_call(format!("the context `{context}` has no events of a stream `{stream}`")))
        }
    }
}

fn described(logged: &LoggedEvent) -> String {
    let LoggedEvent { lane, position, event } = logged;
    let optional = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
    let mut text = format!(
        "{}.{} v{}, version {} of the stream, {}\n",
        event.aggregate,
        event.event_type,
        event.event_version,
        event.stream_version,
        time_text(event.recorded_at)
    );
    let lines = [
        ("event", event.event_id.to_string()),
        ("place", format!("lane {lane}, position {position}")),
        ("tenant", optional(event.tenant.map(|tenant| tenant.to_string()))),
        ("actor", event.actor.clone()),
        ("operation", event.operation.clone()),
        ("correlation", optional(event.correlation_id.map(|id| id.to_string()))),
        ("caused by", optional(event.causation_id.map(|id| id.to_string()))),
        ("trace", optional(event.traceparent.clone())),
    ];
    for (label, value) in lines {
        text.push_str(&format!("  {label:<12} {value}\n"));
    }
    let content = serde_json::to_string_pretty(&event.content).unwrap_or_default();
    for line in content.lines() {
        text.push_str(&format!("  {line}\n"));
    }
    text.push('\n');
    text
}

/// Reads a lane from its start.
pub(super) async fn each(log: &SharedEventLog, lane: i64, mut seen: impl FnMut(LoggedEvent)) -> Result<(), Failure> {
    let mut after = 0;
    loop {
        let events = log.after(lane, after, READ_AT_ONCE).await.map_err(|error| unreadable(&error))?;
        let Some(last) = events.last() else { return Ok(()) };
        after = last.position;
        events.into_iter().for_each(&mut seen);
    }
}

pub(super) fn unreadable(error: &LogError) -> Failure {
    Failure::undecided(format!("could not read the log: {}", with_causes(error.as_ref())))
}

pub(super) fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
