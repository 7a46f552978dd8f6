//! The platform, all of it in this process: each context on a port of its own, over the same HTTP as anywhere else.

use super::{UpArguments, catching_up};
use crate::{
    demo,
    failure::{Failure, with_causes},
    listen, output,
    platform::{
        contexts::{self, Contexts},
        data_directory::{DataDirectory, Demo},
        examples, keys,
        servers::ServerArguments,
        supergraph,
    },
    serving,
    stop_signal::StopSignal,
};
use hansa_event_sourcing::{Clock, IdSource};
use hansa_messaging::{Bus, Workers};
use hansa_passport::{SigningKeys, Verifier};
use hansa_server::{
    Algorithm, AuthenticationConfig, BoundRouter, Config, ConnectionsConfig, IssuerConfig, JwksConfig, Mode, Router,
    Span, SubgraphConfig,
};
use hansa_subgraph_host::{OpenError, Servers, Services, Subgraph};
use std::{net::SocketAddr, time::Duration};
use tokio::{sync::watch, task::JoinSet, time::timeout};

/// Router and subgraphs together have ten seconds to stop.
const ROUTER_DRAIN: Duration = Duration::from_secs(7);
const SUBGRAPHS_DRAIN: Duration = Duration::from_secs(2);

pub(super) async fn serve(arguments: &UpArguments) -> Result<(), Failure> {
    let stop_signal = StopSignal::new()?;
    let address = arguments.listen.unwrap_or(Config::default().listen);
    // Whoever waits for the demo to load should not learn only then that the port is taken.
    drop(listen::bind(address).await?);
    let platform = async |mut stopped| {
        let started = tokio::select! {
            () = &mut stopped => return Ok(()),
            started = Started::new(arguments, address) => started?,
        };
        started.run(stopped).await
    };
    stop_signal.drain(platform).await
}

/// All of it, once everything is open and every port is known.
struct Started {
    /// Held until the end.
    directory: DataDirectory,
    subgraphs: Subgraphs,
    router: BoundRouter,
}

impl Started {
    async fn new(arguments: &UpArguments, address: SocketAddr) -> Result<Started, Failure> {
        let wanted = if arguments.platform.no_demo { Demo::None } else { Demo::Loading };
        let mut directory = DataDirectory::open(&arguments.platform.data(), wanted)?;
        if directory.demo() == Demo::Loading {
            // Half a demo is none.
            directory.clear(contexts::names())?;
            directory.mark(wanted)?;
        }
        let clock = Clock::system();
        let passport_keys = keys::passport_keys(&directory, clock.now())?;
        let bus = arguments.servers.bus(&directory).await?;
        let contexts = open(&directory, &clock, (arguments.servers.servers(), bus)).await?;
        for subgraph in &contexts.subgraphs {
            ServerArguments::check_streams(subgraph).await?;
        }
        if directory.demo() == Demo::Loading {
            demo::load(&contexts, arguments.platform.small_demo).await?;
            directory.mark(Demo::Complete)?;
        }
        let workers: Vec<Workers> = contexts.subgraphs.iter().flat_map(Subgraph::workers).cloned().collect();
        let subgraphs = Subgraphs::start(&contexts, &passport_keys).await?;
        catching_up::wait(&workers).await;
        let composed = supergraph::composed(|name| subgraphs.url(name))?;
        let router = Router::new(config(address, &subgraphs))
            .supergraph_sdl(&composed.sdl)
            .passport_keys(passport_keys)
            .prepared_operations(examples::prepared());
        let router = router.bind().await.map_err(|error| serving::not_started(&error))?;
        Ok(Started { directory, subgraphs, router })
    }

    async fn run(mut self, stopped: impl Future<Output = ()>) -> Result<(), Failure> {
        let (announcement, ready) = (self.announcement(), self.router.keys_asked_for());
        let announcing = async {
            ready.await;
            match output::print(&announcement) {
                Ok(()) => std::future::pending().await,
                Err(failure) => failure,
            }
        };
        let ended = tokio::select! {
            () = self.router.run(stopped) => None,
            ended = self.subgraphs.tasks.join_next() => Some(ended),
            failure = announcing => return Err(failure),
        };
        self.subgraphs.stop().await;
        match ended {
            None => Ok(()),
            Some(_) => Err(Failure::undecided("internal error, please report it: a subgraph stopped by itself")),
        }
    }

