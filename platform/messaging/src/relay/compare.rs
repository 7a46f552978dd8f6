//! Compares the bus with the log: from where each lane goes on.

use super::{LaneState, Relay, RelayError};
use crate::bus::BusLane;
use hansa_event_sourcing::PublishedLane;
use tracing::{debug, warn};

/// The stream's making, and the state of each lane.
pub(super) async fn compare(relay: &Relay) -> Result<(String, Vec<LaneState>), RelayError> {
    let lanes = relay.log.lanes();
    let stream = relay.bus.declare(relay.context, Some(lanes)).await?;
    let notes = relay.store.published().await.map_err(RelayError::Store)?;
    let recorded = relay.log.last_positions().await.map_err(RelayError::Store)?;
    let mut states = Vec::new();
    for (lane, recorded) in (0..lanes).zip(recorded) {
        let note = notes.iter().find(|note| note.lane == lane);
        let last = relay.bus.last(BusLane { context: relay.context, lane }).await?;
        let expired = note.filter(|note| {
            note.stream == stream.made && u64::try_from(note.sequence).is_ok_and(|noted| noted < stream.first_sequence)
        });
        let position = match (last, expired) {
            (Some(last), _) => last.position.or(note.map(|note| note.position)).unwrap_or(0),
            // It is not lost: the stream has kept it for as long as it had to.
            (None, Some(note)) => note.position,
            (None, None) => 0,
        };
        let state = LaneState { lane, position, last: last.map_or(0, |last| last.sequence), recorded };
        states.push(checked(relay, state, note));
    }
    Ok((stream.made, states))
}

/// Says what the bus has lost; and what it has that the log does not: the store is an older copy then.
fn checked(relay: &Relay, state: LaneState, note: Option<&PublishedLane>) -> LaneState {
    let LaneState { lane, position, recorded, .. } = state;
    let noted = note.map_or(0, |note| note.position).min(recorded);
    if position < noted {
        let lost = noted - position;
        warn!(
            context.name = relay.context,
            lane, position, lost, "the bus has lost messages; they are published again"
        );
        relay.metrics.healed.inc_by(lost.unsigned_abs());
    } else if position > recorded {
        relay.metrics.ahead.inc();
        tracing::error!(
            context.name = relay.context,
            lane,
            position,
            recorded,
            "the bus has events that the log does not have: the store may be an older copy; nothing of this lane is \
             published until it has passed that position"
        );
    } else {
        debug!(context.name = relay.context, lane, position, recorded, "compared with the bus");
    }
    state
}
