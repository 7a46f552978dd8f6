//! Orders: they are placed, and may be cancelled. Order and placing begin in one commit, with which the checkout is used up.

use super::{CommandError, DECIDED_AGAIN_MAX, Done, OrderCancel, OrderPlace, buyer};
use crate::{
    Orders,
    access::{checkout_resource, order_resource},
    domain::{
        Refusal,
        checkout::Checkout,
        ids::{CheckoutId, OrderId},
        order::{CancelledBy, OrderCommand, OrderStatus, RejectionReason},
        placement::Notice,
    },
    order_store::{self, placement_of},
    tables::{
        carts, checkouts, offers,
        orders::{self, OrderRow},
    },
    waiters::Waiter,
};
use hansa_event_sourcing::Command;
use hansa_relational::Begun;
use hansa_saga::What;
use hansa_subgraph_host::{Caller, ErrorCode, Fault};
use serde::{Deserialize, Serialize};

/// What a repetition needs to know of the first time.
#[derive(Debug, Serialize, Deserialize)]
struct Ordered {
    order: OrderId,
}

impl Orders {
    /// Places an order and waits a while for what becomes of it.
    pub async fn order_place_and_wait(
        &self,
        caller: &Caller,
        command: &Command,
        input: OrderPlace,
    ) -> Result<Done<OrderRow>, CommandError> {
        let (done, waiter) = self.place(caller, command, input).await?;
        let Some(waiter) = waiter.filter(|_| done.value.status == OrderStatus::Pending) else { return Ok(done) };
        let settled = waiter.settled(&self.db).await?;
        Ok(Done { value: settled.unwrap_or(done.value), replayed: done.replayed })
    }

    /// Places an order; its placing goes on in the workers.
    pub async fn order_place(
        &self,
        caller: &Caller,
        command: &Command,
        input: OrderPlace,
    ) -> Result<Done<OrderRow>, CommandError> {
        Ok(self.place(caller, command, input).await?.0)
    }

    /// With who waits for its end; nobody where too many wait already.
    async fn place(
        &self,
        caller: &Caller,
        command: &Command,
        input: OrderPlace,
    ) -> Result<(Done<OrderRow>, Option<Waiter>), CommandError> {
        buyer(caller)?;
        let id: CheckoutId = input.checkout_id.parse().map_err(|_| Refusal::NotFound("checkout").at("checkoutId"))?;
        let payment_method = Checkout::payment_method(&input.payment_method);
        let payment_method = payment_method.map_err(|refusal| refusal.at("paymentMethod"))?;
        let mut command = command.clone();
        let order_id: OrderId = command.ids.id();
        // Whatever comes of it, in whatever context, is of this order.
        command.cause.correlation_id = Some(order_id.uuid());
        let mut unit = match self.db.begin_concurrent::<Ordered>(&command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(Ordered { order }) => {
                // It is there before the order is looked at: nothing is missed.
                let waiter = self.waiters.waiter(order);
                return Ok((self.found(order, true).await?, waiter));
            }
        };
        self.backlog.check().map_err(|full| {
            CommandError::Failed(Fault::new(
                ErrorCode::DownstreamUnavailable,
                format!("no order can be placed: {full}"),
            ))
        })?;
        let checkout = checkouts::by_id(&mut unit, id).await?;
        let may_place = |checkout: &Checkout| {
            self.access.allows(caller, "orderPlace", &checkout_resource(checkout.id, checkout.buyer))
        };
        let checkout = checkout.filter(may_place).ok_or_else(|| Refusal::NotFound("checkout").at("checkoutId"))?;
        let variants: Vec<_> = checkout.quote.lines.iter().map(|line| line.variant_id).collect();
        let offers = offers::by_variants(&mut unit, variants).await?;
        checkout.check(&input.quote_hash, &offers, command.now).map_err(|refusal| match refusal {
            Refusal::QuoteStale => refusal.at("quoteHash"),
            other => other.at("checkoutId"),
        })?;
        if !checkouts::set_order(&mut unit, checkout.id, order_id).await? {
            return Err(Refusal::CheckoutAlreadyPlaced.at("checkoutId").into());
        }
        let placed = checkout.placed(order_id, payment_method, || command.ids.id());
        order_store::place(&mut unit, placed.clone()).await??;
        let begin = What::Notice(Notice::Begin(checkout.started(&placed, command.now)));
        self.placements.begin(&mut unit, &placement_of(order_id), begin).await?;
        carts::take_out(&mut unit, placed.buyer_id, placed.lines.iter().map(|line| (line.variant_id, line.quantity)))
            .await?;
        let waiter = self.waiters.waiter(order_id);
        unit.commit(&Ordered { order: order_id }).await?;
        Ok((Done { value: OrderRow::pending(placed, command.now), replayed: false }, waiter))
    }

    /// Ends an order, as long as none of it is on its way.
    pub async fn order_cancel(
        &self,
        caller: &Caller,
        command: &Command,
        input: OrderCancel,
    ) -> Result<Done<OrderRow>, CommandError> {
        buyer(caller)?;
        let id: OrderId = input.id.parse().map_err(|_| Refusal::NotFound("order").at("id"))?;
        let mut decided = self.try_to_cancel(caller, command, id).await;
        for _ in 0..DECIDED_AGAIN_MAX {
            if !decided.as_ref().is_err_and(CommandError::is_conflict) {
                break;
            }
            decided = self.try_to_cancel(caller, command, id).await;
        }
        decided
    }

    async fn try_to_cancel(
        &self,
        caller: &Caller,
        command: &Command,
        id: OrderId,
    ) -> Result<Done<OrderRow>, CommandError> {
        let mut command = command.clone();
        command.cause.correlation_id = Some(id.uuid());
        let mut unit = match self.db.begin_concurrent::<Ordered>(&command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(Ordered { order }) => return self.found(order, true).await,
        };
        let order = orders::by_id(&mut unit, id).await?;
        let may = |order: &OrderRow| self.access.allows(caller, "orderCancel", &order_resource(order.buyer, &[]));
        order.filter(may).ok_or_else(|| Refusal::NotFound("order").at("id"))?;
        let wish = OrderCommand::RequestCancellation { by: CancelledBy::Buyer, reason: RejectionReason::Cancelled };
        // The placing first, as the workers write them. Where the order refuses, nothing of it is committed.
        self.placements.tell(&mut unit, &placement_of(id), What::Notice(Notice::Cancel)).await?;
        order_store::change(&mut unit, id, wish).await?.map_err(|refusal| refusal.at("id"))?;
        unit.commit(&Ordered { order: id }).await?;
        self.found(id, false).await
    }

    async fn found(&self, id: OrderId, replayed: bool) -> Result<Done<OrderRow>, CommandError> {
        let value = orders::by_id(&self.db, id).await?.ok_or(Refusal::NotFound("order"))?;
        Ok(Done { value, replayed })
    }
}
