//! Where new ids come from: UUIDv7 by the clock, or a repeatable sequence for the demo and for tests.

use hansa_values::{EntityKind, Id};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use uuid::{Builder, Uuid};

/// Makes ids that sort by the order in which they were made.
#[derive(Debug, Clone, Default)]
pub struct IdSource {
    sequence: Option<Arc<Sequence>>,
}

/// UUIDv7 texts of made-up milliseconds: the same seed gives the same ids.
#[derive(Debug)]
struct Sequence {
    first_millisecond: u64,
    seed: u64,
    next: AtomicU64,
}

impl IdSource {
    /// UUIDv7 with the machine's clock and randomness.
    pub fn random() -> IdSource {
        IdSource { sequence: None }
    }

    /// The same ids each time, one for each millisecond from `first_millisecond` (Unix time) on. Not for secrets.
    pub fn sequence(first_millisecond: u64, seed: u64) -> IdSource {
        IdSource { sequence: Some(Arc::new(Sequence { first_millisecond, seed, next: AtomicU64::new(0) })) }
    }

    pub fn uuid(&self) -> Uuid {
        let Some(sequence) = &self.sequence else { return Uuid::now_v7() };
        let number = sequence.next.fetch_add(1, Ordering::Relaxed);
        let mut filling = [0; 10];
        filling[..8].copy_from_slice(&mixed(sequence.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_be_bytes());
        filling[8..].copy_from_slice(&(number as u16).to_be_bytes());
        Builder::from_unix_timestamp_millis(sequence.first_millisecond + number, &filling).into_uuid()
    }

    pub fn id<K: EntityKind>(&self) -> Id<K> {
        Id::from_uuid(self.uuid())
    }
}

/// Spreads a counter over 64 bits, so that ids of neighbours do not look alike (the finaliser of splitmix64).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
