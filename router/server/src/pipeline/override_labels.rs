//! Which labels of progressive overrides (`@override(from:, label:)`) are active for a request. Federation specification,
//! "@override", `label`.
//!
//! The answer selects the plan, so only the labels on which the operation's plan depends are looked at.

use crate::pipeline::RequestContext;
use hansa_federation::{LabelId, Supergraph};
use hansa_passport::Claims;
use http::{HeaderMap, HeaderName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

/// When fields are resolved by the subgraph that takes them over, by the label of their `@override(from:, label:)`.
pub type OverrideLabelsConfig = BTreeMap<String, LabelRule>;

/// For which requests a label is active.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum LabelRule {
    /// For all.
    On,
    /// For none.
    Off,
    /// For so many of a hundred: `percent: 25`.
    Percent(f64),
    /// For those that have this header: `header: {name: x-beta, value: "on"}`. Clients choose what they send.
    Header(LabelHeader),
    /// For callers whose verified token says so: `claim: {name: roles, value: staff}`.
    Claim(LabelClaim),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelHeader {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelClaim {
    pub name: CallerClaim,
    pub value: String,
}

/// What the router keeps of a token; `authentication.issuers[].claims` says which claims they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CallerClaim {
    Subject,
    Tenant,
    /// One of the roles.
    Roles,
    /// One of the scopes.
    Scopes,
    Username,
}

pub(crate) fn check(config: &OverrideLabelsConfig, are_callers_known: bool) -> Result<(), String> {
    for (label, rule) in config {
        let reason = match rule {
            LabelRule::Percent(percent) if !(0.0..=100.0).contains(percent) => {
                format!("{percent} of `{label}` is no percentage; write a number from 0 to 100")
            }
            LabelRule::Header(header) if header.name.parse::<HeaderName>().is_err() => {
                format!("`{}` of `{label}` is no name of a header", header.name)
            }
            LabelRule::Header(LabelHeader { value, .. }) | LabelRule::Claim(LabelClaim { value, .. })
                if value.is_empty() =>
            {
                format!("`{label}` needs a value to compare with")
            }
            LabelRule::Claim(_) if !are_callers_known => {
                format!("`{label}` waits for a claim, but no token is looked at; configure `authentication.issuers`")
            }
            _ => continue,
        };
        return Err(reason);
    }
    Ok(())
}

/// The rules as they are now: they may change while the router runs.
#[derive(Debug, Default)]
pub(crate) struct LabelRules(RwLock<Arc<OverrideLabelsConfig>>);

impl LabelRules {
    pub(crate) fn new(config: OverrideLabelsConfig) -> LabelRules {
        LabelRules(RwLock::new(Arc::new(config)))
    }

    pub(crate) fn get(&self) -> Arc<OverrideLabelsConfig> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The new rules, which hold until others do.
    pub(crate) fn replace(&self, config: OverrideLabelsConfig) -> Arc<OverrideLabelsConfig> {
        let rules = Arc::new(config);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rules.clone();
        rules
    }

    /// Those of `wanted` that are active, in their order. Costs nothing where nothing is wanted.
    pub(crate) fn active(&self, supergraph: &Supergraph, wanted: &[LabelId], context: &RequestContext) -> Vec<LabelId> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let rules = self.get();
        let is_active = |label: &LabelId| {
            let label = supergraph.override_label(*label);
            // What the settings say goes before what the label says itself; a label of which nobody says anything is off.
            match rules.get(label) {
                None => percentage(label).is_some_and(|percent| share(context.trace.trace_id()) < percent),
                Some(LabelRule::On) => true,
                Some(LabelRule::Off) => false,
                Some(LabelRule::Percent(percent)) => share(context.trace.trace_id()) < *percent,
                Some(LabelRule::Header(header)) => has_header(&context.headers, header),
                Some(LabelRule::Claim(claim)) => has_claim(&context.caller.claims, claim),
            }
        };
        wanted.iter().copied().filter(is_active).collect()
    }
}

/// Says which rules are for nothing: a label may be gone already, or still to come, or misspelt.
pub(crate) fn warn_of_unknown(config: &OverrideLabelsConfig, supergraph: &Supergraph) {
    let labels = &supergraph.override_labels;
    for label in config.keys().filter(|label| !labels.contains(label)) {
        let nearest = hansa_settings::nearest(label, labels.iter().map(String::as_str));
        let nearest = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
        tracing::warn!("`override_labels` names `{label}`, which is no label in the supergraph{nearest}");
    }
}

/// Of `percent(25)`.
fn percentage(label: &str) -> Option<f64> {
    let percent = label.strip_prefix("percent(")?.strip_suffix(')')?;
    percent.parse().ok().filter(|percent| (0.0..=100.0).contains(percent))
}

/// Where in a hundred a trace stands, the same for every label and in every router that the trace comes through. Trace
/// ids may be counted or padded, so their bits are mixed (the last step of SplitMix64).
fn share(trace_id: &str) -> f64 {
    let id = u128::from_str_radix(trace_id, 16).unwrap_or_default();
    let mut bits = mixed((id >> 64) as u64) ^ id as u64;
    bits = mixed(bits);
    (bits >> 11) as f64 / (1u64 << 53) as f64 * 100.0
}

fn mixed(bits: u64) -> u64 {
    let mut bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn has_header(headers: &HeaderMap, wanted: &LabelHeader) -> bool {
    headers.get_all(wanted.name.as_str()).iter().any(|value| value.as_bytes() == wanted.value.as_bytes())
}

fn has_claim(claims: &Claims, wanted: &LabelClaim) -> bool {
    let value = &wanted.value;
    match wanted.name {
        CallerClaim::Subject => claims.subject.as_ref() == Some(value),
        CallerClaim::Tenant => claims.tenant.as_ref() == Some(value),
        CallerClaim::Username => claims.username.as_ref() == Some(value),
        CallerClaim::Roles => claims.roles.contains(value),
        CallerClaim::Scopes => claims.scopes.contains(value),
    }
}
