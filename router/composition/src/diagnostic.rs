//! What composing finds: errors and hints, each with a code, a sentence, and the places in subgraph files that it is
//! about.
//!
//! A rule that knows the source says so with `at`; one that only knows a schema coordinate says that, and the places are
//! looked up in the subgraphs before anybody sees the diagnostic.

mod places;
mod render;
mod spans;

pub(crate) use places::look_up as look_up_places;
pub use render::{render, render_all};
pub(crate) use spans::{place, span_in_string};

use crate::codes::{Code, Level};

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    /// What is wrong, in one sentence about this schema: with names, without a full stop.
    pub message: String,
    /// The schema element, as a schema coordinate of the supergraph (`Product.price(currency:)`), if it is about one.
    pub coordinate: Option<String>,
    /// Where it shows, the most telling place first.
    pub places: Vec<Place>,
    /// More lines to read, such as the operation that cannot be answered and why; empty for most.
    pub explanation: Vec<String>,
}

/// A place in a subgraph's SDL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub subgraph: String,
    pub span: Option<Span>,
    /// What this place contributes: `is Int here`. May be empty.
    pub label: String,
}

/// Lines and columns, from 1, in characters; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

impl Diagnostic {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Diagnostic { code, message: message.into(), coordinate: None, places: Vec::new(), explanation: Vec::new() }
    }

    pub(crate) fn on(mut self, coordinate: impl Into<String>) -> Self {
        self.coordinate = Some(coordinate.into());
        self
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    pub(crate) fn explained(mut self, lines: Vec<String>) -> Self {
        self.explanation = lines;
        self
    }

    pub fn is_error(&self) -> bool {
        self.code.level == Level::Error
    }
}

impl Place {
    /// A place that says only which subgraph; where in it is looked up by the diagnostic's coordinate, if it has one.
    pub(crate) fn in_subgraph(subgraph: impl Into<String>, label: impl Into<String>) -> Place {
        Place { subgraph: subgraph.into(), span: None, label: label.into() }
    }
}

/// Findings of a composition so far.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) hints: Vec<Diagnostic>,
}

impl Diagnostics {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        match diagnostic.is_error() {
            true => self.errors.push(diagnostic),
            false => self.hints.push(diagnostic),
        }
    }

    /// `None` when there is an error, to leave a function with `?`.
    pub(crate) fn stop(&self) -> Option<()> {
        self.errors.is_empty().then_some(())
    }
}
