//! The public federation gateway audit: its own server gives supergraphs, subgraphs and tests; we start the router and ask.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::{
    Outcome,
    comparison::{Verdict, judge},
    composition,
    http_client::HttpClient,
    known_gaps::KnownGaps,
    router_process::RouterProcess,
};

/// Names the audit's server; without it, there is nothing to run against.
pub const AUDIT_URL_VARIABLE: &str = "HANSA_AUDIT_URL";

/// What to run, on which binary, and what is known to fail.
#[derive(Debug)]
pub struct Settings {
    pub audit_url: Option<String>,
    pub hansa: PathBuf,
    pub suites: Vec<String>,
    pub supergraphs: Supergraphs,
    pub known_gaps: PathBuf,
    pub verbose: bool,
}

/// Whose supergraph a suite's router runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supergraphs {
    /// The audit's own.
    Reference,
    /// What the binary under test composes of the suite's subgraphs.
    Composed,
}

#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    failed: usize,
    wrong_data: usize,
    findings: Vec<String>,
}

struct Test {
    query: String,
    expected: Value,
}

/// Runs the chosen suites, one router after another, and prints a line for each.
pub async fn run(settings: Settings) -> Result<Outcome> {
    let Some(audit_url) = &settings.audit_url else {
        println!("federation audit ... ignored; set {AUDIT_URL_VARIABLE} to the audit's server to run it");
        return Ok(Outcome::AsExpected);
    };
    let audit_url = audit_url.trim_end_matches('/');
    let client = HttpClient::default();
    let Ok(served) = get_json(&client, &format!("{audit_url}/ids")).await else {
        return Ok(Outcome::Missing(format!(
            "no federation audit at {audit_url}. Clone the public repository graphql-hive/federation-gateway-audit, \
             start its server (`npm install && npm start -- serve --port 4200`, Node 24), and pass its URL \
             with --audit-url or {AUDIT_URL_VARIABLE}"
        )));
    };
    let served: Vec<String> = serde_json::from_value(served).context("/ids is no list of suites")?;
    if let Some(unknown) = settings.suites.iter().find(|suite| !served.contains(suite)) {
        bail!("the audit has no suite {unknown}");
    }
    let gaps = fs::read_to_string(&settings.known_gaps)
        .with_context(|| format!("cannot read {}", settings.known_gaps.display()))
        .and_then(|text| KnownGaps::parse(&text))?;

    let mut tally = Tally::default();
    if let Some(unknown) = gaps.suites().find(|suite| !served.iter().any(|name| name == suite)) {
        tally.findings.push(format!("{unknown}: listed as a gap, but the audit has no such suite"));
    }
    let suites = if settings.suites.is_empty() { &served } else { &settings.suites };
    for suite in suites {
        run_suite(&settings, &gaps, suite, &format!("{audit_url}/{suite}"), &mut tally).await?;
    }
    Ok(report(&tally))
}

async fn run_suite(
    settings: &Settings,
    gaps: &KnownGaps,
    suite: &str,
    suite_url: &str,
    tally: &mut Tally,
) -> Result<()> {
    let client = HttpClient::default();
    let tests = read_tests(&client, suite_url).await?;
    for index in gaps.beyond(suite, tests.len()) {
        tally.findings.push(format!("{suite} {index}: listed as a gap, but there is no such test"));
    }
    let mut marks = String::new();
    let mut failures = Vec::new();
    let router = start_router(settings, &client, suite, suite_url).await?;
    let router = router.map_err(|error| failures.push(format!("{error:#}"))).ok();
    for (index, test) in tests.iter().enumerate() {
        let answer = match &router {
            Some(router) => ask(&client, &router.graphql_url(), &test.query).await,
            None => Err("no router".to_owned()),
        };
        // No answer is no pass, even where the test expects nothing but an error.
        let verdict = match &answer {
            Ok(received) => judge(&test.expected, received),
            Err(_) => Verdict::Refused,
        };
        marks.push(match verdict {
            Verdict::Passed => '.',
            Verdict::Refused => 'E',
            Verdict::WrongData => 'W',
        });
        tally.count(suite, index, verdict, gaps.cause(suite, index));
        if verdict != Verdict::Passed {
            failures.push(describe_failure(settings.verbose, index, test, answer));
        }
    }
    let passed = marks.matches('.').count();
    println!("{suite:<40} {passed:>2}/{:<2} {marks}", tests.len());
    for failure in failures {
        println!("    {failure}");
    }
    Ok(())
}

