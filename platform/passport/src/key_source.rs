//! Where keys come from: a file that is read again when it changes, or memory.

use crate::key_set::{Half, Key, KeySet};
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    fs::{self, File, Metadata},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

const BYTES_MAX: u64 = 64 * 1024;
const LOOKED_AT_EVERY: TimeDelta = TimeDelta::seconds(1);

/// Why a file of keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("could not read the keys in {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("could not write the keys to {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} is for private keys, and every user of this machine can read it; take that right away (chmod 600)", path.display())]
    OthersCanRead { path: PathBuf },
    #[error("{} is not a file of keys: {reason}", path.display())]
    NotKeys { path: PathBuf, reason: String },
    #[error("not a set of keys: {reason}")]
    NotKeySet { reason: String },
    #[error("no key can be added: there are {keys} already, and each is still needed for the tokens that it signed")]
    TooManyKeys { keys: usize },
    #[error("no key can be made: this machine has no random numbers")]
    Random,
}

#[derive(Debug)]
pub(crate) struct KeySource {
    file: Option<(PathBuf, Half)>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    keys: Arc<KeySet>,
    stamp: Option<Stamp>,
    looked_at: DateTime<Utc>,
    /// Said once, not every second.
    failure: Option<String>,
}

/// Time, size and inode: files that two processes write at nearly the same time differ in the last only.
type Stamp = (Option<SystemTime>, u64, u64);

impl KeySource {
    pub(crate) fn in_memory(keys: KeySet) -> KeySource {
        let state = State { keys: Arc::new(keys), stamp: None, looked_at: DateTime::UNIX_EPOCH, failure: None };
        KeySource { file: None, state: Mutex::new(state) }
    }

    pub(crate) fn open(path: &Path, half: Half, now: DateTime<Utc>) -> Result<KeySource, KeyFileError> {
        let (keys, stamp) = read(path, half)?;
        let state = State { keys: Arc::new(keys), stamp: Some(stamp), looked_at: now, failure: None };
        Ok(KeySource { file: Some((path.to_owned(), half)), state: Mutex::new(state) })
    }

    /// Makes the file when there is none. Of two processes that do so at once, one wins and both use its key.
    pub(crate) fn open_or_create(path: &Path, now: DateTime<Utc>) -> Result<KeySource, KeyFileError> {
        match KeySource::open(path, Half::Private, now) {
            Err(KeyFileError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            opened => return opened,
        }
        let keys = KeySet::of_one(Key::generate(now).ok_or(KeyFileError::Random)?);
        let written = written(path, &keys)?;
        if let Err(error) = written.persist_noclobber(path)
            && error.error.kind() != io::ErrorKind::AlreadyExists
        {
            return Err(KeyFileError::Write { path: path.to_owned(), source: error.error });
        }
        KeySource::open(path, Half::Private, now)
    }

    pub(crate) fn current(&self, now: DateTime<Utc>) -> Arc<KeySet> {
        self.looked(now, false)
    }

    /// Reads the file even if it seems unchanged, at most once a second.
    pub(crate) fn reread(&self, now: DateTime<Utc>) -> Arc<KeySet> {
        self.looked(now, true)
    }

    /// Puts `change`'s keys in place of those that are in the file now.
    pub(crate) fn change(
        &self,
        change: impl FnOnce(&KeySet) -> Result<KeySet, KeyFileError>,
    ) -> Result<(), KeyFileError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((path, half)) = &self.file else {
            state.keys = Arc::new(change(&state.keys)?);
            return Ok(());
        };
        let (keys, _) = read(path, *half)?;
        let keys = change(&keys)?;
        let written = written(path, &keys)?;
        written.persist(path).map_err(|error| KeyFileError::Write { path: path.clone(), source: error.error })?;
        let (keys, stamp) = read(path, *half)?;
        state.keys = Arc::new(keys);
        state.stamp = Some(stamp);
        Ok(())
    }

    fn looked(&self, now: DateTime<Utc>, is_forced: bool) -> Arc<KeySet> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((path, half)) = &self.file
            && (now - state.looked_at).abs() >= LOOKED_AT_EVERY
        {
            state.looked_at = now;
            state.look(path, *half, is_forced);
        }
        state.keys.clone()
    }
}

impl State {
    fn look(&mut self, path: &Path, half: Half, is_forced: bool) {
        let seen = fs::metadata(path).ok().map(|metadata| stamp(&metadata));
        if seen.is_some() && seen == self.stamp && !is_forced {
            return;
        }
        match read(path, half) {
            Ok((keys, stamp)) => {
                self.keys = Arc::new(keys);
                self.stamp = Some(stamp);
                self.failure = None;
            }
            Err(error) => {
                let failure = Some(error.to_string());
                if self.failure != failure {
                    tracing::warn!(%error, "changed keys cannot be used; the ones known before are kept");
                }
                self.failure = failure;
            }
        }
    }
}

fn read(path: &Path, half: Half) -> Result<(KeySet, Stamp), KeyFileError> {
    let read_error = |source| KeyFileError::Read { path: path.to_owned(), source };
    let not_keys = |reason| KeyFileError::NotKeys { path: path.to_owned(), reason };
    // Opening a pipe would wait for a writer who may never come.
    if !fs::metadata(path).map_err(read_error)?.is_file() {
        return Err(not_keys("it is not a regular file".to_owned()));
    }
    let file = File::open(path).map_err(read_error)?;
    let metadata = file.metadata().map_err(read_error)?;
    if half == Half::Private && others_can_read(&metadata) {
        return Err(KeyFileError::OthersCanRead { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(read_error)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(not_keys(format!("it has more than {BYTES_MAX} bytes")));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| not_keys("it is not UTF-8".to_owned()))?;
    Ok((KeySet::parse(text, half).map_err(not_keys)?, stamp(&metadata)))
}

/// A temporary file beside `path`, readable by its owner only.
fn written(path: &Path, keys: &KeySet) -> Result<tempfile::NamedTempFile, KeyFileError> {
    let write_error = |source| KeyFileError::Write { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(write_error)?;
    file.write_all(keys.private_text().as_bytes()).map_err(write_error)?;
    file.as_file().sync_all().map_err(write_error)?;
    Ok(file)
}

fn stamp(metadata: &Metadata) -> Stamp {
    (metadata.modified().ok(), metadata.len(), inode(metadata))
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// The group may: that is how orchestrators hand secrets to a process that is not root.
#[cfg(unix)]
fn others_can_read(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o007 != 0
}

#[cfg(not(unix))]
fn others_can_read(_: &Metadata) -> bool {
    false
}
