//! What is read of the events of orders. Fields that are of no use here are not looked at.

use crate::domain::{
    event::ShipmentLine,
    ids::{OrderId, OrderLineId, VariantId},
};
use hansa_values::{TenantId, UserId};
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// `order_placement.planning_requested`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlanRequested {
    pub(super) order_id: OrderId,
    pub(super) command_id: Uuid,
    pub(super) buyer_id: UserId,
    /// As the buyer gave it.
    pub(super) delivery_address_id: String,
    pub(super) shipping_method: String,
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    line_id: OrderLineId,
    tenant_id: TenantId,
    variant_id: VariantId,
    #[serde(default)]
    product_id: Option<String>,
    quantity: i64,
    #[serde(default)]
    weight_grams: i64,
}

/// `order_placement.planning_cancellation_requested` and `planning_withdrawal_requested`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlanCancellationRequested {
    pub(super) order_id: OrderId,
    pub(super) command_id: Uuid,
    /// The command that asked for the plan.
    pub(super) undoes: Uuid,
}

/// `order.confirmed`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderConfirmed {
    pub(super) order_id: OrderId,
}

impl PlanRequested {
    /// What each tenant sends, and what that weighs.
    pub(super) fn by_tenant(&self) -> Result<BTreeMap<TenantId, (Vec<ShipmentLine>, i64)>, String> {
        let mut by_tenant: BTreeMap<TenantId, (Vec<ShipmentLine>, i64)> = BTreeMap::new();
        for line in &self.lines {
            let Line { line_id, variant_id, quantity, .. } = *line;
            let grams = line.weight_grams.checked_mul(quantity).filter(|grams| *grams >= 0 && quantity > 0);
            let (lines, sum) = by_tenant.entry(line.tenant_id).or_default();
            *sum = grams
                .and_then(|grams| sum.checked_add(grams))
                .ok_or_else(|| format!("the line {line_id} is of {quantity} at {} grams", line.weight_grams))?;
            let product_id = line.product_id.clone();
            lines.push(ShipmentLine { line_id, variant_id, product_id, quantity });
        }
        Ok(by_tenant)
    }
}
