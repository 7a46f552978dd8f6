//! JSON Web Signatures in their compact form: RFC 7515, section 7.1. What a token says of its own key (`jwk`, `jku`,
//! `x5c`, `x5u`) is not even read.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::IgnoredAny};

/// A token taken apart. Nothing in it is to be believed before [`CompactJws::signature`] is checked.
#[derive(Debug)]
pub struct CompactJws<'a> {
    header: JwsHeader,
    signed: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Debug, Deserialize)]
pub struct JwsHeader {
    pub alg: String,
    pub kid: Option<String>,
    pub typ: Option<String>,
    #[serde(default, deserialize_with = "is_there")]
    crit: bool,
}

/// Why a text is not a signed token that can be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    #[error("a token has three parts with a dot between")]
    Parts,
    #[error("a part is not base64url")]
    Encoding,
    #[error("the header is not what a signed token has")]
    Header,
    #[error("the header names extensions that must be understood, and are not")]
    Critical,
}

impl<'a> CompactJws<'a> {
    pub fn parse(token: &'a str) -> Result<CompactJws<'a>, JwsError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Parts)?;
        // A further dot would be in the payload, where base64url has none.
        let (header, payload) = signed.split_once('.').ok_or(JwsError::Parts)?;
        let header: JwsHeader = serde_json::from_slice(&decoded(header)?).map_err(|_| JwsError::Header)?;
        if header.crit {
            return Err(JwsError::Critical);
        }
        Ok(CompactJws { header, signed, payload: decoded(payload)?, signature: decoded(signature)? })
    }

    pub fn header(&self) -> &JwsHeader {
        &self.header
    }

    /// The bytes that the signature is for.
    pub fn signed(&self) -> &'a [u8] {
        self.signed.as_bytes()
    }

    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl JwsHeader {
    /// Media types are the same in any case, and may leave out `application/`: RFC 7515, section 4.1.9.
    pub fn has_typ(&self, typ: &str) -> bool {
        let Some(own) = self.typ.as_deref() else { return false };
        let prefix = "application/";
        let short = match own.get(..prefix.len()) {
            Some(start) if start.eq_ignore_ascii_case(prefix) => &own[prefix.len()..],
            _ => own,
        };
        short.eq_ignore_ascii_case(typ)
    }
}

/// The text that is signed; the signature comes after it and a dot.
pub(crate) fn to_be_signed<C: Serialize>(kid: &str, typ: &str, claims: &C) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Written<'a> {
        alg: &'a str,
        typ: &'a str,
        kid: &'a str,
    }
    let header = serde_json::to_vec(&Written { alg: EDDSA, typ, kid })?;
    let mut text = encoded(&header);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(claims)?, &mut text);
    Ok(text)
}

pub(crate) const EDDSA: &str = "EdDSA";

pub(crate) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decoded(text: &str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JwsError::Encoding)
}

fn is_there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}
