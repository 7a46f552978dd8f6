//! The router's side.

use crate::{Claims, ISSUER, SignError, SigningKeys, TYP, jws::encoded, passport::Written};
use chrono::{DateTime, TimeDelta, Utc};

/// How long a passport is valid.
pub const LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// Mints passports.
#[derive(Debug, Clone)]
pub struct Minter {
    keys: SigningKeys,
}

impl Minter {
    pub fn new(keys: SigningKeys) -> Minter {
        Minter { keys }
    }

    /// A passport for the subgraphs in `audiences`, valid for [`LIFETIME`].
    pub fn mint(&self, claims: &Claims, audiences: &[&str], now: DateTime<Utc>) -> Result<String, SignError> {
        let mut id = [0; 16];
        aws_lc_rs::rand::fill(&mut id).map_err(|_| SignError::NoRandom)?;
        let passport = Written {
            iss: ISSUER,
            aud: audiences,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            jti: &encoded(&id),
            claims,
        };
        self.keys.sign(&passport, TYP, now)
    }

    pub fn keys(&self) -> &SigningKeys {
        &self.keys
    }

    /// The public halves of the keys.
    pub fn public_jwks(&self, now: DateTime<Utc>) -> String {
        self.keys.public_jwks(now)
    }
}
