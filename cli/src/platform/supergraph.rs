//! The platform's supergraph, made by our own composition of the contexts' SDLs.

use crate::{failure::Failure, platform::contexts};
use hansa_composition::{ComposeOptions, ComposedSupergraph, SubgraphSource};

/// What the routing URLs in the committed supergraph have, one a context. A deployment has its own, in the router's
/// settings.
const FIRST_PORT: usize = 4001;

/// Composes. `url` says where a context answers.
pub(crate) fn composed(url: impl Fn(&str) -> String) -> Result<ComposedSupergraph, Failure> {
    let source = |name: &'static str| SubgraphSource {
        name: name.to_owned(),
        url: url(name),
        sdl: contexts::sdl(name).unwrap_or_default(),
        origin: format!("schema/subgraphs/{name}.graphql"),
    };
    let sources: Vec<SubgraphSource> = contexts::names().map(source).collect();
    let composition = hansa_composition::compose(&sources, &ComposeOptions::default());
    composition.supergraph.ok_or_else(|| {
        let errors: Vec<String> = composition.errors.iter().map(|error| format!("    {}", error.message)).collect();
        let errors = errors.join("\n");
        Failure::undecided(format!("internal error, please report it: the contexts do not fit together:\n{errors}"))
    })
}

/// As in the `supergraph.yaml` of this repository.
pub(crate) fn routing_url(name: &str) -> String {
    let place = contexts::names().position(|known| known == name).unwrap_or_default();
    format!("http://127.0.0.1:{}/graphql", FIRST_PORT + place)
}
