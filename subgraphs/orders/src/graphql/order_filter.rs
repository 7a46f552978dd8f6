//! What lists of orders are filtered by, and its check.

use super::order::Status;
use crate::{domain::order::OrderStatus, tables::order_pages::OrderFilter};
use async_graphql::InputObject;
use hansa_subgraph_host::{Fault, scalars::DateTime};

/// All that is given must hold.
#[derive(Debug, Clone, Default, InputObject)]
#[graphql(name = "OrderFilter")]
pub(super) struct OrderFilterInput {
    /// In one of these: at least one, and each once.
    status: Option<Vec<Status>>,
    /// Later than this.
    placed_after: Option<DateTime>,
    /// Earlier than this.
    placed_before: Option<DateTime>,
}

impl OrderFilterInput {
    pub(super) fn checked(self) -> Result<OrderFilter, Fault> {
        let given = self.status.map(|statuses| statuses.into_iter().map(OrderStatus::from).collect());
        let mut statuses: Vec<OrderStatus> = given.unwrap_or_else(|| OrderStatus::ALL.to_vec());
        let given = statuses.len();
        statuses.sort_unstable();
        statuses.dedup();
        if statuses.is_empty() {
            return Err(Fault::bad_input(
                "`filter.status` names no status, so nothing would be found: name one, or leave it out",
            ));
        }
        if statuses.len() < given {
            return Err(Fault::bad_input("`filter.status` names a status twice"));
        }
        if statuses.len() == OrderStatus::ALL.len() {
            statuses.clear();
        }
        let (after, before) = (self.placed_after.map(|time| time.0), self.placed_before.map(|time| time.0));
        if after.zip(before).is_some_and(|(after, before)| after >= before) {
            return Err(Fault::bad_input(
                "`filter.placedAfter` is not before `filter.placedBefore`, so nothing would be found",
            ));
        }
        Ok(OrderFilter { statuses, placed_after: after, placed_before: before })
    }
}
