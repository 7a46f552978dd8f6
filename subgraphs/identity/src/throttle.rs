//! How often somebody may try: leaky buckets in memory, one for each login, client or address, in a table of bounded
//! size. A bucket is one point in time: when all of what was poured into it will have run out.

use crate::domain::Refusal;
use aws_lc_rs::digest;
use chrono::{DateTime, TimeDelta, Utc};
use hansa_subgraph_host::Caller;
use moka::{future::Cache, ops::compute::Op};
use std::time::Duration;

/// What is counted, and how much of it is too much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    /// Told apart from the same text in another limit.
    name: &'static str,
    /// So many at once,
    burst: i32,
    /// and then one in each of these.
    every: TimeDelta,
}

/// Wrong passwords for one login from one client. Ten, then one in 30 seconds: a list of the thousand commonest passwords
/// takes eight hours. Whoever uses it up keeps out nobody but those who share the client.
pub(crate) const SIGN_IN_BY_LOGIN_AND_CLIENT: Limit =
    Limit { name: "sign-in by login and client", burst: 10, every: TimeDelta::seconds(30) };

/// All sign-ins of one user, or with one login that nobody has, whoever sends them; right ones as well. One client alone
/// cannot use it up: that takes twenty, and six of them to keep it so. As long as they do, the user waits like everybody.
pub(crate) const SIGN_IN_BY_USER: Limit = Limit { name: "sign-in by user", burst: 200, every: TimeDelta::seconds(5) };

/// Wrong passwords from one client, whatever the login.
pub(crate) const SIGN_IN_BY_CLIENT: Limit =
    Limit { name: "sign-in by client", burst: 50, every: TimeDelta::seconds(5) };

/// Passwords that one client has compared, right ones as well: each costs a hash.
pub(crate) const COMPARED_BY_CLIENT: Limit =
    Limit { name: "compared by client", burst: 120, every: TimeDelta::seconds(2) };

/// Changes of the password in one session, done or not.
pub(crate) const CHANGE_BY_SESSION: Limit =
    Limit { name: "password change by session", burst: 10, every: TimeDelta::seconds(30) };

/// Wrong keys from one client. Nobody guesses 256 bits; this only saves looking them up.
pub(crate) const API_KEY_BY_CLIENT: Limit =
    Limit { name: "API key by client", burst: 100, every: TimeDelta::seconds(1) };

/// Registrations from one client, good ones as well: each could ask whether an address has an account.
pub(crate) const REGISTER_BY_CLIENT: Limit =
    Limit { name: "register by client", burst: 30, every: TimeDelta::seconds(20) };

/// Mails to one address.
pub(crate) const RESET_BY_ADDRESS: Limit = Limit { name: "reset by address", burst: 3, every: TimeDelta::minutes(10) };

/// Requests for mails from one client.
pub(crate) const RESET_BY_CLIENT: Limit = Limit { name: "reset by client", burst: 20, every: TimeDelta::seconds(30) };

/// More are not kept: the ones that are used least go first.
const BUCKETS_MAX: u64 = 100_000;
/// No bucket takes longer to run out.
const KEPT: Duration = Duration::from_secs(3_600);

/// All buckets. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Throttle {
    buckets: Cache<[u8; 32], DateTime<Utc>>,
}

impl Throttle {
    pub(crate) fn new() -> Throttle {
        Throttle { buckets: Cache::builder().max_capacity(BUCKETS_MAX).time_to_idle(KEPT).build() }
    }

    /// Counts one attempt of `who`, before it is made: whoever sends a hundred at once has made a hundred.
    pub(crate) async fn count(&self, limit: Limit, who: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
        let mut wait = TimeDelta::zero();
        let entry = self.buckets.entry(bucket(limit, who));
        entry
            .and_compute_with(|entry| {
                let empty_at = entry.map_or(now, |entry| entry.into_value().max(now));
                let filled = empty_at + limit.every;
                wait = filled - now - limit.every * limit.burst;
                std::future::ready(if wait > TimeDelta::zero() { Op::Nop } else { Op::Put(filled) })
            })
            .await;
        if wait <= TimeDelta::zero() {
            return Ok(());
        }
        let retry_after_ms = i32::try_from(wait.num_milliseconds() + 1).unwrap_or(i32::MAX);
        Err(Refusal::TooManyAttempts { retry_after_ms })
    }

    /// Counts one attempt of the caller's client; callers inside the process have none and are not counted.
    pub(crate) async fn count_client(&self, limit: Limit, caller: &Caller, now: DateTime<Utc>) -> Result<(), Refusal> {
        match client_of(caller) {
            Some(client) => self.count(limit, client, now).await,
            None => Ok(()),
        }
    }

    /// Takes an attempt of the caller's client back.
    pub(crate) async fn forgive_client(&self, limit: Limit, caller: &Caller) {
        if let Some(client) = client_of(caller) {
            self.forgive(limit, client).await;
        }
    }

    /// Takes an attempt back: it was right.
    pub(crate) async fn forgive(&self, limit: Limit, who: &str) {
        let entry = self.buckets.entry(bucket(limit, who));
        entry
            .and_compute_with(|entry| {
                let op = entry.map_or(Op::Nop, |entry| Op::Put(entry.into_value() - limit.every));
                std::future::ready(op)
            })
            .await;
    }
}

/// Whom the buckets of clients are for; `None` for callers inside the process, and where a trusted proxy
/// names no client.
pub(crate) fn client_of(caller: &Caller) -> Option<&str> {
    caller.client.as_deref()
}

/// Keys of one size, whatever a client sends.
fn bucket(limit: Limit, who: &str) -> [u8; 32] {
    let mut key = [0; 32];
    let text = format!("{}\n{who}", limit.name);
    key.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    key
}
