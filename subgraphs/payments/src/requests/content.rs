//! What is read of the events of orders. Fields that are of no use here are not looked at.

use crate::domain::{
    ids::{OrderId, VendorId},
    ledger::Share,
};
use hansa_values::{Money, TenantId, UserId};
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// `order.placed`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderPlaced {
    pub(super) order_id: OrderId,
    lines: Vec<PlacedLine>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlacedLine {
    vendor_id: VendorId,
    tenant_id: TenantId,
    quantity: i64,
    unit_price: Money,
}

/// `order_placement.authorisation_requested`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthorisationRequested {
    pub(super) order_id: OrderId,
    pub(super) command_id: Uuid,
    pub(super) buyer_id: UserId,
    pub(super) amount: Money,
    pub(super) payment_method: String,
}

/// `order_placement.capture_requested`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CaptureRequested {
    pub(super) order_id: OrderId,
    pub(super) command_id: Uuid,
}

/// `order_placement.void_requested`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VoidRequested {
    pub(super) order_id: OrderId,
    pub(super) command_id: Uuid,
    /// The command that asked for the authorisation.
    pub(super) undoes: Uuid,
}

/// `order_placement.refund_requested`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundRequested {
    pub(super) order_id: OrderId,
    pub(super) command_id: Uuid,
    pub(super) amount: Money,
    #[serde(default)]
    pub(super) reason: String,
    /// The command that asked for the capture, where the refund is its undo.
    pub(super) undoes: Option<Uuid>,
}

impl OrderPlaced {
    /// What each vendor sold. All in one currency, or the order is wrong.
    pub(super) fn shares(&self) -> Result<Vec<Share>, String> {
        let mut shares: BTreeMap<VendorId, Share> = BTreeMap::new();
        for line in &self.lines {
            let Money { minor_units, currency } = line.unit_price;
            let sum = minor_units.checked_mul(line.quantity).filter(|sum| *sum >= 0 && line.quantity > 0);
            let sum =
                sum.ok_or_else(|| format!("a line of {} is of {} at {minor_units}", self.order_id, line.quantity))?;
            let none =
                Share { vendor: line.vendor_id, tenant: line.tenant_id, amount: Money { minor_units: 0, currency } };
            let share = shares.entry(line.vendor_id).or_insert(none);
            if share.amount.currency != currency {
                return Err(format!(
                    "the lines of {} are in {} and in {currency}",
                    self.order_id, share.amount.currency
                ));
            }
            let total = share.amount.minor_units.checked_add(sum);
            share.amount.minor_units =
                total.ok_or_else(|| format!("{} is of more than an i64 holds", self.order_id))?;
        }
        Ok(shares.into_values().collect())
    }
}
