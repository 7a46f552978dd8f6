//! Where orders ask for stock. A batch of requests is one unit of work: reservations and stock items are locked and loaded
//! once, the requests are decided one after the other in memory, and everything commits together with the checkpoint of
//! whoever asks. There is one desk at a time, so whoever comes first is served first, however many come.

use crate::{
    domain::{
        Asked, HoldOf, LINES_MAX, NotAllocated, Reservation, ReservationCommand, ReservationEvent, ReservationId,
        ReservedLine, Standing, StockAction, StockItemId, VariantId, WantedLine, allocate,
    },
    hold_limits::Buyers,
    shelf::{Shelf, ShelfError},
    tables::{
        reservations::{self, HoldStanding},
        streams, variants,
    },
    timers,
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::Aggregate as _;
use hansa_event_store::{Loaded, append, load, prefetch};
use hansa_messaging::HandleError;
use hansa_relational::UnitOfWork;
use hansa_values::{Id, TenantId, UserId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

const ASKED_AT_ONCE: usize = 500;
/// How long a hold lasts where the request does not say.
const HOLD_SECONDS: i64 = 15 * 60;
const HOLD_SECONDS_MAX: i64 = 60 * 60;

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) enum Request {
    Make { asked: Asked, buyer: Option<UserId>, lines: Vec<(WantedLine, TenantId)>, hold_seconds: Option<i64> },
    Release { asked: Asked },
    Commit { asked: Asked },
    Extend { asked: Asked, hold_seconds: i64 },
    Expire { reservation: ReservationId },
}

/// A batch, with what it needs in memory.
pub(crate) struct Desk {
    shelf: Shelf,
    reservations: HashMap<ReservationId, Option<Loaded<Reservation>>>,
    owners: HashMap<VariantId, TenantId>,
    buyers: Buyers,
    /// When holds that were made here end.
    expiries: BTreeSet<DateTime<Utc>>,
    /// Holds whose time was over.
    expired: usize,
}

impl Desk {
    /// Locks and loads what these requests are about.
    pub(crate) async fn open(unit: &mut UnitOfWork, requests: &[Request]) -> Result<Desk, ShelfError> {
        let ids: BTreeSet<ReservationId> = requests.iter().map(meant).collect();
        let there = streams::lock(unit, &ids.iter().map(ToString::to_string).collect()).await?;
        prefetch::<Reservation>(unit, &there.iter().cloned().collect::<Vec<_>>()).await?;
        let (mut reservations, mut items) = (HashMap::new(), BTreeSet::new());
        for id in ids {
            let loaded = match there.contains(&id.to_string()) {
                true => load::<Reservation>(unit, &id.to_string()).await?,
                false => Loaded::default(),
            };
            items.extend(loaded.state.lines().iter().map(|line| line.stock_item_id));
            reservations.insert(id, Some(loaded));
        }
        let wanted = wanted_variants(requests);
        let mut owners = HashMap::new();
        for some in wanted.iter().copied().collect::<Vec<_>>().chunks(ASKED_AT_ONCE) {
            owners.extend(variants::owners(&mut *unit, some.iter().copied()).await?);
        }
        let buyers = Buyers::load(unit, requests.iter().filter_map(buyer_of)).await?;
        let shelf = Shelf::load(unit, &wanted, &items).await?;
        Ok(Desk { shelf, reservations, owners, buyers, expiries: BTreeSet::new(), expired: 0 })
    }

    /// Decides one request under the unit's command.
    pub(crate) async fn serve(&mut self, unit: &mut UnitOfWork, request: Request) -> Result<(), ShelfError> {
        match request {
            Request::Make { asked, buyer, lines, hold_seconds } => {
                self.make(unit, (asked, buyer), (lines, hold_seconds)).await
            }
            Request::Release { asked } => self.release(unit, asked).await,
            Request::Commit { asked } => self.commit(unit, asked).await,
            Request::Extend { asked, hold_seconds } => self.extend(unit, asked, hold_seconds).await,
            Request::Expire { reservation } => self.expire(unit, reservation).await,
        }
    }

    /// Writes rows, and schedules the ends of holds. Gives how many holds ended because their time was over.
    pub(crate) async fn close(self, unit: &mut UnitOfWork) -> Result<usize, ShelfError> {
        self.shelf.put_back(unit).await?;
        for second in self.expiries {
            timers::schedule_expiry(unit, second).await?;
        }
        Ok(self.expired)
    }

    async fn make(
        &mut self,
        unit: &mut UnitOfWork,
        (asked, buyer): (Asked, Option<UserId>),
        (lines, hold_seconds): (Vec<(WantedLine, TenantId)>, Option<i64>),
    ) -> Result<(), ShelfError> {
        let state = self.state(asked.reservation)?;
        if state.answer(&asked).is_some() {
            let again =
                ReservationCommand::Make { asked: asked.clone(), lines: Vec::new(), expires_at: unit.command().now };
            return self.decide(unit, asked.reservation, again).await.map(|_| ());
        }
        let reserved = match self.allocation(&lines, buyer) {
            Ok(reserved) => reserved,
            Err(NotAllocated { reason, lines }) => {
                let refuse = ReservationCommand::Refuse { asked: asked.clone(), reason, lines };
                return self.decide(unit, asked.reservation, refuse).await.map(|_| ());
            }
        };
        let expires_at = end_of_hold(unit, hold_seconds.unwrap_or(HOLD_SECONDS));
        let hold = HoldOf { reservation: asked.reservation, order: asked.order.clone() };
        for (item, quantity) in by_item(&reserved) {
            self.shelf.act(unit, item, StockAction::Reserve { hold: hold.clone(), quantity, expires_at }).await?;
        }
        let make = ReservationCommand::Make { asked: asked.clone(), lines: reserved, expires_at };
        for event in self.decide(unit, asked.reservation, make).await? {
            let ReservationEvent::Made(made) = event else { continue };
            self.buyers.hold(buyer, made.lines.iter().map(|line| line.quantity).sum());
            let shelf = &self.shelf;
            reservations::insert(unit, &made, buyer, |line| shelf.tenant_of(line.stock_item_id)).await?;
        }
        self.expiries.insert(timers::second_after(expires_at));
        Ok(())
    }

    fn allocation(
        &self,
        lines: &[(WantedLine, TenantId)],
        buyer: Option<UserId>,
    ) -> Result<Vec<ReservedLine>, NotAllocated> {
        let owned = |(line, tenant): &&(WantedLine, TenantId)| self.owners.get(&line.variant) == Some(tenant);
        let known = lines.iter().filter(owned).map(|(line, _)| line.variant);
        let mut candidates = self.shelf.candidates(known);
        let wanted: Vec<WantedLine> = lines.iter().map(|(line, _)| line.clone()).collect();
        let reserved = allocate(&wanted, &mut candidates)?;
        self.buyers.check(buyer, reserved.iter().map(|line| line.quantity).sum())?;
        Ok(reserved)
    }

    async fn release(&mut self, unit: &mut UnitOfWork, asked: Asked) -> Result<(), ShelfError> {
        let id = asked.reservation;
        let state = self.state(id)?;
        let was_sold = *state.standing() == Standing::Committed;
        let lines = by_item(state.lines());
        let hold = HoldOf { reservation: id, order: order_of(state, &asked.order) };
        // What has left the warehouse stays sold: it is in stock again when it comes back.
        let gone = if was_sold { reservations::dispatched_of(unit, id).await? } else { HashMap::new() };
        for (item, quantity) in lines {
            let quantity = quantity - gone.get(&item).copied().unwrap_or_default();
            let action = match was_sold {
                true if quantity == 0 => continue,
                true => StockAction::Restore { hold: hold.clone(), quantity },
                false => StockAction::Release { hold: hold.clone() },
            };
            self.shelf.act(unit, item, action).await?;
        }
        self.decide(unit, id, ReservationCommand::Release { asked }).await?;
        reservations::set_standing(unit, id, HoldStanding::Released).await?;
        Ok(())
    }

    async fn commit(&mut self, unit: &mut UnitOfWork, asked: Asked) -> Result<(), ShelfError> {
        let id = asked.reservation;
        let state = self.state(id)?;
        let is_held = *state.standing() == Standing::Held;
        let lines = if is_held { by_item(state.lines()) } else { BTreeMap::new() };
        let hold = HoldOf { reservation: id, order: order_of(state, &asked.order) };
        for item in lines.into_keys() {
            self.shelf.act(unit, item, StockAction::Commit { hold: hold.clone() }).await?;
        }
        self.decide(unit, id, ReservationCommand::Commit { asked }).await?;
        if is_held {
            reservations::set_standing(unit, id, HoldStanding::Committed).await?;
        }
        Ok(())
    }

    async fn extend(&mut self, unit: &mut UnitOfWork, asked: Asked, hold_seconds: i64) -> Result<(), ShelfError> {
        let id = asked.reservation;
        let until = end_of_hold(unit, hold_seconds);
        self.decide(unit, id, ReservationCommand::Extend { asked, until }).await?;
        if let Some(expires_at) = self.state(id)?.expires_at() {
            reservations::set_expiry(unit, id, expires_at).await?;
            self.expiries.insert(timers::second_after(expires_at));
        }
        Ok(())
    }

    async fn expire(&mut self, unit: &mut UnitOfWork, id: ReservationId) -> Result<(), ShelfError> {
        let state = self.state(id)?;
        // It may have ended, or been made longer, since somebody looked.
        let is_over = state.expires_at().is_some_and(|expires_at| expires_at <= unit.command().now);
        if !is_over {
            return Ok(());
        }
        let hold = HoldOf { reservation: id, order: order_of(state, "") };
        for item in by_item(state.lines()).into_keys() {
            self.shelf.act(unit, item, StockAction::Expire { hold: hold.clone() }).await?;
        }
        self.decide(unit, id, ReservationCommand::Expire).await?;
        reservations::set_standing(unit, id, HoldStanding::Expired).await?;
        self.expired += 1;
        Ok(())
    }

    fn state(&self, id: ReservationId) -> Result<&Reservation, ShelfError> {
        let loaded = self.reservations.get(&id).and_then(Option::as_ref);
        loaded.map(|loaded| &loaded.state).ok_or(ShelfError::NotLoaded(id))
    }

    async fn decide(
        &mut self,
        unit: &mut UnitOfWork,
        id: ReservationId,
        command: ReservationCommand,
    ) -> Result<Vec<ReservationEvent>, ShelfError> {
        let loaded = self.reservations.get_mut(&id).ok_or(ShelfError::NotLoaded(id))?;
        let before = loaded.take().ok_or(ShelfError::NotLoaded(id))?;
        let Ok(events) = before.state.decide(command);
        *loaded = Some(append(unit, (&id.to_string(), None), before, events.clone()).await?);
        Ok(events)
    }
}

fn end_of_hold(unit: &UnitOfWork, seconds: i64) -> DateTime<Utc> {
    unit.command().now + TimeDelta::seconds(seconds.clamp(1, HOLD_SECONDS_MAX))
}

/// The reservation that a request is about.
fn meant(request: &Request) -> ReservationId {
    match request {
        Request::Make { asked, .. }
        | Request::Release { asked }
        | Request::Commit { asked }
        | Request::Extend { asked, .. } => asked.reservation,
        Request::Expire { reservation } => *reservation,
    }
}

fn wanted_variants(requests: &[Request]) -> BTreeSet<VariantId> {
    let lines = requests.iter().filter_map(|request| match request {
        Request::Make { lines, .. } if lines.len() <= LINES_MAX => Some(lines),
        _ => None,
    });
    lines.flatten().map(|(line, _)| line.variant).collect()
}

fn buyer_of(request: &Request) -> Option<UserId> {
    match request {
        Request::Make { buyer, .. } => *buyer,
        _ => None,
    }
}

fn order_of(state: &Reservation, asked: &str) -> String {
    state.made().map_or_else(|| asked.to_owned(), |made| made.order_id.clone())
}

fn by_item(lines: &[ReservedLine]) -> BTreeMap<StockItemId, i64> {
    let mut quantities = BTreeMap::new();
    for line in lines {
        *quantities.entry(line.stock_item_id).or_default() += line.quantity;
    }
    quantities
}

/// The id of the reservation that a request makes.
pub(crate) fn reservation_of(command: Uuid) -> ReservationId {
    Id::from_uuid(command)
}

impl From<ShelfError> for HandleError {
    fn from(error: ShelfError) -> HandleError {
        HandleError::Retry(Box::new(error))
    }
}
