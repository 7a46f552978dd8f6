//! Starting and stopping: everything that can be wrong is found before the first request is accepted.

use crate::{
    Config, Contradiction,
    authentication::{Authentication, AuthenticationError},
    graph::{Graph, GraphError, GraphSurroundings},
    http::{self, playground::PreparedOperation},
    listener::Connections,
    metrics::{AuthenticationMetrics, RouterMetrics},
    pipeline::override_labels::LabelRules,
    reload::{self, SupergraphFile, SupergraphSwap, settings_file::SettingsFile},
    subgraph_transport::http_client::HttpClients,
    tls::{self, TlsError},
    wiring::Wiring,
};
use hansa_passport::{KeyFileError, Minter, SigningKeys};
use hansa_telemetry::Metrics;
use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};

/// Why the router cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("contradictory settings: {0}")]
    Contradiction(Contradiction),
    #[error("no supergraph: name its file with --supergraph FILE or the setting `supergraph`")]
    NoSupergraph,
    #[error("could not read the supergraph file {}", path.display())]
    SupergraphFile { path: PathBuf, source: io::Error },
    #[error("cannot serve {path}")]
    Supergraph { path: String, source: GraphError },
    #[error("access tokens cannot be verified")]
    Authentication(#[from] AuthenticationError),
    #[error(
        "subgraph `{subgraph}` wants passports, and there are no keys to sign them; name a file in the setting \
         `passport.keys_file`"
    )]
    NoPassportKeys { subgraph: String },
    #[error("passports cannot be signed")]
    PassportKeys(#[from] KeyFileError),
    #[error("could not set up TLS")]
    Tls(#[from] TlsError),
    #[error(
        "could not listen on {address}: the port is in use; stop the process that has it, or choose another with --listen"
    )]
    PortInUse { address: SocketAddr },
    #[error("could not listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
}

/// A router that does not listen yet.
#[derive(Debug)]
pub struct Router {
    config: Config,
    operations: Vec<PreparedOperation>,
    sdl: Option<String>,
    passport_keys: Option<SigningKeys>,
    settings_file: Option<SettingsFile>,
}

/// A router whose address is known and whose port is taken.
#[derive(Debug)]
pub struct BoundRouter {
    listener: TcpListener,
    local_addr: SocketAddr,
    connections: Connections,
    wiring: Arc<Wiring>,
    surroundings: Arc<GraphSurroundings>,
    file: Option<SupergraphFile>,
    settings_file: Option<SettingsFile>,
}

/// Binds and runs until `shutdown`.
pub async fn serve(config: Config, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
    Router::new(config).bind().await?.run(shutdown).await;
    Ok(())
}

impl Router {
    pub fn new(config: Config) -> Router {
        Router { config, operations: Vec::new(), sdl: None, passport_keys: None, settings_file: None }
    }

    /// Operations that the playground offers.
    pub fn prepared_operations(mut self, operations: Vec<PreparedOperation>) -> Router {
        self.operations = operations;
        self
    }

    /// Serves this supergraph SDL instead of the file in the settings.
    pub fn supergraph_sdl(mut self, sdl: impl Into<String>) -> Router {
        self.sdl = Some(sdl.into());
        self
    }

    /// Signs passports with these keys instead of those in the settings' file: for subgraphs in the same process, which
    /// share them.
    pub fn passport_keys(mut self, keys: SigningKeys) -> Router {
        self.passport_keys = Some(keys);
        self
    }

    /// Reads the settings again with `read` when this file has changed, and takes `override_labels` from them. All others
    /// stay as they are until the next start.
    pub fn settings_file(
        mut self,
        path: PathBuf,
        read: impl Fn() -> Result<Config, String> + Send + Sync + 'static,
    ) -> Router {
        self.settings_file = Some(SettingsFile::new(path, read));
        self
    }

