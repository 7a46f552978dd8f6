//! One `hansa router` process on a free port, stopped when its owner is done with it.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::http_client::HttpClient;

const READY_ATTEMPTS: u32 = 200;
const READY_PAUSE: Duration = Duration::from_millis(50);

/// The process is killed, and its scratch folder removed, on drop.
#[derive(Debug)]
pub struct RouterProcess {
    child: Child,
    scratch: PathBuf,
    origin: String,
}

impl RouterProcess {
    /// Starts the router on `supergraph` and waits until it says that it is ready. Without `settings`, all is default.
    pub async fn start(hansa: &Path, name: &str, supergraph: &[u8], settings: Option<&Path>) -> Result<RouterProcess> {
        let scratch = std::env::temp_dir().join(format!("hansa-audit-{}-{name}", std::process::id()));
        fs::create_dir_all(&scratch).with_context(|| format!("cannot create {}", scratch.display()))?;
        let file = scratch.join("supergraph.graphql");
        fs::write(&file, supergraph)?;
        let log = File::create(scratch.join("router.log"))?;
        let port = free_port()?;
        let mut command = Command::new(hansa);
        command.arg("router");
        if let Some(settings) = settings {
            command.arg("--config").arg(settings);
        }
        let child = command
            .arg("--supergraph")
            .arg(&file)
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}; build it with `cargo build --release`", hansa.display()))?;
        let mut router = RouterProcess { child, scratch, origin: format!("http://127.0.0.1:{port}") };
        router.wait_until_ready().await?;
        Ok(router)
    }

    /// Where clients send their operations.
    pub fn graphql_url(&self) -> String {
        format!("{}/graphql", self.origin)
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let client = HttpClient::default();
        let url = format!("{}/ready", self.origin);
        for _ in 0..READY_ATTEMPTS {
            if let Some(status) = self.child.try_wait()? {
                bail!("the router stopped at start ({status}): {}", self.end_of_log());
            }
            if matches!(client.get(&url).await, Ok((status, _)) if status.is_success()) {
                return Ok(());
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
        bail!("the router did not become ready: {}", self.end_of_log())
    }

    fn end_of_log(&self) -> String {
        let log = fs::read(self.scratch.join("router.log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }
}

impl Drop for RouterProcess {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and the process may already be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}
