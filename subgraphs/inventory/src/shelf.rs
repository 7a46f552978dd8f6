//! The stock items that a unit of work changes: locked, loaded once, kept in memory while requests are decided one after the
//! other, and put back with their rows at the end. That is what makes a hot item cheap: a batch of requests for it is one
//! load and one commit.

use crate::{
    availability,
    domain::{
        Candidate, Candidates, StockAction, StockCommand, StockItem, StockItemId, StockKey, StockRefusal, VariantId,
    },
    tables::{
        stock_levels::{self, Placed},
        streams,
    },
};
use hansa_event_sourcing::Aggregate as _;
use hansa_event_store::{AppendError, LoadError, Loaded, append, load};
use hansa_relational::{StoreError, UnitOfWork};
use hansa_values::TenantId;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The stock items of so many variants, each in up to 100 warehouses, are one answer of the store.
const VARIANTS_AT_ONCE: usize = 50;
const ITEMS_AT_ONCE: usize = 500;

/// Why something was not done to a stock item.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShelfError {
    #[error(transparent)]
    Refused(StockRefusal),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the reservation {0} was not loaded")]
    NotLoaded(crate::domain::ReservationId),
    #[error("the stock item {0} is not on the shelf")]
    Missing(StockItemId),
}

#[derive(Debug, Default)]
pub(crate) struct Shelf {
    items: BTreeMap<StockItemId, OnShelf>,
    /// In the order in which their warehouses serve.
    by_variant: HashMap<VariantId, Vec<StockItemId>>,
}

#[derive(Debug)]
struct OnShelf {
    placed: Placed,
    /// Taken out while events are appended.
    loaded: Option<Loaded<StockItem>>,
    is_changed: bool,
}

impl Shelf {
    /// All stock items of these variants, and those with these ids.
    pub(crate) async fn load(
        unit: &mut UnitOfWork,
        variants: &BTreeSet<VariantId>,
        items: &BTreeSet<StockItemId>,
    ) -> Result<Shelf, ShelfError> {
        let mut placed: BTreeMap<StockItemId, Placed> = BTreeMap::new();
        let variants: Vec<VariantId> = variants.iter().copied().collect();
        for some in variants.chunks(VARIANTS_AT_ONCE) {
            let found = stock_levels::placed_of(unit, some).await?;
            placed.extend(found.into_iter().map(|one| (one.id, one)));
        }
        let items: Vec<StockItemId> = items.iter().filter(|id| !placed.contains_key(id)).copied().collect();
        for some in items.chunks(ITEMS_AT_ONCE) {
            let found = stock_levels::placed_by_ids(unit, some).await?;
            placed.extend(found.into_iter().map(|one| (one.id, one)));
        }
        streams::lock(unit, &placed.keys().map(ToString::to_string).collect()).await?;
        let mut shelf = Shelf::default();
        for (id, placed) in placed {
            let loaded = load::<StockItem>(unit, &id.to_string()).await?;
            shelf.put(placed, loaded);
        }
        Ok(shelf)
    }

    /// Adds a stock item that has no events yet.
    pub(crate) fn put(&mut self, placed: Placed, loaded: Loaded<StockItem>) {
        let (id, variant) = (placed.id, placed.key.variant);
        self.items.insert(id, OnShelf { placed, loaded: Some(loaded), is_changed: false });
        let of_variant = self.by_variant.entry(variant).or_default();
        of_variant.push(id);
        let items = &self.items;
        of_variant.sort_by_key(|id| items.get(id).map(|item| (item.placed.priority, item.placed.key.warehouse)));
    }

    pub(crate) fn at(&self, key: StockKey) -> Option<StockItemId> {
        let of_variant = self.by_variant.get(&key.variant)?;
        of_variant.iter().copied().find(|id| self.items.get(id).is_some_and(|item| item.placed.key == key))
    }

    pub(crate) fn tenant_of(&self, id: StockItemId) -> Option<TenantId> {
        self.items.get(&id).map(|item| item.placed.tenant)
    }

    pub(crate) fn version_of(&self, id: StockItemId) -> Option<i64> {
        self.items.get(&id)?.loaded.as_ref().map(|loaded| loaded.version)
    }

    /// What can be promised of these variants now, from active warehouses.
    pub(crate) fn candidates(&self, variants: impl IntoIterator<Item = VariantId>) -> Candidates {
        variants.into_iter().map(|variant| (variant, self.candidates_of(variant))).collect()
    }

    fn candidates_of(&self, variant: VariantId) -> Vec<Candidate> {
        let ids = self.by_variant.get(&variant).map(Vec::as_slice).unwrap_or_default();
        let items = ids.iter().filter_map(|id| self.items.get(id)).filter(|item| item.placed.is_active);
        let candidate = |item: &OnShelf| {
            let available = item.loaded.as_ref()?.state.available();
            Some(Candidate { item: item.placed.id, warehouse: item.placed.key.warehouse, available })
        };
        items.filter_map(candidate).collect()
    }

    /// Lets a stock item decide, and records what it decided under the unit's command.
    pub(crate) async fn act(
        &mut self,
        unit: &mut UnitOfWork,
        id: StockItemId,
        action: StockAction,
    ) -> Result<(), ShelfError> {
        let item = self.items.get_mut(&id).ok_or(ShelfError::Missing(id))?;
        let loaded = item.loaded.take().ok_or(ShelfError::Missing(id))?;
        let decision = loaded.state.decide(StockCommand { key: item.placed.key, action });
        let events = match decision {
            Ok(events) => events,
            Err(refusal) => {
                item.loaded = Some(loaded);
                return Err(ShelfError::Refused(refusal));
            }
        };
        let stream = (id.to_string(), Some(item.placed.tenant));
        item.loaded = Some(append(unit, (&stream.0, stream.1), loaded, events).await?);
        item.is_changed = true;
        Ok(())
    }

    /// Writes the rows of what was changed, in the order of their ids, and tells of variants whose level is another now.
    pub(crate) async fn put_back(self, unit: &mut UnitOfWork) -> Result<(), ShelfError> {
        let mut variants: BTreeMap<VariantId, TenantId> = BTreeMap::new();
        for item in self.items.into_values().filter(|item| item.is_changed) {
            let Some(loaded) = &item.loaded else { continue };
            stock_levels::write(unit, &item.placed, (&loaded.state, loaded.version)).await?;
            variants.insert(item.placed.key.variant, item.placed.tenant);
        }
        for (variant, tenant) in variants {
            availability::settle(unit, (variant, tenant)).await?;
        }
        Ok(())
    }
}
