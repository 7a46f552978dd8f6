//! `hansa events dlq`: dead letters, which a consumer could not handle, and what is to become of them.

use super::{Format, StoreArguments, store, table::table};
use crate::{
    failure::{Failure, with_causes},
    output,
};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};
use hansa_messaging::{
    DeadLetter, DeadLetterState,
    operating::{self, LetterId, OperatingError},
};
use serde_json::{Value, json};

/// Events that a consumer of a context could not handle.
#[derive(Debug, Args)]
pub(super) struct DlqArguments {
    #[command(subcommand)]
    command: DlqCommand,
}

#[derive(Debug, Subcommand)]
enum DlqCommand {
    List(ListArguments),
    Show(OneArguments),
    /// Let a consumer try a dead letter again.
    ///
    /// A skipped one, too. It is tried at once, and has all its attempts again.
    Retry(OneArguments),
    RetryStream(StreamArguments),
    Skip(SkipArguments),
}

/// List dead letters in the order of their lanes; 1,000 at most.
#[derive(Debug, Args)]
struct ListArguments {
    #[command(flatten)]
    store: StoreArguments,

    /// Of one consumer only.
    #[arg(long, value_name = "NAME")]
    consumer: Option<String>,

    /// Those that were skipped, too.
    #[arg(long)]
    all: bool,
}

/// Show a dead letter with its message.
#[derive(Debug, Args)]
struct OneArguments {
    #[command(flatten)]
    store: StoreArguments,

    /// Which one: its consumer and its place as `list` shows them, CONSUMER/SOURCE:LANE:POSITION.
    #[arg(value_name = "LETTER")]
    letter: String,
}

/// Let a consumer try the dead letters of a stream again, in their order.
#[derive(Debug, Args)]
struct StreamArguments {
    #[command(flatten)]
    store: StoreArguments,

    /// The consumer.
    consumer: String,

    /// The stream: the id of the aggregate.
    stream: String,
}

/// Decide that an event is not handled; later events of its stream go on.
///
/// The dead letter stays, with the reason and the time, and can still be tried again.
#[derive(Debug, Args)]
struct SkipArguments {
    #[command(flatten)]
    store: StoreArguments,

    /// Which one: its consumer and its place as `list` shows them, CONSUMER/SOURCE:LANE:POSITION.
    #[arg(value_name = "LETTER")]
    letter: String,

    /// Why; it is kept with the dead letter.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) async fn run(arguments: &DlqArguments) -> Result<(), Failure> {
    match &arguments.command {
        DlqCommand::List(arguments) => list(arguments).await,
        DlqCommand::Show(arguments) => show(arguments).await,
        DlqCommand::Retry(arguments) => retry(arguments).await,
        DlqCommand::RetryStream(arguments) => retry_stream(arguments).await,
        DlqCommand::Skip(arguments) => skip(arguments).await,
    }
}

async fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let store = store::letters(&arguments.store).await?;
    let letters = operating::dead_letters(&store, arguments.consumer.as_deref(), arguments.all).await;
    print(arguments.store.format, &letters.map_err(refused)?)
}

async fn show(arguments: &OneArguments) -> Result<(), Failure> {
    let id = letter_id(&arguments.letter)?;
    let store = store::letters(&arguments.store).await?;
    let letter = operating::dead_letter(&store, &id).await.map_err(refused)?;
    let body = String::from_utf8_lossy(&letter.body).into_owned();
    if arguments.store.format == Format::Json {
        let mut shown = as_json(&letter);
        shown["headers"] = json!(letter.headers);
        shown["body"] = body.into();
        return output::print(&shown.to_string());
    }
    let mut text = String::new();
    let optional = |time: Option<DateTime<Utc>>| time.map_or("-".to_owned(), time_text);
    let lines = [
        ("letter", name(&letter)),
        ("stream", letter.stream_id.clone()),
        ("event", letter.event_type.clone()),
        ("state", letter.state.to_string()),
        ("reason", letter.reason.clone()),
        ("attempts", letter.attempts.to_string()),
        ("first failed", time_text(letter.first_at)),
        ("last failed", time_text(letter.last_at)),
        ("next attempt", optional(letter.next_at)),
        ("skipped because", letter.skip_reason.clone().unwrap_or_else(|| "-".to_owned())),
    ];
    for (label, value) in lines {
        text.push_str(&format!("{label:<16} {value}\n"));
    }
    for (name, value) in &letter.headers {
        text.push_str(&format!("{name:<16} {value}\n"));
    }
    output::print(&format!("{text}\n{body}"))
}

