//! What one subgraph in `supergraph.yaml` says: its name, where it is asked, and where its SDL is.

use crate::composing::{
    supergraph_config::{ConfigFile, SchemaConfig, SubgraphConfig},
    yaml_block,
};
use hansa_server::{SdlRequest, check_url};
use hansa_settings::{Mistake, Place, Value};
use std::path::{Path, PathBuf};

const NAME_BYTES_MAX: usize = 255;
const EMPTY: &str = "nothing is written here";
/// Each of the keys that say where an SDL is, of which one is written.
const SOURCES: [&str; 4] = ["file", "subgraph_url", "sdl", "graphref"];

/// A subgraph whose settings are right.
#[derive(Debug)]
pub(crate) struct Subgraph {
    pub(crate) name: String,
    /// Empty where the router's settings have it; `None` where nobody says so.
    pub(crate) routing_url: Option<String>,
    pub(crate) sdl: SdlSource,
}

/// Where a subgraph's SDL is.
#[derive(Debug)]
pub(crate) enum SdlSource {
    File { path: PathBuf, place: Place },
    Running { url: String, request: SdlRequest },
    Written { sdl: String, origin: String },
}

/// The subgraph, unless there are mistakes in it, which are added to `mistakes`.
pub(super) fn check_subgraph(
    file: &ConfigFile<'_>,
    name: String,
    config: SubgraphConfig,
    mistakes: &mut Vec<Mistake>,
) -> Option<Subgraph> {
    let mut checks = Checks { file, name: &name, mistakes };
    let has_name = checks.name();
    let schema = config.schema.unwrap_or_default();
    let sdl = checks.sdl(&schema);
    let routing_url = checks.routing_url(config.routing_url, &schema);
    has_name?;
    Some(Subgraph { routing_url: routing_url?, sdl: sdl?, name })
}

struct Checks<'a, 'b> {
    file: &'a ConfigFile<'b>,
    name: &'a str,
    mistakes: &'a mut Vec<Mistake>,
}

impl Checks<'_, '_> {
    fn name(&mut self) -> Option<()> {
        let message = match self.name {
            "" => "a subgraph's name cannot be empty".to_owned(),
            name if name.contains(char::is_control) || name.trim() != name => {
                format!("{name:?} is no name for a subgraph: it has control characters, or blanks at an end")
            }
            name if name.len() > NAME_BYTES_MAX => {
                format!("a subgraph's name has at most {NAME_BYTES_MAX} bytes, this one has {}", name.len())
            }
            _ => return Some(()),
        };
        self.say(&[], message)
    }

    /// The inner `None` is no mistake, but will be said: one can compose without.
    fn routing_url(&mut self, routing_url: Option<String>, schema: &SchemaConfig) -> Option<Option<String>> {
        match (routing_url, &schema.subgraph_url) {
            (Some(url), _) if url.is_empty() => Some(Some(url)),
            (Some(url), _) => match check_url(&url) {
                Ok(()) => Some(Some(url)),
                Err(reason) => self.wrong(&["routing_url"], &reason),
            },
            (None, _) if self.is_null(&["routing_url"]) => self.wrong(&["routing_url"], EMPTY),
            (None, Some(url)) => Some(Some(url.clone())),
            (None, None) if self.is_written(&["routing_url"]) => None,
            (None, None) => Some(None),
        }
    }

    fn sdl(&mut self, schema: &SchemaConfig) -> Option<SdlSource> {
        let written: Vec<&str> = SOURCES.into_iter().filter(|key| self.is_written(&["schema", key])).collect();
        match written.as_slice() {
            // What is no section was called wrong already.
            [] if !matches!(self.value(&["schema"]), None | Some(Value::Map(_) | Value::Null)) => return None,
            [] if self.is_written(&["schema"]) => {
                let reason = "names no SDL; write one of `file`, `subgraph_url` and `sdl`";
                return self.say(&["schema"], format!("`subgraphs.{}.schema` {reason}", self.name));
            }
            [] => {
                let reason = "has no `schema`; write one, with `file`, `subgraph_url` or `sdl`";
                return self.say(&[], format!("subgraph `{}` {reason}", self.name));
            }
            [one, other, ..] => {
                let reason = format!("has both `{one}` and `{other}`; keep one");
                return self.say(&["schema", other], format!("`subgraphs.{}.schema` {reason}", self.name));
            }
            [key] if self.is_null(&["schema", key]) => return self.wrong(&["schema", key], EMPTY),
            [_] => {}
        }
        if schema.introspection_headers.is_some() && written != ["subgraph_url"] {
            self.wrong::<()>(&["schema", "introspection_headers"], "has no effect without `subgraph_url`");
        }
        if schema.subgraph.is_some() && written != ["graphref"] {
            self.wrong::<()>(&["schema", "subgraph"], "has no effect without `graphref`");
        }
        self.only_source(schema)
    }

