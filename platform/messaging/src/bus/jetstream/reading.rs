//! Reading: what is published from now on, a lane from a position on, a lane's last message.

use super::{JetStream, PATIENCE, failed, headers, lane_subject};
use crate::bus::{BusError, BusLane, BusMessage, LastMessage, place_of};
use async_nats::jetstream::{
    consumer::{AckPolicy, DeliverPolicy, pull},
    message::StreamMessage,
    stream::{LastRawMessageErrorKind, RawMessageErrorKind, Stream},
};
use futures_util::{FutureExt, StreamExt};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::timeout;

/// So many messages are asked for at once.
const BATCH: usize = 256;
/// A server that says nothing for so long is gone.
const HEARTBEAT: Duration = Duration::from_secs(2);
const EXPIRES: Duration = Duration::from_secs(20);
/// What the server keeps of a reader that is gone.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);

/// Where a lane goes on behind what was read last, so that reading it on needs no search. May be wrong at any time.
#[derive(Default)]
pub(super) struct Places(Mutex<HashMap<(String, i64, i64), u64>>);

const PLACES_MAX: usize = 1_000;

impl Places {
    fn take(&self, lane: BusLane<'_>, after: i64) -> Option<u64> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.remove(&(lane.context.to_owned(), lane.lane, after))
    }

    fn keep(&self, lane: BusLane<'_>, last: Option<&BusMessage>) {
        let Some((message, place)) = last.and_then(|last| Some((last, last.place()?))) else { return };
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= PLACES_MAX {
            places.clear();
        }
        places.insert((lane.context.to_owned(), lane.lane, place.position), message.sequence + 1);
    }
}

/// New messages of a stream.
pub(crate) struct Tail {
    messages: pull::Stream,
}

impl JetStream {
    pub(in crate::bus) async fn last(&self, lane: BusLane<'_>) -> Result<Option<LastMessage>, BusError> {
        let stream = self.stream(lane.context).await?;
        match stream.get_last_raw_message_by_subject(&lane_subject(lane)).await {
            Ok(message) => {
                let position = position(&message);
                Ok(Some(LastMessage { sequence: message.sequence, position }))
            }
            Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => Ok(None),
            Err(error) => Err(failed("find the last message of a lane")(error)),
        }
    }

    pub(in crate::bus) async fn tail(&self, context: &str) -> Result<Tail, BusError> {
        let last = self.declare(context, None).await?.last_sequence;
        let stream = self.stream(context).await?;
        let config = pull::Config {
            description: Some("A consumer of Hansa; it keeps its place itself.".to_owned()),
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: last + 1 },
            ack_policy: AckPolicy::None,
            inactive_threshold: FORGOTTEN_AFTER,
            memory_storage: true,
            ..pull::Config::default()
        };
        let consumer = stream.create_consumer(config).await.map_err(failed("begin to read a stream"))?;
        let messages = consumer.stream().max_messages_per_batch(BATCH).expires(EXPIRES).heartbeat(HEARTBEAT);
        Ok(Tail { messages: messages.messages().await.map_err(failed("begin to read a stream"))? })
    }

    pub(in crate::bus) async fn fetch(
        &self,
        lane: BusLane<'_>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<BusMessage>, BusError> {
        let stream = self.stream(lane.context).await?;
        if let Some(start) = self.places.take(lane, after) {
            let messages = read_from(&stream, lane, (start, limit)).await?;
            // The stream may have been made anew since, or have lost something.
            if messages.first().and_then(BusMessage::place).is_some_and(|place| place.position == after + 1) {
                self.places.keep(lane, messages.last());
                return Ok(messages);
            }
        }
        let Some(start) = sequence_after(&stream, lane, after).await? else { return Ok(Vec::new()) };
        let messages = read_from(&stream, lane, (start, limit)).await?;
        self.places.keep(lane, messages.last());
        Ok(messages)
    }
}

/// Messages of a lane from a number on.
async fn read_from(
    stream: &Stream<()>,
    lane: BusLane<'_>,
    (start_sequence, limit): (u64, usize),
) -> Result<Vec<BusMessage>, BusError> {
    let config = pull::Config {
        deliver_policy: DeliverPolicy::ByStartSequence { start_sequence },
        filter_subject: lane_subject(lane),
        ack_policy: AckPolicy::None,
        inactive_threshold: FORGOTTEN_AFTER,
        memory_storage: true,
        ..pull::Config::default()
    };
    let attempted = "read a lane of a stream";
    let consumer = stream.create_consumer(config).await.map_err(failed(attempted))?;
    let mut batch = consumer.fetch().max_messages(limit).messages().await.map_err(failed(attempted))?;
    let mut messages = Vec::new();
    // The end of a batch is an answer of the server's, which is lost when the connection is cut; nobody sends it again.
    while let Some(message) = timeout(PATIENCE, batch.next()).await.map_err(failed(attempted))? {
        messages.push(received(message.map_err(|source| BusError::Failed { attempted, source })?));
    }
    let name = consumer.cached_info().name.clone();
    if let Err(error) = stream.delete_consumer(&name).await {
        tracing::debug!(%error, "could not remove a reader; the server forgets it");
    }
    Ok(messages)
}

/// The number of a lane's first message after a position: positions rise with numbers.
async fn sequence_after(stream: &Stream<()>, lane: BusLane<'_>, after: i64) -> Result<Option<u64>, BusError> {
    let state = stream.get_info().await.map_err(failed("look at the stream of a context"))?.state;
    let (mut low, mut high) = (state.first_sequence.max(1), state.last_sequence + 1);
    let mut found = None;
    while low < high {
        let middle = low + (high - low) / 2;
        match next_of_lane(stream, lane, middle).await? {
            Some(message) if position(&message).is_some_and(|position| position <= after) => {
                low = message.sequence + 1;
            }
            Some(message) => (found, high) = (Some(message.sequence), middle),
            None => high = middle,
        }
    }
    Ok(found)
}

/// The first message of a lane with this number or a later one.
async fn next_of_lane(
    stream: &Stream<()>,
    lane: BusLane<'_>,
    sequence: u64,
) -> Result<Option<StreamMessage>, BusError> {
    match stream.raw_message_builder().sequence(sequence).next_by_subject(lane_subject(lane)).send().await {
        Ok(message) => Ok(Some(message)),
        Err(error) if matches!(error.kind(), RawMessageErrorKind::NoMessageFound) => Ok(None),
        Err(error) => Err(failed("find a message of a lane")(error)),
    }
}

impl Tail {
    pub(in crate::bus) async fn next(&mut self, max: usize) -> Result<Vec<BusMessage>, BusError> {
        let attempted = "read what is published";
        let ended = || BusError::Failed { attempted, source: "the server has ended it".into() };
        let first = self.messages.next().await.ok_or_else(ended)?.map_err(failed(attempted))?;
        let mut messages = vec![received(first)];
        while messages.len() < max
            && let Some(Some(Ok(message))) = self.messages.next().now_or_never()
        {
            messages.push(received(message));
        }
        Ok(messages)
    }
}

fn received(message: async_nats::jetstream::Message) -> BusMessage {
    let sequence = message.info().map_or(0, |info| info.stream_sequence);
    let message = message.message;
    let headers = message.headers.as_ref().map(headers).unwrap_or_default();
    BusMessage { sequence, subject: message.subject.to_string(), headers, body: message.payload }
}

fn position(message: &StreamMessage) -> Option<i64> {
    place_of(&headers(&message.headers), &message.subject).map(|place| place.position)
}
