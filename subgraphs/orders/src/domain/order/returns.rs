//! Returns: goods that were delivered and go back to who sold them.

use super::{
    Order, OrderEvent, OrderNoted, OrderedLine, PartOfLine, ReturnDecided, ReturnRefunded, Returned, UnknownStatus,
};
use crate::domain::{
    Refusal,
    ids::{OrderLineId, ReturnId},
};
use hansa_values::Money;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, str::FromStr};

/// Where a return stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReturnStatus {
    Requested,
    Accepted,
    Refused,
    /// The goods are back, and the money is on its way.
    Received,
    Refunded,
}

/// Goods on their way back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderReturn {
    pub status: ReturnStatus,
    pub returned: Returned,
    /// Why it was refused.
    pub refused_because: Option<String>,
}

impl ReturnStatus {
    pub const ALL: [ReturnStatus; 5] = [
        ReturnStatus::Requested,
        ReturnStatus::Accepted,
        ReturnStatus::Refused,
        ReturnStatus::Received,
        ReturnStatus::Refunded,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            ReturnStatus::Requested => "REQUESTED",
            ReturnStatus::Accepted => "ACCEPTED",
            ReturnStatus::Refused => "REFUSED",
            ReturnStatus::Received => "RECEIVED",
            ReturnStatus::Refunded => "REFUNDED",
        }
    }
}

impl FromStr for ReturnStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<ReturnStatus, UnknownStatus> {
        let found = ReturnStatus::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

impl Order {
    pub fn order_return(&self, id: ReturnId) -> Option<&OrderReturn> {
        self.returns.get(&id)
    }

    /// What was delivered of a line and is in no return yet.
    pub fn returnable(&self, line: OrderLineId) -> i64 {
        let alive = self.returns.values().filter(|one| one.status != ReturnStatus::Refused);
        let returned = super::quantity_of(line, alive.flat_map(|one| &one.returned.lines));
        self.delivered_of(line) - returned
    }

    pub(super) fn request_return(
        &self,
        id: ReturnId,
        wanted: &[(OrderLineId, i64)],
        reason: String,
    ) -> Result<Vec<OrderEvent>, Refusal> {
        let Some(OrderNoted { order_id }) = self.noted() else { return Err(Refusal::NotFound("order")) };
        if wanted.is_empty() {
            return Err(Refusal::ReturnEmpty);
        }
        let mut seen = BTreeSet::new();
        let mut lines: Vec<(&OrderedLine, PartOfLine)> = Vec::with_capacity(wanted.len());
        for (line_id, quantity) in wanted {
            let line = self.lines().iter().find(|line| line.line_id == *line_id);
            let line = line.filter(|_| seen.insert(*line_id)).ok_or(Refusal::NotFound("line"))?;
            if !(1..=self.returnable(*line_id)).contains(quantity) {
                return Err(Refusal::NotReturnable { returnable: self.returnable(*line_id).max(0) });
            }
            let (line_id, variant_id, quantity) = (*line_id, line.variant_id, *quantity);
            lines.push((line, PartOfLine { line_id, variant_id, quantity }));
        }
        let first = lines[0].0;
        if lines.iter().any(|(line, _)| line.tenant_id != first.tenant_id) {
            return Err(Refusal::SellersMixed);
        }
        // Within the total of the order, which was checked.
        let units = lines.iter().map(|(line, part)| line.unit_price.minor_units * part.quantity).sum();
        let returned = Returned {
            order_id,
            return_id: id,
            tenant_id: first.tenant_id,
            lines: lines.iter().map(|(_, part)| part.clone()).collect(),
            reason,
            refund: Money { minor_units: units, currency: first.unit_price.currency },
        };
        Ok(vec![OrderEvent::ReturnRequested(returned)])
    }

    /// Accepts, or refuses with a reason.
    pub(super) fn decide_return(&self, id: ReturnId, reason: Option<String>) -> Result<Vec<OrderEvent>, Refusal> {
        let one = self.order_return(id).ok_or(Refusal::NotFound("return"))?;
        if one.status != ReturnStatus::Requested {
            return Err(Refusal::ReturnIs(one.status));
        }
        let event = if reason.is_some() { OrderEvent::ReturnRefused } else { OrderEvent::ReturnAccepted };
        let Returned { order_id, return_id, tenant_id, .. } = one.returned;
        Ok(vec![event(ReturnDecided { order_id, return_id, tenant_id, reason })])
    }

    pub(super) fn receive_return(&self, id: ReturnId) -> Result<Vec<OrderEvent>, Refusal> {
        let one = self.order_return(id).ok_or(Refusal::NotFound("return"))?;
        match one.status {
            ReturnStatus::Accepted if !self.is_captured => Err(Refusal::NotPaid),
            ReturnStatus::Accepted => Ok(vec![OrderEvent::ReturnReceived(one.returned.clone())]),
            status => Err(Refusal::ReturnIs(status)),
        }
    }

    pub(super) fn note_refunded(&self, id: ReturnId, amount: Money) -> Vec<OrderEvent> {
        let received = self.order_return(id).filter(|one| one.status == ReturnStatus::Received);
        let refunded = |one: &OrderReturn| ReturnRefunded { order_id: one.returned.order_id, return_id: id, amount };
        received.map(|one| OrderEvent::ReturnRefunded(refunded(one))).into_iter().collect()
    }

    pub(super) fn evolve_return(&mut self, event: &OrderEvent) {
        let (id, status) = match event {
            OrderEvent::ReturnRequested(returned) => {
                let status = ReturnStatus::Requested;
                let one = OrderReturn { status, returned: returned.clone(), refused_because: None };
                self.returns.insert(returned.return_id, one);
                return;
            }
            OrderEvent::ReturnAccepted(decided) => (decided.return_id, ReturnStatus::Accepted),
            OrderEvent::ReturnRefused(decided) => (decided.return_id, ReturnStatus::Refused),
            OrderEvent::ReturnReceived(returned) => (returned.return_id, ReturnStatus::Received),
            OrderEvent::ReturnRefunded(refunded) => (refunded.return_id, ReturnStatus::Refunded),
            _ => return,
        };
        let Some(one) = self.returns.get_mut(&id) else { return };
        one.status = status;
        if let OrderEvent::ReturnRefused(ReturnDecided { reason, .. }) = event {
            one.refused_because = reason.clone();
        }
    }
}
