//! Examples of the events that this context publishes. Others test against them.

use crate::{
    NAME, PUBLISHES,
    domain::{
        dispute::DisputeOutcome,
        event::{
            DisputeClosed, Disputed, LedgerPosted, PaymentEvent, PayoutScheduled, PostedLine, Refunded, Refused,
            Requested, Succeeded, Told,
        },
        ids::{OrderId, PaymentId},
    },
};
use hansa_event_sourcing::{
    DomainEvent, EventContent,
    testing::{Example, published},
};
use hansa_values::{EntityKind, Id, Money};
use schemars::JsonSchema;
use uuid::Uuid;

fn id<K: EntityKind>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}

fn command(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_5000_8000_0000_0000_0000 + number)
}

fn euros(minor_units: i64) -> Money {
    Money { minor_units, currency: "EUR".parse().unwrap() }
}

fn example<E: EventContent + JsonSchema>(aggregate: &'static str, stream_id: impl ToString, content: &E) -> Example {
    Example::of::<E>(DomainEvent::new(aggregate, (stream_id.to_string(), 2), None, content))
}

fn payment_events() -> Vec<PaymentEvent> {
    let (order_id, payment_id): (OrderId, PaymentId) = (id(1), id(2));
    let amount = euros(53_20);
    let told = |number: u128| Told { order_id, command_id: command(number), payment_id };
    let succeeded = |number: u128| Succeeded { order_id, command_id: command(number), payment_id, amount };
    let refused = |number: u128, reason: &str| Refused {
        order_id,
        command_id: command(number),
        payment_id,
        reason: reason.to_owned(),
    };
    vec![
        PaymentEvent::Requested(Requested {
            order_id,
            command_id: command(1),
            payment_id,
            buyer_id: id(3),
            amount,
            payment_method: "sandbox_ok".to_owned(),
        }),
        PaymentEvent::Authorised(succeeded(1)),
        PaymentEvent::Declined(refused(1, "CARD_DECLINED")),
        PaymentEvent::OutcomeUnknown(told(1)),
        PaymentEvent::Voided(told(2)),
        PaymentEvent::VoidFailed(refused(2, "ALREADY_CAPTURED")),
        PaymentEvent::Captured(succeeded(3)),
        PaymentEvent::CaptureFailed(refused(3, "AUTHORISATION_EXPIRED")),
        PaymentEvent::Refunded(Refunded {
            order_id,
            command_id: command(4),
            payment_id,
            refund_id: id(5),
            amount: euros(10_00),
        }),
        PaymentEvent::RefundFailed(refused(4, "REFUND_TOO_LARGE")),
        PaymentEvent::Disputed(Disputed {
            order_id,
            payment_id,
            reason: "FRAUDULENT".to_owned(),
            dispute_id: Some(id(10)),
            amount: Some(euros(43_20)),
        }),
        PaymentEvent::DisputeClosed(DisputeClosed {
            order_id,
            payment_id,
            dispute_id: id(10),
            amount: euros(43_20),
            outcome: DisputeOutcome::Lost,
        }),
    ]
}

#[test]
fn every_event_has_an_example() {
    let posted = LedgerPosted {
        entry_id: id(6),
        kind: "capture".to_owned(),
        payment_id: Some(id(2)),
        amount: euros(53_20),
        lines: vec![
            PostedLine {
                debit_account: "provider_clearing/EUR".to_owned(),
                credit_account: format!("vendor_payable/{}/EUR", id::<crate::domain::ids::Vendor>(7)),
                minor_units: 45_00,
            },
            PostedLine {
                debit_account: "provider_clearing/EUR".to_owned(),
                credit_account: "platform_fees/EUR".to_owned(),
                minor_units: 8_20,
            },
        ],
    };
    let scheduled = PayoutScheduled { payout_id: id(8), vendor_id: id(7), tenant_id: id(9), amount: euros(45_00) };
    let payment: PaymentId = id(2);
    let mut examples: Vec<Example> = payment_events().iter().map(|event| example("payment", payment, event)).collect();
    examples.push(example("ledger", posted.entry_id, &posted));
    examples.push(example("payout", scheduled.payout_id, &scheduled));
    published(NAME, PUBLISHES, examples);
}

#[test]
fn answers_that_were_kept_are_read_as_they_were() {
    for event in payment_events() {
        let content = serde_json::to_value(&event).unwrap();
        assert_eq!(PaymentEvent::read(event.event_type(), content).unwrap(), event);
    }
    assert!(PaymentEvent::read("exploded", serde_json::json!({})).is_err());
    assert!(PaymentEvent::read("voided", serde_json::json!({})).is_err());
}
