//! Where suites come from: the audit's server, or a folder of suites whose subgraphs the server runs.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::http_client::HttpClient;

/// What the supergraphs of a folder have for the server.
const SERVER_IN_FOLDERS: &str = "http://localhost:4200";

/// Suites that expect what their server made anew when it was started: a folder's copy of their tests is an example.
const MADE_ANEW: [&str; 1] = ["mutations"];

/// The suites to run.
#[derive(Debug)]
pub struct Suites {
    pub audit_url: String,
    /// Instead of what the server says of its suites: a folder for each, with `supergraph.graphql`, `subgraphs` and
    /// `tests.json`.
    pub folder: Option<PathBuf>,
    pub client: HttpClient,
}

#[derive(Debug)]
pub struct Test {
    pub query: String,
    pub expected: Value,
}

impl Suites {
    /// The server's list. Fails when there is no server.
    pub async fn served(&self) -> Result<Vec<String>> {
        let served = self.get_json("ids").await?;
        serde_json::from_value(served).context("/ids is no list of suites")
    }

    /// The suites of the folder in alphabetical order, or those that the server lists.
    pub fn names(&self, served: &[String]) -> Result<Vec<String>> {
        let Some(folder) = &self.folder else { return Ok(served.to_vec()) };
        let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.path().join("tests.json").is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        if names.is_empty() {
            bail!("{} has no suites: a suite is a folder with tests.json", folder.display());
        }
        Ok(names)
    }

    pub async fn tests(&self, suite: &str) -> Result<Vec<Test>> {
        let tests = match self.folder.as_ref().filter(|_| !MADE_ANEW.contains(&suite)) {
            Some(folder) => {
                let file = folder.join(suite).join("tests.json");
                serde_json::from_str(&read(file)?).with_context(|| format!("{suite}/tests.json is no JSON"))?
            }
            None => self.get_json(&format!("{suite}/tests")).await?,
        };
        let Value::Array(tests) = tests else { bail!("the tests of {suite} are no list") };
        let read = |test: Value| {
            let query = test.get("query").and_then(Value::as_str).context("a test without a query")?.to_owned();
            let expected = test.get("expected").cloned().unwrap_or_default();
            Ok(Test { query, expected })
        };
        tests.into_iter().map(read).collect()
    }

    /// The supergraph that the audit's own composition made.
    pub async fn reference(&self, suite: &str) -> Result<Vec<u8>> {
        if let Some(folder) = &self.folder {
            let text = read(folder.join(suite).join("supergraph.graphql"))?;
            return Ok(text.replace(SERVER_IN_FOLDERS, &self.audit_url).into_bytes());
        }
        let (status, supergraph) = self.client.get(&format!("{}/{suite}/supergraph", self.audit_url)).await?;
        if !status.is_success() {
            bail!("{suite}: the audit's server answers {status} for the supergraph");
        }
        Ok(supergraph.to_vec())
    }

    /// A list of `{name, url, sdl}`.
    pub async fn subgraphs(&self, suite: &str) -> Result<Value> {
        let Some(folder) = &self.folder else { return self.get_json(&format!("{suite}/subgraphs")).await };
        let folder = folder.join(suite).join("subgraphs");
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            files.push(entry?.path());
        }
        files.sort();
        let mut subgraphs = Vec::new();
        for file in files {
            let name = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let url = format!("{}/{suite}/{name}", self.audit_url);
            subgraphs.push(json!({"name": name, "url": url, "sdl": read(file)?}));
        }
        Ok(Value::Array(subgraphs))
    }

    async fn get_json(&self, path: &str) -> Result<Value> {
        let url = format!("{}/{path}", self.audit_url);
        let (status, body) = self.client.get(&url).await?;
        if !status.is_success() {
            bail!("{url} answers {status}");
        }
        serde_json::from_slice(&body).with_context(|| format!("{url} does not answer JSON"))
    }
}

fn read(file: PathBuf) -> Result<String> {
    fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_folder(folder: &str) -> Suites {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
        Suites { audit_url: "http://audit".to_owned(), folder: Some(folder), client: HttpClient::default() }
    }

    #[tokio::test]
    async fn a_folder_gives_what_the_server_would() {
        let suites = of_folder("suites");
        let names = suites.names(&[]).unwrap();
        assert!(names.contains(&"typename".to_owned()), "{names:?}");
        assert!(suites.tests("typename").await.unwrap()[0].query.contains("__typename"));
        let reference = String::from_utf8(suites.reference("typename").await.unwrap()).unwrap();
        assert!(reference.contains("\"http://audit/typename/a\""), "{reference}");
        let subgraphs = suites.subgraphs("typename").await.unwrap();
        assert_eq!(subgraphs[0]["name"], "a");
        assert_eq!(subgraphs[1]["url"], "http://audit/typename/b");
    }

    #[test]
    fn a_folder_without_suites_is_refused() {
        let error = of_folder("src").names(&[]).unwrap_err().to_string();
        assert!(error.contains("has no suites"), "{error}");
        assert!(of_folder("nowhere").names(&[]).is_err());
    }
}
