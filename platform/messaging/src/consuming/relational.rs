//! Consumers of relational contexts: a step is one unit of work.

use super::{
    effects::{Beginning, EffectFuture, Effects, Move, Outlook, Step, StepError, Stream, guarded},
    letters,
};
use crate::{Consumer, HandleError, Listening, OnFailure};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{Actor, Cause, Clock, Command, DeadLetter, IdSource, LetterKey};
use hansa_relational::{CheckpointMove, Relational, StoreError};
use std::{collections::HashSet, sync::Arc};

pub(crate) struct RelationalEffects {
    pub(crate) context: &'static str,
    pub(crate) consumer: Arc<dyn Consumer>,
    pub(crate) store: Relational,
    pub(crate) clock: Clock,
    pub(crate) ids: IdSource,
}

impl Effects for RelationalEffects {
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
            let checkpoints = self.store.checkpoints(self.name()).await?;
            let halted = letters::halted(&self.store, self.name()).await?;
            let halted = halted.into_iter().map(|letter| (letter.source, letter.lane, letter.position)).collect();
            let unresolved = letters::unresolved(&self.store, self.name()).await?;
            Ok(Beginning { checkpoints, halted, unresolved })
        })
    }

    fn outlook(&self, now: DateTime<Utc>, limit: usize) -> EffectFuture<'_, Outlook> {
        Box::pin(async move {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let due = letters::due(&self.store, self.name(), now, limit).await?;
            let unresolved = letters::unresolved(&self.store, self.name()).await?;
            Ok(Outlook { due, unresolved })
        })
    }

    fn blocked<'a>(&'a self, streams: HashSet<&'a str>) -> EffectFuture<'a, HashSet<Stream>> {
        Box::pin(async move { Ok(letters::blocked(&self.store, self.name(), &streams).await?) })
    }

    fn letter<'a>(&'a self, key: LetterKey<'a>) -> EffectFuture<'a, Option<DeadLetter>> {
        Box::pin(async move { Ok(letters::find(&self.store, key).await?) })
    }

    fn commit<'a>(&'a self, step: Step<'a>) -> EffectFuture<'a, (), StepError> {
        Box::pin(async move {
            let mut unit = self.store.begin_unit(&self.command()).await?;
            if let Some(letter) = step.resolved
                && !letters::delete(&mut unit, letter).await?
            {
                // An operator was faster.
                unit.rollback().await?;
                return Err(StepError::Gone);
            }
            if !step.events.is_empty() {
                guarded(self.consumer.handle_all(&mut unit, step.events)).await.map_err(StepError::Event)?;
            }
            for letter in step.kept {
                letters::insert(&mut unit, letter).await?;
            }
            if let Some((letter, was_due_at)) = step.changed {
                letters::update(&mut unit, letter, was_due_at).await?;
            }
            let moves = step.moves.into_iter();
            let moves: Vec<_> = moves
                .map(|Move { source, lane, from_to: (from, to) }| CheckpointMove { source, lane, from, to })
                .collect();
            unit.move_checkpoints(self.name(), &moves).await?;
            unit.commit(&()).await.map_err(commit_error)
        })
    }
}

impl RelationalEffects {
    /// The command of a unit before it acts for an event.
    fn command(&self) -> Command {
        let key = format!("{}/{}", self.context, self.name());
        Command {
            operation: self.name(),
            actor: Actor { user: None, tenant: None, key: Some(key) },
            now: self.clock.now(),
            ids: self.ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause: Cause::default(),
        }
    }
}

/// Whether the event or the store is to blame.
fn commit_error(error: StoreError) -> StepError {
    match error {
        StoreError::Engine { .. } | StoreError::CheckpointMoved => StepError::Store(error.into()),
        error if error.is_passing() => StepError::Store(error.into()),
        other => StepError::Event(HandleError::Retry(other.into())),
    }
}
