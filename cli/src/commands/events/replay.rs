//! `hansa events replay`: answers consumers from a context's store while the context's own process does not run.

use super::{Format, StoreArguments, store};
use crate::{
    failure::{Failure, with_causes},
    output,
};
use clap::Args;
use hansa_event_sourcing::LogError;
use hansa_messaging::Replayed;
use serde_json::json;
use std::time::Duration;

/// Give consumers the events of a context that the bus does not have any more.
///
/// A running context does this by itself: a consumer that misses events asks, and the context answers from its store.
/// This is for a context whose process does not run. It answers until nobody has asked for a while.
#[derive(Debug, Args)]
pub(super) struct ReplayArguments {
    #[command(flatten)]
    store: StoreArguments,

    /// Ends when nobody has asked for so many seconds; at least 1.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    idle: u64,
}

pub(super) async fn run(arguments: &ReplayArguments) -> Result<(), Failure> {
    let workers = store::workers(&arguments.store).await?;
    let is_text = arguments.store.format == Format::Text;
    if is_text {
        let context = &arguments.store.context;
        output::print(&format!("Answering for {context} until nobody has asked for {} s.", arguments.idle))?;
    }
    let undecided = |error: LogError| Failure::undecided(with_causes(error.as_ref()));
    let mut replays = workers.replays().await.map_err(undecided)?;
    let (mut answers, mut events) = (0u64, 0u64);
    loop {
        let answered = tokio::time::timeout(Duration::from_secs(arguments.idle), replays.answer_one()).await;
        let Ok(answered) = answered else { break };
        let Replayed { lane, after, count } = answered.map_err(undecided)?;
        (answers, events) = (answers + 1, events + count as u64);
        if is_text {
            output::print(&format!("lane {lane}: {count} events after position {after}"))?;
        }
    }
    match arguments.store.format {
        Format::Text => output::print(&format!("{answers} answers with {events} events.")),
        Format::Json => output::print(&json!({ "answers": answers, "events": events }).to_string()),
    }
}
