//! `hansa verify`: whether the answer depends on the plan, on a graph that runs.

use crate::{
    arguments::LogArguments,
    failure::{Failure, with_causes},
    input::read_text,
    output, router_settings,
    serving::{self, not_started},
    stop_signal::StopSignal,
    verifying::{
        Verification,
        conclusion::Conclusion,
        given_operations::{GivenOperation, given_operations},
        report,
        session::{Bounds, run_session},
    },
};
use clap::{Args, ValueEnum};
use hansa_server::{ClientHeader, Config, GraphClient, SignInError, Span};
use std::{convert::Infallible, path::PathBuf, time::Duration};

const DURATION: Duration = Duration::from_secs(30);

/// Ask your running subgraphs random operations, each by two different query plans, whose answers must agree.
///
/// A difference is a field that several subgraphs give and do not agree about, a key that leads elsewhere, a requirement
/// that is met in one way and not in another, or a defect of the router. It is made small and printed with both plans.
/// Only queries are sent, at most --rate of them a second. Ctrl-C ends early, and prints what was found so far.
///
/// Exit status: 0 all answers agree, 1 some do not, or one of --operations is refused, 3 nothing could be compared, a
/// subgraph never answered, or most operations failed. docs/guides/verifying-a-graph.md says what to do about a
/// difference.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// The supergraph's SDL, as composition writes it. Required, here, in the configuration file or as a variable
    /// [env: HANSA_SUPERGRAPH].
    #[arg(long, value_name = "FILE")]
    supergraph: Option<PathBuf>,

    /// The router's configuration file: where the subgraphs are, timeouts, headers, who is believed [default: none, every
    /// setting has its default].
    #[arg(long, value_name = "FILE", env = "HANSA_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,

    /// A folder of operations that are asked besides: each NAME.graphql, with NAME.variables.json where there is one.
    /// Mutations and subscriptions are left out [default: random operations only].
    #[arg(long, value_name = "DIR")]
    operations: Option<PathBuf>,

    /// How many random operations are asked; 0 for none [default: as many as --duration lets].
    #[arg(long, value_name = "N")]
    count: Option<u64>,

    /// How long operations are asked, such as 30s or 5m [default: 30s, or until --count].
    #[arg(long, value_name = "TIME")]
    duration: Option<Span>,

    /// Equal seeds give equal operations, as long as the subgraphs' answers are equal [default: a new one, which is
    /// printed].
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// A header that the client sends, such as 'authorization: Bearer TOKEN'; may be given several times. The settings'
    /// rules say which subgraphs get it; without any rule, all do.
    #[arg(long, value_name = "NAME: VALUE", allow_hyphen_values = true, value_parser = header_argument)]
    header: Vec<HeaderArgument>,

    /// Operations that are asked at the same time, 1 to 256.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,

    /// Answers that are asked for in a second, at most; an operation takes two, a difference some more. 1 to 10000.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,

    /// List the fields that no operation reached, too.
    #[arg(long)]
    unreached: bool,

    /// How the outcome is printed: text for people, json for programs.
    #[arg(long = "format", value_name = "FORMAT", default_value = "text")]
    outcome_format: VerifyFormat,

    #[command(flatten)]
    logs: LogArguments,
}

/// A mistake in it is said later: the argument parser would repeat the value, which may be a token.
type HeaderArgument = Result<ClientHeader, String>;

fn header_argument(text: &str) -> Result<HeaderArgument, Infallible> {
    Ok(hansa_server::parse_header(text))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum VerifyFormat {
    Text,
    Json,
}

pub(crate) fn run(arguments: &VerifyArguments) -> Result<(), Failure> {
    let headers = arguments.headers()?;
    let config = arguments.settings()?;
    arguments.logs.start();
    if let Some(file) = config.passport.keys_file.as_ref().filter(|file| !file.exists()) {
        let file = file.display();
        return Err(Failure::wrong_call(format!(
            "passport.keys_file {file}: there is no such file; name the one that the router and the subgraphs use"
        )));
    }
    let path = config.supergraph.display().to_string();
    let sdl = match path.is_empty() {
        true => return Err(not_started(&hansa_server::ServeError::NoSupergraph)),
        false => read_text("--supergraph", &config.supergraph)?,
    };
    serving::block_on(async {
        let client = GraphClient::new(config, (&sdl, &path), &headers).map_err(|error| not_started(&error))?;
        let given = match &arguments.operations {
            Some(folder) => given_operations(client.supergraph(), folder)?,
            None => Vec::new(),
        };
        arguments.verify(client, given).await
    })
}

impl VerifyArguments {
    fn settings(&self) -> Result<Config, Failure> {
        let supergraph = self.supergraph.as_ref().map(|path| path.display().to_string());
        router_settings::load(self.config.as_deref(), &[("supergraph", supergraph, "--supergraph")])
    }

    fn headers(&self) -> Result<Vec<ClientHeader>, Failure> {
        let mut headers = Vec::with_capacity(self.header.len());
        for (index, header) in self.header.iter().enumerate() {
            let wrong = |mistake: &String| Failure::wrong_call(format!("--header, number {}: {mistake}", index + 1));
            headers.push(header.as_ref().map_err(wrong)?.clone());
        }
        Ok(headers)
    }

    async fn verify(&self, mut client: GraphClient, given: Vec<GivenOperation>) -> Result<(), Failure> {
        let stop_signal = StopSignal::new()?;
        client.sign_in().await.map_err(|error| match &error {
            SignInError::Start(error) => not_started(error),
            SignInError::Refused(_) => Failure::wrong_call(with_causes(&error)),
        })?;
        for name in client.unused_headers() {
            output::report(&format!(
                "note: no rule of the settings sends `{name}` on to a subgraph, so --header {name} has no effect\n"
            ));
        }
        let seed = self.seed.unwrap_or_else(|| fastrand::u64(..1_000_000_000));
        let bounds = Bounds {
            count: self.count,
            duration: self.duration.map(|span| span.0).or((self.count.is_none()).then_some(DURATION)),
            concurrency: usize::from(self.concurrency),
            rate: self.rate,
        };
        if self.outcome_format == VerifyFormat::Text {
            let subgraphs = client.supergraph().subgraphs.len();
            output::report(&format!("asking {subgraphs} subgraphs, seed {seed}; Ctrl-C ends early\n"));
        }
        let prints_findings = self.outcome_format == VerifyFormat::Text;
        let verification = Verification::new(&client, seed);
        let session = |stopped| run_session(verification, given, bounds, (stopped, prints_findings));
        let outcome = stop_signal.drain(session).await?;
        match self.outcome_format {
            VerifyFormat::Text => output::print(&report::summary_text(&outcome, self.unreached))?,
            VerifyFormat::Json => output::print(&format!("{:#}", report::summary_json(&outcome)))?,
        }
        Conclusion::of(&outcome).result()
    }
}
