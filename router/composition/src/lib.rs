//! Composition: subgraph SDLs in; supergraph SDL, errors and hints out. Pure: no I/O, no clock, and the result does not
//! depend on the order of the subgraphs.
//!
//! The stages, in order: parse and link → upgrade of federation 1 → subgraph rules → merge → supergraph rules →
//! satisfiability. Errors stop at the border of a stage, never within one, so that all of a kind are seen at once.

pub mod codes;
mod diagnostic;
mod satisfiability;

pub use diagnostic::{Diagnostic, Place, Span};

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
pub fn compose(subgraphs: &[SubgraphSource], options: &ComposeOptions) -> Composition {
    let _ = (subgraphs, options);
    Composition::default()
}
