//! The data directory: one folder a context, the keys that they share, and a marker that says whose it is.
//!
//! A directory that is not ours is never written to: what is there is looked at before anything is made. `hansa up`
//! holds the whole directory; `hansa subgraph` holds one context's folder, and shares the rest with its siblings.

use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// What this binary writes. A directory of a newer form is refused.
const FORMAT: u32 = 1;
const MARKER: &str = "hansa-data.json";
/// What a start that was broken off leaves behind.
const MARKER_PART: &str = "hansa-data.json.part-";
const ABOUT: &str = "Data of Hansa, one folder for each bounded context. Do not change it by hand.";
const LOCK: &str = "lock";

/// A data directory that this process may use. Dropping it gives the directory free.
#[derive(Debug)]
pub(crate) struct DataDirectory {
    path: PathBuf,
    _locks: Vec<File>,
    demo: Demo,
}

/// The content of the marker file.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    /// What this file is, for whoever finds it.
    about: String,
    format: u32,
    demo: Demo,
}

/// What all versions of the marker have.
#[derive(Debug, Deserialize)]
struct Form {
    format: u32,
}

/// Whether the directory has the demo's users, whose passwords everybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Demo {
    None,
    /// Some of them: a load goes on, or was broken off.
    Loading,
    Complete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readers {
    All,
    Owner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    Alone,
    WithOthers,
}

impl DataDirectory {
    /// Takes the whole directory. `demo` is what one that is made, or is empty, is marked with.
    pub(crate) fn open(path: &Path, demo: Demo) -> Result<DataDirectory, Failure> {
        prepare(path)?;
        let lock = lock(path, path, Hold::Alone)?;
        let demo = marked(path, demo)?;
        Ok(DataDirectory { path: path.to_owned(), _locks: vec![lock], demo })
    }

    /// Takes one context's folder; other processes may have those of the other contexts.
    pub(crate) fn open_for(path: &Path, context: &str) -> Result<DataDirectory, Failure> {
        prepare(path)?;
        let shared = lock(path, path, Hold::WithOthers)?;
        let demo = marked(path, Demo::None)?;
        let folder = context_folder(path, context)?;
        let own = lock(path, &folder, Hold::Alone)?;
        Ok(DataDirectory { path: path.to_owned(), _locks: vec![shared, own], demo })
    }

    /// One that is there, without taking it: whoever looks at it may do so beside those who use it.
    pub(crate) fn look_at(path: &Path) -> Result<DataDirectory, Failure> {
        let Some(text) = marker(path)? else {
            let advice = "name the one that `hansa up` or `hansa subgraph` uses";
            return Err(refused(path, &format!("there is no data of Hansa; {advice}")));
        };
        let demo = read_marker(path, &text)?.demo;
        Ok(DataDirectory { path: path.to_owned(), _locks: Vec::new(), demo })
    }

    /// A context's own folder, which is there.
    pub(crate) fn known_context_folder(&self, context: &str) -> Result<PathBuf, Failure> {
        match self.path.join(context).is_dir() {
            true => self.context_folder(context),
            false => Err(refused(&self.path, &format!("it has no data of the context `{context}`"))),
        }
    }

    pub(crate) fn demo(&self) -> Demo {
        self.demo
    }

    pub(crate) fn mark(&mut self, demo: Demo) -> Result<(), Failure> {
        write_marker(&self.path, demo)?;
        self.demo = demo;
        Ok(())
    }

