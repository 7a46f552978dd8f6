//! What consumers have to take of what was recorded by now, as the stores say it. Whoever has the stores of all contexts may
//! wait until it is nothing. Consumers of contexts of documents are left out: no command is refused for want of them.

use crate::{Consumer, Workers, consuming::halted, rebuilding::known_version};
use hansa_event_sourcing::{LogError, LoggedEvent};
use hansa_relational::Relational;
use std::{collections::BTreeMap, fmt};

/// Events that are read at once.
const READ_AT_ONCE: u32 = 1_000;

/// A consumer that has events to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    pub context: &'static str,
    pub consumer: &'static str,
    /// So many at most: those between that it does not listen to count, too.
    pub events: u64,
}

/// Where consumers have to be, to have taken what was recorded when this was made.
#[derive(Debug)]
pub struct CatchingUp {
    targets: Vec<Target>,
}

#[derive(Debug)]
struct Target {
    context: &'static str,
    consumer: &'static str,
    store: Relational,
    /// The last position that it listens to, by source and lane.
    positions: BTreeMap<(String, i64), i64>,
}

impl CatchingUp {
    /// Reads the logs of these workers, from where their consumers are. Lanes that wait for an operator are left out, and
    /// so are sources that are not among them.
    pub async fn of(all: &[Workers]) -> Result<CatchingUp, LogError> {
        let mut targets = Vec::new();
        for workers in all {
            let Some(store) = &workers.store else { continue };
            for consumer in &workers.consumers {
                let positions = wanted(store, consumer.as_ref(), all).await?;
                if !positions.is_empty() {
                    let (context, consumer) = (workers.context, consumer.name());
                    targets.push(Target { context, consumer, store: store.clone(), positions });
                }
            }
        }
        Ok(CatchingUp { targets })
    }

    /// The consumers that are not there yet.
    pub async fn behind(&self) -> Result<Vec<Behind>, LogError> {
        let mut behind = Vec::new();
        for Target { context, consumer, store, positions } in &self.targets {
            let stored = store.checkpoints(consumer).await?;
            let missing = |(place, position): (&(String, i64), &i64)| {
                (position - stored.get(place).copied().unwrap_or(0)).max(0).unsigned_abs()
            };
            let events = positions.iter().map(missing).sum();
            if events > 0 {
                behind.push(Behind { context, consumer, events });
            }
        }
        Ok(behind)
    }
}

/// The last position behind its checkpoints that a consumer listens to, by source and lane.
async fn wanted(
    store: &Relational,
    consumer: &dyn Consumer,
    all: &[Workers],
) -> Result<BTreeMap<(String, i64), i64>, LogError> {
    let stored = store.checkpoints(consumer.name()).await?;
    let standing = halted(store, consumer.name()).await?;
    let listened = consumer.listens_to();
    let mut positions = BTreeMap::new();
    for source in all.iter().filter(|source| listened.iter().any(|one| one.context == source.context)) {
        for lane in 0..source.log.lanes() {
            let place = (source.context.to_owned(), lane);
            if standing.iter().any(|letter| letter.source == place.0 && letter.lane == lane) {
                continue;
            }
            let mut after = stored.get(&place).copied().unwrap_or(0);
            loop {
                let events = source.log.after(lane, after, READ_AT_ONCE).await?;
                let Some(last) = events.last() else { break };
                after = last.position;
                let is_wanted = |logged: &&LoggedEvent| {
                    let kind = (logged.event.aggregate.as_str(), logged.event.event_type.as_str());
                    known_version(listened, source.context, kind).is_some()
                };
                let wanted = events.iter().rfind(is_wanted);
                positions.extend(wanted.map(|logged| (place.clone(), logged.position)));
            }
        }
    }
    Ok(positions)
}

impl fmt::Display for Behind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Behind { context, consumer, events } = self;
        write!(formatter, "{consumer} of {context} (up to {events} events)")
    }
}
