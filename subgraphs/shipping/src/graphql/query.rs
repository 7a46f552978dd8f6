//! Root fields for reading. What is unknown and what is not for the caller are null alike.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{
    address::{AddressNode, CountryCode},
    method::{MethodNode, ShippingQuote},
    parcel::{LINES_MAX, Parcel},
    shipment::{ShipmentNode, ShipmentStatus},
    shipping,
    variant::quotes,
};
use crate::{
    Shipping,
    domain::{
        ids::{ShipmentId, VariantId},
        shipment::Shipment,
    },
    shipping::shipment_resource,
    tables::{addresses, methods, shipments},
};
use async_graphql::{Context, ID, InputObject, Object};
use hansa_subgraph_host::{
    Caller, Connection, CursorValue, Fault, PageArguments, QueryFingerprint, Resource, directives, request_context,
};

/// The query root.
#[derive(Debug)]
pub(crate) struct Query;

/// So many of a variant.
#[derive(Debug, InputObject)]
pub(crate) struct ShippingLineInput {
    variant_id: ID,
    /// 1 to 1000.
    quantity: i32,
}

#[Object]
impl Query {
    async fn shipment(&self, ctx: &Context<'_>, id: ID) -> Option<Result<ShipmentNode, Fault>> {
        let (context, caller) = (shipping(ctx), request_context(ctx).caller());
        let id: ShipmentId = id.parse().ok()?;
        let found = shipments::by_id(&context.db, id).await.map_err(Fault::from).transpose()?;
        let may = |shipment: &Shipment| context.may(caller, "shipmentRead", &shipment_resource(shipment));
        found.map(|shipment| may(&shipment).then(|| ShipmentNode::one(shipment))).transpose()
    }

    /// What the acting tenant sends, newest first.
    #[graphql(directive = directives::requires_scopes::apply(directives::scope("shipping:write")))]
    async fn shipments(
        &self,
        ctx: &Context<'_>,
        status: Option<ShipmentStatus>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<ShipmentNode>, Fault>> {
        let page = PageArguments { first, after, last, before };
        Some(shipment_page(shipping(ctx), request_context(ctx).caller(), (status, page)).await)
    }

    /// The viewer's own, newest first.
    #[graphql(directive = directives::authenticated::apply())]
    async fn delivery_addresses(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<AddressNode>, Fault>> {
        let page = PageArguments { first, after, last, before };
        Some(address_page(shipping(ctx), request_context(ctx).caller(), page).await)
    }

    /// The ways of shipping that new orders may use; with a country those that deliver there. In the order of their codes.
    async fn shipping_methods(
        &self,
        ctx: &Context<'_>,
        country: Option<CountryCode>,
    ) -> Option<Result<Vec<MethodNode>, Fault>> {
        let mut methods = match methods::active(&shipping(ctx).db).await {
            Ok(methods) => methods,
            Err(error) => return Some(Err(error.into())),
        };
        methods.retain(|method| country.is_none_or(|country| method.delivers_to(country.0)));
        Some(Ok(methods.into_iter().map(MethodNode).collect()))
    }

    /// What it costs to send these together: with each way of shipping that delivers there, the cheapest first.
    async fn shipping_quotes(
        &self,
        ctx: &Context<'_>,
        country: CountryCode,
        lines: Vec<ShippingLineInput>,
    ) -> Option<Result<Vec<ShippingQuote>, Fault>> {
        Some(all_quotes(shipping(ctx), country, lines).await)
    }
}

async fn all_quotes(
    context: &Shipping,
    country: CountryCode,
    lines: Vec<ShippingLineInput>,
) -> Result<Vec<ShippingQuote>, Fault> {
    let mut wanted: Vec<(VariantId, i64)> = Vec::with_capacity(lines.len().min(LINES_MAX));
    for line in lines.into_iter().take(LINES_MAX + 1) {
        let id = line.variant_id.parse().map_err(|error: hansa_values::IdError| Fault::bad_input(error.to_string()))?;
        wanted.push((id, i64::from(line.quantity)));
    }
    let parcel = Parcel::of(context, &wanted).await?;
    Ok(quotes(&methods::active(&context.db).await?, country.0, parcel.grams))
}

async fn shipment_page(
    context: &Shipping,
    caller: &Caller,
    (status, page): (Option<ShipmentStatus>, PageArguments),
) -> Result<Connection<ShipmentNode>, Fault> {
    if !caller.is_authenticated() {
        return Err(Fault::unauthenticated());
    }
    let of_tenant = |tenant| Resource::new("Shipment", "").with("buyer", "").with("tenant", tenant);
    let tenant = caller.tenant.filter(|tenant| context.may(caller, "shipmentWrite", &of_tenant(*tenant)));
    let tenant = tenant.ok_or_else(Fault::forbidden)?;
    let status = status.map(Into::into);
    let status_name = status.map(crate::ShipmentStatus::as_str);
    let page = page.page(&context.services.cursors, QueryFingerprint::of("Query.shipments", &(tenant, status_name)))?;
    let rows = shipments::page(&context.db, (tenant, status), &page).await?;
    let place = |node: &ShipmentNode| CursorValue { sort_values: Vec::new(), id: node.shipment.id.to_string() };
    Ok(Connection::from_rows(ShipmentNode::all(rows), &page, place))
}

async fn address_page(
    context: &Shipping,
    caller: &Caller,
    page: PageArguments,
) -> Result<Connection<AddressNode>, Fault> {
    let owner = caller.user.ok_or_else(Fault::unauthenticated)?;
    let page = page.page(&context.services.cursors, QueryFingerprint::of("Query.deliveryAddresses", &owner))?;
    let rows = addresses::page(&context.db, owner, &page).await?;
    let place = |node: &AddressNode| CursorValue { sort_values: Vec::new(), id: node.0.id.to_string() };
    Ok(Connection::from_rows(rows.into_iter().map(AddressNode).collect(), &page, place))
}
