//! The system as a whole, run in one of two ways.

use crate::{demo_data, process::Running, scratch::Scratch, servers::Servers};
use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

const CONTEXTS: [&str; 8] = ["identity", "catalog", "social", "inventory", "orders", "payments", "shipping", "node"];

/// A router in front of all contexts, with the demo's data. Stopped on drop.
pub(crate) struct System {
    processes: Vec<Running>,
    /// Holds the data directory until the end.
    _scratch: Scratch,
    pub(crate) data: PathBuf,
    /// Where clients ask.
    pub(crate) origin: String,
    /// Where each context listens.
    subgraphs: BTreeMap<String, String>,
    /// Access tokens by login: signing in is for few times a minute.
    pub(crate) tokens: Mutex<BTreeMap<String, String>>,
    /// A place in the feed behind each subscription, once a check has learnt one: what comes after it is told again.
    pub(crate) positions: Mutex<BTreeMap<&'static str, String>>,
    keys: AtomicU64,
    /// What else a command needs to find the stores, beside `--data`.
    pub(crate) server_flags: Vec<String>,
    /// Whether contexts may still learn of each other's things after the start.
    pub(crate) is_learning: bool,
    /// Whether there is only a part of the demo.
    pub(crate) is_small: bool,
    /// Ends after the processes that use them.
    _servers: Option<Servers>,
}

impl System {
    /// `hansa up`.
    pub(crate) fn in_one_process() -> System {
        let scratch = Scratch::new();
        let data = scratch.path("data");
        demo_data::copy_to(&data);
        let up = Running::start(&["up", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
        System::of_one_process(up, (scratch, data), None)
    }

    /// `hansa up` with PostgreSQL, a server of the MongoDB protocol and NATS, all of the test alone.
    pub(crate) fn on_servers(servers: Servers) -> System {
        let scratch = Scratch::new();
        let data = scratch.path("data");
        let flags = servers.flags();
        let arguments = ["up", "--small-demo", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"];
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let up = Running::start(&[&arguments[..], &flags].concat());
        System::of_one_process(up, (scratch, data), Some(servers))
    }

    fn of_one_process(up: Running, (scratch, data): (Scratch, PathBuf), servers: Option<Servers>) -> System {
        demo_data::wait_until_up(&up);
        let printed = up.stdout();
        let subgraphs = CONTEXTS.map(|name| {
            let line = printed.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
            let url = line.and_then(|line| line.split_whitespace().nth(1)).unwrap();
            (name.to_owned(), url.trim_end_matches("/graphql").to_owned())
        });
        let origin = up.origin();
        let server_flags = servers.as_ref().map(Servers::flags).unwrap_or_default();
        let is_small = servers.is_some();
        let system = System::of(vec![up], (scratch, data), (origin, subgraphs.into()));
        System { server_flags, is_small, _servers: servers, ..system }
    }

    fn of(
        processes: Vec<Running>,
        (scratch, data): (Scratch, PathBuf),
        (origin, subgraphs): (String, BTreeMap<String, String>),
    ) -> System {
        System {
            processes,
            _scratch: scratch,
            data,
            origin,
            subgraphs,
            tokens: Mutex::default(),
            positions: Mutex::default(),
            keys: AtomicU64::default(),
            server_flags: Vec::new(),
            is_learning: false,
            is_small: false,
            _servers: None,
        }
    }

    /// An idempotency key that nobody has had.
    pub(crate) fn next_key(&self, what: &str) -> String {
        format!("{what}-{:08}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// `hansa subgraph` for each context, and `hansa router` with the supergraph that is in the repository.
    pub(crate) fn in_processes() -> System {
        let scratch = Scratch::new();
        let data = scratch.path("data");
        demo_data::copy_to(&data);
        let keys = data.join("passport-keys.json");
        let (folder, keys) = (data.to_str().unwrap(), keys.to_str().unwrap());
        let mut processes = Vec::new();
        let mut subgraphs = BTreeMap::new();
        for name in CONTEXTS {
            // The demo's logins are for development only, and the copied data has them.
            let arguments = ["subgraph", name, "--data", folder, "--passport-keys", keys, "--dev"];
            let subgraph = Running::start(&[&arguments[..], &["--listen", "127.0.0.1:0"]].concat());
            subgraphs.insert(name.to_owned(), subgraph.origin());
            processes.push(subgraph);
        }
        let config = scratch.file("router.yaml", &router_settings(keys, &subgraphs));
        let supergraph = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/supergraph.graphql");
        let arguments = ["router", "--supergraph", supergraph, "--config", &config, "--listen", "127.0.0.1:0"];
        let router = Running::start(&arguments);
        let origin = router.origin();
        processes.push(router);
        System { is_learning: true, ..System::of(processes, (scratch, data), (origin, subgraphs)) }
    }

    pub(crate) fn subgraph(&self, name: &str) -> &str {
        &self.subgraphs[name]
    }

    pub(crate) fn log(&self) -> String {
        self.processes.iter().map(Running::stderr).collect()
    }
}

fn router_settings(keys: &str, subgraphs: &BTreeMap<String, String>) -> String {
    let template = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/e2e/router.yaml")).unwrap();
    let mut settings = template.replace("PASSPORT_KEYS", keys);
    for (name, origin) in subgraphs {
        settings = settings.replace(&format!("http://{name}"), origin);
    }
    settings
}
