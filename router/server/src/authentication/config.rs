//! Settings of whose tokens are believed, and what is made of them.

use super::algorithm::Algorithm;
use crate::{
    config::{ByteSize, Span},
    subgraph_transport::parse_url,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, path::PathBuf, time::Duration};

/// Clocks of honest machines are not further apart.
const LEEWAY_MAX: Duration = Duration::from_secs(30);

/// Whose access tokens (JWT, in the header `authorization: Bearer …`) say who is calling. Without issuers the router
/// looks at no token. A request without a token is a visitor's; one with a token that is not good gets status 401.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthenticationConfig {
    /// Whether requests without a token are refused, too.
    pub required: bool,
    /// How far the issuers' clocks may be from ours; at most 30s.
    pub leeway: Span,
    /// Memory for tokens that were verified, so that the same token again costs no signature check.
    pub cache_bytes_max: ByteSize,
    /// Those whose tokens are believed.
    pub issuers: Vec<IssuerConfig>,
}

/// One issuer of access tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IssuerConfig {
    /// The claim `iss` of its tokens, to the letter.
    pub issuer: String,
    /// A token must be for one of these: its claim `aud`.
    pub audiences: Vec<String>,
    pub jwks: JwksConfig,
    /// Signature algorithms that its tokens may use: `EdDSA`, `ES256`, `ES384`, `RS256` (also 384, 512), `PS256` (also
    /// 384, 512). None is allowed unless it is named.
    pub algorithms: Vec<Algorithm>,
    /// Values of the header parameter `typ` that access tokens have. A token without `typ` counts as `JWT`.
    pub types: Vec<String>,
    pub claims: ClaimNames,
}

/// Where an issuer's public keys are, as a JSON Web Key Set: either `url` or `file`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JwksConfig {
    /// Fetched when the router starts, then every `refresh`, and when a token names an unknown key (at most every 30
    /// seconds). Redirects are not followed.
    pub url: Option<String>,
    /// Looked at every second.
    pub file: Option<PathBuf>,
    /// How often the URL is fetched: the longest time that a withdrawn key is still believed.
    pub refresh: Span,
    /// How long a fetch may take.
    pub timeout: Span,
    /// PEM file with the certificate authorities to trust for the URL instead of the system's.
    pub certificate_authorities: Option<PathBuf>,
}

/// Which claims hold what. A name that begins with a slash is a JSON Pointer: `/realm_access/roles`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClaimNames {
    /// Scopes, for `@requiresScopes`: a text with spaces between, or a list.
    pub scopes: String,
    /// The tenant that the caller acts for.
    pub tenant: String,
    /// Roles: a list, or a text with spaces between.
    pub roles: String,
    /// The caller's public name.
    pub username: String,
    /// The caller's session.
    pub session: String,
}

impl Default for AuthenticationConfig {
    fn default() -> Self {
        AuthenticationConfig {
            required: false,
            leeway: Span::from_secs(10),
            cache_bytes_max: ByteSize::from_mib(16),
            issuers: Vec::new(),
        }
    }
}

impl Default for IssuerConfig {
    fn default() -> Self {
        IssuerConfig {
            issuer: String::new(),
            audiences: Vec::new(),
            jwks: JwksConfig::default(),
            algorithms: Vec::new(),
            types: vec!["at+jwt".to_owned(), "JWT".to_owned()],
            claims: ClaimNames::default(),
        }
    }
}

impl Default for JwksConfig {
    fn default() -> Self {
        JwksConfig {
            url: None,
            file: None,
            refresh: Span::from_secs(60),
            timeout: Span::from_secs(5),
            certificate_authorities: None,
        }
    }
}

impl Default for ClaimNames {
    fn default() -> Self {
        ClaimNames {
            scopes: "scope".to_owned(),
            tenant: "tenant".to_owned(),
            roles: "roles".to_owned(),
            username: "preferred_username".to_owned(),
            session: "sid".to_owned(),
        }
    }
}

impl AuthenticationConfig {
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        if self.required && self.issuers.is_empty() {
            let reason = "refuses every request, because there is no issuer whose tokens are believed";
            return Err(("authentication.required", reason.to_owned()));
        }
        if self.leeway.0 > LEEWAY_MAX {
            return Err(("authentication.leeway", "must be at most 30s".to_owned()));
        }
        let mut names = BTreeSet::new();
        for issuer in &self.issuers {
            issuer.check().map_err(|reason| ("authentication.issuers", reason))?;
            if !names.insert(&issuer.issuer) {
                return Err(("authentication.issuers", format!("`{}` is there twice", issuer.issuer)));
            }
        }
        Ok(())
    }
}

impl IssuerConfig {
    fn check(&self) -> Result<(), String> {
        let name = &self.issuer;
        if name.is_empty() {
            return Err("an issuer needs its name: set `issuer` to the `iss` of its tokens".to_owned());
        }
        let lists = [
            ("audiences", self.audiences.is_empty(), "the `aud` of tokens that are for this router"),
            ("algorithms", self.algorithms.is_empty(), "the algorithms that it signs with, such as EdDSA or RS256"),
            ("types", self.types.is_empty(), "the `typ` of its access tokens, such as at+jwt or JWT"),
        ];
        if let Some((list, _, meaning)) = lists.iter().find(|(_, is_empty, _)| *is_empty) {
            return Err(format!("`{name}` needs `{list}`: {meaning}"));
        }
        let jwks = &self.jwks;
        match (&jwks.url, &jwks.file) {
            (Some(url), None) if parse_url(url).is_none() => {
                Err(format!("`{url}` of `{name}` is no URL; write https://, a host and a path"))
            }
            (Some(_), None) if jwks.refresh.0 < Duration::from_secs(1) => {
                Err(format!("`jwks.refresh` of `{name}` must be at least 1s"))
            }
            (Some(_), None) if jwks.timeout.0.is_zero() => Err(format!("`jwks.timeout` of `{name}` is no time at all")),
            (Some(_), None) | (None, Some(_)) => Ok(()),
            _ => Err(format!("`{name}` needs either `jwks.url` or `jwks.file`, where its public keys are")),
        }
    }
}
