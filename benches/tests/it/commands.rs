//! `hansa-benches peers` as people call it: what it writes, what it refuses, and that nothing is left when it ends.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

#[test]
fn a_run_writes_its_figures_its_plot_and_its_table() {
    let folder = Folder::new("files");
    let table = folder.table("monolith", "--scenario, b, ");
    let files = ["figures.json", "figures.svg", "figures.md"].map(|name| folder.file(name));
    let output = peers(&[
        "--tiny",
        "--scenario",
        "b",
        "--rounds",
        "2",
        "--seconds",
        "1",
        "--table",
        &table,
        "--json",
        &files[0],
        "--svg",
        &files[1],
        "--markdown",
        &files[2],
    ]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    assert!(printed.contains("\nb  small: ") && printed.contains("monolith / floor"), "{printed}");
    let raw: Value = serde_json::from_slice(&fs::read(&files[0]).unwrap()).unwrap();
    assert_eq!(raw["scenarios"][0]["contestants"][1]["name"], "floor");
    assert_eq!(raw["scenarios"][0]["contestants"][0]["runs"].as_array().unwrap().len(), 2);
    assert_eq!(raw["routers"][0]["name"], "monolith");
    assert!(raw["machine"].as_str().unwrap().contains("core"));
    assert!(fs::read_to_string(&files[1]).unwrap().starts_with("<svg"));
    assert!(fs::read_to_string(&files[2]).unwrap().contains("| scenario |"));
}

#[test]
fn wrong_input_says_what_to_do() {
    let folder = Folder::new("wrong");
    let missing = folder.write("missing.yaml", &table("nowhere/at/all", ""));
    let broken = folder.write("broken.yaml", "routers: 3");
    for (arguments, what) in [
        (&["--scenario", "z"][..], "no scenario is called z; there are a, b, c, d, e, e-slow, f, g, h, s"),
        (&["--only", "other"], "no router is called other; the table has hansa, hive-router, hansa-sharing"),
        (&["--router", "other=x"], "no router is called other"),
        (&["--router", "hansa"], "it is NAME=PATH"),
        (&["--rounds", "0"], "0 is not in 1..=1000"),
        (&["--table", "not/there.yaml"], "cannot read not/there.yaml"),
        (&["--table", &broken], "the table of routers is not what it should be"),
        (&["--table", &missing], "no router is at hand"),
    ] {
        let output = peers(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(what), "{arguments:?}: {error}");
    }
    let output = peers(&["--table", &missing]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(printed.contains("left out  one: no program at nowhere/at/all; build it"), "{printed}");
}

#[test]
fn cores_must_be_there_and_differ() {
    let folder = Folder::new("cores");
    let table = folder.table("monolith", "--scenario, b, ");
    let refused = |arguments: &[&str]| {
        let output = peers(&[&["--table", &table][..], arguments].concat());
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    if hansa_benches::machine::cores().len() > 1 {
        let core = hansa_benches::machine::cores()[0].to_string();
        let both = refused(&["--router-core", &core, "--load-core", &core]);
        assert!(both.contains("--router-core and --load-core are both"), "{both}");
        assert!(refused(&["--router-core", "999"]).contains("--router-core 999: this process may use the cores"));
    }
}

#[test]
fn nothing_is_left_of_a_run_that_is_stopped() {
    let folder = Folder::new("stopped");
    let table = folder.table("monolith", "--scenario, b, ");
    let arguments = ["--tiny", "--scenario", "b", "--rounds", "1", "--seconds", "60", "--table", &table];
    let child = command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mark = format!("hansa-benches-{}-", child.id());
    wait_until("a router runs", || !processes_with(&mark).is_empty());
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = within_ten_seconds(child);
    assert!(String::from_utf8_lossy(&output.stderr).contains("stopped by Ctrl-C"), "{output:?}");
    wait_until("its processes are gone", || processes_with(&mark).is_empty());
    let left = fs::read_dir(std::env::temp_dir()).unwrap().flatten();
    assert!(!left.into_iter().any(|file| file.file_name().to_string_lossy().starts_with(&mark)));
}

/// Command lines of other processes that hold this text.
fn processes_with(text: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").expect("Linux").flatten();
    let lines = processes.filter_map(|process| fs::read_to_string(process.path().join("cmdline")).ok());
    lines.filter(|line| line.contains(text)).collect()
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(30), "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn within_ten_seconds(mut child: Child) -> Output {
    let begin = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        assert!(begin.elapsed() < Duration::from_secs(10), "it did not stop");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().expect("a child that has ended")
}

fn peers(arguments: &[&str]) -> Output {
    command(arguments).output().expect("a benchmark that can be started")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hansa-benches"));
    command.arg("peers").args(arguments);
    command
}

/// A table with one router, whose own arguments come first.
fn table(program: &str, arguments: &str) -> String {
    format!(
        "routers:\n  - name: {}\n    version: 1\n    program: '{program}'\n    install: build it\n    ready: /\n    \
         arguments: [{arguments}--supergraph, '{{supergraph}}', --listen, '127.0.0.1:{{port}}']\n",
        if arguments.is_empty() { "one" } else { "monolith" },
    )
}

/// Of one test, removed after it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("hansa-benches-test-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        Folder(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.file(name), text).expect("a temporary file");
        self.file(name)
    }

    /// With this program's command as the router.
    fn table(&self, command: &str, arguments: &str) -> String {
        let program = env!("CARGO_BIN_EXE_hansa-benches");
        self.write("routers.yaml", &table(program, &format!("{command}, {arguments}")))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
