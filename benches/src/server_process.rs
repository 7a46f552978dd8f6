//! The process under measurement: started with a scratch folder of its own, waited for, and stopped and cleared away when its owner
//! is done.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A minute: a platform loads its demo first. The pause is what a measured start may be too long by.
const READY_ATTEMPTS: u32 = 6000;
const READY_PAUSE: Duration = Duration::from_millis(10);
const READY_TIMEOUT: Duration = Duration::from_secs(1);

/// Killed, and its scratch folder removed, on drop.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    scratch: Scratch,
    pub address: SocketAddr,
    /// From starting the process until it said that it was ready.
    pub ready_after: Duration,
}

/// A folder of its own for each process, removed on drop.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn create() -> Result<Scratch> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("hansa-benches-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Scratch(folder))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing can be done about a failure here.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An address of this machine that is free: it is given back at once, and nobody else is about to ask for one.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

impl ServerProcess {
    /// Starts `hansa up` on a fresh data directory, and waits until it is ready, its demo loaded.
    pub async fn platform(hansa: &Path) -> Result<ServerProcess> {
        let scratch = Scratch::create()?;
        let address = free_address()?;
        let mut command = Command::new(hansa);
        command.arg("up").arg("--data").arg(scratch.path().join("data")).args(["--listen", &address.to_string()]);
        ServerProcess::start(command, scratch, address, "/ready").await
    }

    /// Starts a command that will listen at `address`, and waits until it answers a GET of `ready` with 200.
    pub async fn start(
        mut command: Command,
        scratch: Scratch,
        address: SocketAddr,
        ready: &str,
    ) -> Result<ServerProcess> {
        let log = File::create(scratch.path().join("log"))?;
        let started = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let mut process = ServerProcess { child, scratch, address, ready_after: Duration::ZERO };
        process.wait_until_ready(ready).await?;
        process.ready_after = started.elapsed();
        Ok(process)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn whole_log(&self) -> String {
        let log = fs::read(self.scratch.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    pub fn end_of_log(&self) -> String {
        let text = self.whole_log();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }

    async fn wait_until_ready(&mut self, ready: &str) -> Result<()> {
        for _ in 0..READY_ATTEMPTS {
            if let Some(status) = self.child.try_wait()? {
                bail!("the process stopped at start ({status}): {}", self.end_of_log());
            }
            let answer = tokio::time::timeout(READY_TIMEOUT, is_ready(self.address, ready)).await;
            if matches!(answer, Ok(Ok(true))) {
                return Ok(());
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
        bail!("the process did not become ready: {}", self.end_of_log())
    }
}

/// Whether this path is answered with 200.
async fn is_ready(address: SocketAddr, path: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut status = [0; 12];
    stream.read_exact(&mut status).await?;
    Ok(&status == b"HTTP/1.1 200")
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and the process may already be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
