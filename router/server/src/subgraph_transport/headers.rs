//! Which of a client's headers go on to which subgraph. Nothing does unless a rule says so.

use crate::passports;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{self, Entry},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rules for request headers, applied in order: those for all subgraphs, then the subgraph's own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HeadersConfig {
    /// Rules for every subgraph: a list of `propagate: {named: …, rename: …, default: …}`, `propagate: {matching: x-shop-*}`,
    /// `insert: {name: …, value: …}` and `remove: {named: …}`.
    pub all: Vec<HeaderRule>,
    /// Rules by subgraph name.
    pub subgraphs: BTreeMap<String, Vec<HeaderRule>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum HeaderRule {
    /// Sends the client's header on: `propagate: {named: authorization}` or `propagate: {matching: x-shop-*}`.
    Propagate(PropagateRule),
    /// Sends a header with a fixed value: `insert: {name: x-router, value: hansa}`.
    Insert(InsertRule),
    /// Takes back what earlier rules sent: `remove: {named: x-debug}`.
    Remove(RemoveRule),
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PropagateRule {
    /// One header.
    pub named: Option<String>,
    /// All headers whose name begins like this, up to the `*` at its end.
    pub matching: Option<String>,
    /// Name towards the subgraph; only with `named`.
    pub rename: Option<String>,
    /// Value when the client sent none; only with `named`.
    pub default: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InsertRule {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveRule {
    pub named: String,
}

/// About the connection or the message to us, not about the request: wrong on any other connection. Here and below, `_` in
/// a name counts as `-`, because many servers read it so.
const NEVER_PROPAGATED: [HeaderName; 20] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
    header::EXPECT,
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("http2-settings"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    passports::HEADER,
];

/// Headers that say who is calling, where somebody believes them: a client's own are lies.
const IDENTITY_PREFIXES: [&str; 4] = ["x-tenant", "x-user", "x-internal", "ev-"];

/// Checked rules of one subgraph.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeaderRules(Vec<Rule>);

#[derive(Debug, Clone)]
enum Rule {
    Propagate { from: HeaderName, to: HeaderName, default: Option<HeaderValue> },
    PropagateMatching { prefix: String },
    Insert { name: HeaderName, value: HeaderValue },
    Remove(HeaderName),
}

impl HeadersConfig {
    pub(crate) fn check(&self) -> Result<(), String> {
        let lists = std::iter::once(&self.all).chain(self.subgraphs.values());
        lists.flatten().try_for_each(|rule| checked(rule).map(drop))
    }

    /// The rules of one subgraph. Wrong rules were refused by [`HeadersConfig::check`].
    pub(crate) fn rules_for(&self, subgraph: &str) -> HeaderRules {
        let own = self.subgraphs.get(subgraph).into_iter().flatten();
        HeaderRules(self.all.iter().chain(own).filter_map(|rule| checked(rule).ok()).collect())
    }
}

fn checked(rule: &HeaderRule) -> Result<Rule, String> {
    match rule {
        HeaderRule::Propagate(rule) => checked_propagate(rule),
        HeaderRule::Insert(rule) => Ok(Rule::Insert { name: outgoing_name(&rule.name)?, value: value(&rule.value)? }),
        HeaderRule::Remove(rule) => Ok(Rule::Remove(outgoing_name(&rule.named)?)),
    }
}

fn checked_propagate(rule: &PropagateRule) -> Result<Rule, String> {
    match (&rule.named, &rule.matching) {
        (Some(named), None) => {
            let from = client_name(named)?;
            let to = rule.rename.as_deref().map(client_name).transpose()?;
            Ok(Rule::Propagate {
                to: to.unwrap_or_else(|| from.clone()),
                from,
                default: rule.default.as_deref().map(value).transpose()?,
            })
        }
        (None, Some(matching)) => {
            if rule.rename.is_some() || rule.default.is_some() {
                return Err("`rename` and `default` need `named`: with `matching` there may be many headers".to_owned());
            }
            let prefix = matching.strip_suffix('*').filter(|prefix| !prefix.contains('*'));
            let prefix =
                prefix.ok_or_else(|| format!("`{matching}` must end with its only `*`, such as `x-shop-*`"))?;
            Ok(Rule::PropagateMatching { prefix: prefix.to_ascii_lowercase() })
        }
        _ => Err("a `propagate` rule needs either `named` or `matching`".to_owned()),
    }
}

fn name(text: &str) -> Result<HeaderName, String> {
    text.parse().map_err(|_| format!("`{text}` is no header name"))
}

fn outgoing_name(text: &str) -> Result<HeaderName, String> {
    let name = name(text)?;
    if is_routers_own(&name) {
        return Err(format!("`{name}` is the router's own: no rule can send it on, set it or remove it"));
    }
    Ok(name)
}

/// For what comes from a client.
fn client_name(text: &str) -> Result<HeaderName, String> {
    let name = outgoing_name(text)?;
    match is_identity(&name) {
        true => Err(format!(
            "`{name}` says who is calling, and clients could write anything there; subgraphs learn it from the passport \
             (`subgraphs.NAME.passport`)"
        )),
        false => Ok(name),
    }
}

fn is_routers_own(name: &HeaderName) -> bool {
    let name = as_servers_read(name);
    NEVER_PROPAGATED.iter().any(|own| own == name.as_str())
}

fn is_identity(name: &HeaderName) -> bool {
    let name = as_servers_read(name);
    IDENTITY_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn as_servers_read(name: &HeaderName) -> String {
    name.as_str().replace('_', "-")
}

fn value(text: &str) -> Result<HeaderValue, String> {
    text.parse().map_err(|_| format!("`{text}` is no header value"))
}

impl HeaderRules {
    /// Adds to `outgoing` what the rules make of the client's headers.
    pub(crate) fn apply(&self, client: &HeaderMap, outgoing: &mut HeaderMap) {
        for rule in &self.0 {
            match rule {
                Rule::Propagate { from, to, default } => propagate(client, outgoing, (from, to), default.as_ref()),
                Rule::PropagateMatching { prefix } => {
                    let matching = client.keys().filter(|name| name.as_str().starts_with(prefix.as_str()));
                    for name in matching.filter(|name| is_propagated(client, name)) {
                        propagate(client, outgoing, (name, name), None);
                    }
                }
                Rule::Insert { name, value } => {
                    outgoing.insert(name, value.clone());
                }
                Rule::Remove(name) => {
                    outgoing.remove(name);
                }
            }
        }
    }
}

/// The client's values replace what an earlier rule set, and keep their number.
fn propagate(
    client: &HeaderMap,
    outgoing: &mut HeaderMap,
    (from, to): (&HeaderName, &HeaderName),
    default: Option<&HeaderValue>,
) {
    let mut values = client.get_all(from).iter();
    let first = values.next().or(default);
    let Some(first) = first else { return };
    match outgoing.entry(to) {
        Entry::Occupied(mut entry) => {
            entry.insert(first.clone());
        }
        Entry::Vacant(entry) => {
            entry.insert(first.clone());
        }
    }
    for value in values {
        outgoing.append(to, value.clone());
    }
}

/// A client can name further headers that belong to its connection.
fn is_propagated(client: &HeaderMap, name: &HeaderName) -> bool {
    if is_routers_own(name) || is_identity(name) {
        return false;
    }
    let named_by_connection = client.get_all(header::CONNECTION).iter().any(|value| {
        let text = value.to_str().unwrap_or_default();
        text.split(',').any(|option| option.trim().eq_ignore_ascii_case(name.as_str()))
    });
    !named_by_connection
}
