//! The platform as it is deployed: a process for the router and for each context, PostgreSQL and NATS under them.

use crate::process::Process;
use anyhow::{Context, Result, bail};
use hansa_testkit::{NatsProcess, PostgresProcess};
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
    /// PostgreSQL and NATS JetStream; documents stay in files.
    Servers,
}

/// How the system is started.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The binary `hansa`.
    pub program: PathBuf,
    /// The repository: its supergraph and its router's settings.
    pub repository: PathBuf,
    pub backends: Backends,
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
    pub data: PathBuf,
    pub folder: PathBuf,
    program: PathBuf,
    variables: Vec<(String, String)>,
}

impl System {
    /// Loads the demo, and starts every process. `folder` is empty.
    pub async fn start(setup: &Setup, folder: &Path) -> Result<System> {
        let (mut postgres, mut nats, mut variables) = (None, None, setup.variables.clone());
        if setup.backends == Backends::Servers {
            let server = PostgresProcess::start(&folder.join("postgres")).await.context("start PostgreSQL")?;
            variables.push(("HANSA_POSTGRES_URL".to_owned(), server.url()));
            postgres = Some(server);
            let server = NatsProcess::start(&folder.join("nats")).await.context("start NATS")?;
            variables.push(("HANSA_NATS_URL".to_owned(), server.url()));
            nats = Some(server);
        }
        let data = folder.join("data");
        load_demo(setup, &data, &variables).await?;
        let (subgraphs, router) = processes(setup, (folder, &data), &variables)?;
        let program = setup.program.clone();
        let folder = folder.to_owned();
        let mut system = System { router, subgraphs, postgres, nats, data, folder, program, variables };
        for process in system.processes() {
            process.start()?;
        }
        system.wait_until_ready().await?;
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

/// `hansa up` makes the demo and is stopped as soon as it answers.
async fn load_demo(setup: &Setup, data: &Path, variables: &[(String, String)]) -> Result<()> {
    let log = data.with_extension("up.log");
    let arguments = vec!["up".to_owned(), "--data".to_owned(), data.display().to_string()];
    let mut up = Process::new(("up", setup.program.clone()), arguments, variables.to_vec(), log.clone())?;
    up.start()?;
    up.wait_until_ready().await?;
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
