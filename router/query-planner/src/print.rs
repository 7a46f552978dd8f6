//! A query plan as text and as JSON, for people and for tools.

mod contexts;
mod parts;

use crate::plan::{Fetch, FetchKind, OperationKind, QueryPlan, Refusal, ShapeValue};
use hansa_federation::Supergraph;
use serde_json::{Value, json};

impl QueryPlan {
    /// Fetches in order, each with what it waits for and the document it sends; then the later parts of the response, and
    /// what is refused to the caller. A subscription begins with its source, and what follows is for each event. Ends with a
    /// line feed.
    pub fn to_text(&self, supergraph: &Supergraph) -> String {
        let mut text = String::new();
        if self.fetches.is_empty() {
            text.push_str("no fetches: answered by the router itself\n");
        }
        for fetch in &self.fetches {
            let subgraph = &supergraph.subgraph(fetch.subgraph).name;
            let waits: Vec<String> = fetch.depends_on.iter().map(|id| id.0.to_string()).collect();
            let after = if waits.is_empty() { String::new() } else { format!(" after {}", waits.join(", ")) };
            let part = if fetch.part == Self::INITIAL { String::new() } else { format!(" for part {}", fetch.part.0) };
            let what = if self.is_source(fetch) { "subscription" } else { "fetch" };
            text.push_str(&format!("{what} {} from {subgraph}{after}{part}\n", fetch.id.0));
            for position in self.positions(fetch) {
                text.push_str(&format!("  at {position}\n"));
            }
            for (variable, sources) in self.contexts(fetch) {
                text.push_str(&format!("  ${variable} from {}\n", sources.join(" or ")));
            }
            text.push_str(&format!("  {}\n", fetch.operation));
        }
        text.push_str(&self.parts_text());
        for (position, refusal) in self.refused() {
            text.push_str(&format!("refused {position}: {}\n", refusal.code()));
        }
        text
    }

    /// `{"kind", "fetches": [{"id", "subgraph", "kind", "dependsOn", "positions", "operation", "variables"}]}`, and
    /// where something is refused to the caller `"refused": [{"position", "code"}]`. Where the response comes in parts, each
    /// fetch has the `"part"` that waits for it, and there are `"parts": [{"id", "kind", "labels", "positions"}]`. A fetch that reads
    /// from contexts has `"contexts": [{"variable", "from"}]`.
    pub fn to_json(&self, supergraph: &Supergraph) -> Value {
        let fetches = self.fetches.iter().map(|fetch| {
            let mut line = json!({
                "id": fetch.id.0,
                "subgraph": supergraph.subgraph(fetch.subgraph).name,
                "kind": match fetch.kind {
                    FetchKind::Root(_) if self.is_source(fetch) => "subscription",
                    FetchKind::Root(_) | FetchKind::RootBelow(_) => "root",
                    FetchKind::Entities(_) => "entities",
                },
                "dependsOn": fetch.depends_on.iter().map(|id| id.0).collect::<Vec<_>>(),
                "positions": self.positions(fetch),
                "operation": fetch.operation,
                "variables": fetch.variables.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
            });
            let contexts = self.contexts(fetch).into_iter();
            let contexts: Vec<Value> =
                contexts.map(|(variable, sources)| json!({ "variable": variable, "from": sources })).collect();
            if !contexts.is_empty() {
                line["contexts"] = Value::Array(contexts);
            }
            if self.is_incremental() {
                line["part"] = json!(fetch.part.0);
            }
            line
        });
        let kind = match self.kind {
            OperationKind::Query => "query",
            OperationKind::Mutation => "mutation",
            OperationKind::Subscription => "subscription",
        };
        let mut json = json!({ "kind": kind, "fetches": fetches.collect::<Vec<_>>() });
        if self.is_incremental() {
            json["parts"] = Value::Array(self.parts_json());
        }
        let refused = self.refused().into_iter();
        let refused: Vec<Value> =
            refused.map(|(position, refusal)| json!({ "position": position, "code": refusal.code() })).collect();
        if !refused.is_empty() {
            json["refused"] = Value::Array(refused);
        }
        json
    }

    fn is_source(&self, fetch: &Fetch) -> bool {
        self.source().is_some_and(|source| source.id == fetch.id)
    }

    /// Response positions of fields that are refused, at least for some of the types there; each once.
    fn refused(&self) -> Vec<(String, Refusal)> {
        let mut refused = Vec::new();
        for shape in &self.shapes {
            for field in shape.variants.iter().flat_map(|variant| &variant.fields) {
                let ShapeValue::Refused(refusal) = field.value else { continue };
                let dot = if shape.position.is_empty() { "" } else { "." };
                let line = (format!("{}{dot}{}", shape.position, field.response_name), refusal);
                if !refused.contains(&line) {
                    refused.push(line);
                }
            }
        }
        refused
    }

    /// Response positions that a fetch completes, unless it is the first there is.
    fn positions(&self, fetch: &Fetch) -> Vec<&str> {
        match &fetch.kind {
            FetchKind::Root(_) => Vec::new(),
            FetchKind::RootBelow(below) => vec![self.shape(below.selection.shape).position.as_str()],
            FetchKind::Entities(lookups) => {
                lookups.iter().map(|lookup| self.shape(lookup.selection.shape).position.as_str()).collect()
            }
        }
    }
}
