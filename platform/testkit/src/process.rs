//! What all servers of one's own have in common: finding the program, a free port, waiting until it answers, the end.

use crate::given;
use std::{
    env, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Until a server answers. Machines that run many tests at once are slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a server of one's own did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{program} is not installed: {advice}")]
    Missing { program: &'static str, advice: &'static str },
    #[error("{attempted}")]
    Io {
        attempted: String,
        #[source]
        source: io::Error,
    },
    #[error("{program} ended while it started ({status}); its log ends with:\n{log}")]
    Ended { program: &'static str, status: String, log: String },
    #[error("{program} did not answer within {} s; its log ends with:\n{log}", PATIENCE.as_secs())]
    Silent { program: &'static str, log: String },
}

/// The server, or `None` and a line that the test is skipped because the program is missing. Panics with any other error.
pub fn or_skip<T>(started: Result<T, StartError>) -> Option<T> {
    match started {
        Ok(server) => Some(server),
        Err(error @ StartError::Missing { .. }) => {
            given::skipped(&format!("does not run: {error}"));
            None
        }
        Err(error) => panic!("{error}: {:?}", std::error::Error::source(&error)),
    }
}

/// A child process, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    program: &'static str,
    child: Option<Child>,
    log: PathBuf,
}

impl Process {
    pub(crate) fn new(program: &'static str, log: PathBuf) -> Process {
        Process { program, child: None, log }
    }

    /// Starts it, with its output appended to the log.
    pub(crate) fn spawn(&mut self, command: &mut Command) -> Result<(), StartError> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&self.log);
        let log = log.map_err(|source| failed(format!("open {}", self.log.display()), source))?;
        let errors = log.try_clone().map_err(|source| failed(format!("open {}", self.log.display()), source))?;
        let child = command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn();
        self.child = Some(child.map_err(|source| failed(format!("start {}", self.program), source))?);
        Ok(())
    }

    /// Until `answers` gives true. An end in the meantime is an error.
    pub(crate) async fn wait_until(&mut self, mut answers: impl AsyncFnMut() -> bool) -> Result<(), StartError> {
        let started = Instant::now();
        loop {
            if answers().await {
                return Ok(());
            }
            if let Some(status) = self.ended() {
                return Err(StartError::Ended { program: self.program, status, log: self.log_end() });
            }
            if started.elapsed() > PATIENCE {
                self.kill();
                return Err(StartError::Silent { program: self.program, log: self.log_end() });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for its end, which something else has caused.
    pub(crate) async fn wait(&mut self) {
        let started = Instant::now();
        while self.ended().is_none() && started.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.kill();
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// `kill -9`, and waits for the end. Nothing where it does not run.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // An error means that it has ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn ended(&mut self) -> Option<String> {
        match &mut self.child {
            Some(child) => child.try_wait().ok().flatten().map(|status| status.to_string()),
            None => Some("it does not run".to_owned()),
        }
    }

    fn log_end(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&log[log.len().saturating_sub(2_000)..]).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

pub(crate) fn failed(attempted: String, source: io::Error) -> StartError {
    StartError::Io { attempted, source }
}

/// The program that a variable names, or one of this name on the `PATH`.
pub(crate) fn found(variable: &str, program: &str) -> Option<PathBuf> {
    if let Some(path) = env::var_os(variable).filter(|path| !path.is_empty()) {
        return Some(PathBuf::from(path)).filter(|path| path.is_file());
    }
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// A port that is free now. Somebody else may take it before it is used: whoever starts a server tries again.
pub(crate) fn free_port() -> Result<u16, StartError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.as_ref().map(SocketAddr::port).map_err(|error| failed("find a free port".to_owned(), error.kind().into()))
}

pub(crate) async fn accepts(port: u16) -> bool {
    tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok()
}

pub(crate) fn make_folder(folder: &Path) -> Result<(), StartError> {
    std::fs::create_dir_all(folder).map_err(|source| failed(format!("make {}", folder.display()), source))
}
