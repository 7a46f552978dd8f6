//! A PostgreSQL server of one's own.

use std::{
    env,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sqlx::{Connection, PgConnection};

use crate::{
    StartError,
    process::{Process, failed, free_port, make_folder},
};

/// PostgreSQL with one superuser `hansa` without a password, in a folder. Killed when it is dropped.
///
/// The programs are those of `HANSA_POSTGRES_BIN`, of the `PATH`, or of the newest version in the usual folders. The server
/// refuses to be run by root; then it is run as the user `postgres`, who must be able to enter the folder: it and its
/// parents are opened for that.
#[derive(Debug)]
pub struct PostgresProcess {
    process: Process,
    programs: PathBuf,
    data: PathBuf,
    settings: Vec<String>,
    user: Option<User>,
    port: u16,
}

#[derive(Debug, Clone, Copy)]
struct User {
    id: u32,
    group: u32,
}

const ALWAYS: [&str; 6] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=300",
    "shared_buffers=64MB",
    "lc_messages=C",
    "timezone=UTC",
];

impl PostgresProcess {
    /// Makes a server in the folder, or takes the one that is there, and starts it on a free port. It is as durable as one
    /// in production.
    pub async fn start(folder: &Path) -> Result<PostgresProcess, StartError> {
        PostgresProcess::start_with(folder, &[]).await
    }

    /// With settings, such as `fsync=off` for data that no power cut can hurt.
    pub async fn start_with(folder: &Path, settings: &[&str]) -> Result<PostgresProcess, StartError> {
        let programs = programs().ok_or(StartError::Missing {
            program: "PostgreSQL",
            advice: "install the server, or set HANSA_POSTGRES_BIN to the folder with initdb and postgres",
        })?;
        make_folder(folder)?;
        let data = folder.join("postgres-data");
        let user = server_user(folder)?;
        let process = Process::new("PostgreSQL", folder.join("postgres.log"));
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let mut server = PostgresProcess { process, programs, data, settings, user, port: free_port()? };
        if !server.data.join("PG_VERSION").exists() {
            server.make_cluster().await?;
        }
        if let Err(StartError::Ended { .. }) = server.restart().await {
            server.port = free_port()?;
            server.restart().await?;
        }
        Ok(server)
    }

