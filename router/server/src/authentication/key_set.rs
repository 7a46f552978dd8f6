//! An issuer's public keys: RFC 7517. What cannot verify with a pinned algorithm is passed over: keys of other kinds,
//! for encryption, symmetric ones, broken ones.

use super::algorithm::{Algorithm, KeyMaterial};
use aws_lc_rs::signature::ParsedPublicKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansa_passport::CompactJws;
use serde_json::Value;

/// More keys than any issuer has; the rest of a longer list is not read.
const KEYS_MAX: usize = 64;

#[derive(Debug)]
pub(crate) struct KeySet {
    keys: Vec<Key>,
}

/// A key with one algorithm that it may be used with.
#[derive(Debug)]
struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    Well,
    Badly,
    ByUnknownKey,
    /// The key is there, and not for the token's algorithm.
    ByKeyForOther,
}

impl KeySet {
    pub(crate) fn parse(bytes: &[u8], algorithms: &[Algorithm]) -> Result<KeySet, String> {
        let set: Value = serde_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}"))?;
        let jwks = set["keys"].as_array().ok_or("not a JSON Web Key Set: it has no list `keys`")?;
        let mut keys = Vec::new();
        for jwk in jwks.iter().take(KEYS_MAX) {
            let Some(material) = material(jwk).filter(|_| is_for_signatures(jwk)) else { continue };
            let pinned = algorithms.iter().filter(|algorithm| match &jwk["alg"] {
                Value::Null => true,
                name => *name == algorithm.name(),
            });
            keys.extend(pinned.filter_map(|algorithm| {
                let id = jwk["kid"].as_str().map(str::to_owned);
                Some(Key { id, algorithm: *algorithm, key: algorithm.key(&material)? })
            }));
        }
        match keys.is_empty() {
            true => Err(format!("none of its {} keys fits a pinned algorithm", jwks.len())),
            false => Ok(KeySet { keys }),
        }
    }

    /// Whether one of these keys made the token's signature. A token without `kid` is taken where there is no choice.
    pub(crate) fn signed(&self, token: &CompactJws<'_>, algorithm: Algorithm) -> Signed {
        let kid = token.header().kid.as_deref();
        let is_named = |key: &&Key| kid.is_none_or(|kid| key.id.as_deref() == Some(kid));
        let fitting = |key: &&Key| is_named(key) && key.algorithm == algorithm;
        let candidates = || self.keys.iter().filter(fitting);
        match candidates().count() {
            0 if kid.is_some() && self.keys.iter().any(|key| is_named(&key)) => return Signed::ByKeyForOther,
            0 => return Signed::ByUnknownKey,
            1 => {}
            _ if kid.is_none() => return Signed::ByUnknownKey,
            _ => {}
        }
        let verifies = |key: &Key| key.key.verify_sig(token.signed(), token.signature()).is_ok();
        match candidates().any(verifies) {
            true => Signed::Well,
            false => Signed::Badly,
        }
    }
}

fn material(jwk: &Value) -> Option<KeyMaterial> {
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str()?).ok();
    match (jwk["kty"].as_str()?, jwk["crv"].as_str()) {
        ("OKP", Some("Ed25519")) => Some(KeyMaterial::Ed25519 { x: bytes("x")? }),
        ("EC", Some("P-256")) => Some(KeyMaterial::P256 { x: bytes("x")?, y: bytes("y")? }),
        ("EC", Some("P-384")) => Some(KeyMaterial::P384 { x: bytes("x")?, y: bytes("y")? }),
        ("RSA", _) => Some(KeyMaterial::Rsa { n: bytes("n")?, e: bytes("e")? }),
        _ => None,
    }
}

fn is_for_signatures(jwk: &Value) -> bool {
    let may_verify = match &jwk["key_ops"] {
        Value::Null => true,
        operations => operations.as_array().is_some_and(|operations| operations.iter().any(|name| name == "verify")),
    };
    may_verify && (jwk["use"].is_null() || jwk["use"] == "sig")
}
