//! Replays: a request to the owner of a context's log, answered with the events. Nothing of it is stored on the server.

use super::{JetStream, failed};
use crate::bus::{BusError, BusLane, BusMessage, Outgoing, ReplayRequest, replayed};
use async_nats::{Client, RequestErrorKind, Subscriber};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tracing::warn;

#[derive(Debug, Serialize, Deserialize)]
struct Question {
    lane: i64,
    after: i64,
    limit: u32,
}

/// What consumers ask a context for.
pub(crate) struct ReplayRequests {
    client: Client,
    questions: Subscriber,
}

fn subject(context: &str) -> String {
    format!("replay.{context}")
}

impl JetStream {
    pub(in crate::bus) async fn ask_owner(
        &self,
        BusLane { context, lane }: BusLane<'_>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<BusMessage>, BusError> {
        self.check_connected()?;
        let question = serde_json::to_vec(&Question { lane, after, limit }).expect("numbers serialise");
        let answer = self.client.request(subject(context), question.into()).await;
        match answer {
            Ok(answer) => replayed::read(&answer.payload),
            Err(error) => match error.kind() {
                RequestErrorKind::NoResponders | RequestErrorKind::TimedOut => {
                    Err(BusError::NoOwner { context: context.to_owned() })
                }
                _ => Err(failed("ask the owner of a context")(error)),
            },
        }
    }

    pub(in crate::bus) async fn replay_requests(&self, context: &str) -> Result<ReplayRequests, BusError> {
        let questions = self.client.queue_subscribe(subject(context), "owner".to_owned()).await;
        let questions = questions.map_err(failed("listen to what consumers ask"))?;
        // The server knows of it only then.
        self.client.flush().await.map_err(failed("listen to what consumers ask"))?;
        Ok(ReplayRequests { client: self.client.clone(), questions })
    }
}

impl ReplayRequests {
    pub(in crate::bus) async fn next(&mut self) -> Result<ReplayRequest, BusError> {
        let ended =
            || BusError::Failed { attempted: "hear what consumers ask", source: "the subscription ended".into() };
        loop {
            let message = self.questions.next().await.ok_or_else(ended)?;
            let question = serde_json::from_slice::<Question>(&message.payload);
            match (question, message.reply) {
                (Ok(Question { lane, after, limit }), Some(reply)) => {
                    return Ok(ReplayRequest { lane, after, limit, reply: reply.to_string() });
                }
                _ => warn!(subject = %message.subject, "somebody asks for events in a way that cannot be read"),
            }
        }
    }

    pub(in crate::bus) async fn answer(&self, request: &ReplayRequest, messages: &[Outgoing]) -> Result<(), BusError> {
        let answer = replayed::write(messages)?;
        self.client.publish(request.reply.clone(), answer.into()).await.map_err(failed("answer a consumer"))
    }
}