    /// Starts it again on the same port, after a stop or a kill; or kills it first.
    pub async fn restart(&mut self) -> Result<(), StartError> {
        self.kill_9();
        // After a kill its children live on for a moment, and a server that finds them does not start.
        for _ in 0..150 {
            match self.run().await {
                Err(StartError::Ended { log, .. }) if are_children_left(&log) => {}
                result => return result,
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        self.run().await
    }

    /// `kill -9` of the server itself. Its children, one for each connection, notice and end by themselves.
    pub fn kill_9(&mut self) {
        self.process.kill();
    }

    /// An orderly stop, which ends open connections.
    pub async fn stop(&mut self) -> Result<(), StartError> {
        self.stop_by("fast")?;
        self.process.wait().await;
        Ok(())
    }

    /// Of the server itself.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// Of the database `postgres`, as the superuser.
    pub fn url(&self) -> String {
        format!("postgres://hansa@127.0.0.1:{}/postgres", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where everything is. While the server is down it may be copied.
    pub fn data_folder(&self) -> &Path {
        &self.data
    }

    async fn run(&mut self) -> Result<(), StartError> {
        let mut command = self.command("postgres");
        command.arg("-D").arg(&self.data).args(["-p", &self.port.to_string()]);
        let settings = ALWAYS.into_iter().chain(self.settings.iter().map(String::as_str));
        settings.for_each(|setting| {
            command.args(["-c", setting]);
        });
        self.process.spawn(&mut command)?;
        let url = self.url();
        self.process.wait_until(async || PgConnection::connect(&url).await.is_ok()).await
    }

    /// Sorts texts by the rules of English where it can, so that whoever relies on an order must have said which.
    async fn make_cluster(&mut self) -> Result<(), StartError> {
        let english = ["--locale-provider=icu", "--icu-locale=en-US"];
        match self.initdb(&english).await {
            // Older than 15, or built without ICU.
            Err(StartError::Ended { .. }) => self.initdb(&[]).await,
            result => result,
        }
    }

    async fn initdb(&self, locale: &[&str]) -> Result<(), StartError> {
        let mut command = self.command("initdb");
        command.arg("-D").arg(&self.data);
        command.args(["-U", "hansa", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]).args(locale);
        let mut command = tokio::process::Command::from(command);
        let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
        let output = output.map_err(|source| failed("run initdb".to_owned(), source))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(StartError::Ended {
                program: "initdb",
                status: output.status.to_string(),
                log: String::from_utf8_lossy(&output.stderr).into_owned(),
            }),
        }
    }

    fn stop_by(&self, mode: &str) -> Result<(), StartError> {
        let mut command = self.command("pg_ctl");
        command.arg("-D").arg(&self.data).args(["stop", "--no-wait", "--mode", mode]);
        let output = command.stdin(Stdio::null()).output();
        output.map(|_| ()).map_err(|source| failed("run pg_ctl".to_owned(), source))
    }

    /// A program of the server, run as the user that may run it.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.env_remove("PGDATA").env("LC_ALL", "C").current_dir(self.data.parent().unwrap_or(&self.data));
        if let Some(user) = self.user {
            command.uid(user.id).gid(user.group);
        }
        command
    }
}

/// What the server's last words advise when it finds a child of the one before: versions of it differ in the rest.
const CHILDREN_LEFT: &str = "terminate any old server processes associated with";

fn are_children_left(log: &str) -> bool {
    log.lines().next_back().is_some_and(|last| last.to_ascii_lowercase().contains(CHILDREN_LEFT))
}

impl Drop for PostgresProcess {
    // So that no child still writes while the folder is removed.
    fn drop(&mut self) {
        if self.pid().is_some() && self.stop_by("immediate").is_ok() {
            let until = std::time::Instant::now() + std::time::Duration::from_secs(5);
            while self.data.join("postmaster.pid").exists() && std::time::Instant::now() < until {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
        }
        self.process.kill();
    }
}

/// The folder with the server's programs.
fn programs() -> Option<PathBuf> {
    let is_whole = |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file());
    if let Some(folder) = env::var_os("HANSA_POSTGRES_BIN").filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder)).filter(is_whole);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let versions = |parent: &str| {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        entries.map(|entry| entry.path().join("bin")).collect::<Vec<_>>()
    };
    let mut usual = versions("/usr/lib/postgresql");
    usual.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    env::split_paths(&path).chain(usual).find(is_whole)
}

fn version(programs: &Path) -> u32 {
    let name = programs.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).unwrap_or(0)
}

/// The user `postgres` where this process is root's. The folder is made his, and can be reached by him.
fn server_user(folder: &Path) -> Result<Option<User>, StartError> {
    let io = |source| failed(format!("let the user `postgres` enter {}", folder.display()), source);
    let is_root = std::fs::metadata("/proc/self").or_else(|_| std::fs::metadata(folder)).map_err(io)?.uid() == 0;
    if !is_root {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").map_err(io)?;
    let user = users.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let is_his = fields.first() == Some(&"postgres");
        is_his.then(|| Some(User { id: fields.get(2)?.parse().ok()?, group: fields.get(3)?.parse().ok()? }))?
    });
    let user = user.ok_or(StartError::Missing {
        program: "PostgreSQL",
        advice: "root may not run it, and there is no user `postgres` who could",
    })?;
    let folder = folder.canonicalize().map_err(io)?;
    chown(&folder, Some(user.id), Some(user.group)).map_err(io)?;
    for parent in folder.ancestors().skip(1) {
        let mode = std::fs::metadata(parent).map_err(io)?.permissions().mode();
        if mode & 0o001 == 0 {
            std::fs::set_permissions(parent, PermissionsExt::from_mode(mode | 0o011)).map_err(io)?;
        }
    }
    Ok(Some(user))
}
