//! One composition: what went in, and what came of it.

use crate::{
    composing::{inputs::Inputs, report},
    failure::Failure,
};
use hansa_composition::{ComposeOptions, ComposedSupergraph, Composition, codes::Level};
use hansa_settings::{Mistake, Place};

/// What went in and what came of it.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) inputs: Inputs,
    /// Empty where there was nothing to compose.
    pub(crate) composition: Composition,
}

impl Attempt {
    /// Composes, which may take seconds.
    pub(crate) fn new(inputs: Inputs, options: &ComposeOptions) -> Attempt {
        let composition = match &inputs {
            Inputs::Ready { subgraphs, .. } => hansa_composition::compose(subgraphs, options),
            Inputs::Mistakes(_) | Inputs::Unavailable(_) => Composition::default(),
        };
        Attempt { inputs, composition }
    }

    pub(crate) fn supergraph(&self) -> Option<&ComposedSupergraph> {
        self.composition.supergraph.as_ref()
    }

    /// Whether there was anything to compose.
    pub(crate) fn has_begun(&self) -> bool {
        matches!(self.inputs, Inputs::Ready { .. })
    }

    /// Whether the call names no file that can be read.
    pub(crate) fn has_no_config(&self) -> bool {
        matches!(&self.inputs, Inputs::Mistakes(mistakes) if matches!(mistakes[..], [Mistake { place: Place::Flag(_), .. }]))
    }

    /// What a good one is announced with.
    pub(crate) fn composed(&self) -> String {
        let count = match &self.inputs {
            Inputs::Ready { subgraphs, .. } => subgraphs.len(),
            Inputs::Mistakes(_) | Inputs::Unavailable(_) => 0,
        };
        format!("Composed {count} subgraph{}", if count == 1 { "" } else { "s" })
    }

    /// For people: mistakes, errors and hints, these from `hints` on.
    pub(crate) fn text(&self, hints: Option<Level>, colour: bool) -> String {
        report::text(self, hints, colour)
    }

    /// Into the log, for machines.
    pub(crate) fn log(&self) {
        report::log(self);
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        report::json(self)
    }

    /// The exit status; what is wrong has been said.
    pub(crate) fn outcome(&self) -> Result<(), Failure> {
        match &self.inputs {
            Inputs::Mistakes(_) => Err(Failure::wrong_call("")),
            Inputs::Unavailable(_) => Err(Failure::undecided("")),
            Inputs::Ready { .. } if self.supergraph().is_some() => Ok(()),
            Inputs::Ready { .. } if self.composition.errors.is_empty() => {
                Err(Failure::undecided("internal error, please report it: no supergraph and no error"))
            }
            Inputs::Ready { .. } => Err(Failure::wrong("")),
        }
    }

    /// Whether nothing but subgraphs that may still come is in the way.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(&self.inputs, Inputs::Unavailable(subgraphs) if subgraphs.iter().all(|subgraph| subgraph.may_pass))
    }
}
