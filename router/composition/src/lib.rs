//! Composition: subgraph SDLs in; supergraph SDL, errors and hints out. Pure: no I/O, no clock, and the result does not
//! depend on the order of the subgraphs.
//!
//! The stages, in order: parse and link, with the subgraph rules → upgrade of federation 1, with the subgraph rules for
//! what was upgraded → merge → contract → supergraph rules → satisfiability → print. Errors stop at the border of a stage,
//! never within one, so that all of a kind are seen at once.

// What is said about subgraphs.
pub mod codes;
mod codes_page;
mod diagnostic;

// The stages, in their order, which blank lines keep.
mod subgraph;

mod subgraph_rules;

mod upgrade;

mod merge;

mod contract;

mod supergraph_rules;

mod satisfiability;

mod print;

// What stages have in common: of subgraphs, of supergraphs, of both.
mod field_set;
mod link;
mod specs;

mod merged_schema;
#[cfg(test)]
mod supergraph_text;

mod directive_arguments;
mod input_values;
mod nearest;
mod type_members;

pub use codes_page::codes_page;
pub use diagnostic::{Diagnostic, Place, Span, render, render_all};
pub use specs::FEDERATION_NEWEST;

use apollo_compiler::{Schema, validation::Valid};
use codes::Code;
use diagnostic::Diagnostics;
use hansa_federation::Supergraph;
use hansa_query_graph::QueryGraph;
use std::sync::Arc;
use subgraph::Subgraph;

/// A subgraph as its team hands it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubgraphSource {
    /// Name in the supergraph.
    pub name: String,
    /// Routing URL; may be empty.
    pub url: String,
    /// Any text: what is wrong with it is among the errors.
    pub sdl: String,
    /// File or URL that the SDL came from, for messages.
    pub origin: String,
}

/// What came of composing. `supergraph` is there exactly when there are no errors.
#[derive(Debug, Clone, Default)]
pub struct Composition {
    pub supergraph: Option<ComposedSupergraph>,
    pub errors: Vec<Diagnostic>,
    /// Of a composition with errors, only those that may say where the errors come from.
    pub hints: Vec<Diagnostic>,
}

/// A supergraph, and what clients see of it.
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

/// Hints that may say where errors come from: names that stand for nothing.
const EXPLAINING_HINTS: [Code; 2] = [codes::FROM_SUBGRAPH_DOES_NOT_EXIST, codes::CONTRACT_TAG_UNUSED];

/// Composes the subgraphs. Never panics on any input; the order of `subgraphs` does not matter.
pub fn compose(sources: &[SubgraphSource], options: &ComposeOptions) -> Composition {
    let mut diagnostics = Diagnostics::default();
    let supergraph = run_stages(sources, options, &mut diagnostics);
    let Diagnostics { errors, mut hints } = diagnostics;
    match (supergraph, errors.is_empty()) {
        (Some(supergraph), true) => Composition { supergraph: Some(supergraph), errors, hints },
        _ => {
            hints.retain(|hint| EXPLAINING_HINTS.contains(&hint.code));
            Composition { supergraph: None, errors, hints }
        }
    }
}

/// The order of the stages; errors end it at the border of a stage.
fn run_stages(
    sources: &[SubgraphSource],
    options: &ComposeOptions,
    diagnostics: &mut Diagnostics,
) -> Option<ComposedSupergraph> {
    let mut subgraphs = read_subgraphs(sources, diagnostics)?;
    // Checks what it upgrades by the same rules.
    upgrade::upgrade(&mut subgraphs, diagnostics);
    diagnostics.stop()?;
    let supergraph = compose_read(&subgraphs, options, diagnostics);
    diagnostic::look_up_places(&subgraphs, diagnostics);
    supergraph
}

/// All subgraphs by name, or the errors of all.
fn read_subgraphs(sources: &[SubgraphSource], diagnostics: &mut Diagnostics) -> Option<Vec<Subgraph>> {
    let mut sorted: Vec<&SubgraphSource> = sources.iter().collect();
    sorted.sort_by(|one, other| one.name.cmp(&other.name).then_with(|| one.sdl.cmp(&other.sdl)));
    for twins in sorted.windows(2).filter(|pair| pair[0].name == pair[1].name) {
        let message = format!("two subgraphs are called `{}`; a name stands for one subgraph", twins[0].name);
        let place = Place::in_subgraph(&twins[0].name, "");
        diagnostics.push(Diagnostic::new(codes::INVALID_SUBGRAPH_NAME, message).at(place));
    }
    let documents: Vec<_> =
        sorted.iter().filter_map(|source| Some((*source, subgraph::parse(source, &mut diagnostics.errors)?))).collect();
    diagnostics.stop()?;
    let mut subgraphs: Vec<Subgraph> = Vec::with_capacity(documents.len());
    for (source, document) in documents {
        let Some(subgraph) = subgraph::read(source, document, &mut diagnostics.errors) else { continue };
        if !subgraph.is_federation_1() {
            subgraph_rules::check(&subgraph, diagnostics);
        }
        subgraphs.push(subgraph);
    }
    diagnostics.stop()?;
    Some(subgraphs)
}

fn compose_read(
    subgraphs: &[Subgraph],
    options: &ComposeOptions,
    diagnostics: &mut Diagnostics,
) -> Option<ComposedSupergraph> {
    let merge::Merged { mut schema, mut features } = merge::merge(subgraphs, diagnostics)?;
    if let Some(filter) = &options.contract {
        contract::apply(&mut schema, &mut features, filter, diagnostics);
    }
    supergraph_rules::check(&schema, &features, diagnostics);
    diagnostics.stop()?;
    let supergraph = satisfiable(&schema, diagnostics)?;
    let api = print::api_sdl(&supergraph.api_schema, &features);
    Some(ComposedSupergraph { sdl: print::supergraph_sdl(&schema), api })
}

/// The supergraph as a router reads and plans with it, if every operation can be answered.
fn satisfiable(schema: &Schema, diagnostics: &mut Diagnostics) -> Option<Arc<Supergraph>> {
    let supergraph = Supergraph::from_schema(Valid::assume_valid_ref(schema)).map_err(|error| {
        let message = format!("no router can read the supergraph: {error}");
        diagnostics.push(Diagnostic::new(codes::INVALID_GRAPHQL, message));
    });
    let supergraph = Arc::new(supergraph.ok()?);
    satisfiability::check(&QueryGraph::new(Arc::clone(&supergraph)), diagnostics);
    diagnostics.stop()?;
    Some(supergraph)
}
