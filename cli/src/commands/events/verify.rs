//! `hansa events verify`: whether a context's log is as it must be, and its consumers are not ahead of what they read.

use super::{Format, PlaceArguments, store, streams::unreadable, table::table};
use crate::{
    failure::{Failure, with_causes},
    output,
};
use clap::Args;
use hansa_event_sourcing::StoredCheckpoint;
use hansa_event_store::{Findings, verify_log, verify_streams};
use hansa_messaging::Workers;
use serde_json::json;
use std::collections::BTreeMap;

/// Check the log of a context.
///
/// Positions of each lane are without holes and its head is at the last one, each stream is in its lane and has its versions, no
/// snapshot is ahead of its stream, and no consumer is ahead of the log that it reads. What is wrong is printed with its
/// place, and the exit status is 1.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// The context: identity, catalog, social, inventory, orders, payments or shipping.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    context: Option<String>,

    /// All contexts that have data here.
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    place: PlaceArguments,
}

/// What was found in one context.
struct Checked {
    context: &'static str,
    lanes: i64,
    log: Findings,
    checkpoints: usize,
    wrong: Vec<String>,
}

pub(super) async fn run(arguments: &VerifyArguments) -> Result<(), Failure> {
    // Who is read from has to be known, too.
    let all = store::all(&arguments.place).await?;
    let one = match &arguments.context {
        Some(name) if !all.iter().any(|workers| workers.context() == name) => {
            let place = (arguments.place.data.as_path(), &arguments.place.servers);
            Some(store::workers_at(name, place).await?)
        }
        _ => None,
    };
    let is_wanted = |workers: &&Workers| arguments.context.as_deref().is_none_or(|name| workers.context() == name);
    let mut all_checked = Vec::new();
    for workers in all.iter().chain(&one).filter(is_wanted) {
        all_checked.push(checked(workers, &all).await?);
    }
    output::print(&match arguments.place.format {
        Format::Json => all_checked.iter().map(|checked| format!("{}\n", as_json(checked))).collect(),
        Format::Text => as_text(&all_checked),
    })?;
    match all_checked.iter().map(|checked| checked.wrong.len()).sum::<usize>() {
        0 => Ok(()),
        1 => Err(Failure::wrong("1 thing is not as it must be")),
        count => Err(Failure::wrong(format!("{count} things are not as they must be"))),
    }
}

async fn checked(workers: &Workers, all: &[Workers]) -> Result<Checked, Failure> {
    let log = workers.log();
    let findings = verify_log(log.as_ref()).await.map_err(|error| unreadable(&error))?;
    let mut wrong: Vec<String> = findings.wrong.iter().map(ToString::to_string).collect();
    if let Some(store) = workers.relational() {
        let failed = |error| Failure::undecided(format!("could not read the store: {}", with_causes(&error)));
        wrong.extend(verify_streams(store).await.map_err(failed)?.wrong.iter().map(ToString::to_string));
    }
    let checkpoints = workers.checkpoints().await;
    let checkpoints = checkpoints.map_err(|error| {
        Failure::undecided(format!("could not read the checkpoints: {}", with_causes(error.as_ref())))
    })?;
    wrong.extend(ahead(&checkpoints, all).await?);
    let (context, lanes, checkpoints) = (workers.context(), log.lanes(), checkpoints.len());
    Ok(Checked { context, lanes, log: findings, checkpoints, wrong })
}

/// Heads are read after the checkpoints: a log only grows.
async fn ahead(checkpoints: &[StoredCheckpoint], all: &[Workers]) -> Result<Vec<String>, Failure> {
    let mut heads = BTreeMap::new();
    for workers in all {
        let positions = workers.log().last_positions().await.map_err(|error| unreadable(&error))?;
        heads.insert(workers.context(), positions);
    }
    let mut wrong = Vec::new();
    for StoredCheckpoint { consumer, source, lane, position } in checkpoints {
        let head = heads.get(source.as_str()).map(|heads| heads.get(*lane as usize).copied().unwrap_or(0));
        match head {
            Some(head) if *position > head => wrong.push(format!(
                "consumer {consumer}: it is at position {position} of lane {lane} of {source}, whose last is {head}"
            )),
            // The other context's data are elsewhere.
            _ => {}
        }
    }
    Ok(wrong)
}

fn as_text(all: &[Checked]) -> String {
    let rows: Vec<Vec<String>> = all.iter().map(as_row).collect();
    let headings = ["CONTEXT", "LANES", "EVENTS", "STREAMS", "CHECKPOINTS", "WRONG"];
    let mut text = table(&headings, &rows, "There is no data of any context.");
    for checked in all {
        for wrong in &checked.wrong {
            text.push_str(&format!("{}: {wrong}\n", checked.context));
        }
    }
    text
}

fn as_row(checked: &Checked) -> Vec<String> {
    let Checked { context, lanes, log, checkpoints, wrong } = checked;
    let counts = [log.events.to_string(), log.streams.to_string(), checkpoints.to_string(), wrong.len().to_string()];
    [vec![(*context).to_owned(), lanes.to_string()], counts.to_vec()].concat()
}

fn as_json(checked: &Checked) -> serde_json::Value {
    json!({
        "context": checked.context,
        "lanes": checked.lanes,
        "events": checked.log.events,
        "streams": checked.log.streams,
        "checkpoints": checked.checkpoints,
        "wrong": checked.wrong,
    })
}
