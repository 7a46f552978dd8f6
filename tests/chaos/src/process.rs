//! One process of the system: started, killed, paused, and started again on the same port.

use anyhow::{Context, Result, bail};
use std::{
    fs::{File, OpenOptions},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long a process may take until it answers on `/ready`: it may have to wait for its database's recovery.
const READY_MAX: Duration = Duration::from_secs(60);
/// How long the demo may take until it is there: thousands of commits.
const FIRST_START_MAX: Duration = Duration::from_secs(300);
/// Of a log, in an error.
const LOG_LINES: usize = 5;

/// A server of Hansa's. Killed on drop.
#[derive(Debug)]
pub struct Process {
    pub name: String,
    program: PathBuf,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    log: PathBuf,
    pub port: u16,
    child: Option<Child>,
    is_paused: bool,
}

impl Process {
    /// Not started yet. `--listen` is added to the arguments.
    pub fn new(
        (name, program): (&str, PathBuf),
        mut arguments: Vec<String>,
        variables: Vec<(String, String)>,
        log: PathBuf,
    ) -> Result<Process> {
        let port = free_port()?;
        arguments.extend(["--listen".to_owned(), format!("127.0.0.1:{port}")]);
        Ok(Process { name: name.to_owned(), program, arguments, variables, log, port, child: None, is_paused: false })
    }

    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn start(&mut self) -> Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let log: File = log.with_context(|| format!("could not open {}", self.log.display()))?;
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("HANSA_") {
                command.env_remove(name);
            }
        }
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.child = Some(command.spawn().with_context(|| format!("could not start {}", self.program.display()))?);
        self.is_paused = false;
        Ok(())
    }

    /// Waits until it answers. Nothing goes wrong yet: an end is an error.
    pub async fn wait_for_first_start(&mut self) -> Result<()> {
        let started = Instant::now();
        let url = format!("{}/ready", self.origin());
        while !crate::client::is_ready(&url).await {
            if !self.is_running() {
                bail!(
                    "{} ended while it started: where its port {} was taken meanwhile, run again; its log {} ends with:\n{}",
                    self.name,
                    self.port,
                    self.log.display(),
                    self.log_end()
                );
            }
            if started.elapsed() > FIRST_START_MAX {
                return Err(self.not_ready(FIRST_START_MAX));
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    fn not_ready(&self, after: Duration) -> anyhow::Error {
        let (name, log, end) = (&self.name, self.log.display(), self.log_end());
        anyhow::anyhow!("{name} is not ready after {after:?}; its log {log} ends with:\n{end}")
    }

    fn log_end(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
    }

    /// Waits until it answers; starts it again when it ended by itself, as an orchestrator would.
    pub async fn wait_until_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        let url = format!("{}/ready", self.origin());
        while !crate::client::is_ready(&url).await {
            if started.elapsed() > READY_MAX {
                return Err(self.not_ready(READY_MAX));
            }
            if !self.is_running() {
                sleep(Duration::from_millis(200)).await;
                self.start()?;
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    pub fn kill_9(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub fn pause(&mut self) {
        self.is_paused = self.signal("STOP");
    }

    pub fn resume(&mut self) {
        if self.is_paused {
            self.signal("CONT");
            self.is_paused = false;
        }
    }

    /// Ends it as an operator would, and waits.
    pub async fn stop(&mut self) {
        self.resume();
        if self.signal("TERM") {
            let started = Instant::now();
            while self.is_running() && started.elapsed() < Duration::from_secs(15) {
                sleep(Duration::from_millis(20)).await;
            }
        }
        self.kill_9();
    }

    fn signal(&self, name: &str) -> bool {
        let Some(child) = &self.child else { return false };
        let sent =
            Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).stderr(Stdio::null()).status();
        sent.is_ok_and(|status| status.success())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.resume();
        self.kill_9();
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("could not find a free port")?;
    Ok(listener.local_addr()?.port())
}
