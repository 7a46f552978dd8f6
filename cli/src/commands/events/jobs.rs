//! `hansa events jobs`: the work that a context gave itself for later.

use super::{Format, StoreArguments, store, table::table};
use crate::{
    failure::{Failure, with_causes},
    output,
};
use clap::{Args, Subcommand};
use hansa_messaging::operating::{self, StoredJob};
use serde_json::{Value, json};

/// The jobs of a context: timers, and calls to the outside.
#[derive(Debug, Args)]
pub(super) struct JobsArguments {
    #[command(subcommand)]
    command: JobsCommand,
}

#[derive(Debug, Subcommand)]
enum JobsCommand {
    List(ListArguments),
}

/// List the jobs that are not done, the next ones first; 1,000 at most.
#[derive(Debug, Args)]
struct ListArguments {
    #[command(flatten)]
    store: StoreArguments,

    /// Of one queue only.
    #[arg(long, value_name = "NAME")]
    queue: Option<String>,
}

pub(super) async fn run(arguments: &JobsArguments) -> Result<(), Failure> {
    let JobsCommand::List(arguments) = &arguments.command;
    let store = store::relational(&arguments.store).await?;
    let jobs = operating::jobs(&store, arguments.queue.as_deref()).await;
    let jobs = jobs.map_err(|error| Failure::undecided(with_causes(&error)))?;
    output::print(&match arguments.store.format {
        Format::Json => jobs.iter().map(|job| format!("{}\n", as_json(job))).collect(),
        Format::Text => {
            let rows: Vec<Vec<String>> = jobs.iter().map(as_row).collect();
            table(&["QUEUE", "KEY", "DUE", "ATTEMPTS", "CLAIMED BY", "LAST ERROR"], &rows, "There are no jobs.")
        }
    })
}

fn as_row(job: &StoredJob) -> Vec<String> {
    let optional = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let due_at = job.due_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let (queue, key) = (job.queue.clone(), job.key.clone());
    vec![queue, key, due_at, job.attempts.to_string(), optional(&job.claimed_by), optional(&job.last_error)]
}

fn as_json(job: &StoredJob) -> Value {
    json!({
        "queue": job.queue,
        "key": job.key,
        "content": job.content,
        "dueAt": job.due_at,
        "attempts": job.attempts,
        "claimedBy": job.claimed_by,
        "claimedUntil": job.claimed_until,
        "lastError": job.last_error,
    })
}
