//! Keys that sign tokens, and their rotation.

use crate::{
    jws,
    key_set::{KEYS_MAX, Key, KeySet},
    key_source::{KeyFileError, KeySource},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use std::{path::Path, sync::Arc};

/// A new key is published for this long before it signs, so that nobody meets a key that they do not know yet.
pub const PUBLISHED_BEFORE_SIGNING: TimeDelta = TimeDelta::seconds(60);

/// Keys whose follower was made then or before are retired: they signed until it was published, and what they signed
/// has expired, with as much time again for clocks that are apart.
pub(crate) fn retired_until(token_lifetime: TimeDelta, now: DateTime<Utc>) -> DateTime<Utc> {
    now - PUBLISHED_BEFORE_SIGNING - token_lifetime * 2
}

/// Ed25519 keys in a file with mode 0600, or in memory. Clones share them. The newest published key signs; those verify
/// whose tokens may be valid still.
#[derive(Debug, Clone)]
pub struct SigningKeys {
    source: Arc<KeySource>,
    token_lifetime: TimeDelta,
}

/// Why a token cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("claims cannot be written as JSON")]
    Claims(#[source] serde_json::Error),
    #[error("there is no key to sign with")]
    NoKey,
    #[error("this machine has no random numbers")]
    NoRandom,
}

impl SigningKeys {
    /// Opens the file, or makes it with one key. `token_lifetime` is how long tokens are valid that these keys sign:
    /// a key counts for twice as long after its follower has begun to sign.
    pub fn open(path: &Path, token_lifetime: TimeDelta, now: DateTime<Utc>) -> Result<SigningKeys, KeyFileError> {
        Ok(SigningKeys { source: Arc::new(KeySource::open_or_create(path, now)?), token_lifetime })
    }

    /// Keys that end with the process: for tests, and for systems that live in one process.
    pub fn in_memory(token_lifetime: TimeDelta, now: DateTime<Utc>) -> Result<SigningKeys, KeyFileError> {
        let keys = KeySet::of_one(Key::generate(now).ok_or(KeyFileError::Random)?);
        Ok(SigningKeys { source: Arc::new(KeySource::in_memory(keys)), token_lifetime })
    }

    /// A signed token: `claims` must be an object, `typ` says what kind of token it is (`passport+jwt`, `at+jwt`).
    pub fn sign<C: Serialize>(&self, claims: &C, typ: &str, now: DateTime<Utc>) -> Result<String, SignError> {
        let keys = self.source.current(now);
        let key = keys.newest_until(now - PUBLISHED_BEFORE_SIGNING).ok_or(SignError::NoKey)?;
        let mut token = jws::to_be_signed(key.id(), typ, claims).map_err(SignError::Claims)?;
        let signature = key.sign(token.as_bytes()).ok_or(SignError::NoKey)?;
        token.push('.');
        token.push_str(&jws::encoded(&signature));
        Ok(token)
    }

    /// Adds a key, which signs after [`PUBLISHED_BEFORE_SIGNING`], and drops those whose tokens have long expired.
    pub fn rotate(&self, now: DateTime<Utc>) -> Result<(), KeyFileError> {
        let key = Key::generate(now).ok_or(KeyFileError::Random)?;
        let retired_until = retired_until(self.token_lifetime, now);
        self.source.change(|keys| {
            let rotated = keys.rotated(key, retired_until);
            match rotated.len() {
                0..=KEYS_MAX => Ok(rotated),
                _ => Err(KeyFileError::TooManyKeys { keys: keys.len() }),
            }
        })
    }

    /// When the newest key was made: for whoever rotates every so often.
    pub fn newest_created(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.source.current(now).newest().map_or(DateTime::UNIX_EPOCH, Key::created)
    }

    /// The public halves of the keys that count, as a JWKS endpoint shows them.
    pub fn public_jwks(&self, now: DateTime<Utc>) -> String {
        self.source.current(now).public_text(retired_until(self.token_lifetime, now))
    }

    pub(crate) fn token_lifetime(&self) -> TimeDelta {
        self.token_lifetime
    }

    pub(crate) fn source(&self) -> Arc<KeySource> {
        self.source.clone()
    }
}
