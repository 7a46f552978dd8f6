//! `StockItem`, and its movements.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{int, inventory, loaders::WarehouseLoader, variant::VariantObject, warehouse::WarehouseObject};
use crate::{
    domain::{AdjustmentReason, ReceiptReason, ReleasedFrom, StockItemEvent},
    tables::{
        movements::{self, Movement},
        stock_levels::StockLevel,
    },
};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use hansa_subgraph_host::{
    Connection, CursorValue, Fault, PageArguments, QueryFingerprint, directives, loader, scalars::DateTime,
};

#[derive(Debug, Clone)]
pub(crate) struct StockItemObject(pub(crate) StockLevel);

/// What happened to a stock item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "StockMovementKind")]
pub(crate) enum MovementKind {
    Received,
    Adjusted,
    Counted,
    Reserved,
    Released,
    Expired,
    Committed,
    /// Sold units left the warehouse.
    Dispatched,
}

/// Why units came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "StockMovementReason")]
pub(crate) enum MovementReason {
    Delivery,
    Return,
    Damaged,
    Lost,
    Found,
    Correction,
    Transfer,
}

/// One event of a stock item.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(name = "StockMovement")]
pub(crate) struct MovementObject {
    /// The stock item's version once this had happened.
    version: i32,
    kind: MovementKind,
    /// What it changed of `onHand`.
    on_hand_change: i32,
    /// What it changed of `held`.
    held_change: i32,
    /// What it changed of `awaitingDispatch`.
    awaiting_dispatch_change: i32,
    /// For receipts and adjustments.
    reason: Option<MovementReason>,
    /// What whoever did it calls it; of a dispatch the shipment's id.
    reference: Option<String>,
    /// For holds and what became of them.
    order_id: Option<ID>,
    recorded_at: DateTime,
}

/// The stock of one variant in one warehouse. For the staff of its tenant.
#[Object(
    name = "StockItem",
    directive = directives::key::apply("id".to_owned(), None),
    directive = directives::key::apply("nodeId".to_owned(), None)
)]
impl StockItemObject {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The id again, as the key under which `node` knows it.
    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.0.id.to_string().into()
    }

    async fn variant(&self) -> VariantObject {
        VariantObject { id: self.0.variant, known: None }
    }

    async fn warehouse(&self, ctx: &Context<'_>) -> Option<Result<WarehouseObject, Fault>> {
        loader::<WarehouseLoader>(ctx)
            .load_one(self.0.warehouse)
            .await
            .map(|found| found.map(WarehouseObject))
            .transpose()
    }

    /// Units that are there and not sold, held ones among them.
    async fn on_hand(&self) -> i32 {
        int(self.0.on_hand)
    }

    /// Units that are held for orders which are being placed.
    async fn held(&self) -> i32 {
        int(self.0.held)
    }

    /// Units that were sold.
    async fn committed(&self) -> i32 {
        int(self.0.committed)
    }

    /// Sold units that are still in the warehouse. What lies there is these and those on hand together: that is what
    /// `stockCount` counts.
    async fn awaiting_dispatch(&self) -> i32 {
        int(self.0.awaiting_dispatch)
    }

    /// Units on hand that are not held.
    async fn available(&self) -> i32 {
        int(self.0.available())
    }

    /// Counts events; give it as `expectedVersion`.
    async fn version(&self) -> i32 {
        int(self.0.version)
    }

    /// What happened to it, the newest first.
    async fn movements(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<MovementObject>, Fault>> {
        Some(self.movement_page(ctx, PageArguments { first, after, last, before }).await)
    }
}

impl StockItemObject {
    async fn movement_page(&self, ctx: &Context<'_>, page: PageArguments) -> Result<Connection<MovementObject>, Fault> {
        let context = inventory(ctx);
        let fingerprint = QueryFingerprint::of("StockItem.movements", &self.0.id);
        let page = page.page(&context.services.cursors, fingerprint)?;
        let rows = movements::page(&context.db, self.0.id, &page).await?;
        let rows = rows.into_iter().map(MovementObject::from).collect();
        let place =
            |movement: &MovementObject| CursorValue { sort_values: Vec::new(), id: movement.version.to_string() };
        Ok(Connection::from_rows(rows, &page, place))
    }
}

impl From<Movement> for MovementObject {
    fn from(movement: Movement) -> MovementObject {
        let mut object = MovementObject {
            version: int(movement.version),
            kind: MovementKind::Received,
            on_hand_change: 0,
            held_change: 0,
            awaiting_dispatch_change: 0,
            reason: None,
            reference: None,
            order_id: None,
            recorded_at: movement.recorded_at.into(),
        };
        object.tell(movement.event);
        object
    }
}

impl MovementObject {
    fn tell(&mut self, event: StockItemEvent) {
        match event {
            StockItemEvent::Received(received) => {
                let reason = match received.reason {
                    ReceiptReason::Delivery => MovementReason::Delivery,
                    ReceiptReason::Return => MovementReason::Return,
                };
                (self.on_hand_change, self.reason) = (int(received.quantity), Some(reason));
                self.reference = received.reference;
            }
            StockItemEvent::Adjusted(adjusted) => {
                self.kind = MovementKind::Adjusted;
                (self.on_hand_change, self.reason) = (int(adjusted.change), Some(adjusted.reason.into()));
                self.reference = adjusted.reference;
            }
            StockItemEvent::Counted(counted) => {
                (self.kind, self.on_hand_change) = (MovementKind::Counted, int(counted.change));
            }
            StockItemEvent::Reserved(reserved) => {
                (self.kind, self.held_change) = (MovementKind::Reserved, int(reserved.quantity));
                self.order_id = Some(reserved.order_id.into());
            }
            StockItemEvent::Released(released) => {
                self.kind = MovementKind::Released;
                match released.from {
                    ReleasedFrom::Held => self.held_change = int(-released.quantity),
                    ReleasedFrom::Committed => {
                        self.on_hand_change = int(released.quantity);
                        self.awaiting_dispatch_change = int(-released.quantity);
                    }
                }
                self.order_id = Some(released.order_id.into());
            }
            StockItemEvent::Expired(ended) => {
                (self.kind, self.held_change) = (MovementKind::Expired, int(-ended.quantity));
                self.order_id = Some(ended.order_id.into());
            }
            StockItemEvent::Committed(ended) => {
                self.kind = MovementKind::Committed;
                (self.on_hand_change, self.held_change) = (int(-ended.quantity), int(-ended.quantity));
                self.awaiting_dispatch_change = int(ended.quantity);
                self.order_id = Some(ended.order_id.into());
            }
            StockItemEvent::Dispatched(dispatched) => {
                self.kind = MovementKind::Dispatched;
                self.awaiting_dispatch_change = int(-dispatched.quantity);
                self.reference = Some(dispatched.shipment_id);
                self.order_id = Some(dispatched.order_id.into());
            }
        }
    }
}

impl From<AdjustmentReason> for MovementReason {
    fn from(reason: AdjustmentReason) -> MovementReason {
        match reason {
            AdjustmentReason::Damaged => MovementReason::Damaged,
            AdjustmentReason::Lost => MovementReason::Lost,
            AdjustmentReason::Found => MovementReason::Found,
            AdjustmentReason::Correction => MovementReason::Correction,
            AdjustmentReason::Transfer => MovementReason::Transfer,
        }
    }
}
