//! What the figures were measured on, and which of its cores does what.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// Processor and cores that this process may use.
pub fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    format!("{}, {cores} core(s)", model.trim_start_matches([' ', '\t', ':']))
}

/// The kernel's version.
pub fn kernel() -> String {
    fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned()
}

/// The cores that this process may use, where Linux says so.
pub fn cores() -> Vec<usize> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default();
    allowed.trim().split(',').flat_map(core_range).collect()
}

/// `3`, or `0-7`.
fn core_range(text: &str) -> std::ops::Range<usize> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) => first..last + 1,
        _ => 0..0,
    }
}

pub fn has_taskset() -> bool {
    Command::new("taskset").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Lets this process and those it starts have as many open files as they may: many connections need many. Where `prlimit` is
/// missing, a run with too many fails and says so.
pub fn allow_open_files() {
    let own = std::process::id().to_string();
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap_or_default();
    if let Some(hard) = line.split_whitespace().nth(1) {
        let limit = format!("--nofile={hard}:{hard}");
        // Nothing is lost when it fails.
        let _ = Command::new("prlimit").args(["--pid", &own, &limit]).stderr(Stdio::null()).status();
    }
}

/// Puts this process and those it starts on `core`; false when `taskset` is missing or there is no such core.
pub fn pin_this_process(core: usize) -> bool {
    let own = std::process::id().to_string();
    let pinned = Command::new("taskset")
        .args(["-a", "-c", "-p", &core.to_string(), &own])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    pinned.is_ok_and(|status| status.success())
}

/// Starts `program` on `core`, or on any. `taskset` replaces itself by the program, so its process is the program's.
pub fn command(program: &Path, core: Option<usize>) -> Command {
    let Some(core) = core else { return Command::new(program) };
    let mut pinned = Command::new("taskset");
    pinned.args(["-c", &core.to_string()]).arg(program);
    pinned
}
