//! Composes one input several times and says what each run took; every run must say the same, and the right thing.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, json};

use crate::{
    compose::{Input, Verdict},
    machine, process_usage,
};

/// How the command is run.
#[derive(Debug, Clone, Copy)]
pub struct Conditions<'a> {
    pub hansa: &'a Path,
    /// The core that it has to itself.
    pub core: Option<usize>,
    /// Besides a first one, which only warms up the file system.
    pub runs: usize,
}

/// An input with what its runs took.
#[derive(Debug)]
pub struct Measured {
    pub name: String,
    pub subgraphs: usize,
    pub lines: usize,
    pub runs: Vec<Run>,
    /// Of the supergraph; 0 where there is none.
    pub supergraph_bytes: usize,
}

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// From the start of the process to its end.
    pub wall: Duration,
    /// In ticks of the kernel, which are long: 10 ms.
    pub cpu: Duration,
    /// The kernel's mark, read every millisecond.
    pub peak_memory: u64,
}

/// A run that takes longer is ended.
const TIME_LIMIT: Duration = Duration::from_secs(60);
const SAMPLING: Duration = Duration::from_millis(1);

pub fn measure(input: &Input, conditions: Conditions) -> Result<Measured> {
    let scratch = Scratch::with(input)?;
    let run = || {
        let (run, output) = compose(&scratch, conditions)?;
        output.check(input.verdict)?;
        anyhow::Ok((run, output.stdout))
    };
    let in_words = || format!("{}, {} subgraphs", input.name, input.subgraphs.len());
    let (_, supergraph) = run().with_context(in_words)?;
    let mut runs = Vec::new();
    for _ in 0..conditions.runs {
        let (figures, again) = run().with_context(in_words)?;
        ensure!(again == supergraph, "{}: two runs gave different supergraphs", in_words());
        runs.push(figures);
    }
    Ok(Measured {
        name: input.name.clone(),
        subgraphs: input.subgraphs.len(),
        lines: input.lines(),
        runs,
        supergraph_bytes: supergraph.len(),
    })
}

struct Output {
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
}

impl Output {
    fn check(&self, verdict: Verdict) -> Result<()> {
        let last_words: String = self.stderr.chars().take(2_000).collect();
        match verdict {
            Verdict::Composes => {
                ensure!(self.code == Some(0), "exit status {:?} and not 0: {last_words}", self.code);
                let supergraph = String::from_utf8_lossy(&self.stdout);
                ensure!(supergraph.contains("enum join__Graph"), "what was printed is no supergraph");
            }
            Verdict::Refused(code) => {
                ensure!(self.code == Some(1), "exit status {:?} and not 1: {last_words}", self.code);
                ensure!(self.stderr.contains(code), "no {code}: {last_words}");
                ensure!(self.stdout.is_empty(), "a supergraph in spite of errors");
            }
        }
        Ok(())
    }
}

/// Runs the command once. This thread reads the memory while two others wait for what is printed: a process that has
/// closed both its outputs has ended.
fn compose(scratch: &Scratch, conditions: Conditions) -> Result<(Run, Output)> {
    let started = Instant::now();
    let mut child = machine::command(conditions.hansa, conditions.core)
        .args(["compose", "--hints", "off", "--color", "never", "--config"])
        .arg(scratch.config())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", conditions.hansa.display()))?;
    let process = child.id();
    let stdout = child.stdout.take().context("no standard output")?;
    let stderr = child.stderr.take().context("no standard error")?;
    thread::scope(|scope| {
        let (ended, is_ended) = mpsc::sync_channel(2);
        let reader = |mut stream: Box<dyn Read + Send>| {
            let ended = ended.clone();
            scope.spawn(move || {
                let mut bytes = Vec::new();
                let read = stream.read_to_end(&mut bytes);
                // Nobody listens any more after the time limit.
                let _ = ended.send(Instant::now());
                read.map(|_| bytes)
            })
        };
        let (stdout, stderr) = (reader(Box::new(stdout)), reader(Box::new(stderr)));
        let mut peak_memory = 0;
        let mut last = started;
        let mut open = 2;
        while open > 0 {
            match is_ended.recv_timeout(SAMPLING) {
                Ok(at) => {
                    last = last.max(at);
                    open -= 1;
                }
                Err(RecvTimeoutError::Timeout) if started.elapsed() > TIME_LIMIT => return Err(end(&mut child)),
                Err(RecvTimeoutError::Timeout) => {
                    // Nothing to read is a process that is about to be gone.
                    peak_memory = peak_memory.max(process_usage::peak_memory(process).unwrap_or_default());
                }
                Err(RecvTimeoutError::Disconnected) => bail!("a reader is gone"),
            }
        }
        // It is not waited for before this is read: that would take its figures away.
        let cpu = process_usage::cpu(process)?;
        let code = child.wait()?.code();
        let joined = |reader: thread::ScopedJoinHandle<'_, std::io::Result<Vec<u8>>>| {
            anyhow::Ok(reader.join().ok().context("a reader stopped")??)
        };
        let stderr = String::from_utf8_lossy(&joined(stderr)?).into_owned();
        let output = Output { code, stdout: joined(stdout)?, stderr };
        Ok((Run { wall: last - started, cpu, peak_memory }, output))
    })
}

fn end(child: &mut Child) -> anyhow::Error {
    // It may have ended by itself just now.
    let _ = child.kill();
    let _ = child.wait();
    anyhow::anyhow!("not composed after {} s", TIME_LIMIT.as_secs())
}

/// A folder with the input's files, removed on drop.
struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    fn with(input: &Input) -> Result<Scratch> {
        let name = input.name.replace(|c: char| !c.is_alphanumeric(), "-");
        let folder = format!("hansa-benches-compose-{}-{name}-{}", std::process::id(), input.subgraphs.len());
        let scratch = Scratch { folder: std::env::temp_dir().join(folder) };
        fs::create_dir_all(&scratch.folder)?;
        let mut entries = Map::new();
        for subgraph in &input.subgraphs {
            let file = format!("{}.graphql", subgraph.name);
            fs::write(scratch.folder.join(&file), &subgraph.sdl)?;
            let entry = json!({"routing_url": format!("http://{}.example", subgraph.name), "schema": {"file": file}});
            entries.insert(subgraph.name.clone(), entry);
        }
        // JSON is YAML, too.
        fs::write(scratch.config(), json!({ "subgraphs": entries }).to_string())?;
        Ok(scratch)
    }

    fn config(&self) -> PathBuf {
        self.folder.join("supergraph.yaml")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing can be done about a failure here.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
