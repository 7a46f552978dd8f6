//! A nats-server with JetStream of one's own.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};

use crate::{
    StartError,
    process::{Process, found, free_port, make_folder},
};

/// `nats-server` from `HANSA_NATS_SERVER` or the `PATH`, with its store in a folder. Killed when it is dropped.
#[derive(Debug)]
pub struct NatsProcess {
    process: Process,
    program: PathBuf,
    store: PathBuf,
    port: u16,
}

impl NatsProcess {
    /// Starts it on a free port; what the folder's store has is there.
    pub async fn start(folder: &Path) -> Result<NatsProcess, StartError> {
        let program = found("HANSA_NATS_SERVER", "nats-server").ok_or(StartError::Missing {
            program: "nats-server",
            advice: "put it on the PATH, or set HANSA_NATS_SERVER to the program",
        })?;
        let store = folder.join("nats-store");
        make_folder(&store)?;
        let process = Process::new("nats-server", folder.join("nats-server.log"));
        let mut server = NatsProcess { process, program, store, port: free_port()? };
        if let Err(StartError::Ended { .. }) = server.restart().await {
            server.port = free_port()?;
            server.restart().await?;
        }
        Ok(server)
    }

    /// Starts it again on the same port, after a stop or a kill; or kills it first.
    pub async fn restart(&mut self) -> Result<(), StartError> {
        self.process.kill();
        let mut command = Command::new(&self.program);
        command.args(["--addr", "127.0.0.1", "--jetstream", "--port"]).arg(self.port.to_string());
        command.arg("--store_dir").arg(&self.store);
        self.process.spawn(&mut command)?;
        let port = self.port;
        self.process.wait_until(async || greets(port).await).await
    }

    /// `kill -9`.
    pub fn kill_9(&mut self) {
        self.process.kill();
    }

    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where JetStream keeps everything. While the server is down it may be copied, removed or replaced by an older copy.
    pub fn store_folder(&self) -> &Path {
        &self.store
    }
}

/// The server says `INFO` to whoever connects, with JetStream in it once that is there.
async fn greets(port: u16) -> bool {
    let greeting = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
        let mut bytes = vec![0; 4_096];
        let length = stream.read(&mut bytes).await.ok()?;
        Some(String::from_utf8_lossy(&bytes[..length]).into_owned())
    };
    let greeting = timeout(Duration::from_secs(1), greeting).await;
    matches!(greeting, Ok(Some(text)) if text.starts_with("INFO ") && text.contains("\"jetstream\":true"))
}
