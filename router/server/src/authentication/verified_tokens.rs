//! Tokens whose signature was good: the same text again costs a look-up. Found by hash, and equal in every byte.

use super::{Caller, key_set::KeySet};
use crate::config::ByteSize;
use hashbrown::DefaultHashBuilder;
use moka::future::Cache;
use std::{fmt, sync::Arc};

/// What a token's claims take in memory beside its text, roughly: not more than the text, and some allocations.
const ENTRY_BYTES: usize = 512;

pub(crate) struct VerifiedTokens(Cache<Arc<str>, Arc<VerifiedToken>, DefaultHashBuilder>);

#[derive(Debug)]
pub(crate) struct VerifiedToken {
    pub(crate) caller: Arc<Caller>,
    pub(crate) expires_at: f64,
    /// With other keys the signature may not count any more.
    pub(crate) keys: Arc<KeySet>,
    /// Index.
    pub(crate) issuer: usize,
}

impl VerifiedTokens {
    pub(crate) fn new(bytes_max: ByteSize) -> VerifiedTokens {
        let weigher =
            |token: &Arc<str>, _: &Arc<VerifiedToken>| u32::try_from(token.len() * 2 + ENTRY_BYTES).unwrap_or(u32::MAX);
        let cache = Cache::builder().max_capacity(bytes_max.0).weigher(weigher);
        VerifiedTokens(cache.build_with_hasher(DefaultHashBuilder::default()))
    }

    pub(crate) async fn get(&self, token: &str) -> Option<Arc<VerifiedToken>> {
        self.0.get(token).await
    }

    pub(crate) async fn insert(&self, token: &str, verified: VerifiedToken) {
        self.0.insert(token.into(), Arc::new(verified)).await;
    }
}

/// Tokens are secrets while they last.
impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("VerifiedTokens").finish_non_exhaustive()
    }
}
