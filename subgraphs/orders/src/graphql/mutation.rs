//! Mutations: one input, one payload; expected failures stand in `userErrors`.

use super::{
    cart::CartObject,
    checkout::CheckoutObject,
    order::OrderObject,
    order_return::ReturnObject,
    orders,
    payloads::{
        CartClearPayload, CartLineUpdatePayload, CartLinesAddPayload, CartLinesRemovePayload, CheckoutCreatePayload,
        OrderCancelPayload, OrderPlacePayload, ReturnAcceptPayload, ReturnReceivePayload, ReturnRefusePayload,
        ReturnRequestPayload,
    },
};
use crate::{
    commands::{
        CartChange, CartLineUpdate, CartLinesAdd, CartLinesRemove, CheckoutCreate, CommandError, NewCartLine,
        OrderCancel, OrderPlace, ReturnLine, ReturnRefuse, ReturnRequest,
    },
    tables::returns::ReturnRow,
};
use async_graphql::{Context, ID, InputObject, Object};
use hansa_subgraph_host::{Done, Fault, Outcome, request_context};

/// The mutation root.
#[derive(Debug)]
pub(crate) struct Mutation;

#[derive(Debug, InputObject)]
pub(crate) struct CartLineInput {
    variant_id: ID,
    /// 1 to 99.
    quantity: i32,
}

