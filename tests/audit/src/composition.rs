//! Composes a suite's subgraphs with the binary under test, as its users would: `supergraph.yaml` in, a supergraph out.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// The supergraph that `hansa compose` makes of the subgraphs that an audit's server lists.
pub fn compose(hansa: &Path, subgraphs: &Value) -> Result<Vec<u8>> {
    let config = supergraph_config(subgraphs)?.to_string();
    let mut child = Command::new(hansa)
        .args(["compose", "--config", "-", "--hints", "off", "--color", "never"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}; build it with `cargo build --release`", hansa.display()))?;
    let mut input = child.stdin.take().context("the process has no standard input")?;
    // A process that ends without having read says why on its standard error, which is what counts.
    let written = input.write_all(config.as_bytes());
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("does not compose ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    written.context("cannot hand the subgraphs to the process")?;
    Ok(output.stdout)
}

/// `supergraph.yaml` of a list of `{name, url, sdl}`. It is JSON, which is YAML, too.
fn supergraph_config(subgraphs: &Value) -> Result<Value> {
    let mut entries = Map::new();
    for subgraph in subgraphs.as_array().context("the audit's subgraphs are no list")? {
        let text = |key: &str| {
            let text = subgraph.get(key).and_then(Value::as_str);
            text.with_context(|| format!("a subgraph of the audit has no {key}"))
        };
        // What looks like a variable in an SDL is none.
        let sdl = text("sdl")?.replace("${", "$${");
        let entry = json!({"routing_url": text("url")?, "schema": {"sdl": sdl}});
        if entries.insert(text("name")?.to_owned(), entry).is_some() {
            bail!("the audit has two subgraphs called {}", text("name")?);
        }
    }
    Ok(json!({ "subgraphs": entries }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_subgraphs_becomes_a_supergraph_yaml() {
        let listed = json!([{"name": "a", "url": "http://a", "sdl": "type Query { a: Int }"}]);
        let expected = json!({"subgraphs": {
            "a": {"routing_url": "http://a", "schema": {"sdl": "type Query { a: Int }"}}
        }});
        assert_eq!(supergraph_config(&listed).unwrap(), expected);
    }

    #[test]
    fn subgraphs_that_cannot_be_told_apart_are_refused() {
        let twin = json!({"name": "a", "url": "http://a", "sdl": ""});
        assert!(supergraph_config(&json!([twin, twin])).is_err());
        assert!(supergraph_config(&json!([{"name": "a"}])).is_err());
        assert!(supergraph_config(&json!({})).is_err());
    }
}
