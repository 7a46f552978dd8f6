//! Memory of this process, read from the kernel at each scrape.
//!
//! Linux only: elsewhere `/proc` does not exist and the gauges are left out rather than shown as zero.

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::gauge::ConstGauge,
    registry::Unit,
};
use std::{fmt, fs};

#[derive(Debug)]
pub(crate) struct ProcessMemory;

impl Collector for ProcessMemory {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let Ok(status) = fs::read_to_string("/proc/self/status") else {
            return Ok(());
        };
        let gauges = [
            ("VmRSS:", "process_resident_memory", "Memory of this process that is in RAM"),
            ("VmHWM:", "process_resident_memory_peak", "The most RAM this process has had since it started"),
        ];
        for (line, name, description) in gauges {
            let Some(bytes) = bytes_in(&status, line) else { continue };
            let gauge = ConstGauge::new(bytes);
            let metric_encoder =
                encoder.encode_descriptor(name, description, Some(&Unit::Bytes), gauge.metric_type())?;
            gauge.encode(metric_encoder)?;
        }
        Ok(())
    }
}

/// The value of a line such as `VmRSS:      1234 kB`.
fn bytes_in(status: &str, line: &str) -> Option<i64> {
    let rest = status.lines().find_map(|text| text.strip_prefix(line))?;
    let kibibytes: i64 = rest.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
