//! The platform as it is deployed: a process for the router and for each context; PostgreSQL, NATS and a server of the
//! MongoDB protocol under them.

use crate::{founding, process::Process, proxy::Proxy};
use anyhow::{Context, Result, bail};
use hansa_testkit::{MongoProcess, NatsProcess, PostgresProcess, StartError};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// All contexts that take part, the stub of nodes among them.
pub const CONTEXTS: [&str; 8] =
    ["identity", "catalog", "social", "inventory", "orders", "payments", "shipping", "node"];

/// What is on which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backends {
    /// Files in the data directory.
    Embedded,
    /// PostgreSQL, NATS JetStream, and, for a small shop, a server of the MongoDB protocol. Without a program for the last
    /// one documents stay in files.
    Servers,
}

/// What is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shop {
    /// The demo that `hansa up` makes.
    Demo,
    /// See `founding`.
    Small,
}

/// How the system is started.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The binary `hansa`.
    pub program: PathBuf,
    /// The repository: its supergraph and its router's settings.
    pub repository: PathBuf,
    pub backends: Backends,
    pub shop: Shop,
    /// More variables for the contexts, such as the faults of the sandbox provider.
    pub variables: Vec<(String, String)>,
}

/// The running system. All of it ends when it is dropped.
#[derive(Debug)]
pub struct System {
    pub router: Process,
    pub subgraphs: Vec<Process>,
    pub postgres: Option<PostgresProcess>,
    pub nats: Option<NatsProcess>,
    /// Between the processes and NATS.
    pub proxy: Option<Proxy>,
    pub mongo: Option<MongoProcess>,
    /// Edits that were made in all seeds.
    pub edits: u64,
    pub data: PathBuf,
    pub folder: PathBuf,
    program: PathBuf,
    variables: Vec<(String, String)>,
}

/// Where everything of a run is.
#[derive(Debug, Clone, Copy)]
pub struct Folders<'a> {
    pub everything: &'a Path,
    /// In memory: the server of documents waits for the disk in each of its many small commits.
    pub documents: &'a Path,
}

#[derive(Debug, Default)]
struct Servers {
    postgres: Option<PostgresProcess>,
    nats: Option<NatsProcess>,
    proxy: Option<Proxy>,
    mongo: Option<MongoProcess>,
}

impl Servers {
    async fn start(folders: Folders<'_>, shop: Shop) -> Result<Servers> {
        let postgres =
            PostgresProcess::start(&folders.everything.join("postgres")).await.context("start PostgreSQL")?;
        let nats = NatsProcess::start(&folders.everything.join("nats")).await.context("start NATS")?;
        // What is measured has nothing in between.
        if shop == Shop::Demo {
            return Ok(Servers { postgres: Some(postgres), nats: Some(nats), ..Servers::default() });
        }
        let proxy = Proxy::start(nats.port()).await?;
        let mongo = match MongoProcess::start(folders.documents).await {
            Ok(server) => Some(server),
            Err(error @ StartError::Missing { .. }) => {
                println!("{error}; catalog and social keep their documents in files");
                None
            }
            Err(error) => return Err(error).context("start the server of the MongoDB protocol"),
        };
        Ok(Servers { postgres: Some(postgres), nats: Some(nats), proxy: Some(proxy), mongo })
    }
}

impl Setup {
    fn check(&self) -> Result<()> {
        match self.program.is_file() {
            true => Ok(()),
            false => bail!(
                "there is no {}; build it with `cargo build --release -p hansa-cli`, or name another one with --hansa FILE",
                self.program.display()
            ),
        }
    }
}

