//! The public federation gateway audit: its own server gives supergraphs, subgraphs and tests; we start the router and ask.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{
    Outcome,
    comparison::{Verdict, judge},
    composition,
    http_client::HttpClient,
    known_gaps::KnownGaps,
    router_process::RouterProcess,
    suites::{Suites, Test},
    well_formed,
};

/// Names the audit's server; without it, there is nothing to run against.
pub const AUDIT_URL_VARIABLE: &str = "HANSA_AUDIT_URL";

/// What to run, on which binary, and what is known to fail.
#[derive(Debug)]
pub struct Settings {
    pub audit_url: Option<String>,
    pub hansa: PathBuf,
    pub suites: Vec<String>,
    /// A folder of suites, instead of those that the server has.
    pub suites_folder: Option<PathBuf>,
    pub supergraphs: Vec<Supergraphs>,
    pub known_gaps: PathBuf,
    pub verbose: bool,
}

/// Whose supergraph a suite's router runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Supergraphs {
    /// The audit's own
    Reference,
    /// What the binary under test composes of the suite's subgraphs
    Composed,
}

#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    failed: usize,
    wrong_data: usize,
    findings: Vec<String>,
}

/// Runs the chosen suites on the chosen supergraphs, one router after another, and prints a line for each.
pub async fn run(settings: Settings) -> Result<Outcome> {
    let Some(audit_url) = &settings.audit_url else {
        println!("federation audit ... ignored; set {AUDIT_URL_VARIABLE} to the audit's server to run it");
        return Ok(Outcome::AsExpected);
    };
    let suites = Suites {
        audit_url: audit_url.trim_end_matches('/').to_owned(),
        folder: settings.suites_folder.clone(),
        client: HttpClient::default(),
    };
    let Ok(served) = suites.served().await else {
        return Ok(Outcome::Missing(format!(
            "no federation audit at {audit_url}. Clone the public repository graphql-hive/federation-gateway-audit, \
             start its server (`npm install && npm start -- serve --port 4200`, Node 24), and pass its URL \
             with --audit-url or {AUDIT_URL_VARIABLE}"
        )));
    };
    let names = suites.names(&served)?;
    if let Some(unknown) = settings.suites.iter().find(|suite| !names.contains(suite)) {
        bail!("the audit has no suite {unknown}");
    }
    let gaps = fs::read_to_string(&settings.known_gaps)
        .with_context(|| format!("cannot read {}", settings.known_gaps.display()))
        .and_then(|text| KnownGaps::parse(&text))?;

    let chosen = if settings.suites.is_empty() { &names } else { &settings.suites };
    let mut is_different = false;
    for supergraphs in &settings.supergraphs {
        println!("on {} supergraphs", supergraphs.name());
        let mut tally = Tally::default();
        if let Some(unknown) = gaps.suites().find(|suite| !served.iter().any(|name| name == suite)) {
            tally.findings.push(format!("{unknown}: listed as a gap, but the audit has no such suite"));
        }
        for suite in chosen {
            run_suite(&settings, *supergraphs, (&suites, suite), &gaps, &mut tally).await?;
        }
        is_different |= !tally.report();
    }
    Ok(if is_different { Outcome::Different } else { Outcome::AsExpected })
}

async fn run_suite(
    settings: &Settings,
    supergraphs: Supergraphs,
    (suites, suite): (&Suites, &str),
    gaps: &KnownGaps,
    tally: &mut Tally,
) -> Result<()> {
    let tests = suites.tests(suite).await?;
    for index in gaps.beyond(suite, tests.len()) {
        tally.findings.push(format!("{suite} {index}: listed as a gap, but there is no such test"));
    }
    let mut marks = String::new();
    let mut failures = Vec::new();
    let router = start_router(settings, supergraphs, (suites, suite)).await?;
    let router = router.map_err(|error| failures.push(format!("{error:#}"))).ok();
    let passed_before = tally.passed;
    for (index, test) in tests.iter().enumerate() {
        let answer = match &router {
            Some(router) => ask(&suites.client, &router.graphql_url(), &test.query).await,
            None => Err("no router".to_owned()),
        };
        // No answer is no pass, even where the test expects nothing but an error.
        let verdict = match &answer {
            Ok(received) => judge(&test.expected, received),
            Err(_) => Verdict::Refused,
        };
        marks.push(match verdict {
            Verdict::Passed => '.',
            Verdict::UnexpectedErrors => 'e',
            Verdict::Refused => 'E',
            Verdict::WrongData => 'W',
        });
        if !tally.count((suite, index), verdict, gaps.cause(suite, index)) {
            failures.push(describe_failure(settings.verbose, index, test, answer));
        }
    }
    println!("{suite:<40} {:>2}/{:<2} {marks}", tally.passed - passed_before, tests.len());
    for failure in failures {
        println!("    {failure}");
    }
    Ok(())
}

