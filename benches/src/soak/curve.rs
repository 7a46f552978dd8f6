//! The router's memory, second by second, and what it says about a leak.

use std::{
    fs,
    sync::atomic::Ordering::Relaxed,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::clients::Counts;
use crate::{machine, server_process::ServerProcess};

const PAUSE: Duration = Duration::from_secs(1);

/// How far the median of the last third may be above that of the second. Half of it may be chance: the load is random.
const GROWTH_MAX: f64 = 0.05;

/// Shorter runs are too short to say.
const JUDGED_FROM: Duration = Duration::from_secs(300);

const MIB: f64 = 1_048_576.0;

#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub seconds: f64,
    pub resident_bytes: u64,
    /// What the router says that requests hold.
    pub held_bytes: u64,
}

#[derive(Debug)]
pub struct Curve {
    started: Instant,
    pub samples: Vec<Sample>,
    /// At the end.
    metrics: String,
}

/// What the run says.
#[derive(Debug)]
pub struct Findings {
    pub missed: Vec<String>,
    pub json: Value,
}

impl Curve {
    pub fn new(started: Instant) -> Curve {
        Curve { started, samples: Vec::new(), metrics: String::new() }
    }

    /// Takes samples for so long.
    pub async fn sample(&mut self, router: &ServerProcess, duration: Duration, counts: &Counts) -> Result<()> {
        let mut next_report = Duration::from_secs(60);
        while self.started.elapsed() < duration {
            tokio::time::sleep(PAUSE.min(duration / 10)).await;
            // A router that has no time to tell what it holds is not out of memory.
            let held_bytes = metrics(router).await.ok().and_then(|text| value(&text, "hansa_request_memory_bytes"));
            let last = self.samples.last().map_or(0, |sample| sample.held_bytes);
            self.samples.push(Sample {
                seconds: self.started.elapsed().as_secs_f64(),
                resident_bytes: resident_bytes(router.id())?,
                held_bytes: held_bytes.unwrap_or(last),
            });
            if self.started.elapsed() >= next_report {
                next_report += Duration::from_secs(60);
                self.report(counts);
            }
        }
        Ok(())
    }

    fn report(&self, counts: &Counts) {
        let Some(last) = self.samples.last() else { return };
        println!(
            "{:>5.0} s  {:>6.1} MiB, of which requests hold {:>5.1}; {} answered, {} failures",
            last.seconds,
            last.resident_bytes as f64 / MIB,
            last.held_bytes as f64 / MIB,
            counts.answered.load(Relaxed),
            counts.failures().0,
        );
    }

    /// What the router counts, now that nobody asks any more.
    pub async fn finish(&mut self, router: &ServerProcess) -> Result<()> {
        self.metrics = metrics(router).await.context("the router does not tell its metrics any more")?;
        Ok(())
    }

    pub fn findings(&self, duration: Duration, counts: &Counts, wrong_at_the_end: u32, log: &str) -> Findings {
        let mut missed = Vec::new();
        let [_, second, last] = self.medians();
        let growth = last / second - 1.0;
        if duration >= JUDGED_FROM && growth > GROWTH_MAX {
            missed.push(format!("memory grew by {:.1} % from the second third to the last", growth * 100.0));
        }
        let (failures, first) = counts.failures();
        if failures > 0 {
            missed.push(format!(
                "{failures} requests without an answer, or with a wrong one, such as {}",
                first.join("; ")
            ));
        }
        if wrong_at_the_end > 0 {
            missed.push(format!("{wrong_at_the_end} wrong answers when all was well again"));
        }
        if let Some(line) = log.lines().find(|line| line.contains("panic")) {
            missed.push(format!("a panic: {line}"));
        }
        for line in ["hansa_request_memory_bytes", "hansa_requests_in_flight"] {
            match value(&self.metrics, line) {
                Some(0) => {}
                other => missed.push(format!("{line} is {other:?} though nobody asks any more")),
            }
        }
        if counts.right.load(Relaxed) == 0 {
            missed.push("not a single right answer".to_owned());
        }
        let json = self.json((duration, growth), counts, &missed);
        Findings { missed, json }
    }

    /// Of each third, in bytes.
    fn medians(&self) -> [f64; 3] {
        let third = self.samples.len() / 3;
        [0, 1, 2].map(|index| {
            let part = &self.samples[index * third..(index + 1) * third];
            let mut bytes: Vec<u64> = part.iter().map(|sample| sample.resident_bytes).collect();
            bytes.sort_unstable();
            bytes.get(bytes.len() / 2).map_or(1.0, |bytes| *bytes as f64)
        })
    }

    fn json(&self, (duration, growth): (Duration, f64), counts: &Counts, missed: &[String]) -> Value {
        let count = |count: &std::sync::atomic::AtomicU64| count.load(Relaxed);
        let samples = self.samples.iter().map(|sample| {
            let whole = |seconds: f64| (seconds * 10.0).round() / 10.0;
            json!([whole(sample.seconds), sample.resident_bytes / 1024, sample.held_bytes / 1024])
        });
        json!({
            "machine": machine::description(),
            "minutes": duration.as_secs_f64() / 60.0,
            "missed": missed,
            "growth": (growth * 10_000.0).round() / 10_000.0,
            "median_mib": self.medians().map(|bytes| (bytes / MIB * 10.0).round() / 10.0),
            "counts": {
                "answered": count(&counts.answered),
                "right": count(&counts.right),
                "with_errors": count(&counts.with_errors),
                "in_parts": count(&counts.in_parts),
                "shed": count(&counts.shed),
                "refused": count(&counts.refused),
                "left": count(&counts.left),
                "failures": counts.failures().0,
            },
            "metrics": self.metrics.lines().filter(|line| !line.starts_with('#') && !line.contains("_bucket")).collect::<Vec<_>>(),
            "samples_are": ["seconds", "resident KiB", "KiB held by requests"],
            "samples": samples.collect::<Vec<_>>(),
        })
    }
}

fn resident_bytes(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("the router is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no resident memory")?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes * 1024)
}

async fn metrics(router: &ServerProcess) -> Result<String> {
    let exchange = async {
        let mut stream = TcpStream::connect(router.address).await?;
        let request = format!("GET /metrics HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", router.address);
        stream.write_all(request.as_bytes()).await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        anyhow::Ok(text)
    };
    timeout(Duration::from_secs(5), exchange).await?
}

/// Of the line that begins so; without labels.
fn value(metrics: &str, name: &str) -> Option<u64> {
    metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}
