//! The platform's supergraph, made by our own composition of the contexts' SDLs.

use crate::platform::contexts::CONTEXTS;
use hansa_composition::{ComposeOptions, Composition, SubgraphSource};

/// Composes. `url` says where a context answers.
pub(crate) fn compose(url: impl Fn(&str) -> String) -> Composition {
    let source = |context: &super::contexts::Context| SubgraphSource {
        name: context.name.to_owned(),
        url: url(context.name),
        sdl: (context.sdl)(),
        origin: sdl_file(context.name),
    };
    let sources: Vec<SubgraphSource> = CONTEXTS.iter().map(source).collect();
    hansa_composition::compose(&sources, &ComposeOptions::default())
}

/// Where the repository has a context's SDL.
pub(crate) fn sdl_file(name: &str) -> String {
    format!("schema/subgraphs/{name}.graphql")
}
