//! The bus: where relays publish and consumers listen. It is never the only copy of an event.

use std::path::PathBuf;

/// An open bus. Clones share it.
#[derive(Debug, Clone)]
pub struct Bus {
    #[expect(dead_code, reason = "the backends are about to come")]
    folder: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenBusError {}

impl Bus {
    /// The bus of all processes on this machine that share the folder; it is made when it is first used.
    pub fn embedded(folder: PathBuf) -> Bus {
        Bus { folder: Some(folder) }
    }

    /// A server with JetStream, 2.11 or newer: `nats://host:port`.
    pub async fn jetstream(_url: &str) -> Result<Bus, OpenBusError> {
        Ok(Bus { folder: None })
    }
}
