//! The router under measurement: one process, on one core if the machine can pin it, stopped when its owner is done.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::machine;

const READY_ATTEMPTS: u32 = 200;
const READY_PAUSE: Duration = Duration::from_millis(50);

/// Killed, and its scratch folder removed, on drop.
#[derive(Debug)]
pub struct RouterProcess {
    child: Child,
    scratch: PathBuf,
    pub address: SocketAddr,
}

impl RouterProcess {
    /// Starts `hansa router` with the benchmark's settings and waits until it is ready.
    pub async fn start(hansa: &Path, supergraph: &str, core: Option<usize>) -> Result<RouterProcess> {
        let scratch = std::env::temp_dir().join(format!("hansa-benches-{}", std::process::id()));
        fs::create_dir_all(&scratch)?;
        let file = scratch.join("supergraph.graphql");
        fs::write(&file, supergraph)?;
        let settings = scratch.join("router.yaml");
        fs::write(&settings, include_str!("../router.yaml"))?;
        let log = File::create(scratch.join("router.log"))?;
        // The port is free again when the listener is dropped, and nobody else is about to ask for one.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = machine::command(hansa, core)
            .arg("router")
            .arg("--supergraph")
            .arg(&file)
            .arg("--config")
            .arg(&settings)
            .args(["--listen", &address.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", hansa.display()))?;
        let mut router = RouterProcess { child, scratch, address };
        router.wait_until_ready().await?;
        Ok(router)
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    pub fn end_of_log(&self) -> String {
        let log = fs::read(self.scratch.join("router.log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        for _ in 0..READY_ATTEMPTS {
            if let Some(status) = self.child.try_wait()? {
                bail!("the router stopped at start ({status}): {}", self.end_of_log());
            }
            if is_ready(self.address).await.unwrap_or(false) {
                return Ok(());
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
        bail!("the router did not become ready: {}", self.end_of_log())
    }
}

/// Whether `/ready` is answered with 200.
pub(crate) async fn is_ready(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /ready HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut status = [0; 12];
    stream.read_exact(&mut status).await?;
    Ok(&status == b"HTTP/1.1 200")
}

impl Drop for RouterProcess {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and the process may already be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.scratch);
    }
}