async fn retry(arguments: &OneArguments) -> Result<(), Failure> {
    let id = letter_id(&arguments.letter)?;
    let store = store::letters(&arguments.store).await?;
    let letter = operating::retry(&store, &store::operator("events dlq retry"), &id).await.map_err(refused)?;
    print(arguments.store.format, &[letter])
}

async fn retry_stream(arguments: &StreamArguments) -> Result<(), Failure> {
    let store = store::letters(&arguments.store).await?;
    let of = (arguments.consumer.as_str(), arguments.stream.as_str());
    let command = store::operator("events dlq retry-stream");
    let letters = operating::retry_stream(&store, &command, of).await.map_err(refused)?;
    print(arguments.store.format, &letters)
}

async fn skip(arguments: &SkipArguments) -> Result<(), Failure> {
    let id = letter_id(&arguments.letter)?;
    if arguments.reason.trim().is_empty() {
        return Err(refused(OperatingError::NoReason));
    }
    let store = store::letters(&arguments.store).await?;
    let command = store::operator("events dlq skip");
    let letter = operating::skip(&store, &command, (&id, &arguments.reason)).await.map_err(refused)?;
    print(arguments.store.format, &[letter])
}

fn print(format: Format, letters: &[DeadLetter]) -> Result<(), Failure> {
    output::print(&match format {
        Format::Json => letters.iter().map(|letter| format!("{}\n", as_json(letter))).collect(),
        Format::Text => {
            let rows: Vec<Vec<String>> = letters.iter().map(as_row).collect();
            let headings = ["LETTER", "STATE", "STREAM", "EVENT", "ATTEMPTS", "NEXT", "REASON"];
            table(&headings, &rows, "There are no dead letters.")
        }
    })
}

/// `CONSUMER/SOURCE:LANE:POSITION`.
fn letter_id(text: &str) -> Result<LetterId, Failure> {
    let read = || {
        let (consumer, place) = text.split_once('/')?;
        let mut parts = place.rsplitn(3, ':');
        let (position, lane, source) = (parts.next()?, parts.next()?, parts.next()?);
        let (lane, position) = (lane.parse().ok()?, position.parse().ok()?);
        Some(LetterId { consumer: consumer.to_owned(), source: source.to_owned(), lane, position })
    };
    read().ok_or_else(|| {
        let form = "CONSUMER/SOURCE:LANE:POSITION, such as stock/orders:3:17";
        Failure::wrong_call(format!("`{text}` names no dead letter: it has the form {form}"))
    })
}

fn name(letter: &DeadLetter) -> String {
    format!("{}/{}:{}:{}", letter.consumer, letter.source, letter.lane, letter.position)
}

fn as_row(letter: &DeadLetter) -> Vec<String> {
    let next = letter.next_at.filter(|_| letter.state != DeadLetterState::Waiting).map_or("-".to_owned(), time_text);
    let reason = letter.skip_reason.as_ref().unwrap_or(&letter.reason).replace('\n', " ");
    let (stream, event) = (letter.stream_id.clone(), letter.event_type.clone());
    vec![name(letter), letter.state.to_string(), stream, event, letter.attempts.to_string(), next, reason]
}

fn as_json(letter: &DeadLetter) -> Value {
    json!({
        "letter": name(letter),
        "consumer": letter.consumer,
        "source": letter.source,
        "lane": letter.lane,
        "position": letter.position,
        "state": letter.state.as_str(),
        "stream": letter.stream_id,
        "event": letter.event_type,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "firstAt": letter.first_at,
        "lastAt": letter.last_at,
        "nextAt": letter.next_at,
        "skipReason": letter.skip_reason,
    })
}

fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn refused(error: OperatingError) -> Failure {
    match error {
        error @ (OperatingError::Store(_) | OperatingError::Documents(_) | OperatingError::BeingTried) => {
            Failure::undecided(with_causes(&error))
        }
        other => Failure::wrong_call(with_causes(&other)),
    }
}
