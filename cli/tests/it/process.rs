//! `hansa` as a process: run to its end, or kept as a server and stopped with the test.

use crate::http::{self, Response};
use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::scratch::Scratch;

/// For what takes milliseconds on a quiet machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// `hansa` with no settings from the environment of whoever runs the tests.
fn hansa() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hansa"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HANSA_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// What a call that ends by itself said.
pub(crate) struct Called {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn call(arguments: &[&str]) -> Called {
    call_with_environment(arguments, &[])
}

pub(crate) fn call_with_environment(arguments: &[&str], environment: &[(&str, &str)]) -> Called {
    Call { arguments, environment, ..Call::default() }.run()
}

/// A call with all that it may depend on.
#[derive(Default)]
pub(crate) struct Call<'a> {
    pub(crate) arguments: &'a [&'a str],
    pub(crate) environment: &'a [(&'a str, &'a str)],
    /// Where it runs, if that matters.
    pub(crate) folder: Option<&'a Path>,
    /// Standard input, which is small.
    pub(crate) input: &'a str,
}

impl Call<'_> {
    /// A call that should end and does not is killed, and reported with status -1.
    pub(crate) fn run(&self) -> Called {
        let mut command = hansa();
        command.args(self.arguments).envs(self.environment.iter().copied());
        command.current_dir(self.folder.unwrap_or(Path::new("."))).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A call that does not read it has ended before, perhaps.
        let _ = child.stdin.take().unwrap().write_all(self.input.as_bytes());
        let deadline = Instant::now() + DEADLINE;
        let stdout = read_in_background(child.stdout.take().unwrap());
        let stderr = read_in_background(child.stderr.take().unwrap());
        while child.try_wait().unwrap().is_none() {
            if Instant::now() > deadline {
                child.kill().unwrap();
            }
            thread::sleep(Duration::from_millis(5));
        }
        let status = child.wait().unwrap();
        Called {
            status: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout.join().unwrap()).unwrap(),
            stderr: String::from_utf8(stderr.join().unwrap()).unwrap(),
        }
    }
}

fn read_in_background(mut pipe: impl std::io::Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// A server process on a free port, ready to answer. Killed on drop.
pub(crate) struct Server {
    child: Child,
    _stdout: BufReader<ChildStdout>,
    scratch: Scratch,
    pub(crate) origin: String,
    /// What it printed up to the line with its address, that one included.
    pub(crate) printed: String,
}

impl Server {
    /// Adds `--listen` with a free port to the call and waits until the server is ready.
    #[track_caller]
    pub(crate) fn start(arguments: &[&str]) -> Server {
        let scratch = Scratch::new();
        let log = File::create(scratch.path("log")).unwrap();
        Server::start_with(arguments, scratch, log.into())
    }

    /// The same with a log that nobody reads any more, as after `2>&1 | head`.
    #[track_caller]
    pub(crate) fn start_unheard(arguments: &[&str]) -> Server {
        let (reader, log) = std::io::pipe().unwrap();
        drop(reader);
        Server::start_with(arguments, Scratch::new(), log.into())
    }

    #[track_caller]
    fn start_with(arguments: &[&str], scratch: Scratch, log: Stdio) -> Server {
        let mut command = hansa();
        command.args(arguments).args(["--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        let origin = loop {
            let line_start = printed.len();
            if stdout.read_line(&mut printed).unwrap() == 0 {
                let log = fs::read_to_string(scratch.path("log")).unwrap_or_default();
                panic!("stopped before it printed its address ({:?}): {printed}{log}", child.wait());
            }
            if let Some(origin) = origin_in(&printed[line_start..]) {
                break origin;
            }
        };
        let server = Server { child, _stdout: stdout, scratch, origin, printed };
        server.wait_for("readiness", || http::get(&server.origin, "/ready").is_ok_and(|answer| answer.status == 200));
        server
    }

    /// Polls until `condition` holds.
    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str, condition: impl Fn() -> bool) {
        poll(what, condition, || self.log());
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.scratch.path("log")).unwrap_or_default()
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        http::get(&self.origin, path).unwrap()
    }

    /// `TERM`, `INT` or `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Waits for the process's end, at most `limit`.
    #[track_caller]
    pub(crate) fn end_within(&mut self, limit: Duration) -> ExitStatus {
        let log = self.log();
        end_within(&mut self.child, limit, || log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A call that goes on, and may serve nothing. Killed on drop.
pub(crate) struct Running {
    child: Child,
    scratch: Scratch,
}

impl Running {
    pub(crate) fn start(arguments: &[&str]) -> Running {
        let scratch = Scratch::new();
        let file = |name| File::create(scratch.path(name)).unwrap();
        let mut command = hansa();
        let child = command.args(arguments).stdout(file("stdout")).stderr(file("stderr")).spawn().unwrap();
        Running { child, scratch }
    }

    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(self.scratch.path("stdout")).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.scratch.path("stderr")).unwrap()
    }

    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str, condition: impl Fn() -> bool) {
        poll(what, condition, || format!("{}\n{}", self.stdout(), self.stderr()));
    }

    /// The address that it prints once it serves.
    #[track_caller]
    pub(crate) fn origin(&self) -> String {
        self.wait_for("address", || origin_in(&self.stdout()).is_some());
        origin_in(&self.stdout()).unwrap()
    }

    /// `TERM`, `INT` or `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    #[track_caller]
    pub(crate) fn end_within(&mut self, limit: Duration) -> ExitStatus {
        let stderr = self.stderr();
        end_within(&mut self.child, limit, || stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
fn poll(what: &str, condition: impl Fn() -> bool, log: impl Fn() -> String) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "no {what} in {DEADLINE:?}; the log:\n{}", log());
        thread::sleep(Duration::from_millis(10));
    }
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status().unwrap();
    assert!(status.success());
}

#[track_caller]
fn end_within(child: &mut Child, limit: Duration, log: impl FnOnce() -> String) -> ExitStatus {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > deadline {
            panic!("still running after {limit:?}; the log:\n{}", log());
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn origin_in(line: &str) -> Option<String> {
    let start = line.find("http://")?;
    let address = &line[start + "http://".len()..];
    let end = address.find(['/', ' ', '\n']).unwrap_or(address.len());
    Some(format!("http://{}", &address[..end]))
}
