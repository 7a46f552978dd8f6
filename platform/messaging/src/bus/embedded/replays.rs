//! Replays over the embedded bus: a consumer's question is a row, and so is the owner's answer.

use super::{
    Embedded,
    changes::{ANSWERS, QUESTIONS},
    execute, reading, writing,
};
use crate::bus::{BusError, BusLane, BusMessage, Outgoing, ReplayRequest, replayed};
use chrono::TimeDelta;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// How long a consumer waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Questions and answers that nobody has taken are dropped after a while.
const KEPT_SECONDS: i64 = 60;

/// What consumers ask a context for.
pub(crate) struct ReplayRequests {
    bus: Arc<Embedded>,
    context: String,
    changed: watch::Receiver<u64>,
}

impl Embedded {
    pub(in crate::bus) async fn ask_owner(
        &self,
        BusLane { context, lane }: BusLane<'_>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<BusMessage>, BusError> {
        let request = format!("{:032x}", fastrand::u128(..));
        let now = self.settings.clock.now();
        let mut transaction = self.begin().await?;
        let old = now - TimeDelta::seconds(KEPT_SECONDS);
        execute(&mut transaction, "DELETE FROM replay_requests WHERE asked_at < $1", vec![old.into()]).await?;
        execute(&mut transaction, "DELETE FROM replay_answers WHERE answered_at < $1", vec![old.into()]).await?;
        let ask = "INSERT INTO replay_requests (request, context, lane, after_position, events_max, asked_at)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let values = vec![request.as_str().into(), context.into(), lane.into(), after.into(), limit.into(), now.into()];
        execute(&mut transaction, ask, values).await?;
        transaction.commit().await.map_err(writing)?;
        self.changes.announce(QUESTIONS);
        let answer = tokio::time::timeout(PATIENCE, self.await_answer(&request)).await;
        let answer = match answer {
            Ok(answer) => answer?,
            Err(_) => return Err(BusError::NoOwner { context: context.to_owned() }),
        };
        replayed::read(answer.as_bytes())
    }

    async fn await_answer(&self, request: &str) -> Result<String, BusError> {
        let mut changed = self.changes.of(ANSWERS);
        loop {
            changed.borrow_and_update();
            let answer = "SELECT answer FROM replay_answers WHERE request = $1";
            if let Some(row) = self.read(answer, vec![request.into()]).await?.first() {
                let answer = row.text("answer").map_err(reading)?;
                let mut transaction = self.begin().await?;
                let taken = "DELETE FROM replay_answers WHERE request = $1";
                execute(&mut transaction, taken, vec![request.into()]).await?;
                transaction.commit().await.map_err(writing)?;
                return Ok(answer);
            }
            self.wait(&mut changed).await;
        }
    }

    pub(in crate::bus) fn replay_requests(self: &Arc<Self>, context: &str) -> ReplayRequests {
        ReplayRequests { bus: self.clone(), context: context.to_owned(), changed: self.changes.of(QUESTIONS) }
    }
}

impl ReplayRequests {
    pub(in crate::bus) async fn next(&mut self) -> Result<ReplayRequest, BusError> {
        loop {
            self.changed.borrow_and_update();
            let asked = "SELECT request, lane, after_position, events_max FROM replay_requests WHERE context = $1
                         ORDER BY asked_at LIMIT 1";
            if let Some(row) = self.bus.read(asked, vec![self.context.as_str().into()]).await?.first() {
                let int = |column| row.int(column).map_err(reading);
                let limit = u32::try_from(int("events_max")?).unwrap_or(1);
                let (lane, after) = (int("lane")?, int("after_position")?);
                return Ok(ReplayRequest { lane, after, limit, reply: row.text("request").map_err(reading)? });
            }
            self.bus.wait(&mut self.changed).await;
        }
    }

    pub(in crate::bus) async fn answer(&self, request: &ReplayRequest, messages: &[Outgoing]) -> Result<(), BusError> {
        let answer = String::from_utf8_lossy(&replayed::write(messages)?).into_owned();
        let mut transaction = self.bus.begin().await?;
        let done = "DELETE FROM replay_requests WHERE request = $1";
        execute(&mut transaction, done, vec![request.reply.as_str().into()]).await?;
        let insert = "INSERT OR REPLACE INTO replay_answers (request, answer, answered_at) VALUES ($1, $2, $3)";
        let now = self.bus.settings.clock.now();
        execute(&mut transaction, insert, vec![request.reply.as_str().into(), answer.into(), now.into()]).await?;
        transaction.commit().await.map_err(writing)?;
        self.bus.changes.announce(ANSWERS);
        Ok(())
    }
}
