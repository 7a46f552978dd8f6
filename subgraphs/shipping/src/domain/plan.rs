//! Plans: what the placing of an order asks of this context, by the id of the command, and what was answered.

use super::{event::PlanEvent, ids::OrderId};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanKind {
    Make,
    Cancel,
}

/// One command and its answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) command_id: Uuid,
    pub(crate) order_id: OrderId,
    pub(crate) kind: PlanKind,
    /// `None`: it was undone before it came. When it comes, it is refused.
    pub(crate) answer: Option<PlanEvent>,
}

impl PlanKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            PlanKind::Make => "make",
            PlanKind::Cancel => "cancel",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<PlanKind> {
        [PlanKind::Make, PlanKind::Cancel].into_iter().find(|kind| kind.as_str() == text)
    }
}
