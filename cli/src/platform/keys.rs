//! Keys in the data directory: those that sign passports, and the secret behind the cursors.

use crate::{
    failure::{Failure, with_causes},
    platform::data_directory::DataDirectory,
};
use chrono::{DateTime, Utc};
use hansa_passport::{LIFETIME, SigningKeys, VerifyingKeys};
use hansa_subgraph_host::CursorKey;
use std::{fs, io::ErrorKind, path::Path};

const PASSPORT_KEYS: &str = "passport-keys.json";
/// In the context's own folder.
const CURSOR_KEY: &str = "cursor-key";
const CURSOR_KEY_BYTES: usize = 32;

/// The keys that the router signs passports with, made if there are none.
pub(crate) fn passport_keys(directory: &DataDirectory, now: DateTime<Utc>) -> Result<SigningKeys, Failure> {
    SigningKeys::open(&directory.file(PASSPORT_KEYS), LIFETIME, now)
        .map_err(|error| Failure::wrong_call(format!("cannot sign passports: {}", with_causes(&error))))
}

/// The public halves of the router's keys, from the file that the call names.
pub(crate) fn passport_keys_of(file: &Path, now: DateTime<Utc>) -> Result<VerifyingKeys, Failure> {
    VerifyingKeys::open(file, now)
        .map_err(|error| Failure::wrong_call(format!("--passport-keys {}: {}", file.display(), with_causes(&error))))
}

/// A context's own key, made if there is none, so that cursors outlive the process.
pub(crate) fn cursor_key(folder: &Path) -> Result<CursorKey, Failure> {
    let file = folder.join(CURSOR_KEY);
    let unusable = |reason: String| {
        let advice = "bring it back from a copy, or take it away: cursors that clients have are no good then";
        Failure::wrong_call(format!("cannot use the key in {}: {reason}; {advice}", file.display()))
    };
    match fs::read(&file) {
        Ok(secret) if secret.len() == CURSOR_KEY_BYTES => return Ok(CursorKey::new(&secret)),
        Ok(secret) => return Err(unusable(format!("it has {} bytes, not {CURSOR_KEY_BYTES}", secret.len()))),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(unusable(error.to_string())),
    }
    let mut secret = [0; CURSOR_KEY_BYTES];
    aws_lc_rs::rand::fill(&mut secret)
        .map_err(|_| Failure::undecided("cannot make a key for cursors: this machine has no random numbers"))?;
    DataDirectory::write_secret(&file, &secret).map_err(|error| unusable(error.to_string()))?;
    Ok(CursorKey::new(&secret))
}
