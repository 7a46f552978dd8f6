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

/// This machine has no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("draw 32 random bytes")]
pub(crate) struct NoRandomness;

/// What is longer is none of ours, and is not hashed.
const TEXT_BYTES_MAX: usize = 200;

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
