//! The passport of one client request: minted when the first fetch needs it, for all subgraphs that the plan asks and
//! that want one.

use crate::{
    client_address::ClientAddress,
    config::Span,
    subgraph_transport::{Endpoint, chain},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_passport::{Claims, KeyFileError, LIFETIME, Minter, SignError, SigningKeys};
use hansa_query_planner::plan::QueryPlan;
use http::{HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

pub(crate) const HEADER: HeaderName = HeaderName::from_static(hansa_passport::HEADER);

const ROTATION_MIN: Duration = Duration::from_secs(600);

/// A request that takes longer than a passport lives (a mutation whose client has gone may) gets another.
const USED_FOR: TimeDelta = TimeDelta::seconds(45);

/// Signed proof of who is calling, for the subgraphs that have `passport: true`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PassportConfig {
    /// File with the private keys that sign passports, made when it does not exist. `/.well-known/jwks.json` shows the
    /// public halves.
    pub keys_file: Option<PathBuf>,
    /// How often a new key is added to the file; never unless this is set. A new key signs after 60 seconds, so that
    /// everybody has read it by then; old ones count until their passports have expired. Needs the right to write the file.
    pub rotation: Option<Span>,
}

/// Shared by all fetches of a request.
#[derive(Debug)]
pub(crate) struct RequestPassport<'a> {
    minter: Option<&'a Minter>,
    claims: &'a Claims,
    client: Option<ClientAddress>,
    plan: &'a QueryPlan,
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

/// How often the age of the newest key is looked at.
const AGE_LOOKED_AT_EVERY: Duration = Duration::from_secs(60);

impl PassportConfig {
    pub(crate) fn open(&self) -> Result<Option<SigningKeys>, KeyFileError> {
        let Some(file) = &self.keys_file else { return Ok(None) };
        SigningKeys::open(file, LIFETIME, Utc::now()).map(Some)
    }

    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        match self.rotation {
            Some(_) if self.keys_file.is_none() => {
                Err(("passport.rotation", "has no effect without `passport.keys_file`".to_owned()))
            }
            Some(rotation) if rotation.0 < ROTATION_MIN => Err((
                "passport.rotation",
                "must be at least 10m: a key that signs for less is not worth having".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    /// Never ends.
    pub(crate) async fn rotate_keys(&self, minter: Option<&Minter>) -> ! {
        if let (Some(minter), Some(rotation)) = (minter, self.rotation) {
            loop {
                if let Err(error) = rotated(minter.keys(), rotation, Utc::now()) {
                    tracing::warn!(error = chain(&error), "passport keys could not be rotated; the old ones go on");
                }
                tokio::time::sleep(AGE_LOOKED_AT_EVERY).await;
            }
        }
        std::future::pending().await
    }
}

fn rotated(keys: &SigningKeys, rotation: Span, now: DateTime<Utc>) -> Result<(), KeyFileError> {
    let age = (now - keys.newest_created(now)).to_std().unwrap_or_default();
    match age >= rotation.0 {
        true => keys.rotate(now).inspect(|()| tracing::info!("a new passport key was made")),
        false => Ok(()),
    }
}

impl<'a> RequestPassport<'a> {
    pub(crate) fn new(
        minter: Option<&'a Minter>,
        (claims, client): (&'a Claims, Option<ClientAddress>),
        plan: &'a QueryPlan,
    ) -> RequestPassport<'a> {
        RequestPassport { minter, claims, client, plan, minted: Mutex::default() }
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
        let claims = Claims { client: self.client.map(ClientAddress::text), ..self.claims.clone() };
        let mut value = HeaderValue::try_from(minter.mint(&claims, &self.audiences(endpoints), now)?)?;
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
