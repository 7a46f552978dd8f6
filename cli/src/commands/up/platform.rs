//! The platform, all of it in this process.

use crate::{demo::{Content, World}, failure::Failure, platform::data_directory::DataDirectory};
use std::{net::SocketAddr, path::Path};

pub(super) async fn serve(data: &Path, _listen: Option<SocketAddr>) -> Result<(), Failure> {
    let _directory = DataDirectory::open(data)?;
    let world = World::new(&Content::read());
    tracing::info!(people = world.people.len(), "demo");
    Ok(())
}
