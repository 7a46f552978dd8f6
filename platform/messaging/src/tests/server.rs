//! The bus of one test, as a thing that can be killed, and whose data can be lost.

use crate::{Bus, BusSettings};
use hansa_testkit::{NatsProcess, or_skip};
use std::{fs, path::Path};
use tempfile::TempDir;

pub(super) struct Server {
    pub(super) folder: TempDir,
    nats: Option<NatsProcess>,
}

impl Server {
    pub(super) fn embedded() -> Server {
        Server { folder: tempfile::tempdir().unwrap(), nats: None }
    }

    pub(super) async fn jetstream() -> Option<Server> {
        let folder = tempfile::tempdir().unwrap();
        let nats = or_skip(NatsProcess::start(folder.path()).await)?;
        Some(Server { folder, nats: Some(nats) })
    }

    pub(super) fn is_embedded(&self) -> bool {
        self.nats.is_none()
    }

    pub(super) fn url(&self) -> Option<String> {
        self.nats.as_ref().map(NatsProcess::url)
    }

    /// As one more process opens it.
    pub(super) async fn bus(&self) -> Bus {
        self.bus_with(BusSettings::default()).await
    }

    pub(super) async fn bus_with(&self, settings: BusSettings) -> Bus {
        match &self.nats {
            None => Bus::embedded_with(self.folder.path().join("bus"), settings),
            Some(nats) => Bus::jetstream_with(&nats.url(), settings).await.unwrap(),
        }
    }

    /// `kill -9`; nothing to kill where the bus is a file.
    pub(super) fn kill(&mut self) {
        if let Some(nats) = &mut self.nats {
            nats.kill_9();
        }
    }

    pub(super) async fn restart(&mut self) {
        if let Some(nats) = &mut self.nats {
            nats.restart().await.unwrap();
        }
    }

    /// While nobody uses it.
    pub(super) fn copy_data(&self, to: &str) {
        copy(&self.data(), &self.folder.path().join(to));
    }

    /// Puts an older copy where the data is.
    pub(super) fn roll_back(&self, to: &str) {
        fs::remove_dir_all(self.data()).unwrap();
        copy(&self.folder.path().join(to), &self.data());
    }

    fn data(&self) -> std::path::PathBuf {
        match &self.nats {
            None => self.folder.path().join("bus"),
            Some(nats) => nats.store_folder().to_owned(),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
