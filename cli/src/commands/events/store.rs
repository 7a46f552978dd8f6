//! Opens the store of a context without holding it: its process may be running.

use super::{PlaceArguments, StoreArguments};
use crate::{
    commands::sdl::unknown,
    failure::{Failure, with_causes},
    platform::{contexts, data_directory::DataDirectory, keys, servers::ServerArguments},
};
use hansa_event_sourcing::{Actor, Cause, Clock, Command, IdSource};
use hansa_messaging::{Workers, operating::Letters};
use hansa_relational::Relational;
use hansa_subgraph_host::{Mode, Services};
use std::path::Path;

/// The workers of a context, which are not run: they know its stores and its bus.
pub(super) async fn workers(arguments: &StoreArguments) -> Result<Workers, Failure> {
    workers_at(&arguments.context, (&arguments.data, &arguments.servers)).await
}

/// The workers of all contexts that have data here, and events.
pub(super) async fn all(place: &PlaceArguments) -> Result<Vec<Workers>, Failure> {
    let directory = DataDirectory::look_at(&place.data)?;
    let mut all = Vec::new();
    for context in contexts::all().iter().filter(|context| directory.known_context_folder(context.name).is_ok()) {
        all.extend(opened(context.name, (&place.data, &place.servers)).await?);
    }
    Ok(all)
}

pub(super) async fn workers_at(name: &str, place: (&Path, &ServerArguments)) -> Result<Workers, Failure> {
    let workers = opened(name, place).await?;
    workers.ok_or_else(|| Failure::wrong_call(format!("the context `{name}` has no events")))
}

/// `None` for a context that has no events.
async fn opened(name: &str, (data, servers): (&Path, &ServerArguments)) -> Result<Option<Workers>, Failure> {
    contexts::sdl(name).map_err(|names| unknown(name, &names))?;
    let directory = DataDirectory::look_at(data)?;
    let data_folder = directory.known_context_folder(name)?;
    let services = Services {
        cursors: keys::cursor_key(&data_folder)?,
        data_folder,
        clock: Clock::system(),
        ids: IdSource::random(),
        mode: Mode::Production,
        servers: servers.servers(),
        bus: servers.bus(&directory).await?,
    };
    let subgraph = match contexts::open_one(name, &services).await {
        Some(opened) => opened.map_err(|error| Failure::undecided(with_causes(&error)))?,
        None => return Err(unknown(name, &[])),
    };
    Ok(subgraph.workers().first().cloned())
}

/// The dead letters of a context.
pub(super) async fn letters(arguments: &StoreArguments) -> Result<Letters, Failure> {
    let letters = workers(arguments).await?.letters();
    letters.ok_or_else(|| Failure::wrong_call(format!("the context `{}` has no consumers", arguments.context)))
}

/// The relational store of a context, which has its jobs.
pub(super) async fn relational(arguments: &StoreArguments) -> Result<Relational, Failure> {
    let workers = workers(arguments).await?;
    workers.relational().cloned().ok_or_else(|| {
        let name = &arguments.context;
        Failure::wrong_call(format!("the context `{name}` has no jobs: it keeps documents"))
    })
}

/// The command under which an operator changes something.
pub(super) fn operator(operation: &'static str) -> Command {
    Command {
        operation,
        actor: Actor { user: None, tenant: None, key: Some("operator".to_owned()) },
        now: Clock::system().now(),
        ids: IdSource::random(),
        traceparent: None,
        idempotency_key: None,
        cause: Cause::default(),
    }
}
