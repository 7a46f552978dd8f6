//! Mutations: one input, one payload; expected failures stand in `userErrors`.

use super::{
    address::AddressNode,
    inputs::{
        DeliveryAddressCreateInput, DeliveryAddressDeleteInput, DeliveryAddressUpdateInput, LabelCreateInput,
        ShipmentCancelInput, ShipmentDispatchInput, ShippingMethodCreateInput, ShippingMethodUpdateInput,
    },
    method::MethodNode,
    payloads::{
        DeliveryAddressCreatePayload, DeliveryAddressDeletePayload, DeliveryAddressUpdatePayload, LabelCreatePayload,
        ShipmentCancelPayload, ShipmentDispatchPayload, ShippingMethodCreatePayload, ShippingMethodUpdatePayload,
    },
    shipment::ShipmentNode,
    shipping,
};
use crate::domain::address::AddressLines;
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Fault, Outcome, request_context};

/// The mutation root.
#[derive(Debug)]
pub(crate) struct Mutation;

#[Object]
impl Mutation {
    /// Adds an address of the viewer's.
    async fn delivery_address_create(
        &self,
        ctx: &Context<'_>,
        input: DeliveryAddressCreateInput,
    ) -> Result<DeliveryAddressCreatePayload, Fault> {
        let (request, lines) = (request_context(ctx), AddressLines::from(input.address));
        let command = request.command("deliveryAddressCreate", input.idempotency_key.as_deref(), &lines);
        let run = async |command| shipping(ctx).address_create(request.caller(), &command, lines).await;
        Ok(Outcome::run(command, run).await?.map(AddressNode).into())
    }

    /// Changes an address of the viewer's. What is on its way goes where the address says now.
    async fn delivery_address_update(
        &self,
        ctx: &Context<'_>,
        input: DeliveryAddressUpdateInput,
    ) -> Result<DeliveryAddressUpdatePayload, Fault> {
        let (request, lines) = (request_context(ctx), AddressLines::from(input.address));
        let (id, expected) = (input.id.to_string(), input.expected_version.map(i64::from));
        let key = input.idempotency_key.as_deref();
        let command = request.command("deliveryAddressUpdate", key, &(&id, &lines, expected));
        let run =
            async |command| shipping(ctx).address_update(request.caller(), &command, (&id, lines, expected)).await;
        Ok(Outcome::run(command, run).await?.map(AddressNode).into())
    }

    /// Deletes an address of the viewer's: at once, or when what is on its way there has arrived.
    async fn delivery_address_delete(
        &self,
        ctx: &Context<'_>,
        input: DeliveryAddressDeleteInput,
    ) -> Result<DeliveryAddressDeletePayload, Fault> {
        let request = request_context(ctx);
        let (id, expected) = (input.id.to_string(), input.expected_version.map(i64::from));
        let command = request.command("deliveryAddressDelete", input.idempotency_key.as_deref(), &(&id, expected));
        let run = async |command| shipping(ctx).address_delete(request.caller(), &command, (&id, expected)).await;
        Ok(Outcome::run(command, run).await?.map(|id| ID::from(id.to_string())).into())
    }

    /// Adds a way of shipping. Needs the scope `shipping:write` for the tenant's, `shipping:operate` for the platform's.
    async fn shipping_method_create(
        &self,
        ctx: &Context<'_>,
        input: ShippingMethodCreateInput,
    ) -> Result<ShippingMethodCreatePayload, Fault> {
        let (request, key) = (request_context(ctx), input.idempotency_key.clone());
        let create = match input.create() {
            Ok(create) => create,
            Err(refusal) => return Ok(Outcome::refused(refusal).into()),
        };
        let command = request.command("shippingMethodCreate", key.as_deref(), &create);
        let run = async |command| shipping(ctx).method_create(request.caller(), &command, create).await;
        Ok(Outcome::run(command, run).await?.map(MethodNode).into())
    }

    /// Changes a way of shipping, for orders from now on.
    async fn shipping_method_update(
        &self,
        ctx: &Context<'_>,
        input: ShippingMethodUpdateInput,
    ) -> Result<ShippingMethodUpdatePayload, Fault> {
        let (request, key) = (request_context(ctx), input.idempotency_key.clone());
        let update = match input.update() {
            Ok(update) => update,
            Err(refusal) => return Ok(Outcome::refused(refusal).into()),
        };
        let command = request.command("shippingMethodUpdate", key.as_deref(), &update);
        let run = async |command| shipping(ctx).method_update(request.caller(), &command, update).await;
        Ok(Outcome::run(command, run).await?.map(MethodNode).into())
    }

    /// Makes the label of a shipment of a confirmed order.
    async fn label_create(&self, ctx: &Context<'_>, input: LabelCreateInput) -> Result<LabelCreatePayload, Fault> {
        let (request, change) = (request_context(ctx), input.change());
        let command = request.command("labelCreate", input.idempotency_key.as_deref(), &change);
        let run = async |command| shipping(ctx).label_create(request.caller(), &command, change).await;
        Ok(Outcome::run(command, run).await?.map(ShipmentNode::one).into())
    }

    /// Says that the carrier has a shipment.
    async fn shipment_dispatch(
        &self,
        ctx: &Context<'_>,
        input: ShipmentDispatchInput,
    ) -> Result<ShipmentDispatchPayload, Fault> {
        let (request, change) = (request_context(ctx), input.change());
        let command = request.command("shipmentDispatch", input.idempotency_key.as_deref(), &change);
        let run = async |command| shipping(ctx).shipment_dispatch(request.caller(), &command, change).await;
        Ok(Outcome::run(command, run).await?.map(ShipmentNode::one).into())
    }

    /// Cancels a shipment of a confirmed order, and with it the whole order: everything is refunded. Only as long as nothing of
    /// the order has left.
    async fn shipment_cancel(
        &self,
        ctx: &Context<'_>,
        input: ShipmentCancelInput,
    ) -> Result<ShipmentCancelPayload, Fault> {
        let (request, change) = (request_context(ctx), input.change());
        let command = request.command("shipmentCancel", input.idempotency_key.as_deref(), &change);
        let run = async |command| shipping(ctx).shipment_cancel(request.caller(), &command, change).await;
        Ok(Outcome::run(command, run).await?.map(ShipmentNode::one).into())
    }
}
