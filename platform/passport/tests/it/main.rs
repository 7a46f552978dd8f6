//! Passports and keys through the crate's front door.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod key_files;
mod passports;

use chrono::{DateTime, TimeDelta, Utc};

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}
