//! Requests of orders' sagas: reserve, release, commit, extend. Answers are events of the reservation, recorded in the commit that
//! has the effect.

use super::published::{CommitRequested, ExtensionRequested, ReleaseRequested, ReservationRequested, command_for};
use crate::{
    desk::{Desk, Request, reservation_of},
    domain::{Asked, WantedLine},
};
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, ReceivedEvent};
use hansa_relational::UnitOfWork;
use hansa_values::UserId;

pub(super) const NAME: &str = "order-requests";

pub(super) const LISTENING: &[Listening] = &[Listening {
    context: "orders",
    aggregate: "order_placement",
    events: &[
        ("reservation_requested", 1),
        ("reservation_release_requested", 1),
        ("reservation_commit_requested", 1),
        ("reservation_extension_requested", 1),
    ],
}];

/// The one writer of reservations: takes requests in batches.
#[derive(Debug)]
pub(crate) struct OrderRequests;

impl Consumer for OrderRequests {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        self.handle_all(unit, std::slice::from_ref(event))
    }

    fn handle_all<'a>(&'a self, unit: &'a mut UnitOfWork, events: &'a [ReceivedEvent]) -> HandleFuture<'a> {
        Box::pin(async move {
            let requests: Vec<Request> = events.iter().map(read).collect::<Result<_, _>>()?;
            let mut desk = Desk::open(unit, &requests).await?;
            for (event, request) in events.iter().zip(requests) {
                unit.act_for(command_for(NAME, unit, event));
                desk.serve(unit, request).await?;
            }
            desk.close(unit).await?;
            Ok(())
        })
    }
}

fn read(event: &ReceivedEvent) -> Result<Request, HandleError> {
    match event.event.event_type.as_str() {
        "reservation_requested" => {
            let requested: ReservationRequested = event.content()?;
            let reservation = reservation_of(requested.command_id);
            let asked = Asked { reservation, order: requested.order_id, command: requested.command_id };
            let lines = requested.lines.into_iter().map(|line| {
                let wanted = WantedLine { line: line.line_id, variant: line.variant_id, quantity: line.quantity };
                (wanted, line.tenant_id)
            });
            let buyer = requested.buyer_id.or_else(|| user_of(&event.event.actor));
            Ok(Request::Make { asked, buyer, lines: lines.collect(), hold_seconds: requested.hold_seconds })
        }
        "reservation_release_requested" => {
            let requested: ReleaseRequested = event.content()?;
            let reservation = reservation_of(requested.undoes);
            let asked = Asked { reservation, order: requested.order_id, command: requested.command_id };
            Ok(Request::Release { asked })
        }
        "reservation_commit_requested" => {
            let requested: CommitRequested = event.content()?;
            let reservation = reservation_of(requested.commits);
            let asked = Asked { reservation, order: requested.order_id, command: requested.command_id };
            Ok(Request::Commit { asked })
        }
        "reservation_extension_requested" => {
            let requested: ExtensionRequested = event.content()?;
            let reservation = reservation_of(requested.extends);
            let asked = Asked { reservation, order: requested.order_id, command: requested.command_id };
            Ok(Request::Extend { asked, hold_seconds: requested.hold_seconds })
        }
        other => Err(HandleError::Poison(format!("`{other}` is no request to inventory"))),
    }
}

/// The user of an actor: `<tenant or ->/<user, key or ->`.
fn user_of(actor: &str) -> Option<UserId> {
    actor.rsplit('/').next()?.parse().ok()
}