/// The inner result is the suite's: what does not compose or start fails its tests, and not the run.
async fn start_router(
    settings: &Settings,
    supergraphs: Supergraphs,
    (suites, suite): (&Suites, &str),
) -> Result<Result<RouterProcess>> {
    let supergraph = match supergraphs {
        Supergraphs::Reference => suites.reference(suite).await?,
        Supergraphs::Composed => match composition::compose(&settings.hansa, &suites.subgraphs(suite).await?) {
            Ok(supergraph) => supergraph,
            Err(error) => return Ok(Err(error)),
        },
    };
    Ok(RouterProcess::start(&settings.hansa, suite, &supergraph, None).await)
}

impl Supergraphs {
    const fn name(self) -> &'static str {
        match self {
            Supergraphs::Reference => "the audit's own",
            Supergraphs::Composed => "composed",
        }
    }
}

/// Begins the cause of a listed test whose expectation we hold to be wrong.
const DISPUTED: &str = "disputed:";

/// Begins the cause of a listed test in whose answer an error has to be, though the expectation does not name it.
const EXPECTED_ERROR: &str = "expected error:";

impl Tally {
    /// Whether the test counts as passed.
    fn count(&mut self, (suite, index): (&str, usize), verdict: Verdict, gap: Option<&str>) -> bool {
        let has_expected_error = gap.is_some_and(|cause| cause.starts_with(EXPECTED_ERROR));
        let is_passed = match verdict {
            Verdict::Passed => !has_expected_error,
            Verdict::UnexpectedErrors => has_expected_error,
            Verdict::Refused | Verdict::WrongData => false,
        };
        self.passed += usize::from(is_passed);
        self.failed += usize::from(!is_passed);
        self.wrong_data += usize::from(verdict == Verdict::WrongData);
        let finding = match (verdict, gap) {
            (Verdict::Passed, Some(_)) if has_expected_error => "the expected error is missing",
            (Verdict::Passed, Some(_)) => "passes: delete its line from the list of known gaps",
            (Verdict::UnexpectedErrors, None) => "the data are right, but there are errors that nobody expects",
            (Verdict::Refused, None) => "fails and is no known gap",
            (Verdict::Refused, Some(_)) if has_expected_error => {
                "fails; the known gap is an error beside the right data"
            }
            (Verdict::WrongData, Some(cause)) if cause.starts_with(DISPUTED) => return is_passed,
            // Nothing else excuses an answer that a client would believe.
            (Verdict::WrongData, _) => "WRONG DATA: differs from the expectation without saying so",
            (Verdict::Passed, None) | (Verdict::UnexpectedErrors | Verdict::Refused, Some(_)) => return is_passed,
        };
        self.findings.push(format!("{suite} {index}: {finding}"));
        is_passed
    }

    /// Prints what the tests came to; false where there are findings.
    fn report(&self) -> bool {
        for finding in &self.findings {
            println!("finding: {finding}");
        }
        if self.wrong_data > 0 {
            println!("{} of the failed tests got wrong data", self.wrong_data);
        }
        println!("{} passed, {} failed", self.passed, self.failed);
        self.findings.is_empty()
    }
}

fn describe_failure(verbose: bool, index: usize, test: &Test, answer: Result<Value, String>) -> String {
    let received = match answer {
        Ok(received) => received,
        Err(why) => return format!("test {index}: no well-formed answer: {why}"),
    };
    if verbose {
        format!("test {index}\n{}\nexpected {}\nreceived {received}", test.query.trim(), test.expected)
    } else if let Some(error) = received.pointer("/errors/0/message").and_then(Value::as_str) {
        format!("test {index}: {error}")
    } else {
        format!("test {index}: no error; --verbose shows the answer")
    }
}

/// What came back, if it is a well-formed response; why it is none is a failed test, not a broken run.
async fn ask(client: &HttpClient, url: &str, query: &str) -> Result<Value, String> {
    let body = json!({"query": query}).to_string().into_bytes();
    let answer = client.post_json(url, body).await.map_err(|error| format!("{error:#}"))?;
    let response = serde_json::from_slice(&answer.body).map_err(|error| format!("not JSON: {error}"))?;
    let faults = well_formed::faults(answer.status, &answer.media_type, &response);
    if faults.is_empty() { Ok(response) } else { Err(faults.join("; ")) }
}
