//! All that needs a composition to succeed, or to find something: what is printed and written, watching, and serving.

mod compose;
mod up;
mod watch;

use crate::{
    process::{Running, Server},
    scratch::{Scratch, demo_argument, demo_text},
};

/// A folder with SDL files and the `supergraph.yaml` that names them.
struct Graph {
    folder: Scratch,
    config: String,
}

impl Graph {
    /// Name, URL and SDL of each subgraph, the SDL in a file `NAME.graphql`.
    fn new(subgraphs: &[(&str, &str, &str)]) -> Graph {
        let folder = Scratch::new();
        let mut yaml = "subgraphs:\n".to_owned();
        for (name, url, sdl) in subgraphs {
            folder.file(&format!("{name}.graphql"), sdl);
            yaml.push_str(&format!("  {name}:\n    routing_url: {url}\n    schema: {{ file: {name}.graphql }}\n"));
        }
        let config = folder.file("supergraph.yaml", &yaml);
        Graph { folder, config }
    }

    fn output(&self) -> String {
        self.folder.path("supergraph.graphql").display().to_string()
    }

    fn written(&self) -> Option<String> {
        std::fs::read_to_string(self.folder.path("supergraph.graphql")).ok()
    }
}

const BROKEN: &str = "type Query {\n  a: Missing\n}\n";

fn accounts() -> Server {
    let (sdl, data) = (demo_argument("subgraphs/accounts.graphql"), demo_argument("subgraphs/accounts.json"));
    Server::start(&["mock", "--sdl", &sdl, "--data", &data])
}

/// A mock of this SDL at an address that it had before.
fn mock_at(address: &str, sdl: &str) -> Running {
    let mock = Running::start(&["mock", "--sdl", sdl, "--listen", address]);
    mock.origin();
    mock
}

fn accounts_sdl() -> String {
    demo_text("subgraphs/accounts.graphql")
}

fn accounts_sdl_with_myself() -> String {
    accounts_sdl().replace("  me: Member", "  myself: Member")
}
