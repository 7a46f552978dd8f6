//! The routers that are compared: a table in a file, so that another one is a few lines.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::{
    machine,
    server_process::{Scratch, ServerProcess},
};

/// The table that is kept with the benchmark.
pub const OWN_TABLE: &str = include_str!("../peers/routers.yaml");

/// The name that the byte proxy has in reports.
pub const FLOOR: &str = "floor";

const PLACEHOLDERS: [&str; 3] = ["supergraph", "port", "folder"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    routers: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    /// For whoever reads the figures.
    version: String,
    program: PathBuf,
    /// What to do when it is missing.
    install: String,
    #[serde(default)]
    arguments: Vec<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// Written to the run's folder, by name.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// The path that is answered with 200 once it can answer operations.
    ready: String,
    /// Measured only where requests may share what they fetch, and compared with nothing.
    #[serde(default)]
    shares: bool,
}

/// One row of the table.
#[derive(Debug, Clone)]
pub struct Router {
    pub name: String,
    pub version: String,
    pub program: PathBuf,
    pub install: String,
    /// The one that others are compared with.
    pub is_first: bool,
    pub shares: bool,
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
    files: BTreeMap<String, String>,
    ready: String,
}

/// Reads the table; the first router is the one that the others are compared with.
pub fn read(table: &str) -> Result<Vec<Router>> {
    let table: Table = serde_saphyr::from_str(table).context("the table of routers is not what it should be")?;
    ensure!(!table.routers.is_empty(), "the table of routers is empty");
    let mut routers = Vec::<Router>::new();
    for entry in table.routers {
        let router = check(entry, routers.is_empty())?;
        if routers.iter().any(|known| known.name == router.name) {
            bail!("two routers are called {}", router.name);
        }
        routers.push(router);
    }
    Ok(routers)
}

fn check(entry: Entry, is_first: bool) -> Result<Router> {
    let name = entry.name;
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    ensure!(is_word, "\"{name}\" is no name for a router: letters, digits and dashes make one");
    ensure!(name != FLOOR, "no router can be called {FLOOR}: that is the byte proxy");
    ensure!(!entry.program.as_os_str().is_empty(), "{name}: program is empty");
    ensure!(!(is_first && entry.shares), "{name}: the first router is compared with the others, so it cannot share");
    ensure!(entry.ready.starts_with('/'), "{name}: ready is a path, such as /health, and not \"{}\"", entry.ready);
    for file in entry.files.keys() {
        let is_plain = !file.is_empty() && !file.contains(['/', '\\']) && file != "log" && !file.starts_with('.');
        ensure!(is_plain, "{name}: \"{file}\" is no name for a file in the router's folder");
    }
    let texts = || entry.arguments.iter().chain(entry.environment.values());
    for text in texts() {
        check_placeholders(text).with_context(|| format!("{name}: \"{text}\""))?;
    }
    for needed in ["{supergraph}", "{port}"] {
        let is_told = texts().chain(entry.files.values()).any(|text| text.contains(needed));
        ensure!(is_told, "{name}: nothing tells it {needed}");
    }
    Ok(Router {
        name,
        version: entry.version,
        program: entry.program,
        install: entry.install,
        is_first,
        shares: entry.shares,
        arguments: entry.arguments,
        environment: entry.environment,
        files: entry.files,
        ready: entry.ready,
    })
}

/// Braces in arguments and environment mean one of the placeholders. In files they may mean anything.
fn check_placeholders(text: &str) -> Result<()> {
    for rest in text.split('{').skip(1) {
        let name = rest.split('}').next().unwrap_or_default();
        let is_known = PLACEHOLDERS.contains(&name) && rest.contains('}');
        ensure!(is_known, "{{{name}}} is none of {{supergraph}}, {{port}} and {{folder}}");
    }
    Ok(())
}

impl Router {
    /// Where its program is: as given, or in one of the folders of `PATH`.
    pub fn find_program(&self) -> Result<PathBuf> {
        let program = &self.program;
        let found = if program.components().count() > 1 {
            program.is_file().then(|| program.clone())
        } else {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
        };
        found.with_context(|| {
            let place = if program.components().count() > 1 { "at" } else { "in PATH:" };
            let Router { name, install, .. } = self;
            format!("no program {place} {}; {install}, or say where it is: --router {name}=PATH", program.display())
        })
    }

    /// Starts it with this supergraph, on one core if the machine can pin it, and waits until it is ready.
    pub async fn start(&self, supergraph: &str, core: Option<usize>) -> Result<ServerProcess> {
        let program = self.find_program()?;
        let scratch = Scratch::create()?;
        let supergraph_file = scratch.path().join("supergraph.graphql");
        fs::write(&supergraph_file, supergraph)?;
        let address = crate::server_process::free_address()?;
        let places = Places { supergraph: &supergraph_file, folder: scratch.path(), address };
        for (name, text) in &self.files {
            fs::write(scratch.path().join(name), places.fill(text))?;
        }
        let mut command = machine::command(&fs::canonicalize(program)?, core);
        command.current_dir(scratch.path()).args(self.arguments.iter().map(|argument| places.fill(argument)));
        command.envs(self.environment.iter().map(|(name, value)| (name, places.fill(value))));
        ServerProcess::start(command, scratch, address, &self.ready).await
    }
}

struct Places<'run> {
    supergraph: &'run Path,
    folder: &'run Path,
    address: SocketAddr,
}

impl Places<'_> {
    fn fill(&self, text: &str) -> String {
        text.replace("{supergraph}", &self.supergraph.to_string_lossy())
            .replace("{folder}", &self.folder.to_string_lossy())
            .replace("{port}", &self.address.port().to_string())
    }
}
