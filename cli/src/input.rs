//! Files that the call names.

use crate::failure::Failure;
use hansa_federation::Supergraph;
use std::{fs, io::ErrorKind, path::Path};

/// The text of the file that `flag` names.
pub(crate) fn read_text(flag: &str, path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        let reason = match error.kind() {
            ErrorKind::NotFound => "there is no such file".to_owned(),
            ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
            _ => error.to_string(),
        };
        Failure::wrong_call(format!("{flag} {}: {reason}", path.display()))
    })
}

pub(crate) fn read_supergraph(path: &Path) -> Result<Supergraph, Failure> {
    let sdl = read_text("--supergraph", path)?;
    Supergraph::parse(&sdl, &path.display().to_string())
        .map_err(|error| Failure::wrong(format!("{}: {error}", path.display())))
}