    fn announcement(&self) -> String {
        let url = self.router.url();
        let mut text = format!(
            "Hansa is up. Open the playground and try the operations in its tabs:\n\n    {url}\n\n\
             GraphQL for other clients:\n\n    {url}graphql\n\n\
             Something to paste:\n\n    {}\n\n",
            examples::TO_PASTE
        );
        if self.directory.demo() == Demo::Complete {
            text.push_str("Logins (username, password, what they may do):\n\n");
            for (username, password, part) in demo::logins() {
                text.push_str(&format!("    {username:<6} {password:<18} {part}\n"));
            }
            text.push('\n');
        }
        text.push_str("Subgraphs, which answer to the router only:\n\n");
        for (name, origin) in &self.subgraphs.origins {
            text.push_str(&format!("    {name:<9} {origin}/graphql\n"));
        }
        text.push_str("\nCtrl-C stops it; what was written stays in the data directory.\n");
        text
    }
}

async fn open(directory: &DataDirectory, clock: &Clock, (servers, bus): (Servers, Bus)) -> Result<Contexts, Failure> {
    let services = |name: &'static str| {
        let data_folder = directory.context_folder(name)?;
        let cursors = keys::cursor_key(&data_folder)?;
        let mode = hansa_subgraph_host::Mode::Development;
        let (servers, bus) = (servers.clone(), bus.clone());
        Ok(Services { data_folder, clock: clock.clone(), ids: IdSource::random(), cursors, mode, servers, bus })
    };
    Contexts::open(services).await
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        Failure::undecided(with_causes(&error))
    }
}

/// The subgraphs, each on a free port of this machine.
struct Subgraphs {
    /// Ends by itself only if something is wrong.
    tasks: JoinSet<()>,
    origins: Vec<(&'static str, String)>,
    stop: watch::Sender<bool>,
}

impl Subgraphs {
    async fn start(contexts: &Contexts, keys: &SigningKeys) -> Result<Subgraphs, Failure> {
        let (stop, stopping) = watch::channel(false);
        let (mut tasks, mut origins) = (JoinSet::new(), Vec::new());
        for subgraph in contexts.subgraphs.iter().cloned() {
            let listener = listen::bind(([127, 0, 0, 1], 0).into()).await?;
            let address = listener.local_addr();
            let address = address.map_err(|error| Failure::undecided(format!("a subgraph has no address: {error}")))?;
            origins.push((subgraph.name(), listen::origin(address)));
            let verifier = Verifier::new(keys, subgraph.name());
            let mut stopping = stopping.clone();
            let stopped = async move { drop(stopping.wait_for(|is_stopping| *is_stopping).await) };
            tasks.spawn(hansa_subgraph_host::serve(listener, subgraph, verifier, stopped));
        }
        Ok(Subgraphs { tasks, origins, stop })
    }

    fn origin(&self, name: &str) -> &str {
        self.origins.iter().find(|(known, _)| *known == name).map_or("", |(_, origin)| origin)
    }

    fn url(&self, name: &str) -> String {
        format!("{}/graphql", self.origin(name))
    }

    async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(SUBGRAPHS_DRAIN, ended).await.is_err() {
            tracing::warn!("stopped before all subgraphs had answered");
        }
    }
}

/// Development mode, identity's tokens, and a passport for each subgraph.
fn config(listen: SocketAddr, subgraphs: &Subgraphs) -> Config {
    let jwks = format!("{}/.well-known/jwks.json", subgraphs.origin(hansa_identity::NAME));
    let identity = IssuerConfig {
        issuer: hansa_identity::ISSUER.to_owned(),
        audiences: vec![hansa_identity::AUDIENCE.to_owned()],
        jwks: JwksConfig { url: Some(jwks), ..JwksConfig::default() },
        algorithms: vec![Algorithm::EdDSA],
        types: vec![hansa_identity::TYP.to_owned()],
        ..IssuerConfig::default()
    };
    let with_passport = SubgraphConfig { passport: true, ..SubgraphConfig::default() };
    let names = subgraphs.origins.iter().map(|(name, _)| (*name).to_owned());
    Config {
        listen,
        mode: Mode::Development,
        authentication: AuthenticationConfig { issuers: vec![identity], ..AuthenticationConfig::default() },
        subgraphs: names.map(|name| (name, with_passport.clone())).collect(),
        connections: ConnectionsConfig { drain_timeout: Span(ROUTER_DRAIN), ..ConnectionsConfig::default() },
        ..Config::default()
    }
}
