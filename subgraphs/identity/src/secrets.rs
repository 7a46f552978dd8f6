//! Random secrets that clients keep: refresh tokens, reset tokens, API keys. Only their hashes are stored; with 256 bits
//! of randomness a plain SHA-256 is enough, because nobody can try them all.

use aws_lc_rs::{digest, rand};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::fmt;

/// A secret that was just made. It is shown to one client once; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// SHA-256 of a secret, as it is stored and looked up.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretHash([u8; 32]);

/// A token that a session goes on with. It begins with a secret that all tokens of the session have, by which each of them is
/// known however old it is, and ends in one of its own. `Debug` shows neither.
#[derive(Debug, Clone)]
pub(crate) struct RefreshToken {
    family: Secret,
    own: Secret,
}

/// This machine has no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("draw 32 random bytes")]
pub(crate) struct NoRandomness;

/// What is longer is none of ours, and is not hashed.
const TEXT_BYTES_MAX: usize = 200;

/// In no base64.
const BETWEEN: char = '.';

impl Secret {
    /// 32 random bytes in base64 for URLs, behind a prefix by which scanners for leaked secrets know it.
    pub(crate) fn generate(prefix: &str) -> Result<Secret, NoRandomness> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Secret(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    pub(crate) fn hash(&self) -> SecretHash {
        hash(&self.0)
    }

    /// The secret itself, for the one who gets it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl RefreshToken {
    /// The first of a session.
    pub(crate) fn generate() -> Result<RefreshToken, NoRandomness> {
        Ok(RefreshToken { family: Secret::generate("")?, own: Secret::generate("")? })
    }

    /// Of what a client sent; `None` for what can be no token of ours.
    pub(crate) fn parse(text: &str) -> Option<RefreshToken> {
        let (family, own) = text.split_once(BETWEEN).filter(|_| text.len() <= TEXT_BYTES_MAX)?;
        Some(RefreshToken { family: Secret(family.to_owned()), own: Secret(own.to_owned()) })
    }

    /// The one after it.
    pub(crate) fn next(&self) -> Result<RefreshToken, NoRandomness> {
        Ok(RefreshToken { family: self.family.clone(), own: Secret::generate("")? })
    }

    pub(crate) fn family_hash(&self) -> SecretHash {
        self.family.hash()
    }

    pub(crate) fn own_hash(&self) -> SecretHash {
        self.own.hash()
    }

    /// As the client gets it.
    pub(crate) fn text(&self) -> Secret {
        Secret(format!("{}{BETWEEN}{}", self.family.0, self.own.0))
    }
}

/// A text that is as good as a password, such as a signed token.
impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl SecretHash {
    /// Of what a client sent; `None` for what can be no secret of ours.
    pub(crate) fn of(text: &str) -> Option<SecretHash> {
        let is_plausible = !text.is_empty() && text.len() <= TEXT_BYTES_MAX;
        is_plausible.then(|| hash(text))
    }

    pub(crate) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

fn hash(text: &str) -> SecretHash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    SecretHash(hash)
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretHash(…)")
    }
}
