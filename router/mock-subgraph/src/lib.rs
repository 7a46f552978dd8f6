//! SDL and data file in, a federated subgraph out.
//!
//! For teams whose subgraph does not exist yet, for the demo, and for tests of the router: the data file can
//! answer wrongly on purpose, and [`Knobs`] make the HTTP side misbehave. The data file's format is described in
//! `docs/guides/mock-subgraph.md`. Everything a mock invents depends on names and keys only, so that two mocks of
//! one supergraph agree about the same entity.

mod bad_body;
mod data_file;
mod event_streams;
mod execute;
mod federation_names;
mod field_set;
mod given;
mod http_server;
mod invent;
mod knobs;
mod leaf;
mod load_error;
mod request_log;
mod resolve;
mod sdl;

pub use http_server::serve;
pub use knobs::{BodyKind, Knobs};
pub use load_error::{DataProblem, LoadError};
pub use request_log::RecordedRequest;

use data_file::DataFile;
use request_log::RequestLog;
use sdl::SubgraphSchema;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// A subgraph made of an SDL and, optionally, a data file.
#[derive(Debug)]
pub struct MockSubgraph {
    name: String,
    schema: SubgraphSchema,
    data_file: DataFile,
    counters: Mutex<HashMap<String, i64>>,
    request_log: RequestLog,
}

impl MockSubgraph {
    /// Reads a federation v1 or v2 SDL (with or without definitions of the federation directives) and a data file
    /// in JSON. Without a data file every value is invented.
    ///
    /// Fails when the SDL is not a valid subgraph or the data does not fit it; all problems of the data file are
    /// reported together.
    pub fn new(name: &str, sdl: &str, data: Option<&str>) -> Result<MockSubgraph, LoadError> {
        let schema = SubgraphSchema::parse(name, sdl)?;
        let data_file = match data {
            Some(json) => DataFile::parse(json, &schema)?,
            None => DataFile::default(),
        };
        Ok(MockSubgraph {
            name: name.to_owned(),
            schema,
            data_file,
            counters: Mutex::default(),
            request_log: RequestLog::default(),
        })
    }

    /// Keeps the last `count_max` requests for [`MockSubgraph::requests`]. Without this call none are kept.
    pub fn record_requests(mut self, count_max: usize) -> MockSubgraph {
        self.request_log = RequestLog::new(count_max);
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The SDL as given, which is also what `_service { sdl }` answers.
    pub fn sdl(&self) -> &str {
        &self.schema.sdl
    }

    /// Answers one GraphQL request object (`query`, `operationName`, `variables`) with a response object.
    ///
    /// The same request gets the same answer, except for the data file's counters.
    pub fn execute(&self, request: &Value) -> Value {
        self.request_log.push(&[], request);
        execute::execute_request(self, request)
    }

    /// The response to an event of a subscription, counted from 0. `None`: there are no more; an error is the response to
    /// a request that is refused.
    pub fn event(&self, request: &Value, number: usize) -> Result<Option<Value>, Value> {
        execute::execute_event(self, request, number).map_err(|errors| json!({ "errors": errors }))
    }

    /// The recorded requests, oldest first; empty unless [`MockSubgraph::record_requests`] was called.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.request_log.requests()
    }

    /// The subgraph over HTTP: `POST /graphql`, `GET /health` and `GET /ready`.
    pub fn router(self: Arc<Self>, knobs: Knobs) -> axum::Router {
        http_server::router(self, knobs)
    }
}

#[cfg(test)]
mod tests;