/// The inner result is the suite's: what does not compose or start fails its tests, and not the run.
async fn start_router(
    settings: &Settings,
    client: &HttpClient,
    suite: &str,
    suite_url: &str,
) -> Result<Result<RouterProcess>> {
    let supergraph = match settings.supergraphs {
        Supergraphs::Reference => {
            let (status, supergraph) = client.get(&format!("{suite_url}/supergraph")).await?;
            if !status.is_success() {
                bail!("{suite}: the audit's server answers {status} for the supergraph");
            }
            supergraph
        }
        Supergraphs::Composed => {
            let subgraphs = get_json(client, &format!("{suite_url}/subgraphs")).await?;
            match composition::compose(&settings.hansa, &subgraphs) {
                Ok(supergraph) => Bytes::from(supergraph),
                Err(error) => return Ok(Err(error)),
            }
        }
    };
    Ok(RouterProcess::start(&settings.hansa, suite, &supergraph, None).await)
}

/// Begins the cause of a listed test whose expectation we hold to be wrong.
const DISPUTED: &str = "disputed:";

impl Tally {
    fn count(&mut self, suite: &str, index: usize, verdict: Verdict, gap: Option<&str>) {
        match verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Refused => self.failed += 1,
            Verdict::WrongData => {
                self.failed += 1;
                self.wrong_data += 1;
            }
        }
        let finding = match (verdict, gap) {
            (Verdict::Passed, Some(_)) => "passes: delete its line from the list of known gaps",
            (Verdict::Refused, None) => "fails and is no known gap",
            (Verdict::WrongData, Some(cause)) if cause.starts_with(DISPUTED) => return,
            // Nothing else excuses an answer that a client would believe.
            (Verdict::WrongData, _) => "WRONG DATA: differs from the expectation without saying so",
            (Verdict::Passed, None) | (Verdict::Refused, Some(_)) => return,
        };
        self.findings.push(format!("{suite} {index}: {finding}"));
    }
}

fn report(tally: &Tally) -> Outcome {
    for finding in &tally.findings {
        println!("finding: {finding}");
    }
    if tally.wrong_data > 0 {
        println!("{} of the failed tests got wrong data", tally.wrong_data);
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.findings.is_empty() { Outcome::AsExpected } else { Outcome::Different }
}

fn describe_failure(verbose: bool, index: usize, test: &Test, answer: Result<Value, String>) -> String {
    let received = match answer {
        Ok(received) => received,
        Err(why) => return format!("test {index}: no answer: {why}"),
    };
    if verbose {
        format!("test {index}\n{}\nexpected {}\nreceived {received}", test.query.trim(), test.expected)
    } else if let Some(error) = received.pointer("/errors/0/message").and_then(Value::as_str) {
        format!("test {index}: {error}")
    } else {
        format!("test {index}: no error; --verbose shows the answer")
    }
}

/// What came back as JSON, or why nothing did: that is a failed test, not a broken run.
async fn ask(client: &HttpClient, url: &str, query: &str) -> Result<Value, String> {
    let body = json!({"query": query}).to_string().into_bytes();
    let (_, body) = client.post_json(url, body).await.map_err(|error| format!("{error:#}"))?;
    serde_json::from_slice(&body).map_err(|error| format!("not JSON: {error}"))
}

async fn read_tests(client: &HttpClient, suite_url: &str) -> Result<Vec<Test>> {
    let Value::Array(tests) = get_json(client, &format!("{suite_url}/tests")).await? else {
        bail!("{suite_url}/tests is no list");
    };
    let read = |test: Value| {
        let query = test.get("query").and_then(Value::as_str).context("a test without a query")?.to_owned();
        let expected = test.get("expected").cloned().unwrap_or_default();
        Ok(Test { query, expected })
    };
    tests.into_iter().map(read).collect()
}

async fn get_json(client: &HttpClient, url: &str) -> Result<Value> {
    let (status, body) = client.get(url).await?;
    if !status.is_success() {
        bail!("{url} answers {status}");
    }
    serde_json::from_slice(&body).with_context(|| format!("{url} does not answer JSON"))
}
