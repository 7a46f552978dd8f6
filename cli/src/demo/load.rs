//! Loading the demo's world through the contexts' own commands, each at its own time in the past and with ids of its own
//! sequence: whoever loads it has the same shop.
//!
//! A load that was broken off is begun again in empty folders: nobody can have written anything meanwhile, because the
//! router is not there before the load is complete. Idempotency keys would not carry over, since they are kept for three
//! days and the demo's commands are months apart.

mod catalog;
mod identity;
mod inventory;
mod progress;
mod shipping;
mod social;

use super::{Content, World, phrases::fnv};
use crate::{
    failure::{Failure, with_causes},
    platform::contexts::Contexts,
};
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use hansa_event_sourcing::{Command, IdSource};
use hansa_subgraph_host::{Caller, Fault};
use progress::Progress;

/// Commands under way at the same time: stores write one after another, and think meanwhile.
const CONCURRENT: usize = 8;

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

/// Loads all of it, or a small part, into contexts that are empty.
pub(crate) async fn load(contexts: &Contexts, is_small: bool) -> Result<(), Failure> {
    let content = Content::read();
    let world = if is_small { World::small(&content) } else { World::new(&content) };
    let progress = Progress::new(world.thing_count());
    let loaded = load_all(contexts, &world, &progress).await;
    progress.finish(loaded.is_ok());
    loaded.map_err(|LoadError(reason)| {
        Failure::undecided(format!("cannot load the demo: {reason}; --no-demo goes on without it"))
    })
}

async fn load_all(contexts: &Contexts, world: &World, progress: &Progress) -> Result<(), LoadError> {
    let Contexts { identity, catalog, social, inventory, shipping, .. } = contexts;
    identity.begin_load().await.map_err(LoadError::store)?;
    catalog.begin_load().await.map_err(LoadError::store)?;
    social.begin_load().await.map_err(LoadError::store)?;
    inventory.begin_load().await.map_err(LoadError::store)?;
    let people = identity::load(identity, world, progress).await?;
    shipping::load(shipping, &people, progress).await?;
    let (products, ()) = tokio::try_join!(
        catalog::load(catalog, world, &people, progress),
        social::load_people(social, world, &people, progress),
    )?;
    tokio::try_join!(
        social::load_writing(social, world, (&people, &products.ids), progress),
        inventory::load(inventory, world, (&people, &products), progress),
    )?;
    identity.end_load().await.map_err(LoadError::store)?;
    catalog.end_load().await.map_err(LoadError::store)?;
    inventory.end_load().await.map_err(LoadError::store)?;
    social.end_load().await.map_err(LoadError::store)
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

impl LoadError {
    fn store(error: impl std::error::Error + 'static) -> LoadError {
        LoadError(with_causes(&error))
    }
}

impl Step {
    fn new(operation: &'static str, number: usize, at: DateTime<Utc>) -> Step {
        Step { operation, number, at }
    }

    /// The same time and ids whenever it is asked for.
    fn command(&self, caller: &Caller) -> Command {
        let milliseconds = u64::try_from(self.at.timestamp_millis()).unwrap_or_default();
        Command {
            operation: self.operation,
            actor: caller.actor(),
            now: self.at,
            ids: IdSource::sequence(milliseconds, fnv(&self.key())),
            traceparent: None,
            idempotency_key: None,
            cause: hansa_event_sourcing::Cause::default(),
        }
    }

    /// No other step has it.
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
