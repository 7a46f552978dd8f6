//! CPU time and peak memory of a process, as Linux accounts for them.

use std::{fs, process::Command, sync::OnceLock, time::Duration};

use anyhow::{Context, Result};

/// What a process has used since it started.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// User and system time.
    pub cpu: Duration,
    /// Highest resident set so far.
    pub peak_memory: u64,
}

impl Usage {
    /// CPU time since `earlier`; the peak stays the peak.
    pub fn since(self, earlier: Usage) -> Usage {
        Usage { cpu: self.cpu.saturating_sub(earlier.cpu), peak_memory: self.peak_memory }
    }
}

pub fn read(process: u32) -> Result<Usage> {
    Ok(Usage { cpu: cpu(process)?, peak_memory: peak_memory(process)? })
}

/// Also of a process that has ended and that nobody has waited for yet.
pub fn cpu(process: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("the process is gone")?;
    // The second field is a name in parentheses that may itself hold spaces and parentheses.
    let after_name = stat.rsplit_once(')').context("unreadable process statistics")?.1;
    let field = |index: usize| after_name.split_whitespace().nth(index).and_then(|text| text.parse::<u64>().ok());
    let (user, system) = field(11).zip(field(12)).context("unreadable process statistics")?;
    Ok(Duration::from_secs_f64((user + system) as f64 / ticks_per_second()))
}

pub fn peak_memory(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no peak memory")?;
    let kibibytes: u64 = peak.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes * 1024)
}

fn ticks_per_second() -> f64 {
    static TICKS: OnceLock<f64> = OnceLock::new();
    *TICKS.get_or_init(|| {
        let output = Command::new("getconf").arg("CLK_TCK").output().ok();
        let text = output.and_then(|output| String::from_utf8(output.stdout).ok());
        // 100 on every Linux this was seen on.
        text.and_then(|text| text.trim().parse().ok()).unwrap_or(100.0)
    })
}
