//! Events from the log of one context to the others: a relay publishes the log on a bus, consumers take from the bus and
//! commit effect and checkpoint together, what cannot be handled is parked as a dead letter; and jobs, which a context
//! gives itself for later.

mod backlog;
mod bus;
mod catching_up;
mod consumer;
mod consuming;
mod documents;
mod erasures;
mod failures;
mod feed;
mod jobs;
mod leases;
mod metrics;
pub mod operating;
mod rebuilding;
mod relay;
mod settings;
mod shredding;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod workers;

pub use backlog::{Backlog, BacklogFull, Waiting};
pub use bus::{Bus, BusError, BusSettings, OpenBusError, OversizedEvent};
pub use catching_up::{Behind, CatchingUp};
pub use consumer::{Consumer, HandleError, HandleFuture, Listener, Listening, OnFailure, ReceivedEvent};
pub use documents::DocumentConsumer;
pub use erasures::{Deletion, Erasures, UserErased, is_erased};
pub use feed::{FeedError, FeedEvent, FeedStream, LogFeed};
pub use hansa_event_sourcing::{DeadLetter, DeadLetterState};
pub use jobs::{Job, JobClaim, JobFuture, JobHandler, JobOutcome, cancel, schedule};
pub use rebuilding::{ProjectedTable, RebuildError, Rebuilding, Rebuilt, TableComparison};
pub use relay::{Replayed, Replays};
pub use settings::WorkerSettings;
pub use shredding::{FileShredding, schedule_shredding};
pub use workers::Workers;
