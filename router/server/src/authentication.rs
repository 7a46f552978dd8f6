//! Who sends a request: bearer tokens of configured issuers, verified before anything is shared between requests. A
//! token that is there and not good is refused, never passed over.

pub(crate) mod algorithm;
mod claims;
pub(crate) mod config;
mod fetch;
mod issuer_keys;
mod key_set;
mod refusal;
mod verified_tokens;

pub(crate) use refusal::Refusal;

use crate::{
    authentication::{
        algorithm::Algorithm,
        claims::TokenRules,
        config::{AuthenticationConfig, IssuerConfig},
        issuer_keys::IssuerKeys,
        key_set::{KeySet, Signed},
        verified_tokens::{VerifiedToken, VerifiedTokens},
    },
    metrics::AuthenticationMetrics,
    pipeline::authorise::Grants,
    subgraph_transport::http_client::{ClientError, HttpClients},
};
use futures_util::future::join_all;
use hansa_passport::{Claims, CompactJws};
use http::{HeaderMap, header};
use serde_json::{Map, Value};
use std::{path::PathBuf, sync::Arc};

/// Longer tokens are refused unread.
const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Who asks, as far as the router knows. A visitor has neither grants nor claims.
#[derive(Debug, Default)]
pub(crate) struct Caller {
    pub(crate) grants: Grants,
    pub(crate) claims: Claims,
    /// From when on the token is refused, in seconds since 1970.
    pub(crate) expires_at: Option<f64>,
}

/// Why tokens cannot be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationError {
    #[error("the keys of issuer `{issuer}` in {} cannot be used: {reason}", path.display())]
    Keys { issuer: String, path: PathBuf, reason: String },
    #[error("the keys of issuer `{issuer}` cannot be fetched over TLS")]
    Client { issuer: String, source: ClientError },
}

#[derive(Debug)]
pub(crate) struct Authentication {
    issuers: Vec<Issuer>,
    is_required: bool,
    verified: VerifiedTokens,
    metrics: AuthenticationMetrics,
    visitor: Arc<Caller>,
}

#[derive(Debug)]
struct Issuer {
    name: String,
    algorithms: Vec<Algorithm>,
    rules: TokenRules,
    keys: IssuerKeys,
}

impl Authentication {
    pub(crate) fn new(
        config: &AuthenticationConfig,
        clients: &HttpClients,
        metrics: AuthenticationMetrics,
    ) -> Result<Authentication, AuthenticationError> {
        let issuer = |issuer: &IssuerConfig| {
            Ok(Issuer {
                name: issuer.issuer.clone(),
                algorithms: issuer.algorithms.clone(),
                rules: TokenRules::new(issuer, config.leeway.0),
                keys: IssuerKeys::new(issuer, clients, metrics.clone())?,
            })
        };
        Ok(Authentication {
            issuers: config.issuers.iter().map(issuer).collect::<Result<_, _>>()?,
            is_required: config.required,
            verified: VerifiedTokens::new(config.cache_bytes_max),
            metrics,
            visitor: Arc::default(),
        })
    }

    pub(crate) async fn keep_keys_fresh(&self) -> ! {
        join_all(self.issuers.iter().map(|issuer| issuer.keys.keep_fresh())).await;
        std::future::pending().await
    }

    /// Ends when every issuer's keys are there, or the first attempt to get them has failed.
    pub(crate) async fn keys_asked_for(&self) {
        join_all(self.issuers.iter().map(|issuer| issuer.keys.first())).await;
    }

    /// The first issuer whose keys have not come yet.
    pub(crate) fn issuer_without_keys(&self) -> Option<&str> {
        self.issuers.iter().find(|issuer| issuer.keys.current().is_none()).map(|issuer| issuer.name.as_str())
    }

    /// Without issuers nobody is authenticated, and the header is the subgraphs' business.
    pub(crate) async fn authenticate(&self, headers: &HeaderMap) -> Result<Arc<Caller>, Refusal> {
        if self.issuers.is_empty() {
            return Ok(self.visitor.clone());
        }
        let result = match bearer_token(headers) {
            Ok(Some(token)) => self.verify(token).await,
            Ok(None) if self.is_required => Err(Refusal::Missing),
            Ok(None) => Ok(self.visitor.clone()),
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = &result {
            self.metrics.refused(refusal.reason());
        }
        result
    }

    async fn verify(&self, token: &str) -> Result<Arc<Caller>, Refusal> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        let now = now();
        if let Some(known) = self.verified.get(token).await
            && let Some(issuer) = self.issuers.get(known.issuer)
            && issuer.keys.are_current(&known.keys)
        {
            self.metrics.looked_up(true);
            issuer.rules.is_expired(known.expires_at, now)?;
            return Ok(known.caller.clone());
        }
        self.metrics.looked_up(false);
        let jws = CompactJws::parse(token).map_err(|_| Refusal::Malformed)?;
        let claims: Map<String, Value> = serde_json::from_slice(jws.payload()).map_err(|_| Refusal::Malformed)?;
        let named = |issuer: &Issuer| claims.get("iss").is_some_and(|name| *name == issuer.name);
        let index = self.issuers.iter().position(named).ok_or(Refusal::Issuer)?;
        let issuer = &self.issuers[index];
        let keys = issuer.check_signature(&jws).await?;
        let (claims, expires_at) = issuer.rules.checked(jws.header(), &claims, now)?;
        let grants = Grants::authenticated(claims.scopes.iter().cloned());
        let refused_from = Some(issuer.rules.refused_from(expires_at));
        let caller = Arc::new(Caller { grants, claims, expires_at: refused_from });
        let verified = VerifiedToken { caller: caller.clone(), expires_at, keys, issuer: index };
        self.verified.insert(token, verified).await;
        Ok(caller)
    }
}

impl Issuer {
    /// The keys of which one made the signature.
    async fn check_signature(&self, token: &CompactJws<'_>) -> Result<Arc<KeySet>, Refusal> {
        let name = token.header().alg.as_str();
        let algorithm = self.algorithms.iter().find(|algorithm| algorithm.name() == name);
        let algorithm = *algorithm.ok_or(Refusal::Algorithm)?;
        let mut keys = self.keys.first().await.ok_or(Refusal::NoKeys)?;
        let mut signed = keys.signed(token, algorithm);
        if matches!(signed, Signed::ByUnknownKey)
            && let Some(newer) = self.keys.refetched().await
        {
            keys = newer;
            signed = keys.signed(token, algorithm);
        }
        match signed {
            Signed::Well => Ok(keys),
            Signed::Badly => Err(Refusal::Signature),
            Signed::ByUnknownKey => Err(Refusal::UnknownKey),
            Signed::ByKeyForOther => Err(Refusal::Algorithm),
        }
    }
}

/// RFC 6750, section 2.1. The other two ways to send a token leave it in logs and are not taken.
fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::Header);
    }
    let text = value.to_str().map_err(|_| Refusal::Header)?;
    let (scheme, token) = text.split_once(' ').ok_or(Refusal::Header)?;
    let token = token.trim_matches(' ');
    let is_token = !token.is_empty() && !token.contains([' ', ',', '\t']);
    match scheme.eq_ignore_ascii_case("bearer") && is_token {
        true => Ok(Some(token)),
        false => Err(Refusal::Header),
    }
}

/// Seconds since 1970, as tokens count.
fn now() -> f64 {
    chrono::Utc::now().timestamp_millis() as f64 / 1000.0
}
