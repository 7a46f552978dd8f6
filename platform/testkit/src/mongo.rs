//! A server of the MongoDB protocol of one's own.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    StartError,
    process::{Process, accepts, failed, found, free_port, make_folder},
};

/// The program of `HANSA_MONGO_SERVER`, called with an address and a folder. Killed when it is dropped.
#[derive(Debug)]
pub struct MongoProcess {
    process: Process,
    program: PathBuf,
    data: PathBuf,
    port: u16,
}

impl MongoProcess {
    /// Starts it on a free port; what the folder has is there.
    pub async fn start(folder: &Path) -> Result<MongoProcess, StartError> {
        let program = found("HANSA_MONGO_SERVER", "mongo-test-server").ok_or(StartError::Missing {
            program: "a server of the MongoDB protocol",
            advice: "set HANSA_MONGO_SERVER to a program that takes an address and a folder",
        })?;
        let data = folder.join("mongo-data");
        make_folder(&data)?;
        let process = Process::new("the server of the MongoDB protocol", folder.join("mongo-server.log"));
        let mut server = MongoProcess { process, program, data, port: free_port()? };
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
        command.arg(format!("127.0.0.1:{}", self.port)).arg(&self.data);
        self.process.spawn(&mut command)?;
        let port = self.port;
        self.process.wait_until(async || accepts(port).await).await
    }

    /// `kill -9`.
    pub fn kill_9(&mut self) {
        self.process.kill();
    }

    /// An orderly stop.
    pub async fn stop(&mut self) -> Result<(), StartError> {
        if let Some(pid) = self.process.pid() {
            let sent = Command::new("kill").args(["-TERM", &pid.to_string()]).status();
            sent.map_err(|source| failed("stop the server of the MongoDB protocol".to_owned(), source))?;
        }
        self.process.wait().await;
        Ok(())
    }

    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    pub fn url(&self) -> String {
        format!("mongodb://127.0.0.1:{}", self.port)
    }
}
