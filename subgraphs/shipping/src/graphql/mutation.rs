//! Mutations: one input, one payload; expected failures stand in `userErrors`.

use super::{
    inputs::{
        DeliveryAddressCreateInput, DeliveryAddressDeleteInput, DeliveryAddressUpdateInput, LabelCreateInput,
        ShipmentCancelInput, ShipmentDispatchInput, ShippingMethodCreateInput, ShippingMethodUpdateInput,
    },
    payloads::{
        DeliveryAddressCreatePayload, DeliveryAddressDeletePayload, DeliveryAddressUpdatePayload, Failure,
        LabelCreatePayload, ShipmentCancelPayload, ShipmentDispatchPayload, ShippingMethodCreatePayload,
        ShippingMethodUpdatePayload,
    },
    shipping,
};
use crate::{
    commands::Done,
    domain::{
        address::{AddressLines, DeliveryAddress},
        ids::DeliveryAddressId,
        method::ShippingMethod,
    },
};
use async_graphql::{Context, Object};
use hansa_subgraph_host::{Fault, request_context};

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
        DeliveryAddressCreatePayload::of(address_create(ctx, input).await)
    }

    /// Changes an address of the viewer's. What is on its way goes where the address says now.
    async fn delivery_address_update(
        &self,
        ctx: &Context<'_>,
        input: DeliveryAddressUpdateInput,
    ) -> Result<DeliveryAddressUpdatePayload, Fault> {
        DeliveryAddressUpdatePayload::of(address_update(ctx, input).await)
    }

    /// Deletes an address of the viewer's: at once, or when what is on its way there has arrived.
    async fn delivery_address_delete(
        &self,
        ctx: &Context<'_>,
        input: DeliveryAddressDeleteInput,
    ) -> Result<DeliveryAddressDeletePayload, Fault> {
        DeliveryAddressDeletePayload::of(address_delete(ctx, input).await)
    }

    /// Adds a way of shipping. Needs the scope `shipping:write` for the tenant's, `shipping:operate` for the platform's.
    async fn shipping_method_create(
        &self,
        ctx: &Context<'_>,
        input: ShippingMethodCreateInput,
    ) -> Result<ShippingMethodCreatePayload, Fault> {
        ShippingMethodCreatePayload::of(method_create(ctx, input).await)
    }

    /// Changes a way of shipping, for orders from now on.
    async fn shipping_method_update(
        &self,
        ctx: &Context<'_>,
        input: ShippingMethodUpdateInput,
    ) -> Result<ShippingMethodUpdatePayload, Fault> {
        ShippingMethodUpdatePayload::of(method_update(ctx, input).await)
    }

    /// Makes the label of a shipment of a confirmed order.
    async fn label_create(&self, ctx: &Context<'_>, input: LabelCreateInput) -> Result<LabelCreatePayload, Fault> {
        let (request, change) = (request_context(ctx), input.change());
        LabelCreatePayload::of(match request.command("labelCreate", input.idempotency_key.as_deref(), &change) {
            Ok(command) => shipping(ctx).label_create(request.caller(), &command, change).await.map_err(Failure::from),
            Err(error) => Err(error.into()),
        })
    }

    /// Says that the carrier has a shipment.
    async fn shipment_dispatch(
        &self,
        ctx: &Context<'_>,
        input: ShipmentDispatchInput,
    ) -> Result<ShipmentDispatchPayload, Fault> {
        let (request, change) = (request_context(ctx), input.change());
        let key = input.idempotency_key.as_deref();
        ShipmentDispatchPayload::of(match request.command("shipmentDispatch", key, &change) {
            Ok(command) => {
                shipping(ctx).shipment_dispatch(request.caller(), &command, change).await.map_err(Failure::from)
            }
            Err(error) => Err(error.into()),
        })
    }

    /// Cancels a shipment that the carrier does not have yet.
    async fn shipment_cancel(
        &self,
        ctx: &Context<'_>,
        input: ShipmentCancelInput,
    ) -> Result<ShipmentCancelPayload, Fault> {
        let (request, change) = (request_context(ctx), input.change());
        let key = input.idempotency_key.as_deref();
        ShipmentCancelPayload::of(match request.command("shipmentCancel", key, &change) {
            Ok(command) => {
                shipping(ctx).shipment_cancel(request.caller(), &command, change).await.map_err(Failure::from)
            }
            Err(error) => Err(error.into()),
        })
    }
}

async fn address_create(
    ctx: &Context<'_>,
    input: DeliveryAddressCreateInput,
) -> Result<Done<DeliveryAddress>, Failure> {
    let (request, lines) = (request_context(ctx), AddressLines::from(input.address));
    let command = request.command("deliveryAddressCreate", input.idempotency_key.as_deref(), &lines)?;
    Ok(shipping(ctx).address_create(request.caller(), &command, lines).await?)
}

async fn address_update(
    ctx: &Context<'_>,
    input: DeliveryAddressUpdateInput,
) -> Result<Done<DeliveryAddress>, Failure> {
    let (request, lines) = (request_context(ctx), AddressLines::from(input.address));
    let (id, expected) = (input.id.to_string(), input.expected_version.map(i64::from));
    let key = input.idempotency_key.as_deref();
    let command = request.command("deliveryAddressUpdate", key, &(&id, &lines, expected))?;
    Ok(shipping(ctx).address_update(request.caller(), &command, (&id, lines, expected)).await?)
}

async fn address_delete(
    ctx: &Context<'_>,
    input: DeliveryAddressDeleteInput,
) -> Result<Done<DeliveryAddressId>, Failure> {
    let request = request_context(ctx);
    let (id, expected) = (input.id.to_string(), input.expected_version.map(i64::from));
    let command = request.command("deliveryAddressDelete", input.idempotency_key.as_deref(), &(&id, expected))?;
    Ok(shipping(ctx).address_delete(request.caller(), &command, (&id, expected)).await?)
}

async fn method_create(ctx: &Context<'_>, input: ShippingMethodCreateInput) -> Result<Done<ShippingMethod>, Failure> {
    let (request, key) = (request_context(ctx), input.idempotency_key.clone());
    let create = input.create()?;
    let command = request.command("shippingMethodCreate", key.as_deref(), &create)?;
    Ok(shipping(ctx).method_create(request.caller(), &command, create).await?)
}

async fn method_update(ctx: &Context<'_>, input: ShippingMethodUpdateInput) -> Result<Done<ShippingMethod>, Failure> {
    let (request, key) = (request_context(ctx), input.idempotency_key.clone());
    let update = input.update()?;
    let command = request.command("shippingMethodUpdate", key.as_deref(), &update)?;
    Ok(shipping(ctx).method_update(request.caller(), &command, update).await?)
}
