//! Passports and keys through the crate's front door.

mod key_files;
mod passports;

use chrono::{DateTime, TimeDelta, Utc};

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}
