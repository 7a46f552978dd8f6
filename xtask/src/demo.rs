//! The README's first command, as a newcomer runs it: it starts, prints its URL, answers, and stops when told to.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::repository::{root, run, target_dir};

const START_TIMEOUT: Duration = Duration::from_secs(120);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
const OPERATION: &str = "docs/examples/04-product-page";

pub(crate) fn answers() -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let data = target_dir().join("demo-data");
    if data.exists() {
        fs::remove_dir_all(&data).with_context(|| format!("could not remove {}", data.display()))?;
    }
    println!("$ cargo run --release --locked -- up --listen 127.0.0.1:0");
    let mut demo = Command::new(cargo)
        .args(["run", "--release", "--locked", "--quiet", "--", "up", "--listen", "127.0.0.1:0", "--data"])
        .arg(&data)
        .current_dir(root())
        .stdout(Stdio::piped())
        .spawn()
        .context("could not start the demo")?;
    with_address(&mut demo, check)
}

/// Asks a started `hansa up` whatever `ask` asks, at the address that it prints, and stops it.
pub(crate) fn with_address(demo: &mut Child, ask: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let outcome = printed_address(demo).and_then(|address| ask(&address)).and_then(|()| stop(demo));
    if outcome.is_err() {
        // Whatever went wrong is already known; the process must not outlive this one.
        let _ = demo.kill();
        let _ = demo.wait();
    }
    outcome
}

fn check(address: &str) -> Result<()> {
    println!("the demo answers on {address}");
    for path in ["/ready", "/", "/playground/playground.js", "/playground/operations.json"] {
        let answer = exchange(address, &format!("GET {path}"), "")?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "GET {path}: {}", opening(&answer));
    }
    let read = |ending: &str| {
        let file = format!("{OPERATION}{ending}");
        fs::read_to_string(root().join(&file)).with_context(|| format!("could not read {file}"))
    };
    let (operation, variables) = (read(".graphql")?, read(".variables.json")?);
    let body = format!("{{\"query\":\"{}\",\"variables\":{variables}}}", escaped(&operation));
    let answer = exchange(address, "POST /graphql", &body)?;
    let is_right =
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"data\":{") && !answer.contains("\"errors\":");
    ensure!(is_right, "{OPERATION}: {}", opening(&answer));
    Ok(())
}

/// The address in the first URL that the demo prints. Its output is read to the end, so that it never waits for us.
fn printed_address(demo: &mut Child) -> Result<String> {
    let output = demo.stdout.take().context("the demo has no output")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            println!("  {line}");
            if let Some((_, url)) = line.split_once("http://") {
                let end = url.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(url.len());
                // Nobody listens for the second URL.
                let _ = sender.send(url[..end].to_owned());
            }
        }
    });
    receiver.recv_timeout(START_TIMEOUT).context("the demo printed no URL")
}

/// One request on a connection of its own; answers with everything that came back.
pub(crate) fn exchange(address: &str, method_and_path: &str, body: &str) -> Result<String> {
    let attempt = || -> Result<String> {
        let mut connection = TcpStream::connect(address)?;
        connection.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        let length = body.len();
        write!(
            connection,
            "{method_and_path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\naccept: */*\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    attempt().with_context(|| format!("{method_and_path} on {address}"))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

fn opening(answer: &str) -> String {
    answer.chars().take(2000).collect()
}

fn stop(demo: &mut Child) -> Result<()> {
    run("kill", &["-TERM", &demo.id().to_string()])?;
    let told = Instant::now();
    while told.elapsed() < STOP_TIMEOUT {
        if let Some(status) = demo.try_wait()? {
            ensure!(status.success(), "told to stop, the demo ended with {status}");
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    bail!("the demo did not stop within {} s", STOP_TIMEOUT.as_secs());
}