#[derive(Debug, InputObject)]
pub(crate) struct CartLinesAddInput {
    /// 1 to 50.
    lines: Vec<CartLineInput>,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct CartLineUpdateInput {
    /// The line's.
    id: ID,
    /// 1 to 99.
    quantity: i32,
    idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct CartLinesRemoveInput {
    /// The lines', 1 to 50.
    ids: Vec<ID>,
    idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct CartClearInput {
    idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct CheckoutCreateInput {
    /// Code of a way of shipping.
    shipping_method: String,
    /// Of one of the caller's addresses.
    delivery_address_id: ID,
    idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct OrderPlaceInput {
    checkout_id: ID,
    /// The checkout's: what the caller agrees to.
    quote_hash: String,
    /// A token of the payment provider's; never the number of a card.
    payment_method: String,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    idempotency_key: String,
}

#[derive(Debug, InputObject)]
pub(crate) struct OrderCancelInput {
    id: ID,
    idempotency_key: String,
}

#[derive(Debug, InputObject)]
pub(crate) struct ReturnLineInput {
    line_id: ID,
    quantity: i32,
}

#[derive(Debug, InputObject)]
pub(crate) struct ReturnRequestInput {
    order_id: ID,
    /// 1 to 50, all of one seller.
    lines: Vec<ReturnLineInput>,
    /// 1 to 500 characters, for the seller.
    reason: String,
    idempotency_key: String,
}

#[derive(Debug, InputObject)]
pub(crate) struct ReturnInput {
    id: ID,
    idempotency_key: String,
}

#[derive(Debug, InputObject)]
pub(crate) struct ReturnRefuseInput {
    id: ID,
    /// 1 to 500 characters, for the buyer.
    reason: String,
    idempotency_key: String,
}

#[Object]
impl Mutation {
    /// Adds to the caller's cart.
    async fn cart_lines_add(&self, ctx: &Context<'_>, input: CartLinesAddInput) -> Result<CartLinesAddPayload, Fault> {
        let line = |line: CartLineInput| NewCartLine {
            variant_id: line.variant_id.to_string(),
            quantity: i64::from(line.quantity),
        };
        let add = CartLinesAdd { lines: input.lines.into_iter().map(line).collect() };
        changed(ctx, ("cartLinesAdd", input.idempotency_key), CartChange::Add(add)).await.map(Into::into)
    }

    /// Sets how many there are of a line, and agrees to its price of now.
    async fn cart_line_update(
        &self,
        ctx: &Context<'_>,
        input: CartLineUpdateInput,
    ) -> Result<CartLineUpdatePayload, Fault> {
        let update = CartLineUpdate { id: input.id.to_string(), quantity: i64::from(input.quantity) };
        changed(ctx, ("cartLineUpdate", input.idempotency_key), CartChange::Update(update)).await.map(Into::into)
    }

    async fn cart_lines_remove(
        &self,
        ctx: &Context<'_>,
        input: CartLinesRemoveInput,
    ) -> Result<CartLinesRemovePayload, Fault> {
        let remove = CartLinesRemove { ids: input.ids.iter().map(|id| id.to_string()).collect() };
        changed(ctx, ("cartLinesRemove", input.idempotency_key), CartChange::Remove(remove)).await.map(Into::into)
    }

    async fn cart_clear(&self, ctx: &Context<'_>, input: CartClearInput) -> Result<CartClearPayload, Fault> {
        changed(ctx, ("cartClear", input.idempotency_key), CartChange::Clear).await.map(Into::into)
    }

    /// Freezes the prices of the caller's cart for half an hour.
    async fn checkout_create(
        &self,
        ctx: &Context<'_>,
        input: CheckoutCreateInput,
    ) -> Result<CheckoutCreatePayload, Fault> {
        let request = request_context(ctx);
        let delivery_address_id = input.delivery_address_id.to_string();
        let create = CheckoutCreate { shipping_method: input.shipping_method, delivery_address_id };
        Ok(match request.command("checkoutCreate", input.idempotency_key.as_deref(), &create) {
            Ok(command) => Outcome::of(orders(ctx).checkout_create(request.caller(), &command, create).await)?
                .map(CheckoutObject)
                .into(),
            Err(error) => Outcome::refused(error).into(),
        })
    }

    /// Buys what is in a checkout. Waits up to four seconds for what becomes of it; then it is `PENDING`, and
    /// `orderStatusChanged` tells the end.
    async fn order_place(&self, ctx: &Context<'_>, input: OrderPlaceInput) -> Result<OrderPlacePayload, Fault> {
        let request = request_context(ctx);
        let place = OrderPlace {
            checkout_id: input.checkout_id.to_string(),
            quote_hash: input.quote_hash,
            payment_method: input.payment_method,
        };
        Ok(match request.command("orderPlace", Some(&input.idempotency_key), &place) {
            Ok(command) => Outcome::of(orders(ctx).order_place_and_wait(request.caller(), &command, place).await)?
                .map(OrderObject::of_buyer)
                .into(),
            Err(error) => Outcome::refused(error).into(),
        })
    }

    /// Ends an order, as long as none of it is on its way. It is `CANCELLING` until everything is undone.
    async fn order_cancel(&self, ctx: &Context<'_>, input: OrderCancelInput) -> Result<OrderCancelPayload, Fault> {
        let request = request_context(ctx);
        let cancel = OrderCancel { id: input.id.to_string() };
        Ok(match request.command("orderCancel", Some(&input.idempotency_key), &cancel) {
            Ok(command) => Outcome::of(orders(ctx).order_cancel(request.caller(), &command, cancel).await)?
                .map(OrderObject::of_buyer)
                .into(),
            Err(error) => Outcome::refused(error).into(),
        })
    }

    /// Asks the seller to take back what was delivered.
    async fn return_request(
        &self,
        ctx: &Context<'_>,
        input: ReturnRequestInput,
    ) -> Result<ReturnRequestPayload, Fault> {
        let request = request_context(ctx);
        let line =
            |line: ReturnLineInput| ReturnLine { line_id: line.line_id.to_string(), quantity: line.quantity.into() };
        let lines = input.lines.into_iter().map(line).collect();
        let ask = ReturnRequest { order_id: input.order_id.to_string(), lines, reason: input.reason };
        let outcome = match request.command("returnRequest", Some(&input.idempotency_key), &ask) {
            Ok(command) => returned(ctx, orders(ctx).return_request(request.caller(), &command, ask).await).await?,
            Err(error) => Outcome::refused(error),
        };
        Ok(outcome.into())
    }

    /// The seller agrees to take the goods back.
    async fn return_accept(&self, ctx: &Context<'_>, input: ReturnInput) -> Result<ReturnAcceptPayload, Fault> {
        let (request, id) = (request_context(ctx), input.id.to_string());
        let outcome = match request.command("returnAccept", Some(&input.idempotency_key), &id) {
            Ok(command) => returned(ctx, orders(ctx).return_accept(request.caller(), &command, &id).await).await?,
            Err(error) => Outcome::refused(error),
        };
        Ok(outcome.into())
    }

    /// The seller does not.
    async fn return_refuse(&self, ctx: &Context<'_>, input: ReturnRefuseInput) -> Result<ReturnRefusePayload, Fault> {
        let request = request_context(ctx);
        let refuse = ReturnRefuse { id: input.id.to_string(), reason: input.reason };
        let outcome = match request.command("returnRefuse", Some(&input.idempotency_key), &refuse) {
            Ok(command) => returned(ctx, orders(ctx).return_refuse(request.caller(), &command, refuse).await).await?,
            Err(error) => Outcome::refused(error),
        };
        Ok(outcome.into())
    }

    /// The goods are back; the money goes back to the buyer.
    async fn return_receive(&self, ctx: &Context<'_>, input: ReturnInput) -> Result<ReturnReceivePayload, Fault> {
        let (request, id) = (request_context(ctx), input.id.to_string());
        let outcome = match request.command("returnReceive", Some(&input.idempotency_key), &id) {
            Ok(command) => returned(ctx, orders(ctx).return_receive(request.caller(), &command, &id).await).await?,
            Err(error) => Outcome::refused(error),
        };
        Ok(outcome.into())
    }
}

async fn changed(
    ctx: &Context<'_>,
    (operation, key): (&'static str, Option<String>),
    change: CartChange,
) -> Result<Outcome<CartObject>, Fault> {
    let (request, orders) = (request_context(ctx), orders(ctx));
    match request.command(operation, key.as_deref(), &change) {
        Ok(command) => {
            let done = Outcome::of(orders.cart_change(request.caller(), &command, change).await)?;
            Ok(done.load(async |cart| CartObject::new(orders, cart).await.map(Some)).await?)
        }
        Err(error) => Ok(Outcome::refused(error)),
    }
}

async fn returned(
    ctx: &Context<'_>,
    done: Result<Done<ReturnRow>, CommandError>,
) -> Result<Outcome<ReturnObject>, Fault> {
    let (orders, caller) = (orders(ctx), request_context(ctx).caller());
    let find = async |row| Ok(ReturnObject::visible(orders, caller, vec![row]).await?.pop());
    Outcome::of(done)?.load(find).await
}
