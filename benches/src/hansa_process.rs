//! The process under measurement, `hansa router` or `hansa up`: started in a scratch folder of its own, waited for, and stopped and
//! cleared away when its owner is done.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::machine;

/// A minute: a platform loads its demo first. The pause is what a measured start may be too long by.
const READY_ATTEMPTS: u32 = 6000;
const READY_PAUSE: Duration = Duration::from_millis(10);

/// Killed, and its scratch folder removed, on drop.
#[derive(Debug)]
pub struct HansaProcess {
    child: Child,
    scratch: PathBuf,
    pub address: SocketAddr,
}

impl HansaProcess {
    /// Starts `hansa router` with the benchmark's settings, on one core if the machine can pin it, and waits until it is ready.
    pub async fn router(hansa: &Path, supergraph: &str, core: Option<usize>) -> Result<HansaProcess> {
        let scratch = scratch_folder()?;
        let file = scratch.join("supergraph.graphql");
        fs::write(&file, supergraph)?;
        let settings = scratch.join("router.yaml");
        fs::write(&settings, include_str!("../router.yaml"))?;
        let mut command = machine::command(hansa, core);
        command.arg("router").arg("--supergraph").arg(&file).arg("--config").arg(&settings);
        HansaProcess::start(command, scratch).await
    }

    /// Starts `hansa up` on a fresh data directory, and waits until it is ready, its demo loaded.
    pub async fn platform(hansa: &Path) -> Result<HansaProcess> {
        let scratch = scratch_folder()?;
        let mut command = Command::new(hansa);
        command.arg("up").arg("--data").arg(scratch.join("data"));
        HansaProcess::start(command, scratch).await
    }

    async fn start(mut command: Command, scratch: PathBuf) -> Result<HansaProcess> {
        let log = File::create(scratch.join("log"))?;
        // The port is free again when the listener is dropped, and nobody else is about to ask for one.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = command
            .args(["--listen", &address.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let mut process = HansaProcess { child, scratch, address };
        process.wait_until_ready().await?;
        Ok(process)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn end_of_log(&self) -> String {
        let log = fs::read(self.scratch.join("log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        for _ in 0..READY_ATTEMPTS {
            if let Some(status) = self.child.try_wait()? {
                bail!("the process stopped at start ({status}): {}", self.end_of_log());
            }
            if is_ready(self.address).await.unwrap_or(false) {
                return Ok(());
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
        bail!("the process did not become ready: {}", self.end_of_log())
    }
}

fn scratch_folder() -> Result<PathBuf> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let scratch = std::env::temp_dir().join(format!("hansa-benches-{}-{number}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    Ok(scratch)
}

/// Whether `/ready` is answered with 200.
async fn is_ready(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /ready HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut status = [0; 12];
    stream.read_exact(&mut status).await?;
    Ok(&status == b"HTTP/1.1 200")
}

impl Drop for HansaProcess {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and the process may already be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.scratch);
    }
}
