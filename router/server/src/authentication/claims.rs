//! What a token must say, once its signature is known to be good: RFC 7519, section 4.1, and RFC 9068.

use super::{
    Refusal,
    config::{ClaimNames, IssuerConfig},
};
use hansa_passport::{Claims, JwsHeader};
use serde_json::{Map, Value};
use std::time::Duration;

/// Claims by which issuers mark tokens that are not for access, and what they say in those that are.
const KINDS: [(&str, &[&str]); 2] = [("typ", &["bearer", "at+jwt", "jwt"]), ("token_use", &["access"])];

#[derive(Debug)]
pub(crate) struct TokenRules {
    audiences: Vec<String>,
    types: Vec<String>,
    names: ClaimNames,
    leeway_seconds: f64,
}

type Members = Map<String, Value>;

impl TokenRules {
    pub(crate) fn new(config: &IssuerConfig, leeway: Duration) -> TokenRules {
        TokenRules {
            audiences: config.audiences.clone(),
            types: config.types.clone(),
            names: config.claims.clone(),
            leeway_seconds: leeway.as_secs_f64(),
        }
    }

    /// Who the caller is, and until when; `now` in seconds.
    pub(crate) fn checked(&self, header: &JwsHeader, claims: &Members, now: f64) -> Result<(Claims, f64), Refusal> {
        if !self.has_right_type(header, claims) {
            return Err(Refusal::Type);
        }
        if !self.is_for_us(claims)? {
            return Err(Refusal::Audience);
        }
        let expires_at = time(claims, "exp")?.ok_or(Refusal::Claims)?;
        self.is_expired(expires_at, now)?;
        for name in ["nbf", "iat"] {
            if time(claims, name)?.is_some_and(|time| time > now + self.leeway_seconds) {
                return Err(Refusal::NotYetValid);
            }
        }
        Ok((self.caller(claims)?, expires_at))
    }

    pub(crate) fn refused_from(&self, expires_at: f64) -> f64 {
        expires_at + self.leeway_seconds
    }

    pub(crate) fn is_expired(&self, expires_at: f64, now: f64) -> Result<(), Refusal> {
        match now >= self.refused_from(expires_at) {
            true => Err(Refusal::Expired),
            false => Ok(()),
        }
    }

    fn has_right_type(&self, header: &JwsHeader, claims: &Members) -> bool {
        let is_listed = match header.typ {
            Some(_) => self.types.iter().any(|typ| header.has_typ(typ)),
            // A token that does not say is a JWT: RFC 7519, section 5.1.
            None => self.types.iter().any(|typ| typ.eq_ignore_ascii_case("jwt")),
        };
        is_listed
            && KINDS.iter().all(|(name, kinds)| match claims.get(*name) {
                None => true,
                Some(kind) => kind.as_str().is_some_and(|kind| kinds.iter().any(|one| one.eq_ignore_ascii_case(kind))),
            })
    }

    fn is_for_us(&self, claims: &Members) -> Result<bool, Refusal> {
        let is_ours = |audience: &str| self.audiences.iter().any(|own| own == audience);
        match claims.get("aud") {
            Some(Value::String(audience)) => Ok(is_ours(audience)),
            Some(Value::Array(audiences)) => {
                let audiences: Option<Vec<&str>> = audiences.iter().map(Value::as_str).collect();
                Ok(audiences.ok_or(Refusal::Claims)?.into_iter().any(is_ours))
            }
            _ => Err(Refusal::Claims),
        }
    }

    fn caller(&self, claims: &Members) -> Result<Claims, Refusal> {
        let subject = claims.get("sub").and_then(Value::as_str).filter(|subject| !subject.is_empty());
        Ok(Claims {
            subject: Some(subject.ok_or(Refusal::Claims)?.to_owned()),
            tenant: text(claims, &self.names.tenant)?,
            roles: words(claims, &self.names.roles)?,
            scopes: words(claims, &self.names.scopes)?,
            username: text(claims, &self.names.username)?,
            session: text(claims, &self.names.session)?,
            // Of the request, not of the token.
            client: None,
        })
    }
}

/// A JSON Pointer where it begins with a slash, otherwise a claim's whole name: names may have dots and slashes inside.
fn named<'a>(claims: &'a Members, name: &str) -> Option<&'a Value> {
    let Some(pointer) = name.strip_prefix('/') else { return claims.get(name) };
    let mut tokens = pointer.split('/').map(|token| token.replace("~1", "/").replace("~0", "~"));
    let mut value = claims.get(&tokens.next()?)?;
    for token in tokens {
        value = value.as_object()?.get(&token)?;
    }
    Some(value)
}

fn text(claims: &Members, name: &str) -> Result<Option<String>, Refusal> {
    match named(claims, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::Claims),
    }
}

/// A text with spaces between (RFC 8693, section 4.2), or a list.
fn words(claims: &Members, name: &str) -> Result<Vec<String>, Refusal> {
    match named(claims, name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()),
        Some(Value::Array(words)) => {
            words.iter().map(|word| word.as_str().map(str::to_owned).ok_or(Refusal::Claims)).collect()
        }
        Some(_) => Err(Refusal::Claims),
    }
}

/// Seconds since 1970, whole or not. A text is no time, whatever it says.
fn time(claims: &Members, name: &str) -> Result<Option<f64>, Refusal> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(seconds)) => seconds.as_f64().map(Some).ok_or(Refusal::Claims),
        Some(_) => Err(Refusal::Claims),
    }
}