    /// Loads the supergraph and takes the port.
    pub async fn bind(self) -> Result<BoundRouter, ServeError> {
        self.config.check().map_err(ServeError::Contradiction)?;
        let tls = tls::acceptor(&self.config.tls)?;
        let mut registry = Metrics::new();
        let metrics = Arc::new(RouterMetrics::register(registry.registry_mut()));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let surroundings = Arc::new(GraphSurroundings {
            label_rules: Arc::new(LabelRules::new(self.config.override_labels.clone())),
            config: Arc::new(self.config),
            clients: HttpClients::default(),
            metrics: metrics.clone(),
            makers: Arc::new(Semaphore::new(cores)),
        });
        let config = surroundings.config.clone();
        let minter = minter(&config, self.passport_keys)?;
        let authentication_metrics = AuthenticationMetrics::register(registry.registry_mut());
        let authentication =
            Authentication::new(&config.authentication, &surroundings.clients, authentication_metrics)?;
        let file = match self.sdl {
            Some(_) => None,
            None => Some(supergraph_file(&config)?),
        };
        let graph = match (&self.sdl, &file) {
            (Some(sdl), _) => graph(sdl, "the supergraph", &surroundings)?,
            (None, Some(file)) => graph(file.text(), &file.path().display().to_string(), &surroundings)?,
            (None, None) => return Err(ServeError::NoSupergraph),
        };
        let wiring = Arc::new(Wiring::new(graph, registry, &surroundings, &self.operations, (authentication, minter)));
        let service = http::stack(&config, wiring.clone());
        let connections = Connections::new(&config, service, tls, metrics);
        let listener = listen(config.listen).await?;
        let listen_error = |source| ServeError::Listen { address: config.listen, source };
        Ok(BoundRouter {
            local_addr: listener.local_addr().map_err(listen_error)?,
            listener,
            connections,
            wiring,
            surroundings,
            file,
            settings_file: self.settings_file,
        })
    }
}

impl BoundRouter {
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Where a browser on this machine finds the router.
    pub fn url(&self) -> String {
        let scheme = match self.surroundings.config.tls.certificate {
            Some(_) => "https",
            None => "http",
        };
        let mut address = self.local_addr;
        if address.ip().is_unspecified() {
            address.set_ip([127, 0, 0, 1].into());
        }
        format!("{scheme}://{address}/")
    }

    /// Replaces the supergraph while the router runs.
    pub fn supergraph_swap(&self) -> SupergraphSwap {
        SupergraphSwap::new(self.wiring.clone(), self.surroundings.clone())
    }

    /// Ends once [`BoundRouter::run`] has asked every issuer of tokens for its keys, whether or not they came. Before
    /// that `/ready` says no.
    pub fn keys_asked_for(&self) -> impl Future<Output = ()> + use<> {
        let wiring = self.wiring.clone();
        async move { wiring.authentication.keys_asked_for().await }
    }

    pub fn is_playground_on(&self) -> bool {
        self.wiring.playground.is_some()
    }

    /// Serves until `shutdown`; then `/ready` says no, no more connections are accepted, and requests under way finish
    /// within `connections.drain_timeout`.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let wiring = self.wiring.clone();
        let drained = async {
            shutdown.await;
            wiring.start_draining();
            tracing::info!("stopping: requests under way are answered first");
        };
        let drain_timeout = self.surroundings.config.connections.drain_timeout.0;
        let swap = SupergraphSwap::new(self.wiring.clone(), self.surroundings.clone());
        let watching = async {
            if self.file.is_some() || self.settings_file.is_some() {
                reload::watch((self.file, self.settings_file), swap).await;
            }
            std::future::pending().await
        };
        let rotating = self.surroundings.config.passport.rotate_keys(self.wiring.settings.minter.as_ref());
        let open = tokio::select! {
            open = self.connections.serve(self.listener, drained) => open,
            never = watching => never,
            never = self.wiring.authentication.keep_keys_fresh() => match never {},
            never = rotating => match never {},
            never = self.surroundings.clients.clear_forever() => match never {},
        };
        let finished = async {
            open.finish().await;
            self.wiring.tasks.join().await;
        };
        if timeout(drain_timeout, finished).await.is_err() {
            tracing::warn!("stopped before all requests were answered");
        }
    }
}

/// Keys that were handed over, or those in the file; a subgraph that wants passports needs some.
pub(crate) fn minter(config: &Config, keys: Option<SigningKeys>) -> Result<Option<Minter>, ServeError> {
    let keys = match keys {
        Some(keys) => Some(keys),
        None => config.passport.open()?,
    };
    match config.subgraphs.iter().find(|(_, subgraph)| subgraph.passport) {
        Some((name, _)) if keys.is_none() => Err(ServeError::NoPassportKeys { subgraph: name.clone() }),
        _ => Ok(keys.map(Minter::new)),
    }
}

fn supergraph_file(config: &Config) -> Result<SupergraphFile, ServeError> {
    let path = &config.supergraph;
    if path.as_os_str().is_empty() {
        return Err(ServeError::NoSupergraph);
    }
    SupergraphFile::read(path).map_err(|source| ServeError::SupergraphFile { path: path.clone(), source })
}

fn graph(sdl: &str, path: &str, surroundings: &GraphSurroundings) -> Result<Graph, ServeError> {
    Graph::new(sdl, path, surroundings).map_err(|source| ServeError::Supergraph { path: path.to_owned(), source })
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortInUse { address },
        _ => ServeError::Listen { address, source },
    })
}
