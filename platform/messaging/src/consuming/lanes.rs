//! Where a consumer stands in each lane of its sources.

use super::{Arrived, Beginning, Move};
use crate::bus::{BusMessage, Place};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;

pub(super) type LaneKey = (&'static str, i64);

/// One lane of one source.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    /// The checkpoint, as it is committed.
    pub(super) stored: i64,
    /// What is taken, committed or about to be.
    pub(super) known: i64,
    /// The highest position that was heard of.
    pub(super) target: i64,
    /// A dead letter that the lane waits for.
    pub(super) halted_at: Option<i64>,
    /// The owner was asked.
    pub(super) is_asking: bool,
    /// Whether there is more is known: the bus has messages of the lane, or its owner has said so.
    pub(super) is_compared: bool,
    /// When the next attempt to get what is missing is due, and the pause after it.
    pub(super) retry: Option<(Instant, Duration)>,
}

#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: BTreeMap<LaneKey, Lane>,
    /// When the first event that is not for the consumer was taken without moving its checkpoint.
    pub(super) dirty_since: Option<Instant>,
}

/// What a message is to its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Next,
    Duplicate,
    /// It comes too early, or the lane stands: it will be fetched.
    Later,
}

impl Lane {
    fn at(position: i64) -> Lane {
        Lane {
            stored: position,
            known: position,
            target: position,
            halted_at: None,
            is_asking: false,
            is_compared: false,
            retry: None,
        }
    }

    pub(super) fn is_behind(&self) -> bool {
        self.target > self.known
    }

    /// It can be read further now.
    pub(super) fn is_fetchable(&self, now: Instant) -> bool {
        let is_due = self.retry.is_none_or(|(at, _)| at <= now);
        self.is_behind() && self.halted_at.is_none() && !self.is_asking && is_due
    }

    fn take(&mut self, position: i64) -> Taken {
        if position <= self.known {
            return Taken::Duplicate;
        }
        let is_next = !self.is_behind() && position == self.known + 1 && self.halted_at.is_none();
        self.target = self.target.max(position);
        if !is_next {
            return Taken::Later;
        }
        self.known = position;
        Taken::Next
    }
}

impl Lanes {
    /// From where a consumer begins.
    pub(super) fn from(beginning: &Beginning, sources: &[&'static str]) -> Lanes {
        let mut lanes = Lanes::default();
        let known = |source: &str| sources.iter().find(|known| **known == source).copied();
        for ((source, lane), position) in &beginning.checkpoints {
            if let Some(source) = known(source) {
                lanes.lanes.insert((source, *lane), Lane::at(*position));
            }
        }
        for (source, lane, position) in &beginning.halted {
            if let Some(source) = known(source) {
                let lane = lanes.lane((source, *lane));
                // A letter about what is committed is none: its next attempt takes it away.
                lane.halted_at = Some(*position).filter(|position| *position > lane.known);
            }
        }
        lanes
    }

    pub(super) fn lane(&mut self, key: LaneKey) -> &mut Lane {
        self.lanes.entry(key).or_insert_with(|| Lane::at(0))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (LaneKey, &Lane)> {
        self.lanes.iter().map(|(key, lane)| (*key, lane))
    }

    pub(super) fn of_source(&self, source: &'static str) -> Vec<i64> {
        self.lanes.keys().filter(|(of, _)| *of == source).map(|(_, lane)| *lane).collect()
    }

    /// Takes a message that came live.
    pub(super) fn take(&mut self, source: &'static str, place: Place) -> Taken {
        self.lane((source, place.lane)).take(place.position)
    }

    /// Takes what was fetched for a lane, as far as it follows without a gap.
    pub(super) fn take_fetched(&mut self, (source, number): LaneKey, messages: Vec<BusMessage>) -> Vec<Arrived> {
        let lane = self.lane((source, number));
        let mut taken = Vec::new();
        for message in messages {
            let Some(place) = message.place().filter(|place| place.lane == number) else { continue };
            if place.position == lane.known + 1 {
                lane.known = place.position;
                taken.push(Arrived { source, place, message });
            } else if place.position > lane.known {
                break;
            }
        }
        if !taken.is_empty() {
            lane.retry = None;
        }
        taken
    }

    /// Events that were taken and are not in a checkpoint.
    pub(super) fn dirty_events(&self) -> i64 {
        self.lanes.values().map(|lane| lane.known - lane.stored).sum()
    }

    /// The checkpoints that are to be moved. [`Lanes::moved`] once that is committed.
    pub(super) fn moves(&self) -> Vec<Move> {
        let behind = self.lanes.iter().filter(|(_, lane)| lane.known > lane.stored);
        let to_move = |((source, number), lane): (&LaneKey, &Lane)| {
            let from_to = (lane.stored, lane.known);
            Move { source, lane: *number, from_to }
        };
        behind.map(to_move).collect()
    }

    /// The same, and that the lane's checkpoint is where it is believed to be.
    pub(super) fn moves_with(&self, (source, number): LaneKey) -> Vec<Move> {
        let mut moves = self.moves();
        if let Some(lane) = self.lanes.get(&(source, number))
            && lane.known == lane.stored
        {
            moves.push(Move { source, lane: number, from_to: (lane.stored, lane.known) });
        }
        moves
    }

    pub(super) fn moved(&mut self) {
        for lane in self.lanes.values_mut() {
            lane.stored = lane.known;
        }
        self.dirty_since = None;
    }
}
