//! Publishing: one message after the other, each only onto the one that is expected to be its lane's last.

use super::{JetStream, failed, header_map, lane_subject, stream_name};
use crate::bus::{BusError, BusLane, Outgoing};
use async_nats::{
    HeaderMap, HeaderName, HeaderValue,
    jetstream::{context::PublishErrorKind, message::PublishMessage, publish::PublishAck, stream::RawMessageErrorKind},
};
use std::str::FromStr;

const EXPECTED_SEQUENCE: &str = "Nats-Expected-Last-Subject-Sequence";
const EXPECTED_SUBJECT: &str = "Nats-Expected-Last-Subject-Sequence-Subject";
const EXPECTED_STREAM: &str = "Nats-Expected-Stream";

impl JetStream {
    pub(in crate::bus) async fn publish(
        &self,
        lane: BusLane<'_>,
        mut last: u64,
        messages: &[Outgoing],
    ) -> Result<u64, BusError> {
        self.check_connected()?;
        for message in messages {
            let mut headers = header_map(&message.headers)?;
            fence(&mut headers, lane, last);
            let mut ack = self.publish_one(message, headers.clone()).await?;
            if ack.duplicate && !self.is_there(lane, ack.sequence).await? {
                // The server remembers it, and has lost it: the stream was emptied.
                let id = format!("{}:again:{:016x}", message.message_id(), fastrand::u64(..));
                headers.insert(HeaderName::from_static(crate::bus::MESSAGE_ID), HeaderValue::from(id));
                ack = self.publish_one(message, headers).await?;
            }
            if !ack.duplicate {
                last = ack.sequence;
            }
        }
        Ok(last)
    }

    async fn publish_one(&self, message: &Outgoing, headers: HeaderMap) -> Result<PublishAck, BusError> {
        let outgoing = PublishMessage::build().headers(headers).payload(message.body.clone());
        let sent = self.context.send_publish(message.subject.clone(), outgoing).await;
        let acknowledged = match sent {
            Ok(acknowledgement) => acknowledgement.await,
            Err(error) => Err(error),
        };
        acknowledged.map_err(|error| match error.kind() {
            PublishErrorKind::WrongLastSequence => BusError::OtherLast,
            _ => failed("publish an event")(error),
        })
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