    /// Takes the contexts' folders away, with all that is in them.
    pub(crate) fn clear(&self, contexts: impl Iterator<Item = &'static str>) -> Result<(), Failure> {
        for context in contexts {
            match fs::remove_dir_all(self.path.join(context)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(not_usable(&self.path, &error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// A context's own folder, made if it does not exist.
    pub(crate) fn context_folder(&self, context: &str) -> Result<PathBuf, Failure> {
        context_folder(&self.path, context)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file as a whole that only this user may read: nobody ever sees a part.
    pub(crate) fn write_secret(file: &Path, secret: &[u8]) -> io::Result<()> {
        write_whole(file, secret, Readers::Owner)
    }
}

/// Makes the directory, or finds out that the one that is there must not be used.
fn prepare(path: &Path) -> Result<(), Failure> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return make_folder(path).map_err(|error| not_usable(path, &error));
        }
        Err(error) => return Err(not_usable(path, &error)),
        Ok(found) if !found.is_dir() => {
            let advice = "name a directory; it is made if it does not exist";
            return Err(refused(path, &format!("it is a file, not a directory; {advice}")));
        }
        Ok(_) => {}
    }
    if let Some(marker) = marker(path)? {
        return read_marker(path, &marker).map(drop);
    }
    let empty = check_empty(path);
    // A sibling may have marked the directory and begun to fill it meanwhile.
    match marker(path)? {
        Some(marker) => read_marker(path, &marker).map(drop),
        None => empty,
    }
}

/// The marker's text, if there is one.
fn marker(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path.join(MARKER)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(not_usable(path, &error)),
    }
}

/// For its owner alone: databases hold password hashes, and files mails. What is there already may be as somebody made
/// it, but not so that every user can read it. A directory that others can enter, as volumes often are, is no
/// reason to refuse: the folders that are made in it are closed.
fn context_folder(path: &Path, context: &str) -> Result<PathBuf, Failure> {
    let folder = path.join(context);
    make_folder(&folder).map_err(|error| not_usable(path, &error))?;
    let is_open = |path: &Path| fs::metadata(path).map(|found| is_open_to_all(&found));
    let all_can_read = is_open(path).and_then(|is_open_above| Ok(is_open_above && is_open(&folder)?));
    match all_can_read.map_err(|error| not_usable(path, &error))? {
        false => Ok(folder),
        true => {
            let advice = format!("take that right away (chmod 700 {})", folder.display());
            Err(refused(path, &format!("every user of this machine can read its folder `{context}`; {advice}")))
        }
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(unix)]
fn is_open_to_all(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o007 != 0
}

#[cfg(not(unix))]
fn is_open_to_all(_: &fs::Metadata) -> bool {
    false
}

fn read_marker(path: &Path, text: &str) -> Result<Marker, Failure> {
    let unreadable = |error: serde_json::Error| {
        let advice = "bring the file back from a copy, or name another directory";
        refused(path, &format!("its {MARKER} cannot be read ({error}); {advice}"))
    };
    // Whatever else a newer form has, it says its version.
    let Form { format } = serde_json::from_str(text).map_err(unreadable)?;
    if format > FORMAT {
        let reason = format!("a newer hansa wrote it (format {format}, this one knows up to {FORMAT})");
        return Err(refused(path, &format!("{reason}; use that version, or name another directory")));
    }
    serde_json::from_str(text).map_err(unreadable)
}

fn check_empty(path: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(path).map_err(|error| not_usable(path, &error))? {
        let name = entry.map_err(|error| not_usable(path, &error))?.file_name();
        let name = name.to_string_lossy();
        if name != LOCK && !name.starts_with(MARKER_PART) {
            return Err(refused(
                path,
                &format!("it holds files that are not Hansa's, such as `{name}`; name a new or an empty directory"),
            ));
        }
    }
    Ok(())
}

/// Held until the file is closed, also where the process is killed.
fn lock(path: &Path, folder: &Path, hold: Hold) -> Result<File, Failure> {
    let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join(LOCK));
    let mut file = open.map_err(|error| not_usable(path, &error))?;
    let locked = match hold {
        Hold::Alone => file.try_lock(),
        Hold::WithOthers => file.try_lock_shared(),
    };
    match locked {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(folder.join(LOCK)).unwrap_or_default();
            let holder = match holder.trim() {
                "" => String::new(),
                process => format!(" ({process})"),
            };
            let advice = "stop that one, or name another directory";
            return Err(refused(path, &format!("another process{holder} is using it; {advice}")));
        }
        Err(TryLockError::Error(error)) => return Err(not_usable(path, &error)),
    }
    // For whoever is refused; a lock without it is as good.
    let holder = match hold {
        Hold::Alone => format!("process {}", std::process::id()),
        Hold::WithOthers => String::new(),
    };
    let _ = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
    Ok(file)
}

/// What the marker says of the demo; `demo` where there was no marker, which then is written.
fn marked(path: &Path, demo: Demo) -> Result<Demo, Failure> {
    match marker(path)? {
        Some(text) => read_marker(path, &text).map(|marker| marker.demo),
        None => write_marker(path, demo).map(|()| demo),
    }
}

fn write_marker(path: &Path, demo: Demo) -> Result<(), Failure> {
    let marker = Marker { about: ABOUT.to_owned(), format: FORMAT, demo };
    let text = serde_json::to_string_pretty(&marker).expect("texts and a number can be written as JSON");
    write_whole(&path.join(MARKER), text.as_bytes(), Readers::All).map_err(|error| not_usable(path, &error))
}

fn write_whole(file: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    // Siblings may write the same file at the same time.
    let mut part = file.as_os_str().to_owned();
    part.push(format!(".part-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    readers.restrict(&mut options);
    let mut written = options.open(&part)?;
    written.write_all(bytes)?;
    written.sync_all()?;
    fs::rename(&part, file)
}

impl Readers {
    #[cfg(unix)]
    fn restrict(self, options: &mut OpenOptions) {
        use std::os::unix::fs::OpenOptionsExt;
        if self == Readers::Owner {
            options.mode(0o600);
        }
    }

    #[cfg(not(unix))]
    fn restrict(self, _: &mut OpenOptions) {}
}

fn refused(path: &Path, why: &str) -> Failure {
    Failure::wrong_call(format!("cannot use the data directory {}: {why} (--data DIR)", path.display()))
}

fn not_usable(path: &Path, error: &io::Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "this user may not write there; give the right to write, or name another directory".to_owned()
        }
        ErrorKind::NotADirectory => "a part of this path is a file; name another directory".to_owned(),
        ErrorKind::StorageFull => "the disk is full; make room, or name a directory on another disk".to_owned(),
        _ => format!("{error}; name another directory"),
    };
    refused(path, &why)
}
