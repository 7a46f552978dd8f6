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
