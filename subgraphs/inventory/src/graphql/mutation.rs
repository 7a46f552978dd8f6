//! Mutations: one input, one payload; expected failures stand in `userErrors`.

use super::{
    inputs::{
        StockAdjustInput, StockCountInput, StockReceiveInput, StockTransferInput, WarehouseCreateInput,
        WarehouseUpdateInput,
    },
    inventory,
    payloads::{
        StockAdjustPayload, StockCountPayload, StockReceivePayload, StockTransferPayload, WarehouseCreatePayload,
        WarehouseUpdatePayload, outcome,
    },
    stock_item::StockItemObject,
    warehouse::WarehouseObject,
};
use crate::commands::{StockAdjust, StockCount, StockReceive, StockTransfer, WarehouseCreate, WarehouseUpdate};
use async_graphql::{Context, Object};
use hansa_subgraph_host::{Fault, Outcome, request_context};

/// The mutation root.
#[derive(Debug)]
pub(crate) struct Mutation;

/// Runs a command of the context; the result is the payload's outcome.
macro_rules! outcome {
    ($ctx:ident, $operation:literal, $method:ident($key:expr, $input:expr), $quantity:literal) => {{
        let (request, input) = (request_context($ctx), $input);
        match request.command($operation, $key, &input) {
            Ok(command) => outcome(inventory($ctx).$method(request.caller(), &command, input).await, $quantity)?,
            Err(error) => Outcome::refused(error),
        }
    }};
}

#[Object]
impl Mutation {
    /// Makes a warehouse of the acting tenant. Needs the scope `inventory:write`.
    async fn warehouse_create(
        &self,
        ctx: &Context<'_>,
        mut input: WarehouseCreateInput,
    ) -> Result<WarehouseCreatePayload, Fault> {
        let key = input.idempotency_key.take();
        let input = WarehouseCreate::from(input);
        Ok(outcome!(ctx, "warehouseCreate", warehouse_create(key.as_deref(), input), "").map(WarehouseObject).into())
    }

    /// Changes a warehouse. Needs the scope `inventory:write`.
    async fn warehouse_update(
        &self,
        ctx: &Context<'_>,
        mut input: WarehouseUpdateInput,
    ) -> Result<WarehouseUpdatePayload, Fault> {
        let key = input.idempotency_key.take();
        let input = WarehouseUpdate::from(input);
        Ok(outcome!(ctx, "warehouseUpdate", warehouse_update(key.as_deref(), input), "").map(WarehouseObject).into())
    }

    /// Notes that units came in. Needs the scope `inventory:write`.
    async fn stock_receive(
        &self,
        ctx: &Context<'_>,
        mut input: StockReceiveInput,
    ) -> Result<StockReceivePayload, Fault> {
        let key = std::mem::take(&mut input.idempotency_key);
        let input = StockReceive::from(input);
        Ok(outcome!(ctx, "stockReceive", stock_receive(Some(&key), input), "quantity").map(StockItemObject).into())
    }

    /// Notes that there are more or fewer units; never fewer than are held. Needs the scope `inventory:write`.
    async fn stock_adjust(&self, ctx: &Context<'_>, mut input: StockAdjustInput) -> Result<StockAdjustPayload, Fault> {
        let key = std::mem::take(&mut input.idempotency_key);
        let input = StockAdjust::from(input);
        Ok(outcome!(ctx, "stockAdjust", stock_adjust(Some(&key), input), "change").map(StockItemObject).into())
    }

    /// Notes how many units lie there, sold ones that await dispatch among them; never fewer than are held or awaited. Needs the scope `inventory:write`.
    async fn stock_count(&self, ctx: &Context<'_>, mut input: StockCountInput) -> Result<StockCountPayload, Fault> {
        let key = std::mem::take(&mut input.idempotency_key);
        let input = StockCount::from(input);
        Ok(outcome!(ctx, "stockCount", stock_count(Some(&key), input), "counted").map(StockItemObject).into())
    }

    /// Moves units from one warehouse to another; never those that are held. Needs the scope `inventory:write`.
    async fn stock_transfer(
        &self,
        ctx: &Context<'_>,
        mut input: StockTransferInput,
    ) -> Result<StockTransferPayload, Fault> {
        let key = std::mem::take(&mut input.idempotency_key);
        let input = StockTransfer::from(input);
        Ok(outcome!(ctx, "stockTransfer", stock_transfer(Some(&key), input), "quantity")
            .map(|(from, to)| (StockItemObject(from), StockItemObject(to)))
            .into())
    }
}
