//! Loading the demo's world through the contexts' own commands.
//!
//! Each command has an idempotency key and the ids of its own sequence: a load that was broken off goes on where it
//! stopped when it is begun again, and makes what the first would have made.

mod catalog;
mod identity;
mod progress;
mod social;

use super::{Content, World};
use crate::{
    failure::{Failure, with_causes},
    platform::{contexts::Contexts, data_directory::DataDirectory},
};
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use hansa_event_sourcing::{Command, IdSource, IdempotencyKey, InputHash};
use hansa_subgraph_host::{Caller, Fault};
use progress::Progress;
use serde::{Deserialize, Serialize};
use std::{error::Error, fs, io::ErrorKind, path::Path};

const MARKER: &str = "demo.json";
/// Commands under way at the same time: stores write one after another, and think meanwhile.
const CONCURRENT: usize = 8;

/// What the data directory says about the demo.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    about: String,
    is_complete: bool,
}

/// Why the demo is not there. The description says which command failed.
#[derive(Debug)]
pub(super) struct LoadError(String);

/// One command of the demo.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// Name of the mutation.
    operation: &'static str,
    /// Its place among its like.
    number: usize,
    at: DateTime<Utc>,
}

/// Whether the directory has the demo's users, whose passwords everybody knows, or some of them.
pub(crate) fn is_in(directory: &DataDirectory) -> bool {
    directory.file(MARKER).exists()
}

/// Loads what is not there yet.
pub(crate) async fn load(contexts: &Contexts, directory: &DataDirectory) -> Result<(), Failure> {
    if is_complete(&directory.file(MARKER))? {
        return Ok(());
    }
    mark(directory, false)?;
    let world = World::new(&Content::read());
    let progress = Progress::new(world.thing_count());
    let loaded = load_all(contexts, &world, &progress).await;
    loaded.map_err(|LoadError(reason)| {
        Failure::undecided(format!("cannot load the demo: {reason}; --no-demo goes on without it"))
    })?;
    progress.finish();
    mark(directory, true)
}

async fn load_all(contexts: &Contexts, world: &World, progress: &Progress) -> Result<(), LoadError> {
    let people = identity::load(&contexts.identity, world, progress).await?;
    let (products, ()) = tokio::try_join!(
        catalog::load(&contexts.catalog, world, &people, progress),
        social::load_people(&contexts.social, world, &people, progress),
    )?;
    social::load_writing(&contexts.social, world, (&people, &products), progress).await
}

fn is_complete(marker: &Path) -> Result<bool, Failure> {
    let unusable = |error: &dyn Error| {
        Failure::wrong_call(format!("cannot read {}: {error}; name another directory with --data", marker.display()))
    };
    match fs::read_to_string(marker) {
        Ok(text) => serde_json::from_str(&text)
            .map(|marker: Marker| marker.is_complete)
            .map_err(|error| unusable(&error)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(unusable(&error)),
    }
}

fn mark(directory: &DataDirectory, is_complete: bool) -> Result<(), Failure> {
    let about = "This directory has the demo's data, with logins whose passwords everybody knows.".to_owned();
    let text = serde_json::to_string_pretty(&Marker { about, is_complete });
    directory.write(MARKER, &text.expect("a text and a flag can be written as JSON"))
}

/// Runs these commands, some at a time, and gives their answers in order.
async fn all<T>(
    commands: impl Iterator<Item = impl Future<Output = Result<T, LoadError>>>,
    progress: &Progress,
) -> Result<Vec<T>, LoadError> {
    let counted = commands.map(|command| async {
        let answer = command.await;
        progress.step();
        answer
    });
    stream::iter(counted).buffered(CONCURRENT).try_collect().await
}

impl Step {
    fn new(operation: &'static str, number: usize, at: DateTime<Utc>) -> Step {
        Step { operation, number, at }
    }

    /// The same key, time and ids whenever it is asked for.
    fn command(&self, caller: &Caller) -> Command {
        let key = self.key();
        let milliseconds = u64::try_from(self.at.timestamp_millis()).unwrap_or_default();
        let ids = IdSource::sequence(milliseconds, fnv(key.as_bytes()));
        let input = InputHash::of(&key);
        Command {
            operation: self.operation,
            actor: caller.actor(),
            now: self.at,
            ids,
            traceparent: None,
            idempotency_key: IdempotencyKey::new(key, input).ok(),
        }
    }

    fn key(&self) -> String {
        format!("hansa-demo-{}-{:05}", self.operation, self.number)
    }

    /// For what the command answered instead.
    fn failed(&self, reason: impl std::fmt::Display) -> LoadError {
        LoadError(format!("{} {}: {reason}", self.operation, self.number))
    }

    /// For a fault, with the cause that clients never see.
    fn broke(&self, fault: &Fault) -> LoadError {
        let cause = fault.cause.as_deref().map(|cause| with_causes(cause));
        self.failed(cause.unwrap_or_else(|| fault.message.clone()))
    }
}

/// FNV-1a: any spread will do, as long as it stays the same.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
