//! Hashing and comparing passwords with argon2id, away from the reactor and few at a time: each hash takes 19 MiB of
//! memory and a good part of a core for some ten milliseconds.

use crate::{
    domain::{Password, Refusal},
    outcome::CommandError,
};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    thread,
};
use tokio::sync::Semaphore;

/// As the OWASP cheat sheet on password storage wants it: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Who waits longer in line is told to come back.
const WAITING_MAX: usize = 64;
/// So many of the places in line are one client's at most.
const WAITING_BY_CLIENT_MAX: usize = 16;
const RETRY_AFTER_MS: i32 = 1_000;

/// Hashes and compares. Clones share their line.
#[derive(Clone)]
pub(crate) struct Passwords {
    /// One permit for each core, so that hashing never has all of them for long.
    running: Arc<Semaphore>,
    /// One permit for each who runs or waits.
    admitted: Arc<Semaphore>,
    /// How many of them each client has; those without any are not in it.
    places: Arc<Mutex<HashMap<String, usize>>>,
    /// Compared when there is no such login, so that it takes as long as a wrong password.
    nobodys: Arc<str>,
}

/// A password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("hash a password: {0}")]
pub(crate) struct HashError(String);

impl Passwords {
    /// Hashes once, for the hash that is nobody's.
    pub(crate) async fn new() -> Result<Passwords, HashError> {
        let nobodys = tokio::task::spawn_blocking(|| hash("correct horse battery staple"))
            .await
            .map_err(|error| HashError(error.to_string()))??;
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Ok(Passwords {
            running: Arc::new(Semaphore::new(cores.clamp(1, 8))),
            admitted: Arc::new(Semaphore::new(WAITING_MAX)),
            places: Arc::default(),
            nobodys: nobodys.into(),
        })
    }

    /// `client`: whose place in line it takes; `None` for callers inside the process.
    pub(crate) async fn hash(&self, client: Option<&str>, password: Password) -> Result<String, CommandError> {
        self.run(client, move || hash(password.as_str())).await?.map_err(CommandError::internal)
    }

    /// Whether this is the password; `None` for a hash takes as long, and is never right.
    pub(crate) async fn is_right(
        &self,
        client: Option<&str>,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, CommandError> {
        if password.len() > Password::BYTES_MAX {
            return Ok(false);
        }
        let (password, is_somebodys) = (password.to_owned(), stored.is_some());
        let stored = stored.unwrap_or(&self.nobodys).to_owned();
        let is_equal = self.run(client, move || verify(&password, &stored)).await?.map_err(CommandError::internal)?;
        Ok(is_equal && is_somebodys)
    }

    /// Runs in line. The permits go with the work: a request that is given up does not let more of it run.
    async fn run<T: Send + 'static>(
        &self,
        client: Option<&str>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, CommandError> {
        let full = || CommandError::Refused(Refusal::TooManyAttempts { retry_after_ms: RETRY_AFTER_MS });
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| full())?;
        let place = client.map(|client| self.take_place(client).ok_or_else(full)).transpose()?;
        let running = self.running.clone().acquire_owned().await.map_err(CommandError::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((running, place, admitted));
            done
        });
        done.await.map_err(CommandError::internal)
    }

    /// `None` when the client has its share already.
    fn take_place(&self, client: &str) -> Option<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = places.entry(client.to_owned()).or_default();
        if *taken >= WAITING_BY_CLIENT_MAX {
            return None;
        }
        *taken += 1;
        Some(Place { client: client.to_owned(), places: self.places.clone() })
    }
}

/// A client's place in line, until it is dropped.
struct Place {
    client: String,
    places: Arc<Mutex<HashMap<String, usize>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = places.get_mut(&self.client) {
            *taken -= 1;
            if *taken == 0 {
                places.remove(&self.client);
            }
        }
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Passwords").field("running", &self.running).finish_non_exhaustive()
    }
}

fn argon2() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| HashError(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String, HashError> {
    let hashed = argon2()?.hash_password(password.as_bytes());
    Ok(hashed.map_err(|error| HashError(error.to_string()))?.to_string())
}

/// With the parameters of the stored hash, so that they can be raised for new ones.
fn verify(password: &str, stored: &str) -> Result<bool, HashError> {
    let stored = PasswordHash::new(stored).map_err(|error| HashError(error.to_string()))?;
    Ok(argon2()?.verify_password(password.as_bytes(), &stored).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{Passwords, WAITING_BY_CLIENT_MAX, WAITING_MAX};
    use crate::{domain::Refusal, outcome::CommandError};
    use std::time::Duration;
    use tokio::{task::JoinSet, time::timeout};

    /// Whether the comparison waits for its turn, as all hashing does.
    async fn is_waiting(passwords: &Passwords, stored: Option<&str>) -> bool {
        timeout(Duration::from_millis(50), passwords.is_right(None, "a wrong password", stored)).await.is_err()
    }

    #[tokio::test]
    async fn a_hash_is_compared_for_nobody_as_for_somebody() {
        let passwords = Passwords::new().await.unwrap();
        let somebodys = passwords.nobodys.to_string();
        let cores = passwords.running.available_permits();
        let all = passwords.running.clone().acquire_many_owned(cores as u32).await.unwrap();
        assert!(is_waiting(&passwords, Some(&somebodys)).await);
        assert!(is_waiting(&passwords, None).await, "an answer without a hash would be there at once");
        drop(all);
        assert!(!passwords.is_right(None, "correct horse battery staple", None).await.unwrap());
        assert!(passwords.is_right(None, "correct horse battery staple", Some(&somebodys)).await.unwrap());
    }

    #[tokio::test]
    async fn who_comes_when_the_line_is_full_is_told_to_come_back() {
        let passwords = Passwords::new().await.unwrap();
        let line = passwords.admitted.clone().acquire_many_owned(WAITING_MAX as u32).await.unwrap();
        let refused = passwords.is_right(None, "a wrong password", None).await.unwrap_err();
        assert!(matches!(refused, CommandError::Refused(Refusal::TooManyAttempts { .. })));
        drop(line);
        assert!(!passwords.is_right(None, "a wrong password", None).await.unwrap());
    }

    #[tokio::test]
    async fn one_client_has_a_part_of_the_line() {
        let passwords = Passwords::new().await.unwrap();
        let cores = passwords.running.available_permits();
        let all = passwords.running.clone().acquire_many_owned(cores as u32).await.unwrap();
        let mut waiting = JoinSet::new();
        for number in 0..=WAITING_BY_CLIENT_MAX {
            let (passwords, client) = (passwords.clone(), if number == 0 { "192.0.2.8" } else { "192.0.2.7" });
            waiting.spawn(async move { passwords.is_right(Some(client), "a wrong password", None).await });
        }
        tokio::task::yield_now().await;
        let refused = passwords.is_right(Some("192.0.2.7"), "a wrong password", None).await.unwrap_err();
        assert!(matches!(refused, CommandError::Refused(Refusal::TooManyAttempts { .. })));
        drop(all);
        for is_right in waiting.join_all().await {
            assert!(!is_right.unwrap(), "who waits gets a turn");
        }
        assert!(passwords.places.lock().unwrap().is_empty(), "places are given back");
    }
}
