//! The writing side of a WebSocket: answers as they come, and pings when there are none.

use super::{Close, Socket};
use crate::subscriptions::Subscriptions;
use bytes::Bytes;
use futures_util::{SinkExt, stream::SplitSink};
use hansa_executor::HeldBytes;
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};
use tokio_tungstenite::tungstenite::{Message, protocol::frame::Utf8Bytes};

/// A message on its way.
#[derive(Debug)]
pub(super) struct Outgoing {
    message: Bytes,
    /// Until it is written.
    held: Option<HeldBytes>,
}

impl Outgoing {
    pub(super) fn of(message: Bytes) -> Outgoing {
        Outgoing { message, held: None }
    }

    pub(super) fn holding(message: Bytes, held: HeldBytes) -> Outgoing {
        Outgoing { message, held: Some(held) }
    }
}

/// Ends when the client does not take what it is sent.
pub(super) async fn write(
    sink: &mut SplitSink<Socket, Message>,
    mut queue: mpsc::Receiver<Outgoing>,
    subscriptions: &Subscriptions,
) -> Close {
    let keep_alive = subscriptions.keep_alive();
    let mut pings = interval_at(Instant::now() + keep_alive, keep_alive);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let (message, held) = tokio::select! {
            biased;
            outgoing = queue.recv() => match outgoing {
                // Answers of subgraphs were checked when they came.
                Some(Outgoing { message, held }) => match Utf8Bytes::try_from(message) {
                    Ok(text) => (Message::Text(text), held),
                    Err(_) => continue,
                },
                None => return Close::GONE,
            },
            _ = pings.tick() => (Message::Ping(Bytes::new()), None),
        };
        let sent = timeout(subscriptions.config.slow_client_timeout.0, sink.send(message)).await;
        drop(held);
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Close::GONE,
            Err(_) => {
                subscriptions.metrics.dropped.inc_by(1 + queue.len() as u64);
                return Close::SLOW;
            }
        }
    }
}
