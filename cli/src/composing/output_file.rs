//! Writes a file so that nobody ever reads half of it: beside its place first, then renamed.

use crate::failure::Failure;
use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process,
};

/// Replaces the file at `path`, keeping its permissions; what is no regular file, such as a pipe, is written to. The last
/// line is ended, as on standard output.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    replace(path, &format!("{text}{end}")).map_err(|error| {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "there is no such folder".to_owned(),
            io::ErrorKind::IsADirectory => "it is a folder, not a file".to_owned(),
            io::ErrorKind::PermissionDenied => "this user may not write there".to_owned(),
            _ => error.to_string(),
        };
        Failure::wrong_call(format!("--output {}: {reason}", path.display()))
    })
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A link stays a link: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = fs::metadata(&path).ok();
    if old.as_ref().is_some_and(|old| old.is_dir()) {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return fs::write(&path, text);
    }
    let unfinished = unfinished(&path)?;
    let written = fs::write(&unfinished, text)
        .and_then(|()| old.map_or(Ok(()), |old| fs::set_permissions(&unfinished, old.permissions())))
        .and_then(|()| fs::rename(&unfinished, &path));
    if written.is_err() {
        // Why it could not be written is already known.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// In the same folder, since a rename cannot leave its disk; hidden, and another one for each process.
fn unfinished(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.unfinished", process::id()));
    Ok(path.with_file_name(hidden))
}
