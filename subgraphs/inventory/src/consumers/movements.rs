//! The shell of consumers that move sold units: they read a batch of events, lock the stock of all their lines, and put it back
//! once.

use super::{
    published::{LinePart, command_for},
    sold_lines::SoldLines,
};
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, ReceivedEvent};
use hansa_relational::UnitOfWork;
use serde::de::DeserializeOwned;
use std::{fmt, future::Future, marker::PhantomData};

/// Content of an event that tells of units of orders' lines that leave or come back.
pub(super) trait Movement: DeserializeOwned + Send + Sync + 'static {
    /// The consumer's.
    const NAME: &'static str;
    const LISTENING: &'static [Listening];

    fn lines(&self) -> &[LinePart];

    /// What it does to the stock.
    fn apply(self, unit: &mut UnitOfWork, sold: &mut SoldLines)
    -> impl Future<Output = Result<(), HandleError>> + Send;
}

/// The consumer of one kind of movement.
pub(crate) struct Movements<M>(PhantomData<fn() -> M>);

impl<M> Movements<M> {
    pub(crate) fn new() -> Movements<M> {
        Movements(PhantomData)
    }
}

impl<M: Movement> fmt::Debug for Movements<M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Movements").field(&M::NAME).finish()
    }
}

impl<M: Movement> Consumer for Movements<M> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        M::LISTENING
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        self.handle_all(unit, std::slice::from_ref(event))
    }

    fn handle_all<'a>(&'a self, unit: &'a mut UnitOfWork, events: &'a [ReceivedEvent]) -> HandleFuture<'a> {
        Box::pin(async move {
            let movements: Vec<M> = events.iter().map(ReceivedEvent::content).collect::<Result<_, _>>()?;
            let lines: Vec<&[LinePart]> = movements.iter().map(M::lines).collect();
            let mut sold = SoldLines::open(unit, &lines).await?;
            for (event, movement) in events.iter().zip(movements) {
                unit.act_for(command_for(M::NAME, unit, event));
                movement.apply(unit, &mut sold).await?;
            }
            Ok(sold.shelf.put_back(unit).await?)
        })
    }
}
