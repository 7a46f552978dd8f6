//! Prints what was measured, for people: one line for each input.

use std::time::Duration;

use crate::{input::Input, measurement::Measured};

pub fn print_head() {
    println!(
        "{:<22} {:>6} {:>9} {:>9} {:>10} {:>10} {:>10} {:>10} {:>8} {:>7} {:>9}",
        "input", "runs", "received", "response", "requests", "answers", "writing", "all", "MB/s", "allocs", "memory"
    );
}

/// The rate is that of the bytes received and written.
pub fn print(input: &Input, measured: &Measured) {
    let spent = measured.spent;
    let bytes_moved = (measured.received_bytes + input.response_bytes) as f64;
    println!(
        "{:<22} {:>6} {:>9} {:>9} {:>10} {:>10} {:>10} {:>10} {:>8.0} {:>7} {:>9}",
        input.name,
        measured.runs,
        bytes(measured.received_bytes),
        bytes(input.response_bytes),
        microseconds(spent.requests),
        microseconds(spent.answers),
        microseconds(spent.response),
        microseconds(spent.sum()),
        bytes_moved / spent.sum().as_secs_f64() / 1e6,
        measured.allocations,
        bytes(measured.peak_bytes as usize),
    );
}

fn microseconds(duration: Duration) -> String {
    format!("{:.1} us", duration.as_secs_f64() * 1e6)
}

fn bytes(bytes: usize) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{} KiB", bytes >> 10),
        _ => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
    }
}
