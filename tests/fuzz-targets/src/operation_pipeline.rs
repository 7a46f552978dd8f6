//! Any bytes as a request, from its body to the response. The first byte chooses a supergraph, the second who asks and what
//! is down; then come the operation and, after a zero byte, the variables.

use std::sync::{Arc, LazyLock};

use anyhow::{Context, Result};
use bytes::Bytes;
use hansa_executor::{SubgraphRequest, SubgraphResponse, Transport, TransportError, codes};
use hansa_federation::{Grants, LabelId, Supergraph};
use hansa_mock_subgraph::MockSubgraph;
use hansa_server::{DryCaller, DryRun};
use serde_json::Value;

use crate::{
    case_folder::{self, CASES},
    network::{Given, respond, respond_in_parts},
};

/// The second byte: the caller is known and may read everything.
pub(crate) const ALL_GRANTS: u8 = 1;
/// The second byte: the first subgraph cannot be reached.
const ONE_IS_DOWN: u8 = 2;
/// The second byte: the response may come in parts.
pub(crate) const IN_PARTS: u8 = 4;
/// The second byte: all progressive overrides are active.
const LABELS_ARE_ACTIVE: u8 = 8;

struct Stage {
    dry_run: DryRun,
    grants: Grants,
    subgraphs: Vec<Option<MockSubgraph>>,
}

static STAGES: LazyLock<Vec<Stage>> = LazyLock::new(|| {
    CASES.iter().map(|case| stage(case).unwrap_or_else(|error| panic!("{case}: {error:#}"))).collect()
});

fn stage(case: &str) -> Result<Stage> {
    let supergraph = Arc::new(Supergraph::parse(&case_folder::supergraph(case)?, "supergraph.graphql")?);
    let folder = case_folder::folder(case).join("subgraphs");
    let mock = |name: &str| -> Result<Option<MockSubgraph>> {
        let Ok(sdl) = std::fs::read_to_string(folder.join(format!("{name}.graphql"))) else { return Ok(None) };
        let data = std::fs::read_to_string(folder.join(format!("{name}.json"))).ok();
        Ok(Some(MockSubgraph::new(name, &sdl, data.as_deref())?))
    };
    let subgraphs = supergraph.subgraphs.iter().map(|subgraph| mock(&subgraph.name)).collect::<Result<_>>()?;
    let scopes = ["read:all", "admin"].map(str::to_owned);
    Ok(Stage { dry_run: DryRun::new(supergraph), grants: Grants::authenticated(scopes), subgraphs })
}

pub fn operation_pipeline(bytes: &[u8]) {
    let [case, setting, rest @ ..] = bytes else { return };
    let stage = &STAGES[usize::from(*case) % CASES.len()];
    let (operation, variables) = match rest.iter().position(|byte| *byte == 0) {
        Some(zero) => (&rest[..zero], &rest[zero + 1..]),
        None => (rest, &[][..]),
    };
    let supergraph = stage.dry_run.supergraph();
    let labels: Vec<LabelId> = (0..supergraph.override_labels.len()).map(|index| LabelId(index as u32)).collect();
    let caller = DryCaller {
        grants: if setting & ALL_GRANTS != 0 { &stage.grants } else { &Grants::ANONYMOUS },
        active_labels: if setting & LABELS_ARE_ACTIVE != 0 { &labels } else { &[] },
        is_incremental: setting & IN_PARTS != 0,
    };
    let ready = match stage.dry_run.prepare(&body(operation, variables), caller) {
        Ok(ready) => ready,
        Err(refusal) => {
            let refusal: Value = serde_json::from_slice(&refusal).expect("a refusal is JSON");
            assert!(refusal["errors"][0]["message"].is_string(), "{refusal}");
            return;
        }
    };
    let given = Given { variables: ready.variables, introspection: ready.introspection, ..Given::default() };
    let network = Network { subgraphs: &stage.subgraphs, is_one_down: setting & ONE_IS_DOWN != 0 };
    match ready.plan.plan().is_incremental() {
        true => respond_in_parts(&ready.plan, supergraph, &network, &given),
        false => drop(respond(&ready.plan, supergraph, &network, &given)),
    }
}

/// The body of a POST. Variables go in as they are, and may make it something else.
fn body(operation: &[u8], variables: &[u8]) -> Vec<u8> {
    let query = Value::from(String::from_utf8_lossy(operation)).to_string();
    let mut body = format!("{{\"query\":{query}").into_bytes();
    if !variables.is_empty() {
        body.extend_from_slice(b",\"variables\":");
        body.extend_from_slice(variables);
    }
    body.push(b'}');
    body
}

struct Network<'a> {
    subgraphs: &'a [Option<MockSubgraph>],
    is_one_down: bool,
}

impl Network<'_> {
    fn answer(&self, request: &SubgraphRequest) -> Result<Option<Value>> {
        let index = usize::from(request.subgraph.0);
        if self.is_one_down && index == 0 {
            return Ok(None);
        }
        let Some(mock) = self.subgraphs.get(index).context("a subgraph that is not there")? else { return Ok(None) };
        let request: Value = serde_json::from_slice(&request.body).context("the body of a request")?;
        let answer = mock.execute(&request);
        // What a subgraph refuses as a whole is a wrong document, or variables that do not fit it.
        anyhow::ensure!(answer.get("data").is_some(), "{request} is refused: {answer}");
        Ok(Some(answer))
    }
}

impl Transport for Network<'_> {
    async fn send(&self, request: SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        match self.answer(&request) {
            Ok(Some(answer)) => Ok(SubgraphResponse { status: 200, body: Bytes::from(answer.to_string()) }),
            Ok(None) => {
                let message = "the subgraph cannot be reached".to_owned();
                Err(TransportError { code: codes::DOWNSTREAM_UNAVAILABLE, message })
            }
            Err(error) => panic!("{error:#}"),
        }
    }
}
