//! Ed25519 keys and their text, a JSON Web Key Set: RFC 7517 and 8037. `iat` is when a key was made, in seconds; it is
//! not one of the RFC's members, which readers of key sets skip.

use crate::jws::{EDDSA, decoded, encoded};
use aws_lc_rs::{
    digest,
    encoding::AsBigEndian,
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

pub(crate) const KEYS_MAX: usize = 32;

/// `iat` of a key of somebody else's that has none.
const UNDATED: i64 = 0;

/// Newest first, at least one.
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: Vec<Key>,
}

pub(crate) struct Key {
    jwk: Jwk,
    public: Vec<u8>,
    /// None where only the public half is known.
    pair: Option<Ed25519KeyPair>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
    kid: String,
    x: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    d: Option<String>,
    #[serde(default)]
    iat: i64,
}

/// Whether the keys of a text must be able to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    Private,
    Public,
}

impl KeySet {
    pub(crate) fn of_one(key: Key) -> KeySet {
        KeySet { keys: vec![key] }
    }

    /// Keys of other kinds are passed over among public ones, as RFC 7517, section 5, wants; a file of private keys is
    /// ours, and has no others.
    pub(crate) fn parse(text: &str, half: Half) -> Result<KeySet, String> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let set: Set = serde_json::from_str(text).map_err(|error| {
            // The error's own words may quote the text, which holds secrets.
            format!("not a JSON Web Key Set (line {}, column {})", error.line(), error.column())
        })?;
        if set.keys.len() > KEYS_MAX {
            return Err(format!("it has {} keys, more than {KEYS_MAX}", set.keys.len()));
        }
        let mut keys: Vec<Key> = Vec::new();
        for (index, value) in set.keys.into_iter().enumerate() {
            let is_ours = value["kty"] == "OKP" && value["crv"] == "Ed25519";
            match half {
                Half::Public if !is_ours => continue,
                Half::Private if !is_ours => return Err(format!("key {index} is not an Ed25519 key")),
                _ => {}
            }
            let key = Key::read(value, half).map_err(|reason| format!("key {index} {reason}"))?;
            if keys.iter().any(|other| other.id() == key.id()) {
                return Err(format!("key {index} has the `kid` of another"));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err("it has no Ed25519 key".to_owned());
        }
        keys.sort_by_key(|key| std::cmp::Reverse(key.jwk.iat));
        Ok(KeySet { keys })
    }

    /// All keys, with their private halves: what a file of ours holds.
    pub(crate) fn private_text(&self) -> String {
        text(self.keys.iter().map(|key| key.jwk.clone()))
    }

    /// The public halves of the keys that count.
    pub(crate) fn public_text(&self, retired_until: DateTime<Utc>) -> String {
        text(self.counting(retired_until).map(|key| Jwk { d: None, ..key.jwk.clone() }))
    }

    /// Without those whose follower was made at `retired_until` or before: of what they signed nothing is valid any more.
    /// A key that does not say when it was made follows none, and has no follower.
    fn counting(&self, retired_until: DateTime<Utc>) -> impl Iterator<Item = &Key> {
        let followers = std::iter::once(None).chain(self.keys.iter().map(Some));
        let keys = self.keys.iter().zip(followers);
        let counting = keys.filter(move |(key, follower)| {
            let is_dated = key.jwk.iat != UNDATED;
            !is_dated || follower.is_none_or(|follower| follower.created() > retired_until)
        });
        counting.map(|(key, _)| key)
    }

    pub(crate) fn newest(&self) -> Option<&Key> {
        self.keys.first()
    }

    /// The newest key made at `latest` or before; the oldest when all are younger.
    pub(crate) fn newest_until(&self, latest: DateTime<Utc>) -> Option<&Key> {
        self.keys.iter().find(|key| key.created() <= latest).or(self.keys.last())
    }

    /// A key that counts.
    pub(crate) fn find(&self, id: &str, retired_until: DateTime<Utc>) -> Option<&Key> {
        self.counting(retired_until).find(|key| key.id() == id)
    }

    /// With one more key, and without those whose follower was made at `retired_until` or before.
    pub(crate) fn rotated(&self, key: Key, retired_until: DateTime<Utc>) -> KeySet {
        let mut keys = vec![key];
        for old in &self.keys {
            let follower = keys.last().map(Key::created);
            if follower.is_some_and(|follower| follower <= retired_until) {
                break;
            }
            keys.extend(old.copied());
        }
        keys.sort_by_key(|key| std::cmp::Reverse(key.jwk.iat));
        KeySet { keys }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }
}

impl Key {
    /// None when there is no randomness to be had.
    pub(crate) fn generate(now: DateTime<Utc>) -> Option<Key> {
        let pair = Ed25519KeyPair::generate().ok()?;
        let seed = pair.seed().ok()?;
        let secret = encoded(seed.as_be_bytes().ok()?.as_ref());
        let x = encoded(pair.public_key().as_ref());
        let jwk = Jwk {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            alg: Some(EDDSA.to_owned()),
            usage: Some("sig".to_owned()),
            kid: thumbprint(&x),
            x,
            d: Some(secret),
            iat: now.timestamp(),
        };
        Some(Key { public: pair.public_key().as_ref().to_vec(), jwk, pair: Some(pair) })
    }

    fn read(value: Value, half: Half) -> Result<Key, &'static str> {
        let mut jwk: Jwk = serde_json::from_value(value).map_err(|_| "lacks `kid` or `x`, or a member is no text")?;
        if jwk.kid.is_empty() {
            return Err("has an empty `kid`");
        }
        if jwk.alg.as_deref().is_some_and(|alg| alg != EDDSA)
            || jwk.usage.as_deref().is_some_and(|usage| usage != "sig")
        {
            return Err("is for something else than EdDSA signatures");
        }
        let public =
            decoded(&jwk.x).ok().filter(|public| public.len() == 32).ok_or("has an `x` that is not 32 bytes")?;
        let pair = match half {
            Half::Public => {
                jwk.d = None;
                None
            }
            Half::Private => {
                let secret = jwk.d.as_deref().ok_or("has no `d`, the private half")?;
                let seed = decoded(secret).map_err(|_| "has a `d` that is not base64url")?;
                let pair = Ed25519KeyPair::from_seed_and_public_key(&seed, &public);
                Some(pair.map_err(|_| "has a `d` that does not fit its `x`")?)
            }
        };
        Ok(Key { jwk, public, pair })
    }

    fn copied(&self) -> Option<Key> {
        let half = if self.pair.is_some() { Half::Private } else { Half::Public };
        Key::read(serde_json::to_value(&self.jwk).ok()?, half).ok()
    }

    pub(crate) fn id(&self) -> &str {
        &self.jwk.kid
    }

    pub(crate) fn created(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.jwk.iat, 0).unwrap_or_default()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        Some(self.pair.as_ref()?.sign(message).as_ref().to_vec())
    }

    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(message, signature).is_ok()
    }
}

/// The private half is never shown.
impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Key").field("kid", &self.jwk.kid).finish_non_exhaustive()
    }
}

fn text(jwks: impl Iterator<Item = Jwk>) -> String {
    format!("{:#}\n", serde_json::json!({ "keys": jwks.collect::<Vec<_>>() }))
}

/// RFC 7638: the same key has the same name everywhere.
fn thumbprint(x: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    encoded(digest::digest(&digest::SHA256, members.as_bytes()).as_ref())
}
