//! What relays and consumers keep in a store of documents.

use hansa_event_sourcing::{
    Checkpoint, CheckpointStore, HeldLease, KeptLetter, LeaseRequest, LogError, LogFuture, PublishedLane, RelayStore,
};

use crate::{
    Documents,
    backend::{Engine, on_engine},
};

impl RelayStore for Documents {
    fn take_leases(&self, request: LeaseRequest) -> LogFuture<'_, Vec<HeldLease>> {
        Box::pin(async move { on_engine!(&self.backend.engine, take_leases(request)).map_err(LogError::from) })
    }

    fn give_up_leases(&self, holder: String) -> LogFuture<'_, ()> {
        Box::pin(async move { on_engine!(&self.backend.engine, give_up_leases(&holder)).map_err(LogError::from) })
    }

    fn published(&self) -> LogFuture<'_, Vec<PublishedLane>> {
        Box::pin(async move { on_engine!(&self.backend.engine, published()).map_err(LogError::from) })
    }

    fn note_published(&self, lanes: Vec<PublishedLane>) -> LogFuture<'_, ()> {
        Box::pin(async move { on_engine!(&self.backend.engine, note_published(lanes)).map_err(LogError::from) })
    }
}

impl CheckpointStore for Documents {
    fn checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>) -> LogFuture<'a, i64> {
        Box::pin(async move { on_engine!(&self.backend.engine, checkpoint(checkpoint)).map_err(LogError::from) })
    }

    fn move_checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>, from_to: (i64, i64)) -> LogFuture<'a, bool> {
        Box::pin(async move {
            on_engine!(&self.backend.engine, move_checkpoint(checkpoint, from_to)).map_err(LogError::from)
        })
    }

    fn keep_letter(&self, letter: KeptLetter) -> LogFuture<'_, ()> {
        Box::pin(async move { on_engine!(&self.backend.engine, keep_letter(letter)).map_err(LogError::from) })
    }

    fn letters<'a>(&'a self, consumer: &'a str) -> LogFuture<'a, Vec<KeptLetter>> {
        Box::pin(async move { on_engine!(&self.backend.engine, letters(consumer)).map_err(LogError::from) })
    }

    fn drop_letter<'a>(&'a self, checkpoint: Checkpoint<'a>, position: i64) -> LogFuture<'a, ()> {
        Box::pin(
            async move { on_engine!(&self.backend.engine, drop_letter(checkpoint, position)).map_err(LogError::from) },
        )
    }
}