impl System {
    /// Loads the demo, and starts every process. The folders are empty.
    pub async fn start(setup: &Setup, folders: Folders<'_>) -> Result<System> {
        setup.check()?;
        let folder = folders.everything;
        let Servers { postgres, nats, proxy, mongo } = match setup.backends {
            Backends::Embedded => Servers::default(),
            Backends::Servers => Servers::start(folders, setup.shop).await?,
        };
        let mut variables = setup.variables.clone();
        let urls = [
            ("HANSA_POSTGRES_URL", postgres.as_ref().map(PostgresProcess::url)),
            ("HANSA_NATS_URL", proxy.as_ref().map(Proxy::url).or_else(|| nats.as_ref().map(NatsProcess::url))),
            ("HANSA_MONGO_URL", mongo.as_ref().map(MongoProcess::url)),
        ];
        variables.extend(urls.into_iter().filter_map(|(name, url)| Some((name.to_owned(), url?))));
        let data = folder.join("data");
        make_data(setup, &data, &variables).await?;
        let (subgraphs, router) = processes(setup, (folder, &data), &variables)?;
        let program = setup.program.clone();
        let folder = folder.to_owned();
        let mut system =
            System { router, subgraphs, postgres, nats, proxy, mongo, edits: 0, data, folder, program, variables };
        for process in system.processes() {
            process.start()?;
        }
        for process in system.processes() {
            process.wait_for_first_start().await?;
        }
        if setup.shop == Shop::Small {
            founding::found(&system).await.context("make a small shop")?;
        }
        Ok(system)
    }

    pub fn processes(&mut self) -> impl Iterator<Item = &mut Process> {
        self.subgraphs.iter_mut().chain([&mut self.router])
    }

    pub async fn wait_until_ready(&mut self) -> Result<()> {
        for process in self.processes() {
            process.wait_until_ready().await?;
        }
        Ok(())
    }

    pub fn backends(&self) -> Backends {
        if self.postgres.is_some() { Backends::Servers } else { Backends::Embedded }
    }

    pub fn origin(&self) -> String {
        self.router.origin()
    }

    /// What `hansa ARGUMENTS` prints, with the data directory and the servers of this system; and whether it succeeded.
    pub fn call(&self, arguments: &[&str]) -> Result<(bool, String)> {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--data").arg(&self.data).stdin(Stdio::null());
        let output = command.envs(self.variables.iter().map(|(name, value)| (name, value))).output();
        let output = output.with_context(|| format!("could not call hansa {}", arguments.join(" ")))?;
        let text = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
    }
}

/// `hansa up` makes the data, with the demo or without, and is stopped as soon as it answers.
async fn make_data(setup: &Setup, data: &Path, variables: &[(String, String)]) -> Result<()> {
    let log = data.with_extension("up.log");
    let mut arguments = vec!["up".to_owned(), "--data".to_owned(), data.display().to_string()];
    arguments.extend((setup.shop == Shop::Small).then(|| "--no-demo".to_owned()));
    let mut up = Process::new(("up", setup.program.clone()), arguments, variables.to_vec(), log.clone())?;
    up.start()?;
    up.wait_for_first_start().await?;
    up.stop().await;
    match data.join("hansa-data.json").is_file() {
        true => Ok(()),
        false => bail!("hansa up made no data directory; its log is {}", log.display()),
    }
}

fn processes(
    setup: &Setup,
    (folder, data): (&Path, &Path),
    variables: &[(String, String)],
) -> Result<(Vec<Process>, Process)> {
    let keys = data.join("passport-keys.json").display().to_string();
    let mut subgraphs = Vec::new();
    let mut settings =
        fs::read_to_string(setup.repository.join("tests/e2e/router.yaml"))?.replace("PASSPORT_KEYS", &keys);
    for context in CONTEXTS {
        let data = data.display().to_string();
        // The demo's logins are for development only, and the data has them.
        let arguments = ["subgraph", context, "--data", &data, "--passport-keys", &keys, "--dev"].map(str::to_owned);
        let log = folder.join(format!("{context}.log"));
        let process = Process::new((context, setup.program.clone()), arguments.to_vec(), variables.to_vec(), log)?;
        settings = settings.replace(&format!("http://{context}"), &process.origin());
        subgraphs.push(process);
    }
    let config = folder.join("router.yaml");
    fs::write(&config, settings)?;
    let supergraph = setup.repository.join("schema/supergraph.graphql").display().to_string();
    let config = config.display().to_string();
    let arguments = ["router", "--supergraph", &supergraph, "--config", &config].map(str::to_owned).to_vec();
    let log = folder.join("router.log");
    let router = Process::new(("router", setup.program.clone()), arguments, Vec::new(), log)?;
    Ok((subgraphs, router))
}
