//! The settings of `supergraph.yaml`, as rover has them: what may be written, and the tree of what was.

use crate::composing::{
    subgraph_config::{Subgraph, check_subgraph},
    variables::Variables,
};
use hansa_composition::FEDERATION_NEWEST;
use hansa_settings::{Mistake, Node};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use std::{borrow::Cow, collections::BTreeMap, fmt, path::Path, time::Duration};

const PAGE_HEAD: &str = "\
# supergraph.yaml

Generated from the code; change it there. What `hansa compose` and `hansa up --config` read, in rover's format:

```yaml
federation_version: =2.9.0
subgraphs:
  products:
    routing_url: https://products.example.com/graphql
    schema:
      file: products.graphql
  reviews:
    schema:
      subgraph_url: http://127.0.0.1:4002/graphql
      introspection_headers:
        Authorization: Bearer ${env.REVIEWS_TOKEN}
  stock:
    routing_url: ${env.STOCK_URL:-http://127.0.0.1:4003/graphql}
    schema:
      sdl: |
        type Query {
          inStock: Int
        }
```

Relative paths start at the folder of the file. In every value, `${env.NAME}` is a variable of the environment,
`${env.NAME:-text}` the same with what stands in for it where it is not set or empty, `${file.PATH}` what a file holds,
without the line end; `$${` is a plain `${`. An SDL has at most 16 MiB, and so has this file.

Every mistake is told with its line and column, all at once, and ends the call with status 2. Editors check the file
against `schema/supergraph-config.schema.json`.
";

/// What a supergraph is composed of.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SupergraphConfig {
    /// The federation version to compose for: `2`, or an exact one such as `=2.9.0`. Checked, and otherwise without
    /// effect: a supergraph is always written in the lowest join version that has what its subgraphs use.
    #[serde(default)]
    #[expect(dead_code, reason = "it is checked when it is read, and nothing depends on it")]
    federation_version: Option<FederationVersion>,
    /// By the name that each has in the supergraph.
    #[serde(default)]
    subgraphs: Option<BTreeMap<String, SubgraphConfig>>,
}

/// One subgraph.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SubgraphConfig {
    /// Where the router asks the subgraph. May be left out beside `schema.subgraph_url`, which then is it; `""` where
    /// the router's own settings say it. Without it the supergraph composes, with a warning.
    pub(super) routing_url: Option<String>,
    pub(super) schema: Option<SchemaConfig>,
}

/// Where the subgraph's SDL is: exactly one of `file`, `subgraph_url` and `sdl`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SchemaConfig {
    /// A file with the SDL. A relative path starts at the folder of `supergraph.yaml`.
    pub(super) file: Option<String>,
    /// The running subgraph, which is asked for `{ _service { sdl } }`.
    pub(super) subgraph_url: Option<String>,
    /// Headers of that request, by name.
    pub(super) introspection_headers: Option<BTreeMap<String, String>>,
    /// The SDL itself.
    pub(super) sdl: Option<String>,
    /// Known, and refused: a graph in a cloud registry, which Hansa does not ask. Save the SDL in a file.
    pub(super) graphref: Option<String>,
    /// Known, and refused: the subgraph's name in the graph that `graphref` names.
    pub(super) subgraph: Option<String>,
}

/// What a message about one subgraph needs to know.
pub(super) struct ConfigFile<'a> {
    pub(super) text: &'a str,
    pub(super) path: &'a Path,
    /// As it was written, so that what was left out of the typed settings as wrong is not called missing, too.
    pub(super) tree: &'a Node,
    /// How long a subgraph may take to answer.
    pub(super) timeout: Duration,
}

/// The subgraphs whose settings are right, and all mistakes.
pub(crate) fn subgraphs(text: &str, path: &Path, timeout: Duration) -> (Vec<Subgraph>, Vec<Mistake>) {
    let tree = match Node::from_yaml(text, path) {
        Ok(tree) => tree,
        Err(mistake) => return (Vec::new(), vec![mistake]),
    };
    let (expanded, mut mistakes) = Variables::new(path).expand(&tree);
    let (config, wrong) = expanded.typed_with_mistakes::<SupergraphConfig>();
    mistakes.extend(wrong);
    let file = ConfigFile { text, path, tree: &tree, timeout };
    let config = config.and_then(|config| config.subgraphs).unwrap_or_default();
    if config.is_empty() && mistakes.is_empty() {
        mistakes.push(no_subgraphs(&tree));
    }
    let mut subgraphs = Vec::new();
    for (name, subgraph) in config {
        subgraphs.extend(check_subgraph(&file, name, subgraph, &mut mistakes));
    }
    (subgraphs, mistakes)
}

fn no_subgraphs(tree: &Node) -> Mistake {
    let place = tree.place_of(["subgraphs"]).unwrap_or(&tree.place);
    let message = "no subgraphs: name at least one under `subgraphs`, with its `routing_url` and its `schema`";
    Mistake { place: place.clone(), message: message.to_owned() }
}

/// The JSON Schema of the file, for editors.
pub(crate) fn schema_text() -> String {
    hansa_settings::schema_text(&schemars::schema_for!(SupergraphConfig).to_value())
}

/// The page that lists what may be written.
pub(crate) fn reference_page() -> String {
    hansa_settings::reference_page(PAGE_HEAD, &schemars::schema_for!(SupergraphConfig).to_value())
}

/// Checked when it is read; nothing depends on it.
#[derive(Debug)]
struct FederationVersion;

impl<'de> Deserialize<'de> for FederationVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FederationVersion, D::Error> {
        deserializer.deserialize_any(VersionVisitor)
    }
}

impl JsonSchema for FederationVersion {
    fn schema_name() -> Cow<'static, str> {
        "FederationVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"], "pattern": "^=?2(\\.[0-9]+){0,2}$", "minimum": 2, "maximum": 2 })
    }
}

struct VersionVisitor;

impl de::Visitor<'_> for VersionVisitor {
    type Value = FederationVersion;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a federation version, such as 2 or `=2.9.0`")
    }

    fn visit_i64<E: de::Error>(self, version: i64) -> Result<FederationVersion, E> {
        self.visit_str(&version.to_string())
    }

    /// 2.10 and 2.1 are the same number, and not the same version.
    fn visit_f64<E: de::Error>(self, version: f64) -> Result<FederationVersion, E> {
        Err(E::custom(format!(
            "`{version}` is read as a number; write a version with an equals sign, such as `=2.9.0`"
        )))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<FederationVersion, E> {
        let (newest_major, newest_minor) = FEDERATION_NEWEST;
        let numbers: Result<Vec<u32>, _> = text.strip_prefix('=').unwrap_or(text).split('.').map(str::parse).collect();
        match numbers.as_deref() {
            Ok([2]) => Ok(FederationVersion),
            Ok([2, minor] | [2, minor, _]) if (2, *minor) <= FEDERATION_NEWEST => Ok(FederationVersion),
            Ok([0 | 1, ..]) => Err(E::custom(format!(
                "`{text}` is not composed any more; write 2, which takes subgraphs of federation 1 as they are"
            ))),
            Ok([_] | [_, _] | [_, _, _]) => Err(E::custom(format!(
                "`{text}` is newer than {newest_major}.{newest_minor}, the newest federation version known here"
            ))),
            _ => {
                Err(E::custom(format!("`{text}` is no federation version; write 2, or an exact one such as `=2.9.0`")))
            }
        }
    }
}
