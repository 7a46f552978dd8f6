//! Publishing: only onto the message that is expected to be its lane's last. Many messages are one batch, of which the
//! server takes all or nothing; where it cannot, or knows one of them already, they go one after the other.

use super::{JetStream, failed, header_map, lane_subject, stream_name};
use crate::bus::{BusError, BusLane, Outgoing};
use async_nats::{
    HeaderMap, HeaderName, HeaderValue,
    jetstream::{
        self, ErrorCode,
        context::{PublishError, PublishErrorKind},
        message::PublishMessage,
        publish::PublishAck,
        stream::RawMessageErrorKind,
    },
};
use std::{error::Error, str::FromStr};

const EXPECTED_SEQUENCE: &str = "Nats-Expected-Last-Subject-Sequence";
const EXPECTED_SUBJECT: &str = "Nats-Expected-Last-Subject-Sequence-Subject";
const EXPECTED_STREAM: &str = "Nats-Expected-Stream";
const BATCH_ID: &str = "Nats-Batch-Id";
const BATCH_SEQUENCE: &str = "Nats-Batch-Sequence";
const BATCH_COMMIT: &str = "Nats-Batch-Commit";
/// For fewer messages a batch costs more than it spares: the server makes a store of its own for it, with files.
const BATCH_MIN: usize = 32;
/// What a server says of a batch that it does not take as one: it is disabled or too large, something of it was lost, it is
/// one too many at a time, or it has a message that the server knows.
const NOT_AS_A_BATCH: [ErrorCode; 9] = [
    ErrorCode::ATOMIC_PUBLISH_DISABLED,
    ErrorCode::ATOMIC_PUBLISH_MISSING_SEQ,
    ErrorCode::ATOMIC_PUBLISH_INCOMPLETE_BATCH,
    ErrorCode::ATOMIC_PUBLISH_UNSUPPORTED_HEADER,
    ErrorCode::ATOMIC_PUBLISH_INVALID_BATCH_ID,
    ErrorCode::ATOMIC_PUBLISH_TOO_LARGE_BATCH,
    ErrorCode::ATOMIC_PUBLISH_INVALID_BATCH_COMMIT,
    ErrorCode::ATOMIC_PUBLISH_CONTAINS_DUPLICATE_MESSAGE,
    // One too many at a time; the client has no name for it.
    ErrorCode(10_210),
];

impl JetStream {
    pub(in crate::bus) async fn publish(
        &self,
        lane: BusLane<'_>,
        last: u64,
        messages: &[Outgoing],
    ) -> Result<u64, BusError> {
        self.check_connected()?;
        if messages.len() >= BATCH_MIN
            && let Some((commit, before)) = messages.split_last()
            && self.has_batches(lane.context)
            && let Some(last) = self.publish_as_one(lane, last, (before, commit)).await?
        {
            return Ok(last);
        }
        self.publish_each(lane, last, messages).await
    }

    /// Gives the number of the last one; `None` where they must go one by one.
    async fn publish_as_one(
        &self,
        lane: BusLane<'_>,
        last: u64,
        (before, commit): (&[Outgoing], &Outgoing),
    ) -> Result<Option<u64>, BusError> {
        let id = HeaderValue::from(format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..)));
        let in_batch = |message: &Outgoing, number: usize| -> Result<HeaderMap, BusError> {
            let mut headers = header_map(&message.headers)?;
            headers.insert(HeaderName::from_static(BATCH_ID), id.clone());
            headers.insert(HeaderName::from_static(BATCH_SEQUENCE), HeaderValue::from(number.to_string()));
            Ok(headers)
        };
        for (number, message) in (1..).zip(before) {
            let mut headers = in_batch(message, number)?;
            if number == 1 {
                fence(&mut headers, lane, last);
            }
            let sent = self.client.publish_with_headers(message.subject.clone(), headers, message.body.clone()).await;
            sent.map_err(failed("publish an event"))?;
        }
        let mut headers = in_batch(commit, before.len() + 1)?;
        headers.insert(HeaderName::from_static(BATCH_COMMIT), HeaderValue::from("1".to_owned()));
        match self.publish_one(commit, headers).await {
            Ok(ack) => Ok(Some(ack.sequence)),
            Err(error) if is_not_as_a_batch(&error) => {
                tracing::debug!(context.name = lane.context, %error, "a batch was not taken as one");
                Ok(None)
            }
            Err(error) => Err(publish_error(error)),
        }
    }

    async fn publish_each(&self, lane: BusLane<'_>, mut last: u64, messages: &[Outgoing]) -> Result<u64, BusError> {
        for message in messages {
            let mut headers = header_map(&message.headers)?;
            fence(&mut headers, lane, last);
            let mut ack = self.publish_one(message, headers.clone()).await.map_err(publish_error)?;
            if ack.duplicate && !self.is_there(lane, ack.sequence).await? {
                // The server remembers it, and has lost it: the stream was emptied.
                let id = format!("{}:again:{:016x}", message.message_id(), fastrand::u64(..));
                headers.insert(HeaderName::from_static(crate::bus::MESSAGE_ID), HeaderValue::from(id));
                ack = self.publish_one(message, headers).await.map_err(publish_error)?;
            }
            if !ack.duplicate {
                last = ack.sequence;
            }
        }
        Ok(last)
    }

    async fn publish_one(&self, message: &Outgoing, headers: HeaderMap) -> Result<PublishAck, PublishError> {
        let outgoing = PublishMessage::build().headers(headers).payload(message.body.clone());
        self.context.send_publish(message.subject.clone(), outgoing).await?.await
    }

    async fn is_there(&self, lane: BusLane<'_>, sequence: u64) -> Result<bool, BusError> {
        let stream = self.stream(lane.context).await?;
        match stream.get_raw_message(sequence).await {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.kind(), RawMessageErrorKind::NoMessageFound) => Ok(false),
            Err(error) => Err(failed("look for a message that was published before")(error)),
        }
    }
}

fn publish_error(error: PublishError) -> BusError {
    match error.kind() {
        PublishErrorKind::WrongLastSequence => BusError::OtherLast,
        _ => failed("publish an event")(error),
    }
}

fn is_not_as_a_batch(error: &PublishError) -> bool {
    let refused = error.source().and_then(|source| source.downcast_ref::<jetstream::Error>());
    let code = refused.map(jetstream::Error::error_code);
    code.is_some_and(|code| NOT_AS_A_BATCH.contains(&code))
}

fn fence(headers: &mut HeaderMap, lane: BusLane<'_>, last: u64) {
    let values = [
        (EXPECTED_SEQUENCE, last.to_string()),
        (EXPECTED_SUBJECT, lane_subject(lane)),
        (EXPECTED_STREAM, stream_name(lane.context)),
    ];
    for (name, value) in values {
        let name = HeaderName::from_str(name).expect("our names of headers are tokens");
        headers.insert(name, HeaderValue::from(value));
    }
}
