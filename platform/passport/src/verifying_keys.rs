//! Keys that verify tokens.

use crate::{
    LIFETIME, SigningKeys,
    jws::{CompactJws, EDDSA},
    key_set::{Half, KeySet},
    key_source::{KeyFileError, KeySource},
    signing_keys::retired_until,
};
use chrono::{DateTime, TimeDelta, Utc};
use std::{path::Path, sync::Arc};

/// Public keys: shared with who signs, from a file that is read again when it changes, or from a text. A key whose
/// follower has long signed does not count, even while the file has it.
#[derive(Debug, Clone)]
pub struct VerifyingKeys {
    source: Arc<KeySource>,
    token_lifetime: TimeDelta,
}

/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureError {
    Algorithm,
    UnknownKey,
    Wrong,
}

impl VerifyingKeys {
    /// The keys in a JWKS file, with or without private halves; the file must exist.
    pub fn open(path: &Path, now: DateTime<Utc>) -> Result<VerifyingKeys, KeyFileError> {
        Ok(VerifyingKeys { source: Arc::new(KeySource::open(path, Half::Public, now)?), token_lifetime: LIFETIME })
    }

    /// The keys of a JWKS text.
    pub fn parse(jwks: &str) -> Result<VerifyingKeys, KeyFileError> {
        let keys = KeySet::parse(jwks, Half::Public).map_err(|reason| KeyFileError::NotKeySet { reason })?;
        Ok(VerifyingKeys { source: Arc::new(KeySource::in_memory(keys)), token_lifetime: LIFETIME })
    }

    /// Whether one of these keys signed the token. The algorithm is that of the key, whatever the token says.
    pub(crate) fn check(&self, token: &CompactJws, now: DateTime<Utc>) -> Result<(), SignatureError> {
        if token.header().alg != EDDSA {
            return Err(SignatureError::Algorithm);
        }
        let kid = token.header().kid.as_deref().ok_or(SignatureError::UnknownKey)?;
        let mut keys = self.source.current(now);
        let retired_until = retired_until(self.token_lifetime, now);
        if keys.find(kid, retired_until).is_none() {
            keys = self.source.reread(now);
        }
        let key = keys.find(kid, retired_until).ok_or(SignatureError::UnknownKey)?;
        match key.has_signed(token.signed(), token.signature()) {
            true => Ok(()),
            false => Err(SignatureError::Wrong),
        }
    }
}

impl From<&SigningKeys> for VerifyingKeys {
    fn from(keys: &SigningKeys) -> VerifyingKeys {
        VerifyingKeys { source: keys.source(), token_lifetime: keys.token_lifetime() }
    }
}
