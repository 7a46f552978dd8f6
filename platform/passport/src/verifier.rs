//! The subgraphs' side.

use crate::{ISSUER, Passport, TYP, VerifyingKeys, jws::CompactJws, passport::Read, verifying_keys::SignatureError};
use chrono::{DateTime, TimeDelta, Utc};

/// How far the clocks of router and subgraph may be apart.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(5);

/// A passport carries what a token of 8 KiB may, and a list of subgraphs.
const BYTES_MAX: usize = 16 * 1024;

/// Verifies passports for one subgraph.
#[derive(Debug, Clone)]
pub struct Verifier {
    keys: VerifyingKeys,
    audience: String,
}

/// Why a request is not answered. For the log: the client sees status 401 and no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PassportError {
    #[error("there is no passport")]
    Missing,
    #[error("not a passport")]
    Malformed,
    #[error("a token, but not a passport of the router")]
    WrongType,
    #[error("signed with a key that is not known")]
    UnknownKey,
    #[error("not signed by the key that it names")]
    BadSignature,
    #[error("expired")]
    Expired,
    #[error("not valid yet")]
    NotYetValid,
    #[error("made for other subgraphs")]
    OtherAudience,
}

impl Verifier {
    /// `audience` is the subgraph's name in the supergraph.
    pub fn new(keys: impl Into<VerifyingKeys>, audience: impl Into<String>) -> Verifier {
        Verifier { keys: keys.into(), audience: audience.into() }
    }

    /// `token` is the value of the header [`crate::HEADER`]; a request with several such headers has a malformed one.
    pub fn verify(&self, token: Option<&str>, now: DateTime<Utc>) -> Result<Passport, PassportError> {
        let token = token.filter(|token| !token.is_empty()).ok_or(PassportError::Missing)?;
        if token.len() > BYTES_MAX {
            return Err(PassportError::Malformed);
        }
        let token = CompactJws::parse(token).map_err(|_| PassportError::Malformed)?;
        if !token.header().has_typ(TYP) {
            return Err(PassportError::WrongType);
        }
        self.keys.check(&token, now).map_err(|error| match error {
            SignatureError::Algorithm => PassportError::WrongType,
            SignatureError::UnknownKey => PassportError::UnknownKey,
            SignatureError::Wrong => PassportError::BadSignature,
        })?;
        let passport: Read = serde_json::from_slice(token.payload()).map_err(|_| PassportError::Malformed)?;
        if passport.iss != ISSUER {
            return Err(PassportError::WrongType);
        }
        let (seconds, leeway) = (now.timestamp(), LEEWAY.num_seconds());
        if seconds >= passport.exp.saturating_add(leeway) {
            return Err(PassportError::Expired);
        }
        if seconds + leeway < passport.nbf.max(passport.iat) {
            return Err(PassportError::NotYetValid);
        }
        if !passport.aud.contains(&self.audience) {
            return Err(PassportError::OtherAudience);
        }
        let time = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(PassportError::Malformed);
        Ok(Passport {
            issued_at: time(passport.iat)?,
            expires_at: time(passport.exp)?,
            claims: passport.claims,
            audiences: passport.aud,
            id: passport.jti,
        })
    }
}
