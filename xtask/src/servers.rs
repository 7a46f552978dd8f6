//! `cargo xtask with-servers COMMAND`: PostgreSQL, NATS and a server of the MongoDB protocol, each in a folder that is
//! removed at the end, and their addresses in the variables that tests read. A server whose variable is set already is used
//! as it is, and not started.

mod programs;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::repository::{release_binary, root};

pub(crate) const POSTGRES_URL: &str = "HANSA_TEST_POSTGRES_URL";
pub(crate) const NATS_URL: &str = "HANSA_TEST_NATS_URL";
pub(crate) const MONGO_URL: &str = "HANSA_TEST_MONGO_URL";

/// How long a server may take until it accepts connections.
const START_MAX: Duration = Duration::from_secs(60);

/// Runs a command with all servers, and fails as it does.
pub(crate) fn with_servers(command: &[&str]) -> Result<()> {
    let [program, arguments @ ..] = command else {
        bail!("with-servers wants a command, such as `cargo xtask with-servers cargo test --workspace`");
    };
    let servers = Servers::start()?;
    let status = servers.run(program, arguments)?;
    match status.success() {
        true => Ok(()),
        false => bail!("`{}` failed: {status}", command.join(" ")),
    }
}

/// Seeds of faults in their short form: the platform as processes that are killed while orders are placed.
pub(crate) fn faults() -> Result<()> {
    // It has servers of its own, which it kills.
    programs::postgres()?;
    let (nats, mongo) = (programs::nats()?, programs::mongo()?);
    let chaos = release_binary("hansa-chaos");
    let hansa = release_binary("hansa").display().to_string();
    let arguments = ["faults", "--hansa", &hansa, "--seeds", "2", "--seconds", "10"];
    println!("$ {} {}", shown(&chaos), arguments.join(" "));
    let mut command = Command::new(&chaos);
    command.args(arguments).env("HANSA_NATS_SERVER", nats).env("HANSA_MONGO_SERVER", mongo).current_dir(root());
    match command.status().with_context(|| format!("could not start {}", shown(&chaos)))?.success() {
        true => Ok(()),
        false => bail!("an invariant was broken, or nothing was tried: see above"),
    }
}

/// Servers that are stopped when this is dropped.
pub(crate) struct Servers {
    children: Vec<Child>,
    /// Removed at the end.
    folder: PathBuf,
    /// In memory: this server waits for the disk in each of its many small commits. Removed at the end.
    memory_folder: Option<PathBuf>,
    variables: Vec<(&'static str, String)>,
}

impl Servers {
    pub(crate) fn start() -> Result<Servers> {
        let folder = env::temp_dir().join(format!("hansa-servers-{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
        let mut servers = Servers { children: Vec::new(), folder, memory_folder: None, variables: Vec::new() };
        let (nats, mongo) = (programs::nats()?, programs::mongo()?);
        servers.variables.push(("HANSA_NATS_SERVER", nats.display().to_string()));
        servers.variables.push(("HANSA_MONGO_SERVER", mongo.display().to_string()));
        if env::var_os(POSTGRES_URL).is_none() {
            servers.start_postgres()?;
        }
        if env::var_os(NATS_URL).is_none() {
            let (port, store) = (free_port()?, servers.folder_of("nats")?);
            let mut command = Command::new(&nats);
            command.args(["--addr", "127.0.0.1", "--port", &port.to_string(), "--jetstream", "--store_dir"]).arg(store);
            servers.spawn("NATS", command, port)?;
            servers.variables.push((NATS_URL, format!("nats://127.0.0.1:{port}")));
        }
        if env::var_os(MONGO_URL).is_none() {
            let (port, store) = (free_port()?, servers.mongo_folder()?);
            let mut command = Command::new(&mongo);
            command.arg(format!("127.0.0.1:{port}")).arg(store);
            servers.spawn("the MongoDB protocol's server", command, port)?;
            servers.variables.push((MONGO_URL, format!("mongodb://127.0.0.1:{port}")));
        }
        Ok(servers)
    }

    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Result<ExitStatus> {
        for (name, value) in &self.variables {
            println!("{name}={value}");
        }
        let mut command = Command::new(program);
        command.args(arguments).current_dir(root()).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.status().with_context(|| format!("could not start `{program}`"))
    }

    /// PostgreSQL, which does not run as root. Tests that cut its power have one of their own, so this one need not sync.
    fn start_postgres(&mut self) -> Result<()> {
        let programs = programs::postgres()?;
        let (port, data) = (free_port()?, self.folder_of("postgres")?);
        if programs::is_root() {
            let owned = Command::new("chown").arg("-R").arg("postgres").arg(&data).status();
            if !owned.context("could not start `chown`")?.success() {
                bail!("could not give {} to the user postgres", data.display());
            }
        }
        let mut initdb = programs::as_postgres(&programs.join("initdb"));
        initdb.args(["--username=hansa", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--pgdata"]);
        let made = initdb.arg(&data).current_dir(&data).stdout(Stdio::null()).status();
        if !made.context("could not start `initdb`")?.success() {
            bail!("`initdb` failed in {}", data.display());
        }
        let mut command = programs::as_postgres(&programs.join("postgres"));
        command.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k", ""]);
        for setting in ["fsync=off", "max_connections=500", "shared_buffers=128MB", "logging_collector=off"] {
            command.args(["-c", setting]);
        }
        command.current_dir(&data);
        self.spawn("PostgreSQL", command, port)?;
        self.variables.push((POSTGRES_URL, format!("postgres://hansa@127.0.0.1:{port}/postgres")));
        Ok(())
    }

    fn mongo_folder(&mut self) -> Result<PathBuf> {
        let folder = Path::new("/dev/shm").join(format!("hansa-servers-{}", std::process::id()));
        match fs::create_dir(&folder) {
            Ok(()) => {
                self.memory_folder = Some(folder.clone());
                Ok(folder)
            }
            Err(_) => self.folder_of("mongo"),
        }
    }

    fn folder_of(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
        Ok(folder)
    }

    /// Starts a server with its output in a file, and waits until it accepts connections.
    fn spawn(&mut self, name: &str, mut command: Command, port: u16) -> Result<()> {
        let log = self.folder.join(format!("{port}.log"));
        let file = fs::File::create(&log).with_context(|| format!("could not make {}", log.display()))?;
        command.stdin(Stdio::null()).stderr(file.try_clone()?).stdout(file);
        let mut child = command.spawn().with_context(|| format!("could not start {name}"))?;
        let started = Instant::now();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        while TcpStream::connect(address).is_err() {
            let ended = child.try_wait()?;
            if ended.is_some() || started.elapsed() > START_MAX {
                let _ = child.kill();
                let text = fs::read_to_string(&log).unwrap_or_default();
                bail!("{name} does not accept connections on {address}; it said:\n{}", last_lines(&text));
            }
            sleep(Duration::from_millis(50));
        }
        self.children.push(child);
        Ok(())
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for child in &mut self.children {
            stop(child);
        }
        for folder in self.memory_folder.iter().chain([&self.folder]) {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Politely first, so that PostgreSQL's own children end.
fn stop(child: &mut Child) {
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    let started = Instant::now();
    while matches!(child.try_wait(), Ok(None)) && started.elapsed() < Duration::from_secs(10) {
        sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("could not find a free port")?;
    Ok(listener.local_addr()?.port())
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}

/// For messages: a path below the root as it is read there.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
