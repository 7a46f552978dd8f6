//! `hansa up` on a fresh data directory, stopped and cleared away when its owner is done.

use anyhow::{Context, Result, bail};
use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::router_process::is_ready;

const READY_ATTEMPTS: u32 = 6000;
const READY_PAUSE: Duration = Duration::from_millis(10);

/// Killed, and its scratch folder removed, on drop.
#[derive(Debug)]
pub struct PlatformProcess {
    child: Child,
    scratch: PathBuf,
    pub address: SocketAddr,
}

impl PlatformProcess {
    /// Starts it and waits until it is ready, a minute at most.
    pub async fn start(hansa: &Path) -> Result<PlatformProcess> {
        let scratch = std::env::temp_dir().join(format!("hansa-benches-platform-{}", std::process::id()));
        fs::create_dir_all(&scratch)?;
        let log = File::create(scratch.join("platform.log"))?;
        // The port is free again when the listener is dropped, and nobody else is about to ask for one.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(hansa)
            .arg("up")
            .arg("--data")
            .arg(scratch.join("data"))
            .args(["--listen", &address.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", hansa.display()))?;
        let mut platform = PlatformProcess { child, scratch, address };
        platform.wait_until_ready().await?;
        Ok(platform)
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    pub fn end_of_log(&self) -> String {
        let log = fs::read(self.scratch.join("platform.log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        for _ in 0..READY_ATTEMPTS {
            if let Some(status) = self.child.try_wait()? {
                bail!("the platform stopped at start ({status}): {}", self.end_of_log());
            }
            if is_ready(self.address).await.unwrap_or(false) {
                return Ok(());
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
        bail!("the platform did not become ready: {}", self.end_of_log())
    }
}

impl Drop for PlatformProcess {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and the process may already be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.scratch);
    }
}
