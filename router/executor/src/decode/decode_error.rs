//! Why an answer cannot be read to its end.

use crate::{rows::BudgetSpent, scan::ScanError};

/// Why decoding ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecodeError {
    Scan(ScanError),
    BudgetSpent,
    /// Well formed, but not what an answer looks like.
    Shape(WrongShape),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongShape {
    Answer,
    Data,
    Entities,
    MoreEntities,
    FewerEntities,
}

impl WrongShape {
    pub(crate) fn description(self) -> &'static str {
        match self {
            WrongShape::Answer => "a subgraph's answer is not an object",
            WrongShape::Data => "a subgraph's data is not an object",
            WrongShape::Entities => "a subgraph's entities are not a list",
            WrongShape::MoreEntities => "a subgraph answered with more entities than it was asked for",
            WrongShape::FewerEntities => "a subgraph answered with fewer entities than it was asked for",
        }
    }
}

impl From<ScanError> for DecodeError {
    fn from(error: ScanError) -> Self {
        DecodeError::Scan(error)
    }
}

impl From<BudgetSpent> for DecodeError {
    fn from(_: BudgetSpent) -> Self {
        DecodeError::BudgetSpent
    }
}
