//! What becomes of the frames of one direction of a connection while a fault is on.

use super::wire::{Frame, Kind, without_addresses};
use bytes::{Bytes, BytesMut};
use fastrand::Rng;
use std::time::{Duration, Instant};

/// Frames that wait for their turn. With more, the next ones pass as they are.
const HELD_MAX: usize = 16;
/// A connection is cut at one of so many frames.
const CUT_AT_ONE_OF: u32 = 60;

/// What goes wrong between the clients and the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mischief {
    /// A delivery comes twice: at once, or again after later ones.
    DeliveryDuplicate,
    /// A delivery comes after up to three later ones of its lane.
    DeliveryReorder,
    /// An event is published twice: at once, or again after later ones, as by a retry that was on its way for long.
    PublishDuplicate,
    /// A connection ends: an event was published, and nobody hears the answer; or an answer is lost.
    ConnectionCut,
    /// Everything takes up to 150 ms longer.
    Delay,
}

/// Where frames come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    FromServer,
    FromClient,
}

/// What happens after a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    GoOn,
    Cut,
}

/// What has an order that matters: the deliveries of a lane to a subscription, or what a connection publishes.
type Order = (Bytes, Bytes);

/// A frame that comes later than it should, or the copy of one.
#[derive(Debug)]
struct Held {
    bytes: Bytes,
    order: Order,
    /// After so many frames of the same order.
    after: u32,
    since: Instant,
    is_copy: bool,
    was_passed: bool,
}

#[derive(Debug)]
pub(super) struct Meddler {
    direction: Direction,
    rng: Rng,
    held: Vec<Held>,
    /// Frames that did not go through as they came.
    pub(super) touched: u64,
}

impl Meddler {
    pub(super) fn new(direction: Direction, rng: Rng) -> Meddler {
        Meddler { direction, rng, held: Vec::new(), touched: 0 }
    }

    pub(super) fn holds_something(&self) -> bool {
        !self.held.is_empty()
    }

    pub(super) fn reseed(&mut self, rng: Rng) {
        self.rng = rng;
    }

    pub(super) fn number_up_to(&mut self, max: u64) -> u64 {
        self.rng.u64(..=max)
    }

    /// Lets a frame through, or does with it what the fault says.
    pub(super) fn pass(&mut self, frame: Frame, mischief: Option<Mischief>, out: &mut BytesMut) -> After {
        let bytes = match frame.kind {
            Kind::Info if self.direction == Direction::FromServer => without_addresses(&frame.bytes),
            _ => frame.bytes,
        };
        if mischief == Some(Mischief::ConnectionCut) && self.rng.u32(..CUT_AT_ONE_OF) == 0 {
            self.touched += 1;
            // What a client sends arrives; what the server answers does not.
            if self.direction == Direction::FromClient {
                out.extend_from_slice(&bytes);
            }
            return After::Cut;
        }
        self.touched += u64::from(mischief == Some(Mischief::Delay));
        let order = match (frame.kind, self.direction) {
            (Kind::Delivery { subscription, lane }, Direction::FromServer) => (subscription, lane),
            (Kind::EventPublished, Direction::FromClient) => Order::default(),
            _ => {
                // Nothing else may overtake a delivery: an end of a batch, for one, is an answer and no delivery.
                self.release(out, |held| !held.is_copy);
                out.extend_from_slice(&bytes);
                return After::GoOn;
            }
        };
        let held = self.meddle((bytes, order.clone()), mischief, out);
        for held in self.held.iter_mut().filter(|held| held.order == order) {
            held.after = held.after.saturating_sub(1);
            held.was_passed = true;
        }
        self.release(out, |held| held.after == 0);
        self.held.extend(held);
        After::GoOn
    }

    /// Sends a frame once, twice or not yet; gives what is sent later.
    fn meddle(
        &mut self,
        (bytes, order): (Bytes, Order),
        mischief: Option<Mischief>,
        out: &mut BytesMut,
    ) -> Option<Held> {
        let is_wanted = match (mischief, self.direction) {
            (Some(Mischief::DeliveryDuplicate | Mischief::DeliveryReorder), Direction::FromServer) => self.rng.bool(),
            (Some(Mischief::PublishDuplicate), Direction::FromClient) => self.rng.bool(),
            _ => false,
        };
        let is_copy = mischief != Some(Mischief::DeliveryReorder);
        if !is_wanted || self.held.len() >= HELD_MAX {
            out.extend_from_slice(&bytes);
            return None;
        }
        if is_copy {
            out.extend_from_slice(&bytes);
            if self.rng.bool() {
                out.extend_from_slice(&bytes);
                self.touched += 1;
                return None;
            }
        }
        let after = self.rng.u32(if is_copy { 1..=8 } else { 1..=3 });
        Some(Held { bytes, order, after, since: Instant::now(), is_copy, was_passed: false })
    }

