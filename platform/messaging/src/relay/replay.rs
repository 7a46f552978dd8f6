//! Answers consumers that ask for events which the bus does not have any more.

use super::Relay;
use crate::bus::{Bus, Outgoing, ReplayRequest, ReplayRequests};
use hansa_event_sourcing::{LogError, SharedEventLog};
use std::{fmt, time::Duration};
use tracing::{debug, info, warn};

/// So many events in one answer at most, and so many bytes: an answer is one message.
const EVENTS_MAX: u32 = 256;
const BYTES_MAX: usize = 400 * 1024;

impl Relay {
    /// As long as this process leads; never ends by itself.
    pub(super) async fn answer_consumers(&self) {
        loop {
            let mut replays = Replays::open(self.context, &self.bus, &self.log).await;
            while let Ok(open) = &mut replays {
                match open.answer_one().await {
                    Ok(replayed) => drop(self.metrics.replayed.inc_by(replayed.count as u64)),
                    Err(error) => {
                        warn!(
                            context.name = self.context,
                            error, "could not answer a consumer that asked for a replay"
                        );
                        break;
                    }
                }
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Answers what consumers ask a context for.
#[derive(Debug)]
pub struct Replays {
    context: &'static str,
    log: Log,
    requests: Requests,
}

struct Log(SharedEventLog);

struct Requests(ReplayRequests);

/// What a consumer was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    pub lane: i64,
    pub after: i64,
    pub count: usize,
}

impl Replays {
    pub(crate) async fn open(context: &'static str, bus: &Bus, log: &SharedEventLog) -> Result<Replays, LogError> {
        let requests = bus.replay_requests(context).await?;
        Ok(Replays { context, log: Log(log.clone()), requests: Requests(requests) })
    }

    /// Waits for a question, and answers it from the log.
    pub async fn answer_one(&mut self) -> Result<Replayed, LogError> {
        let request = self.requests.0.next().await?;
        let messages = replayed(self.context, &self.log.0, &request).await?;
        self.requests.0.answer(&request, &messages).await?;
        let ReplayRequest { lane, after, .. } = request;
        match messages.len() {
            0 => debug!(context.name = self.context, lane, after, "a consumer has asked for what there is not"),
            events => info!(context.name = self.context, lane, after, events, "replayed events from the log"),
        }
        Ok(Replayed { lane, after, count: messages.len() })
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Log")
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Requests")
    }
}

async fn replayed(context: &str, log: &SharedEventLog, request: &ReplayRequest) -> Result<Vec<Outgoing>, LogError> {
    if !(0..log.lanes()).contains(&request.lane) {
        return Ok(Vec::new());
    }
    let mut messages = Vec::new();
    let mut bytes = 0;
    for logged in log.after(request.lane, request.after.max(0), request.limit.clamp(1, EVENTS_MAX)).await? {
        let Ok(message) = Outgoing::of(context, &logged) else { break };
        bytes += message.body.len() + 1_024;
        if bytes > BYTES_MAX && !messages.is_empty() {
            break;
        }
        messages.push(message);
    }
    Ok(messages)
}
