//! Events from the log of one context to the others: a relay publishes the log on a bus, consumers take from the bus and
//! commit effect and checkpoint together, what cannot be handled is parked as a dead letter; and jobs, which a context
//! gives itself for later.

mod bus;
mod consumer;
mod jobs;
mod workers;

pub use bus::{Bus, OpenBusError};
pub use consumer::{Consumer, HandleError, HandleFuture, Listener, Listening, OnFailure, ReceivedEvent};
pub use jobs::{Job, JobClaim, JobFuture, JobHandler, JobOutcome, cancel, schedule};
pub use workers::Workers;
