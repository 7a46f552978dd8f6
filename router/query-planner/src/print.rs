//! A query plan as text and as JSON, for people and for tools.

use crate::plan::{Fetch, FetchKind, OperationKind, QueryPlan};
use hansa_federation::Supergraph;
use serde_json::{Value, json};

impl QueryPlan {
    /// Fetches in order, each with what it waits for and the document it sends. Ends with a line feed.
    pub fn to_text(&self, supergraph: &Supergraph) -> String {
        if self.fetches.is_empty() {
            return "no fetches: answered by the router itself\n".to_owned();
        }
        let mut text = String::new();
        for fetch in &self.fetches {
            let subgraph = &supergraph.subgraph(fetch.subgraph).name;
            let waits: Vec<String> = fetch.depends_on.iter().map(|id| id.0.to_string()).collect();
            let after = if waits.is_empty() { String::new() } else { format!(" after {}", waits.join(", ")) };
            text.push_str(&format!("fetch {} from {subgraph}{after}\n", fetch.id.0));
            for position in self.positions(fetch) {
                text.push_str(&format!("  at {position}\n"));
            }
            text.push_str(&format!("  {}\n", fetch.operation));
        }
        text
    }

    /// `{"kind", "fetches": [{"id", "subgraph", "kind", "dependsOn", "positions", "operation", "variables"}]}`.
    pub fn to_json(&self, supergraph: &Supergraph) -> Value {
        let fetches = self.fetches.iter().map(|fetch| {
            json!({
                "id": fetch.id.0,
                "subgraph": supergraph.subgraph(fetch.subgraph).name,
                "kind": match fetch.kind { FetchKind::Root(_) => "root", FetchKind::Entities(_) => "entities" },
                "dependsOn": fetch.depends_on.iter().map(|id| id.0).collect::<Vec<_>>(),
                "positions": self.positions(fetch),
                "operation": fetch.operation,
                "variables": fetch.variables.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
            })
        });
        let kind = match self.kind {
            OperationKind::Query => "query",
            OperationKind::Mutation => "mutation",
            OperationKind::Subscription => "subscription",
        };
        json!({ "kind": kind, "fetches": fetches.collect::<Vec<_>>() })
    }

    /// Response positions that an entity fetch completes.
    fn positions(&self, fetch: &Fetch) -> Vec<&str> {
        match &fetch.kind {
            FetchKind::Root(_) => Vec::new(),
            FetchKind::Entities(lookups) => {
                lookups.iter().map(|lookup| self.shape(lookup.selection.shape).position.as_str()).collect()
            }
        }
    }
}
