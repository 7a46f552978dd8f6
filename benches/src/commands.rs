//! The commands: their flags, and what they run.

pub(crate) mod composing;
pub(crate) mod floor;
pub(crate) mod monolith;
pub(crate) mod peers;
pub(crate) mod platform;
pub(crate) mod soak;

use std::path::Path;

use anyhow::{Result, bail};

fn ensure_built(hansa: &Path) -> Result<()> {
    if !hansa.is_file() {
        bail!("no binary at {}; build it with `cargo build --release`", hansa.display());
    }
    Ok(())
}
