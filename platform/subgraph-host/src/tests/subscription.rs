//! What the tests subscribe to.

use super::small_subgraph::{Calls, SqlError, Thing, thing};
use crate::Fault;
use async_graphql::{Context, Subscription};
use futures_util::{Stream, StreamExt as _, stream};
use std::sync::{Arc, atomic::Ordering};

/// Counted as long as it lives.
struct Waiting(Arc<Calls>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(super) struct Subscription;

#[Subscription]
impl Subscription {
    /// The things from 1 on.
    async fn counts(&self, to: u32) -> impl Stream<Item = Thing> {
        stream::iter(1..=to).map(|number| thing(number.into()))
    }

    /// One thing, and then nothing.
    async fn waits(&self, ctx: &Context<'_>) -> impl Stream<Item = Thing> {
        let calls = ctx.data_unchecked::<Arc<Calls>>().clone();
        calls.waiting.fetch_add(1, Ordering::Relaxed);
        let waiting = Waiting(calls);
        stream::iter([thing(1)]).chain(stream::pending().inspect(move |_: &Thing| _ = &waiting))
    }

    /// A thing, an error and another thing.
    async fn stumbles(&self) -> impl Stream<Item = Result<Thing, Fault>> {
        stream::iter([Ok(thing(1)), Err(SqlError.into()), Ok(thing(2))])
    }

    async fn refuses(&self) -> Result<stream::Iter<std::vec::IntoIter<Thing>>, Fault> {
        Err(Fault::forbidden())
    }

    async fn panics(&self) -> impl Stream<Item = Thing> {
        stream::iter([1, 13]).map(|number| match number {
            13 => panic!("a panic of the tests"),
            number => thing(number),
        })
    }

    /// As much text as it takes.
    async fn floods(&self) -> impl Stream<Item = Thing> {
        stream::repeat_with(|| thing(1))
    }
}
