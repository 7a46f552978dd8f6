//! The log of a context as it grows, for subscriptions of its schema: first what came after the client's last position,
//! then what is committed from now on, without a loss or a repetition between the two.
//!
//! One task reads all lanes for all subscribers, as long as there are any. It is woken by commits of this process, and
//! looks a few times a second for those of others. A subscriber that does not keep up is told so, and can come back with
//! its last position.

mod position;
mod reading;
mod tail;

use futures_util::{StreamExt as _, stream::BoxStream};
use hansa_event_sourcing::{LogError, LoggedEvent, RecordedEvent, SharedEventLog};
use position::FeedPosition;
use reading::Reading;
use std::{fmt, sync::Arc};
use tail::{Registration, Tail};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

/// Events that a subscriber may be behind the log before it has lagged.
const QUEUED_EVENTS_MAX: usize = 256;
/// Events after a client's position that are read again; who was away for longer asks for the state instead.
const REPLAYED_EVENTS_MAX: i64 = 50_000;
/// Subscribers that register at the same time; more wait.
const REGISTRATIONS_MAX: usize = 64;

/// Events with the position behind each, from which a client goes on.
pub type FeedStream = BoxStream<'static, Result<FeedEvent, FeedError>>;

/// The feed of one log. Clones, and its streams, share its task; it ends with the last of them.
#[derive(Clone)]
pub struct LogFeed {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    log: SharedEventLog,
    registrations: mpsc::Sender<Registration>,
    _task: JoinSet<()>,
}

/// An event, and where its subscriber is when it has seen it.
#[derive(Debug, Clone)]
pub struct FeedEvent {
    /// An opaque text: after it, everything of this feed is still to come.
    pub position: String,
    pub event: Arc<LoggedEvent>,
}

/// Why there are no events, or no more. The first is for whoever gave the position.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error("`{0}` is no position of this subscription")]
    NoPosition(String),
    #[error("the position is too far back: more than {REPLAYED_EVENTS_MAX} events are after it")]
    TooFarBack,
    #[error("the subscriber was more than {QUEUED_EVENTS_MAX} events behind")]
    Lagged,
    #[error("read the log for subscribers")]
    Log(#[source] LogError),
    #[error("the feed has ended")]
    Ended,
}

impl LogFeed {
    /// The feed of a log, which is named after its context: positions of one feed mean nothing to another. To be called
    /// in a runtime.
    pub fn start(context: &str, log: SharedEventLog) -> LogFeed {
        let (registrations, registering) = mpsc::channel(REGISTRATIONS_MAX);
        let mut task = JoinSet::new();
        task.spawn(Tail::new(log.clone(), registering).run());
        let shared = Shared { name: context.to_owned(), log, registrations, _task: task };
        LogFeed { shared: Arc::new(shared) }
    }

    /// The events that are `wanted`, those after a position or from now on. `wanted` is asked for each event of the log,
    /// and must be quick.
    ///
    /// # Errors
    /// A text that is no position, or one that is too far back; a log that cannot be read.
    pub async fn events(
        &self,
        after: Option<&str>,
        wanted: impl Fn(&RecordedEvent) -> bool + Send + Sync + 'static,
    ) -> Result<FeedStream, FeedError> {
        let wanted: Wanted = Arc::new(wanted);
        let reading = match after {
            None => {
                let (positions, live) = self.register(&wanted).await?;
                Reading::live(self.clone(), positions, live, wanted)
            }
            Some(text) => {
                let from = FeedPosition::read(text, &self.shared.name, self.shared.log.lanes())?;
                let heads = self.heads().await?;
                if from.0.iter().zip(&heads).any(|(from, head)| from > head) {
                    return Err(FeedError::NoPosition(text.to_owned()));
                }
                if behind(&from.0, &heads) > REPLAYED_EVENTS_MAX {
                    return Err(FeedError::TooFarBack);
                }
                Reading::behind(self.clone(), from.0, heads, wanted)
            }
        };
        Ok(reading.events().boxed())
    }

    async fn heads(&self) -> Result<Vec<i64>, FeedError> {
        self.shared.log.last_positions().await.map_err(FeedError::Log)
    }

    /// Events after the positions that it gives will come.
    async fn register(&self, wanted: &Wanted) -> Result<(Vec<i64>, mpsc::Receiver<Arrival>), FeedError> {
        let (queue, live) = mpsc::channel(QUEUED_EVENTS_MAX + 1);
        let (reply, registered) = oneshot::channel();
        let registration = Registration { wanted: wanted.clone(), queue, reply };
        self.shared.registrations.send(registration).await.map_err(|_| FeedError::Ended)?;
        let positions = registered.await.map_err(|_| FeedError::Ended)??;
        Ok((positions, live))
    }
}

/// Whether a subscriber wants an event.
type Wanted = Arc<dyn Fn(&RecordedEvent) -> bool + Send + Sync>;

/// What the task gives to a subscriber.
enum Arrival {
    Event {
        event: Arc<LoggedEvent>,
        /// Where the task is in all lanes behind it.
        positions: Arc<[i64]>,
    },
    /// It is the last.
    Lagged,
}

/// How many events are between.
fn behind(from: &[i64], to: &[i64]) -> i64 {
    from.iter().zip(to).map(|(from, to)| (to - from).max(0)).sum()
}

impl fmt::Debug for LogFeed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LogFeed").field("context", &self.shared.name).finish_non_exhaustive()
    }
}
