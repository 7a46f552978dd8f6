//! The passport of one client request: minted when the first fetch needs it, for all subgraphs that the plan asks and
//! that want one.

use crate::subgraph_transport::Endpoint;
use chrono::{DateTime, TimeDelta, Utc};
use hansa_passport::{Claims, Minter, SignError};
use hansa_query_planner::plan::QueryPlan;
use http::{HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

pub(crate) const HEADER: HeaderName = HeaderName::from_static(hansa_passport::HEADER);

/// A request that takes longer than a passport lives (a mutation whose client has gone may) gets another.
const USED_FOR: TimeDelta = TimeDelta::seconds(45);

/// Signed proof of who is calling, for the subgraphs that have `passport: true`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PassportConfig {
    /// File with the private keys that sign passports, made when it does not exist. `/.well-known/jwks.json` shows the
    /// public halves.
    pub keys_file: Option<PathBuf>,
}

/// Shared by all fetches of a request.
#[derive(Debug)]
pub(crate) struct RequestPassport<'a> {
    pub(crate) minter: Option<&'a Minter>,
    pub(crate) claims: &'a Claims,
    pub(crate) plan: &'a QueryPlan,
    minted: Mutex<Option<(HeaderValue, DateTime<Utc>)>>,
}

/// Why a fetch has no passport. It is not sent without.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MintError {
    #[error("no keys to sign passports with")]
    NoKeys,
    #[error("a passport could not be signed")]
    Sign(#[from] SignError),
    #[error("a passport is no header value")]
    Value(#[from] http::header::InvalidHeaderValue),
}

impl<'a> RequestPassport<'a> {
    pub(crate) fn new(minter: Option<&'a Minter>, claims: &'a Claims, plan: &'a QueryPlan) -> RequestPassport<'a> {
        RequestPassport { minter, claims, plan, minted: Mutex::default() }
    }

    pub(crate) fn header_value(&self, endpoints: &[Endpoint]) -> Result<HeaderValue, MintError> {
        let now = Utc::now();
        let mut minted = self.minted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((value, at)) = &*minted
            && now - *at < USED_FOR
        {
            return Ok(value.clone());
        }
        let minter = self.minter.ok_or(MintError::NoKeys)?;
        let mut value = HeaderValue::try_from(minter.mint(self.claims, &self.audiences(endpoints), now)?)?;
        value.set_sensitive(true);
        *minted = Some((value.clone(), now));
        Ok(value)
    }

    fn audiences<'b>(&self, endpoints: &'b [Endpoint]) -> Vec<&'b str> {
        let is_asked = |index: usize| self.plan.fetches.iter().any(|fetch| fetch.subgraph.0 as usize == index);
        let wanting = endpoints.iter().enumerate().filter(|(_, endpoint)| endpoint.wants_passport());
        wanting.filter(|(index, _)| is_asked(*index)).map(|(_, endpoint)| endpoint.name()).collect()
    }
}
