//! One pass over the lanes: batches of each, in order, all lanes at the same time.

use super::{LaneState, Relay, RelayError};
use crate::bus::{BusLane, Outgoing};
use futures_util::future::try_join_all;

const BATCH_MAX: u32 = 500;

impl Relay {
    /// Publishes what there is; gives whether that was anything.
    pub(super) async fn publish_lanes(&self, lanes: &mut [LaneState]) -> Result<bool, RelayError> {
        let recorded = self.log.last_positions().await.map_err(RelayError::Store)?;
        for (state, recorded) in lanes.iter_mut().zip(recorded) {
            state.recorded = state.recorded.max(recorded);
        }
        let behind = lanes.iter_mut().filter(|state| state.position < state.recorded);
        let published = try_join_all(behind.map(|state| self.publish_lane(state))).await?;
        Ok(published.contains(&true))
    }

    async fn publish_lane(&self, state: &mut LaneState) -> Result<bool, RelayError> {
        let mut has_published = false;
        loop {
            // Whoever leads no more has nothing to say. What is sent nevertheless meets the fence.
            if self.lease.epoch().is_none() {
                return Ok(has_published);
            }
            let events = self.log.after(state.lane, state.position, BATCH_MAX).await.map_err(RelayError::Store)?;
            let Some(last) = events.last() else {
                state.recorded = state.recorded.max(state.position);
                return Ok(has_published);
            };
            state.recorded = state.recorded.max(last.position);
            let mut messages = Vec::with_capacity(events.len());
            for (expected, logged) in (state.position + 1..).zip(&events) {
                if logged.position != expected {
                    return Err(RelayError::Hole { lane: state.lane, expected, found: logged.position });
                }
                match Outgoing::of(self.context, logged) {
                    Ok(message) => messages.push(message),
                    Err(oversized) if messages.is_empty() => return Err(oversized.into()),
                    Err(_) => break,
                }
            }
            let lane = BusLane { context: self.context, lane: state.lane };
            state.last = self.bus.publish(lane, state.last, &messages).await?;
            state.position += messages.len() as i64;
            self.metrics.published.inc_by(messages.len() as u64);
            has_published = true;
            if events.len() < BATCH_MAX as usize {
                return Ok(has_published);
            }
        }
    }
}
