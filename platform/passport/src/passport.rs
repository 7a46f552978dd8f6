//! What a passport says, and how it is written.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who is calling. A visitor has none of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    #[serde(default, rename = "sub", skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The tenant that the caller acts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(default, rename = "sid", skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Where the request came from, as the router saw it: an address. Subgraphs count attempts by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

/// A verified passport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passport {
    pub claims: Claims,
    /// The subgraphs it was minted for.
    pub audiences: Vec<String>,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// `jti`: the same for all fetches of one client request.
    pub id: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Written<'a> {
    pub(crate) iss: &'a str,
    pub(crate) aud: &'a [&'a str],
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    pub(crate) jti: &'a str,
    #[serde(flatten)]
    pub(crate) claims: &'a Claims,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Read {
    pub(crate) iss: String,
    pub(crate) aud: Vec<String>,
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    pub(crate) jti: String,
    #[serde(flatten)]
    pub(crate) claims: Claims,
}
