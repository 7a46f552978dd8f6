//! Files that the call names.

use crate::failure::Failure;
use hansa_federation::Supergraph;
use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::Path,
};

/// The text of the file that `flag` names.
pub(crate) fn read_text(flag: &str, path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::wrong_call(format!("{flag} {}: {}", path.display(), reason(&error))))
}

/// The text of a file that may have at most `bytes_max` bytes; otherwise why not.
pub(crate) fn read_capped(path: &Path, bytes_max: u64) -> Result<String, String> {
    let read = || {
        if fs::metadata(path)?.is_dir() {
            return Err(io::Error::from(ErrorKind::IsADirectory));
        }
        text_of(File::open(path)?, bytes_max)
    };
    read().map_err(|error| reason(&error))
}

/// The text that a reader gives, with the same limit.
pub(crate) fn text_of(reader: impl Read, bytes_max: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    let length = reader.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if length as u64 > bytes_max {
        return Err(io::Error::other(format!("it is larger than {} MiB", bytes_max >> 20)));
    }
    String::from_utf8(bytes).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        ErrorKind::IsADirectory => "it is a folder, not a file".to_owned(),
        ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
        _ => error.to_string(),
    }
}

pub(crate) fn read_supergraph(path: &Path) -> Result<Supergraph, Failure> {
    let sdl = read_text("--supergraph", path)?;
    Supergraph::parse(&sdl, &path.display().to_string())
        .map_err(|error| Failure::wrong(format!("{}: {error}", path.display())))
}
