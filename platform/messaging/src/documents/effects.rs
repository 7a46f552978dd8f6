//! Consumers of documents: a step is several writes, of which the checkpoints are the last.

use super::{DocumentConsumer, command_for};
use crate::{
    Listening, OnFailure,
    consuming::{Beginning, EffectFuture, Effects, KeepError, Move, Outlook, Step, StepError, Stream, guarded},
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{
    Checkpoint, Clock, DeadLetter, DeadLetterState, IdSource, LetterKey, LetterOutline, SharedCheckpointStore,
};
use std::{collections::HashSet, sync::Arc};

pub(crate) struct DocumentEffects {
    pub(crate) context: &'static str,
    pub(crate) consumer: Arc<dyn DocumentConsumer>,
    pub(crate) store: SharedCheckpointStore,
    pub(crate) clock: Clock,
    pub(crate) ids: IdSource,
}

impl Effects for DocumentEffects {
    fn name(&self) -> &'static str {
        self.consumer.name()
    }

    fn listens_to(&self) -> &'static [Listening] {
        self.consumer.listens_to()
    }

    fn is_halting(&self) -> bool {
        self.consumer.on_failure() == OnFailure::Halt
    }

    fn begin(&self) -> EffectFuture<'_, Beginning> {
        Box::pin(async move {
            let stored = self.store.checkpoints().await.map_err(KeepError::Store)?;
            let own = stored.into_iter().filter(|stored| stored.consumer == self.name());
            let checkpoints = own.map(|stored| ((stored.source, stored.lane), stored.position)).collect();
            let letters = self.outlines().await?;
            let halted = letters.iter().filter(|letter| letter.state == DeadLetterState::Halted);
            let halted = halted.map(|letter| (letter.source.clone(), letter.lane, letter.position)).collect();
            Ok(Beginning { checkpoints, halted, unresolved: unresolved(&letters) })
        })
    }

    fn outlook(&self, now: DateTime<Utc>, limit: usize) -> EffectFuture<'_, Outlook> {
        Box::pin(async move {
            let letters = self.outlines().await?;
            let mut due = Vec::new();
            for LetterOutline { source, lane, position, .. } in due_of(&letters, now).into_iter().take(limit) {
                let key = LetterKey { consumer: self.name(), source, lane: *lane, position: *position };
                due.extend(self.letter(key).await?);
            }
            Ok(Outlook { due, unresolved: unresolved(&letters) })
        })
    }

    fn blocked<'a>(&'a self, streams: HashSet<&'a str>) -> EffectFuture<'a, HashSet<Stream>> {
        Box::pin(async move {
            let holding = self.outlines().await?.into_iter().filter(|letter| letter.state.is_blocking());
            let asked = holding.filter(|letter| streams.contains(letter.stream_id.as_str()));
            Ok(asked.map(|letter| (letter.source, letter.stream_id)).collect())
        })
    }

    fn letter<'a>(&'a self, key: LetterKey<'a>) -> EffectFuture<'a, Option<DeadLetter>> {
        Box::pin(async move { self.store.letter(key).await.map_err(KeepError::Store) })
    }

    fn commit<'a>(&'a self, step: Step<'a>) -> EffectFuture<'a, (), StepError> {
        Box::pin(async move {
            if let Some(key) = step.resolved
                && self.letter(key).await?.is_none()
            {
                return Err(StepError::Gone);
            }
            for event in step.events {
                let command = command_for((self.context, self.name()), (&self.clock, &self.ids), event);
                guarded(self.consumer.handle(&command, event)).await.map_err(StepError::Event)?;
            }
            self.write(step).await.map_err(StepError::Store)
        })
    }
}

impl DocumentEffects {
    /// Whatever breaks it off, the event comes again and is found under its key; the checkpoints are the last.
    async fn write(&self, step: Step<'_>) -> Result<(), KeepError> {
        if let Some(key) = step.resolved {
            self.store.drop_letter(key).await.map_err(KeepError::Store)?;
        }
        for letter in step.kept {
            self.store.keep_letter(letter.clone()).await.map_err(KeepError::Store)?;
        }
        if let Some((letter, was_due_at)) = step.changed {
            self.store.change_letter(letter.clone(), was_due_at).await.map_err(KeepError::Store)?;
        }
        for Move { source, lane, from_to } in step.moves {
            let place = Checkpoint { consumer: self.name(), source, lane };
            if !self.store.move_checkpoint(place, from_to).await.map_err(KeepError::Store)? {
                return Err(KeepError::Moved);
            }
        }
        Ok(())
    }

    async fn outlines(&self) -> Result<Vec<LetterOutline>, KeepError> {
        self.store.letter_outlines(self.name()).await.map_err(KeepError::Store)
    }
}

fn unresolved(letters: &[LetterOutline]) -> i64 {
    letters.iter().filter(|letter| letter.state.is_blocking()).count() as i64
}

/// Letters that are to be tried now: each is the first unresolved one of its stream. `letters` are in the order of their
/// lanes.
fn due_of(letters: &[LetterOutline], now: DateTime<Utc>) -> Vec<&LetterOutline> {
    let mut blocked = HashSet::new();
    let mut due = Vec::new();
    for letter in letters {
        let stream = (&letter.source, &letter.stream_id);
        let is_behind = blocked.contains(&stream);
        let is_due = letter.state.is_tried_again() && letter.next_at.is_some_and(|at| at <= now);
        if letter.state.is_blocking() {
            blocked.insert(stream);
        }
        if is_due && !is_behind {
            due.push(letter);
        }
    }
    due
}

/// Whether a letter will be tried again by itself.
#[cfg(any(test, feature = "testing"))]
pub(crate) async fn pending(
    store: &SharedCheckpointStore,
    consumer: &str,
) -> Result<bool, hansa_event_sourcing::LogError> {
    let letters = store.letter_outlines(consumer).await?;
    let is_parked = |letter: &&LetterOutline| letter.state == DeadLetterState::Parked;
    let parked: HashSet<_> =
        letters.iter().filter(is_parked).map(|letter| (&letter.source, &letter.stream_id)).collect();
    Ok(letters.iter().any(|letter| {
        let waits = letter.state == DeadLetterState::Waiting && parked.contains(&(&letter.source, &letter.stream_id));
        letter.state.is_tried_again() && letter.next_at.is_some() && !waits
    }))
}
