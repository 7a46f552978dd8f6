//! One subscriber's way through the log: behind, it reads by itself, at its own speed; close to the end it registers with
//! the task, reads what came in between, and then takes what the task gives.

use super::{Arrival, FeedError, FeedEvent, LogFeed, QUEUED_EVENTS_MAX, Wanted, behind, position::FeedPosition};
use futures_util::{Stream, stream};
use hansa_event_sourcing::LoggedEvent;
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::mpsc;

const READ_AT_ONCE: u32 = 200;
/// So close to the end, a subscriber registers: what comes meanwhile has to fit into its queue.
const CLOSE_EVENTS: i64 = QUEUED_EVENTS_MAX as i64 / 2;

pub(super) struct Reading {
    feed: LogFeed,
    wanted: Wanted,
    /// What the subscriber has seen, or does not want.
    positions: Vec<i64>,
    /// How far it reads by itself.
    until: Vec<i64>,
    /// Read and wanted, not yet given.
    read: VecDeque<LoggedEvent>,
    live: Option<mpsc::Receiver<Arrival>>,
}

impl Reading {
    pub(super) fn live(feed: LogFeed, positions: Vec<i64>, live: mpsc::Receiver<Arrival>, wanted: Wanted) -> Reading {
        let until = positions.clone();
        Reading { feed, wanted, positions, until, read: VecDeque::new(), live: Some(live) }
    }

    pub(super) fn behind(feed: LogFeed, positions: Vec<i64>, until: Vec<i64>, wanted: Wanted) -> Reading {
        Reading { feed, wanted, positions, until, read: VecDeque::new(), live: None }
    }

    /// An error is the last item.
    pub(super) fn events(self) -> impl Stream<Item = Result<FeedEvent, FeedError>> + Send {
        stream::unfold(Some(self), async |reading| {
            let mut reading = reading?;
            match reading.next().await {
                Ok(event) => Some((Ok(event), Some(reading))),
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    async fn next(&mut self) -> Result<FeedEvent, FeedError> {
        loop {
            if let Some(event) = self.read.pop_front() {
                return Ok(self.seen(Arc::new(event), None));
            }
            let is_behind = |(at, until): (&i64, &i64)| at < until;
            let lane = self.positions.iter().zip(&self.until).position(is_behind);
            match (lane, &mut self.live) {
                (Some(lane), _) => self.read_on(lane).await?,
                (None, None) => self.draw_near().await?,
                (None, Some(live)) => match live.recv().await {
                    Some(Arrival::Event { event, positions }) => {
                        // What it has seen already came between its reading and its registration.
                        if event.position > self.positions[event.lane as usize] {
                            return Ok(self.seen(event, Some(&positions)));
                        }
                    }
                    Some(Arrival::Lagged) => return Err(FeedError::Lagged),
                    None => return Err(FeedError::Ended),
                },
            }
        }
    }

    /// Reads on in one lane, no further than what is to be read by itself.
    async fn read_on(&mut self, lane: usize) -> Result<(), FeedError> {
        let (from, until) = (self.positions[lane], self.until[lane]);
        let limit = READ_AT_ONCE.min(u32::try_from(until - from).unwrap_or(READ_AT_ONCE));
        let events = self.feed.shared.log.after(lane as i64, from, limit).await.map_err(FeedError::Log)?;
        let Some(last) = events.last().map(|event| event.position) else {
            return Err(FeedError::Log(format!("lane {lane} has no events after {from} up to {until}").into()));
        };
        self.read.extend(events.into_iter().filter(|event| (self.wanted)(&event.event)));
        // Where it wants some, it is behind those once it has seen them.
        if self.read.is_empty() {
            self.positions[lane] = last;
        }
        Ok(())
    }

    /// At the end of what it was to read: registers, or reads on where the log has grown much meanwhile.
    async fn draw_near(&mut self) -> Result<(), FeedError> {
        self.until = self.feed.heads().await?;
        if behind(&self.positions, &self.until) <= CLOSE_EVENTS {
            let (positions, live) = self.feed.register(&self.wanted).await?;
            self.until = positions;
            self.live = Some(live);
        }
        Ok(())
    }

    fn seen(&mut self, event: Arc<LoggedEvent>, of_task: Option<&[i64]>) -> FeedEvent {
        let lane = event.lane as usize;
        self.positions[lane] = self.positions[lane].max(event.position);
        for (position, of_task) in self.positions.iter_mut().zip(of_task.unwrap_or_default()) {
            *position = (*position).max(*of_task);
        }
        FeedEvent { position: FeedPosition::text(&self.positions, &self.feed.shared.name), event }
    }
}
