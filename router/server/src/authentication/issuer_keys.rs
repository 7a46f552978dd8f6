//! Keeps one issuer's keys: fetched at the start, refreshed now and then, and fetched at once when a token names a key
//! that is not known, but not more often than every so many seconds, however many such tokens come. One task fetches;
//! requests wait for it. Keys that were good stay while their issuer cannot be reached.

use super::{
    AuthenticationError,
    algorithm::Algorithm,
    config::IssuerConfig,
    fetch::{KeysPlace, read_file},
    key_set::KeySet,
};
use crate::{metrics::AuthenticationMetrics, subgraph_transport::http_client::HttpClients};
use bytes::Bytes;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{Notify, watch};

/// Between two fetches that unknown keys cause.
const REFETCH_PAUSE: Duration = Duration::from_secs(30);
const RETRY_PAUSE: Duration = Duration::from_secs(5);
/// Looking at a file costs nothing.
const FILE_PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct IssuerKeys {
    issuer: String,
    algorithms: Vec<Algorithm>,
    place: KeysPlace,
    refresh: Duration,
    refetch_pause: Duration,
    /// Longer than any two fetches take.
    wait_max: Duration,
    state: watch::Sender<State>,
    wanted: Notify,
    want: Mutex<Option<Want>>,
    metrics: AuthenticationMetrics,
}

#[derive(Debug, Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    text: Bytes,
    /// Numbers of the fetches that were begun and have ended.
    begun: u64,
    ended: u64,
    failure: Option<String>,
}

/// The last time that an unknown key made somebody want a fetch, and which fetch answers it.
#[derive(Debug, Clone, Copy)]
struct Want {
    at: Instant,
    fetch: u64,
}

impl IssuerKeys {
    /// A file is read at once; a URL when the router runs.
    pub(crate) fn new(
        config: &IssuerConfig,
        clients: &HttpClients,
        metrics: AuthenticationMetrics,
    ) -> Result<IssuerKeys, AuthenticationError> {
        let issuer = config.issuer.clone();
        let place = KeysPlace::new(&config.jwks, clients)
            .map_err(|source| AuthenticationError::Client { issuer: issuer.clone(), source })?;
        if place.is_clear_text() {
            tracing::warn!(issuer, "its keys are fetched in clear text: whoever is between can sign in as anybody");
        }
        let is_file = matches!(place, KeysPlace::File(_));
        let keys = IssuerKeys {
            algorithms: config.algorithms.clone(),
            refresh: if is_file { FILE_PAUSE } else { config.jwks.refresh.0 },
            refetch_pause: if is_file { FILE_PAUSE } else { REFETCH_PAUSE },
            wait_max: config.jwks.timeout.0 * 2 + FILE_PAUSE,
            state: watch::Sender::default(),
            wanted: Notify::new(),
            want: Mutex::default(),
            issuer,
            place,
            metrics,
        };
        if let KeysPlace::File(path) = &keys.place {
            let read = read_file(path).map_err(|error| error.to_string());
            let (issuer, path) = (&keys.issuer, path);
            keys.take(read).map_err(|reason| AuthenticationError::Keys {
                issuer: issuer.clone(),
                path: path.clone(),
                reason,
            })?;
        }
        Ok(keys)
    }

    /// Never ends.
    pub(crate) async fn keep_fresh(&self) {
        let mut pause = if self.current().is_some() { self.refresh } else { Duration::ZERO };
        loop {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.wanted.notified() => {}
            }
            self.state.send_modify(|state| state.begun += 1);
            let is_good = self.take(self.place.read().await).is_ok();
            self.metrics.fetched(is_good);
            pause = if is_good { self.refresh } else { RETRY_PAUSE.min(self.refresh) };
        }
    }

    pub(crate) fn current(&self) -> Option<Arc<KeySet>> {
        self.state.borrow().keys.clone()
    }

    pub(crate) fn are_current(&self, keys: &Arc<KeySet>) -> bool {
        self.state.borrow().keys.as_ref().is_some_and(|current| Arc::ptr_eq(current, keys))
    }

    /// The keys; right after the start, when the first fetch has ended.
    pub(crate) async fn first(&self) -> Option<Arc<KeySet>> {
        match self.current() {
            Some(keys) => Some(keys),
            None => self.after(1).await,
        }
    }

    /// The keys after a fetch that an unknown key caused; None when one was caused a short time ago.
    pub(crate) async fn refetched(&self) -> Option<Arc<KeySet>> {
        let fetch = self.want()?;
        self.after(fetch).await
    }

    async fn after(&self, fetch: u64) -> Option<Arc<KeySet>> {
        let mut changes = self.state.subscribe();
        let ended = changes.wait_for(|state| state.ended >= fetch);
        let state = tokio::time::timeout(self.wait_max, ended).await.ok()?.ok()?;
        state.keys.clone()
    }

    /// The fetch to wait for.
    fn want(&self) -> Option<u64> {
        let mut want = self.want.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, ended) = {
            let state = self.state.borrow();
            (state.begun, state.ended)
        };
        if let Some(last) = *want
            && last.at.elapsed() < self.refetch_pause
        {
            return (ended < last.fetch).then_some(last.fetch);
        }
        let fetch = begun + 1;
        *want = Some(Want { at: Instant::now(), fetch });
        self.wanted.notify_one();
        Some(fetch)
    }

    fn take(&self, read: Result<Bytes, String>) -> Result<(), String> {
        let known = Some(self.state.borrow().text.clone()).filter(|_| self.current().is_some());
        let parsed = read.and_then(|text| match known {
            Some(known) if known == text => Ok(None),
            _ => Ok(Some((KeySet::parse(&text, &self.algorithms)?, text))),
        });
        let failure = parsed.as_ref().err().cloned();
        self.state.send_modify(|state| {
            state.ended = state.begun;
            if let Ok(Some((keys, text))) = parsed {
                state.keys = Some(Arc::new(keys));
                state.text = text;
            }
            if failure.is_some() && failure != state.failure {
                let (issuer, has_keys) = (&self.issuer, state.keys.is_some());
                tracing::warn!(issuer, reason = failure, has_keys, "keys of an issuer cannot be had");
            }
            state.failure.clone_from(&failure);
        });
        match failure {
            Some(reason) => Err(reason),
            None => Ok(()),
        }
    }
}
