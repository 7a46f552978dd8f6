//! Returns: asked for by buyers, decided and received by the staff of who sold.

use super::{CommandError, DECIDED_AGAIN_MAX, Done, ReturnRefuse, ReturnRequest, buyer, checked_reason};
use crate::{
    Orders,
    access::{order_resource, return_resource},
    domain::{
        Refusal, Refused,
        ids::{OrderId, OrderLineId, ReturnId},
        order::OrderCommand,
        placement::{Notice, Refund},
    },
    order_store::{self, placement_of},
    tables::{
        orders::{self, OrderRow},
        returns::{self, ReturnRow},
    },
};
use hansa_event_sourcing::Command;
use hansa_relational::{Begun, UnitOfWork};
use hansa_saga::What;
use hansa_subgraph_host::Caller;
use serde::{Deserialize, Serialize};

/// Lines of one return.
const LINES_MAX: usize = 50;

/// What a repetition needs to know of the first time.
#[derive(Debug, Serialize, Deserialize)]
struct Changed {
    return_id: ReturnId,
}

/// What the staff says to a return.
#[derive(Debug, Clone)]
enum Decision {
    Accept,
    Refuse(String),
    Receive,
}

impl Orders {
    pub async fn return_request(
        &self,
        caller: &Caller,
        command: &Command,
        input: ReturnRequest,
    ) -> Result<Done<ReturnRow>, CommandError> {
        buyer(caller)?;
        let order: OrderId = input.order_id.parse().map_err(|_| Refusal::NotFound("order").at("orderId"))?;
        let lines = lines_of(&input)?;
        let reason = checked_reason(&input.reason).map_err(|refusal| refusal.at("reason"))?;
        let id: ReturnId = command.ids.id();
        let wish = OrderCommand::RequestReturn { id, lines, reason };
        let mut decided = self.try_to_return(caller, (command, order), (id, &wish)).await;
        for _ in 0..DECIDED_AGAIN_MAX {
            if !decided.as_ref().is_err_and(CommandError::is_conflict) {
                break;
            }
            decided = self.try_to_return(caller, (command, order), (id, &wish)).await;
        }
        decided
    }

    /// The goods may come back.
    pub async fn return_accept(
        &self,
        caller: &Caller,
        command: &Command,
        id: &str,
    ) -> Result<Done<ReturnRow>, CommandError> {
        self.return_decide(caller, command, (id, Decision::Accept)).await
    }

    pub async fn return_refuse(
        &self,
        caller: &Caller,
        command: &Command,
        input: ReturnRefuse,
    ) -> Result<Done<ReturnRow>, CommandError> {
        let reason = checked_reason(&input.reason).map_err(|refusal| refusal.at("reason"))?;
        self.return_decide(caller, command, (&input.id, Decision::Refuse(reason))).await
    }

    /// The goods are back: the money goes back too.
    pub async fn return_receive(
        &self,
        caller: &Caller,
        command: &Command,
        id: &str,
    ) -> Result<Done<ReturnRow>, CommandError> {
        self.return_decide(caller, command, (id, Decision::Receive)).await
    }

    async fn try_to_return(
        &self,
        caller: &Caller,
        (command, id): (&Command, OrderId),
        (return_id, wish): (ReturnId, &OrderCommand),
    ) -> Result<Done<ReturnRow>, CommandError> {
        let mut command = command.clone();
        command.cause.correlation_id = Some(id.uuid());
        let mut unit = match self.db.begin_concurrent::<Changed>(&command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(Changed { return_id }) => return self.found_return(return_id, true).await,
        };
        let order = orders::by_id(&mut unit, id).await?;
        let may = |order: &OrderRow| self.access.allows(caller, "returnRequest", &order_resource(order.buyer, &[]));
        order.filter(may).ok_or_else(|| Refusal::NotFound("order").at("orderId"))?;
        order_store::change(&mut unit, id, wish.clone()).await?.map_err(|refusal| refusal.at("lines"))?;
        unit.commit(&Changed { return_id }).await?;
        self.found_return(return_id, false).await
    }

    async fn return_decide(
        &self,
        caller: &Caller,
        command: &Command,
        (id, decision): (&str, Decision),
    ) -> Result<Done<ReturnRow>, CommandError> {
        let id: ReturnId = id.parse().map_err(|_| Refusal::NotFound("return").at("id"))?;
        let mut decided = self.try_to_decide(caller, command, (id, &decision)).await;
        for _ in 0..DECIDED_AGAIN_MAX {
            if !decided.as_ref().is_err_and(CommandError::is_conflict) {
                break;
            }
            decided = self.try_to_decide(caller, command, (id, &decision)).await;
        }
        decided
    }

    async fn try_to_decide(
        &self,
        caller: &Caller,
        command: &Command,
        (id, decision): (ReturnId, &Decision),
    ) -> Result<Done<ReturnRow>, CommandError> {
        let mut unit = match self.db.begin_concurrent::<Changed>(command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(Changed { return_id }) => return self.found_return(return_id, true).await,
        };
        let found = returns::by_id(&mut unit, id).await?;
        let may = |one: &ReturnRow| self.access.allows(caller, "returnDecide", &return_resource(one.tenant));
        let found = found.filter(may).ok_or_else(|| Refusal::NotFound("return").at("id"))?;
        let mut of_order = command.clone();
        of_order.cause.correlation_id = Some(found.order.uuid());
        unit.act_for(of_order);
        let said = match decision.clone() {
            Decision::Accept => OrderCommand::AcceptReturn(id),
            Decision::Refuse(reason) => OrderCommand::RefuseReturn { id, reason },
            Decision::Receive => OrderCommand::ReceiveReturn(id),
        };
        // The placing first, as the workers write them. Where the order refuses, nothing of it is committed.
        if matches!(decision, Decision::Receive) {
            self.refund(&mut unit, &found).await?;
        }
        order_store::change(&mut unit, found.order, said).await?.map_err(|refusal| refusal.at("id"))?;
        unit.commit(&Changed { return_id: id }).await?;
        self.found_return(id, false).await
    }

    async fn refund(&self, unit: &mut UnitOfWork, one: &ReturnRow) -> Result<(), CommandError> {
        let refund = Refund { return_id: one.id, amount: one.returned.refund };
        // What was given away for nothing is sent back for nothing.
        if refund.amount.minor_units > 0 {
            let what = What::Notice(Notice::Refund(refund));
            self.placements.tell(unit, &placement_of(one.order), what).await?;
        }
        Ok(())
    }

    async fn found_return(&self, id: ReturnId, replayed: bool) -> Result<Done<ReturnRow>, CommandError> {
        let value = returns::by_id(&self.db, id).await?.ok_or(Refusal::NotFound("return"))?;
        Ok(Done { value, replayed })
    }
}

fn lines_of(input: &ReturnRequest) -> Result<Vec<(OrderLineId, i64)>, Refused> {
    if input.lines.len() > LINES_MAX {
        return Err(Refusal::TooManyLines { max: LINES_MAX }.at("lines"));
    }
    let parsed = input.lines.iter().enumerate().map(|(index, line)| {
        let id = line.line_id.parse().map_err(|_| Refusal::NotFound("line").at(format!("lines.{index}.lineId")))?;
        Ok((id, line.quantity))
    });
    parsed.collect()
}