    fn only_source(&mut self, schema: &SchemaConfig) -> Option<SdlSource> {
        if let Some(path) = &schema.file {
            return self.file(path);
        }
        if let Some(url) = &schema.subgraph_url {
            return self.running(url, schema);
        }
        if let Some(sdl) = &schema.sdl {
            return Some(self.written(sdl));
        }
        schema.graphref.as_ref()?;
        let reason = "names a graph in a cloud registry, which this program does not ask; save the \
                      subgraph's SDL with the registry's own tool (`rover subgraph fetch`), and name that with `file`";
        self.wrong(&["schema", "graphref"], reason)
    }

    fn file(&mut self, path: &str) -> Option<SdlSource> {
        let keys = ["schema", "file"];
        if path.is_empty() {
            return self.wrong(&keys, "the path is empty");
        }
        if path.contains("://") {
            return self.wrong(&keys, "this is a URL; a running subgraph is named with `subgraph_url`");
        }
        let folder = self.file.path.parent().unwrap_or(Path::new(""));
        let path = folder.join(path.strip_prefix("./").unwrap_or(path));
        Some(SdlSource::File { path, place: self.value_place(&keys) })
    }

    fn running(&mut self, url: &str, schema: &SchemaConfig) -> Option<SdlSource> {
        let mut request = match SdlRequest::new(url, self.file.timeout) {
            Ok(request) => request,
            Err(reason) if url.contains("://") => return self.wrong(&["schema", "subgraph_url"], &reason),
            Err(reason) => {
                let reason = format!("{reason}; a file is named with `file`");
                return self.wrong(&["schema", "subgraph_url"], &reason);
            }
        };
        for (name, value) in schema.introspection_headers.iter().flatten() {
            request = match request.header(name, value) {
                Ok(request) => request,
                Err(reason) => return self.wrong(&["schema", "introspection_headers", name], &reason),
            };
        }
        Some(SdlSource::Running { url: url.to_owned(), request })
    }

    /// Where the text stands in the file as it is, places in messages can be places in the file.
    fn written(&self, sdl: &str) -> SdlSource {
        let path = self.file.path.display();
        let place = self.value_place(&["schema", "sdl"]);
        match yaml_block::in_place(self.file.text, &place, sdl) {
            Some(sdl) => SdlSource::Written { sdl, origin: path.to_string() },
            None => SdlSource::Written {
                sdl: sdl.to_owned(),
                origin: format!("{path} (subgraphs.{}.schema.sdl)", self.name),
            },
        }
    }

    fn value(&self, keys: &[&str]) -> Option<&Value> {
        self.file.tree.value_at(self.keys(keys)).map(|node| &node.value)
    }

    fn is_written(&self, keys: &[&str]) -> bool {
        self.value(keys).is_some()
    }

    fn is_null(&self, keys: &[&str]) -> bool {
        matches!(self.value(keys), Some(Value::Null))
    }

    fn keys<'c>(&'c self, keys: &'c [&'c str]) -> impl Iterator<Item = &'c str> {
        ["subgraphs", self.name].into_iter().chain(keys.iter().copied())
    }

    fn place(&self, keys: &[&str]) -> Place {
        self.file.tree.place_of(self.keys(keys)).unwrap_or(&self.file.tree.place).clone()
    }

    fn value_place(&self, keys: &[&str]) -> Place {
        match self.file.tree.value_at(self.keys(keys)) {
            Some(node) => node.place.clone(),
            None => self.place(keys),
        }
    }

    fn wrong<T>(&mut self, keys: &[&str], reason: &str) -> Option<T> {
        let key = self.keys(keys).collect::<Vec<_>>().join(".");
        let mistake = Mistake::wrong_value(&self.value_place(keys), &key, reason);
        self.mistakes.push(mistake);
        None
    }

    fn say<T>(&mut self, keys: &[&str], message: String) -> Option<T> {
        let place = self.place(keys);
        self.mistakes.push(Mistake { place, message });
        None
    }
}
