//! Examples of the events that inventory publishes. Others test against them.

use crate::{
    NAME, PUBLISHES,
    domain::{
        AdjustmentReason, AvailabilityChanged, HoldOf, Level, Made, ReceiptReason, RefusalReason, RefusedLine,
        Reservation, ReservationEvent, ReservedLine, StockAction, StockCommand, StockItem, StockItemEvent, StockKey,
        Warehouse, WarehouseEvent, WarehouseFacts,
        reservation_event::{
            CommitRefusal, CommitRefused, Ended, Extended, ExtensionRefusal, ExtensionRefused, Refused,
        },
        stock_event::{Counted, Dispatched, HoldEnded},
    },
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{
    Aggregate, DomainEvent, EventContent,
    testing::{Example, published, readable},
};
use hansa_values::{EntityKind, Id};
use schemars::JsonSchema;
use uuid::Uuid;

fn id<K: EntityKind>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_5000_8000_0000_0000_0000 + number)
}

fn later() -> DateTime<Utc> {
    "2026-01-02T03:19:05.678Z".parse().unwrap()
}

fn order() -> String {
    "order_01j0000000e008000000000005".to_owned()
}

fn example<E: EventContent + JsonSchema>(aggregate: &'static str, stream_id: impl ToString, content: &E) -> Example {
    let tenant = (aggregate != Reservation::NAME).then(|| id(9));
    Example::of::<E>(DomainEvent::new(aggregate, (stream_id.to_string(), 3), tenant, content))
}

/// What a stock item with ten units, of which two are held, decides.
fn decided(actions: Vec<StockAction>) -> Vec<StockItemEvent> {
    let key = StockKey { variant: id(11), warehouse: id(1) };
    let mut item = StockItem::default();
    let mut all = Vec::new();
    for action in actions {
        for event in item.decide(StockCommand { key, action }).unwrap() {
            item.evolve(&event);
            all.push(event);
        }
    }
    all
}

fn stock_events() -> Vec<StockItemEvent> {
    let hold = HoldOf { reservation: Id::from_uuid(uuid(1)), order: order() };
    let reference = Some("DN-2041".to_owned());
    let reserve = |hold: HoldOf| StockAction::Reserve { hold, quantity: 2, expires_at: later() };
    let mut events = decided(vec![
        StockAction::Receive { quantity: 12, reason: ReceiptReason::Delivery, reference: reference.clone() },
        StockAction::Adjust { change: -2, reason: AdjustmentReason::Damaged, reference },
        reserve(hold.clone()),
        StockAction::Release { hold: hold.clone() },
    ]);
    let (variant_id, warehouse_id) = (id(11), id(1));
    events.push(StockItemEvent::Counted(Counted { variant_id, warehouse_id, counted: 9, change: -1 }));
    let ended =
        HoldEnded { variant_id, warehouse_id, reservation_id: hold.reservation, order_id: order(), quantity: 2 };
    events.extend([StockItemEvent::Expired(ended.clone()), StockItemEvent::Committed(ended)]);
    events.push(StockItemEvent::Dispatched(Dispatched {
        variant_id,
        warehouse_id,
        reservation_id: hold.reservation,
        order_id: hold.order,
        shipment_id: "shipment_01j0000000e008000000000007".to_owned(),
        quantity: 2,
    }));
    events
}

fn reservation_events() -> Vec<ReservationEvent> {
    let line = ReservedLine {
        line_id: "orderline_01j0000000e008000000000006".to_owned(),
        variant_id: id(11),
        warehouse_id: id(1),
        stock_item_id: id(2),
        quantity: 2,
    };
    let refused = RefusedLine { line_id: line.line_id.clone(), variant_id: line.variant_id, available: 1 };
    let ended = |command| Ended {
        order_id: order(),
        command_id: uuid(command),
        reservation_id: Id::from_uuid(uuid(1)),
        lines: vec![line.clone()],
    };
    let (order_id, command_id) = (order(), uuid(1));
    vec![
        ReservationEvent::Made(Made {
            order_id: order(),
            command_id,
            reservation_id: Id::from_uuid(command_id),
            lines: vec![line.clone()],
            expires_at: later(),
        }),
        ReservationEvent::Refused(Refused {
            order_id: order(),
            command_id,
            reason: RefusalReason::OutOfStock,
            lines: vec![refused],
        }),
        ReservationEvent::Released(ended(2)),
        ReservationEvent::Expired(ended(1)),
        ReservationEvent::Committed(ended(3)),
        ReservationEvent::CommitRefused(CommitRefused { order_id, command_id, reason: CommitRefusal::Expired }),
        ReservationEvent::Extended(Extended {
            order_id: order(),
            command_id: uuid(4),
            reservation_id: Id::from_uuid(uuid(1)),
            expires_at: later(),
        }),
        ReservationEvent::ExtensionRefused(ExtensionRefused {
            order_id: order(),
            command_id: uuid(4),
            reason: ExtensionRefusal::Expired,
        }),
    ]
}

#[test]
fn every_event_has_an_example() {
    let facts = WarehouseFacts { code: "NORTH".to_owned(), name: "Harbour".to_owned(), priority: 1, is_active: true };
    let warehouse = Warehouse { id: id(1), tenant: id(9), facts, created_at: later(), version: 3 };
    let content = warehouse.content();
    let mut examples = vec![
        example("warehouse", warehouse.id, &WarehouseEvent::Created(content.clone())),
        example("warehouse", warehouse.id, &WarehouseEvent::Updated(content)),
        example(
            "availability",
            "variant_01j0000000e00800000000000b",
            &AvailabilityChanged { variant_id: id(11), level: Level::LowStock },
        ),
    ];
    let item = "stockitem_01j0000000e008000000000002";
    examples.extend(stock_events().iter().map(|event| example(StockItem::NAME, item, event)));
    let reservation = "reservation_01j0000000a008000000000001";
    examples.extend(reservation_events().iter().map(|event| example(Reservation::NAME, reservation, event)));
    published(NAME, PUBLISHES, examples);
}

#[test]
fn stored_events_are_read_back() {
    readable::<StockItem>(NAME);
    readable::<Reservation>(NAME);
}
