//! How much one buyer may hold at the same time: holds that are made only to be cancelled would empty a shop.

use crate::{
    domain::{NotAllocated, RefusalReason},
    tables::reservations::{self, HeldByBuyer},
};
use hansa_relational::{StoreError, UnitOfWork};
use hansa_values::UserId;
use std::collections::{BTreeSet, HashMap};

/// Reservations that are neither committed nor ended.
pub(crate) const RESERVATIONS_MAX: i64 = 50;
/// Units in them.
pub(crate) const UNITS_MAX: i64 = 5_000;

const BUYERS_AT_ONCE: usize = 500;

/// What the buyers of a batch hold.
#[derive(Debug, Default)]
pub(crate) struct Buyers(HashMap<UserId, HeldByBuyer>);

impl Buyers {
    pub(crate) async fn load(
        unit: &mut UnitOfWork,
        buyers: impl Iterator<Item = UserId>,
    ) -> Result<Buyers, StoreError> {
        let buyers: Vec<UserId> = buyers.collect::<BTreeSet<_>>().into_iter().collect();
        let mut held = HashMap::new();
        for some in buyers.chunks(BUYERS_AT_ONCE) {
            held.extend(reservations::held_by(unit, some).await?);
        }
        Ok(Buyers(held))
    }

    /// Whether the buyer may hold so many units more. Orders without a buyer are not limited.
    pub(crate) fn check(&self, buyer: Option<UserId>, units: i64) -> Result<(), NotAllocated> {
        let Some(buyer) = buyer else { return Ok(()) };
        let held = self.0.get(&buyer).copied().unwrap_or_default();
        match held.reservations < RESERVATIONS_MAX && held.units + units <= UNITS_MAX {
            true => Ok(()),
            false => Err(NotAllocated { reason: RefusalReason::TooManyHolds, lines: Vec::new() }),
        }
    }

    /// Counts a hold that was made.
    pub(crate) fn hold(&mut self, buyer: Option<UserId>, units: i64) {
        if let Some(buyer) = buyer {
            let held = self.0.entry(buyer).or_default();
            held.reservations += 1;
            held.units += units;
        }
    }
}