    /// Sends what was held for so long, whatever has come since.
    pub(super) fn release_after(&mut self, span: Duration, out: &mut BytesMut) {
        self.release(out, |held| held.since.elapsed() >= span);
    }

    fn release(&mut self, out: &mut BytesMut, is_due: impl Fn(&Held) -> bool) {
        for held in self.held.extract_if(.., |held| is_due(held)) {
            out.extend_from_slice(&held.bytes);
            self.touched += u64::from(held.is_copy || held.was_passed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(lane: &'static str, text: &'static str) -> Frame {
        Frame { kind: Kind::Delivery { subscription: "7".into(), lane: lane.into() }, bytes: Bytes::from(text) }
    }

    fn passed(mischief: Mischief, direction: Direction, frames: &[Frame]) -> (String, u64) {
        let mut all = (String::new(), 0);
        for seed in 0..20 {
            let (mut meddler, mut out) = (Meddler::new(direction, Rng::with_seed(seed)), BytesMut::new());
            for frame in frames {
                assert_eq!(meddler.pass(frame.clone(), Some(mischief), &mut out), After::GoOn);
            }
            meddler.release_after(Duration::ZERO, &mut out);
            assert!(!meddler.holds_something());
            all.0 += std::str::from_utf8(&out).expect("text");
            all.0.push('\n');
            all.1 += meddler.touched;
        }
        all
    }

    #[test]
    fn deliveries_come_twice_and_nothing_else_does() {
        let frames = [delivery("1", "a"), delivery("1", "b"), Frame { kind: Kind::Other, bytes: "-".into() }];
        let (all, touched) = passed(Mischief::DeliveryDuplicate, Direction::FromServer, &frames);
        assert!(all.contains("aab-") && all.contains("ab-a"), "{all}");
        let copies = all.lines().map(|line| line.len() as u64 - 3).sum::<u64>();
        assert_eq!(copies, touched);
        assert!(all.lines().all(|line| line.matches('-').count() == 1), "{all}");
        assert_eq!(passed(Mischief::DeliveryDuplicate, Direction::FromClient, &frames).1, 0);
        assert_eq!(passed(Mischief::PublishDuplicate, Direction::FromServer, &frames).1, 0);
    }

    #[test]
    fn deliveries_change_places_within_their_lane_and_before_anything_else() {
        let frames = [delivery("1", "a"), delivery("2", "x"), delivery("1", "b"), delivery("1", "c")];
        let frames = [&frames[..], &[Frame { kind: Kind::Other, bytes: "-".into() }, delivery("1", "d")]].concat();
        let (all, touched) = passed(Mischief::DeliveryReorder, Direction::FromServer, &frames);
        assert!(touched > 5, "{touched}");
        let ones: Vec<String> = all.lines().map(|line| line.replace('x', "")).collect();
        assert!(ones.iter().any(|line| line.starts_with("ba")), "{all}");
        assert!(ones.iter().all(|line| line.ends_with("-d") && line.len() == 5), "{all}");
    }

    #[test]
    fn events_are_published_twice_and_requests_are_not() {
        let event = |text: &'static str| Frame { kind: Kind::EventPublished, bytes: text.into() };
        let frames = [event("a"), Frame { kind: Kind::Other, bytes: "-".into() }, event("b")];
        let (all, touched) = passed(Mischief::PublishDuplicate, Direction::FromClient, &frames);
        assert!(all.contains("aa-b") && all.contains("a-ba"), "{all}");
        assert!(touched > 5 && all.lines().all(|line| line.matches('-').count() == 1), "{all}");
    }

    #[test]
    fn a_cut_lets_a_request_arrive_and_loses_an_answer() {
        let frame = || Frame { kind: Kind::Other, bytes: "x".into() };
        for (direction, expected) in [(Direction::FromClient, 1), (Direction::FromServer, 0)] {
            let (mut meddler, mut count) = (Meddler::new(direction, Rng::with_seed(1)), 0);
            loop {
                let mut out = BytesMut::new();
                count += 1;
                if meddler.pass(frame(), Some(Mischief::ConnectionCut), &mut out) == After::Cut {
                    assert_eq!(out.len(), expected);
                    break;
                }
                assert!(count < 1_000, "no connection is cut");
            }
        }
    }
}
