//! Rules, without a store.

use super::{
    Refusal,
    address::AddressLines,
    country::CountryCode,
    event::ShipmentEvent,
    method::{Measures, MethodCode},
    shipment::{Shipment, ShipmentStatus},
};
use hansa_event_sourcing::EventContent;
use hansa_values::Id;
use uuid::Uuid;

fn shipment(status: ShipmentStatus) -> Shipment {
    let at = "2026-01-02T03:04:05Z".parse().unwrap();
    Shipment {
        id: Id::from_uuid(Uuid::from_u128(1)),
        order_id: Id::from_uuid(Uuid::from_u128(2)),
        tenant: Id::from_uuid(Uuid::from_u128(3)),
        buyer: Id::from_uuid(Uuid::from_u128(4)),
        address_id: Id::from_uuid(Uuid::from_u128(5)),
        method_code: "standard".to_owned(),
        lines: Vec::new(),
        weight_grams: 0,
        status,
        is_confirmed: true,
        tracking_code: (status != ShipmentStatus::Planned).then(|| "CODE".to_owned()),
        created_at: at,
        updated_at: at,
        version: 1,
        events: 1,
    }
}

/// Every status against every piece of news: it only rises, and cancelled or without a label it stays.
#[test]
fn a_shipment_only_moves_forward() {
    use ShipmentStatus::{Cancelled, Delivered, Dispatched, Failed, InTransit, LabelCreated, Planned};
    let ranked = [LabelCreated, Dispatched, InTransit, Failed, Delivered];
    for (rank, from) in ranked.into_iter().enumerate() {
        for (news_rank, news) in ranked.into_iter().enumerate() {
            let mut shipment = shipment(from);
            let told = shipment.reported(news);
            let moved = !told.is_empty();
            assert_eq!(moved, news_rank > rank, "{from:?} {news:?}");
            let told: Vec<&str> = told.iter().map(EventContent::event_type).collect();
            let skipped = ranked[rank + 1..].iter().take_while(|status| status.as_str() != news.as_str());
            let implied = skipped.filter(|status| **status != Failed).map(|status| status.as_str());
            let expected: Vec<&str> = implied.chain([news.as_str()]).collect();
            assert_eq!(told, if moved { expected } else { Vec::new() }, "{from:?} {news:?}");
            assert_eq!(shipment.status, if moved { news } else { from });
        }
    }
    for from in [Planned, Cancelled] {
        for news in ShipmentStatus::ALL {
            assert!(shipment(from).reported(news).is_empty(), "{from:?} {news:?}");
        }
    }
    for news in [Planned, LabelCreated, Cancelled] {
        assert!(shipment(Dispatched).reported(news).is_empty());
    }
}

#[test]
fn a_label_comes_after_the_confirmation_and_a_hand_over_after_the_label() {
    let mut planned = shipment(ShipmentStatus::Planned);
    planned.is_confirmed = false;
    assert_eq!(planned.create_label("C".to_owned()), Err(Refusal::NotConfirmed));
    planned.is_confirmed = true;
    assert_eq!(planned.dispatch(), Err(Refusal::WrongStatus { status: ShipmentStatus::Planned }));
    assert!(matches!(planned.create_label("C".to_owned()), Ok(ShipmentEvent::LabelCreated(_))));
    assert!(matches!(planned.dispatch(), Ok(ShipmentEvent::Dispatched(_))));
    assert_eq!(planned.cancel(), Err(Refusal::WrongStatus { status: ShipmentStatus::Dispatched }));
}

#[test]
fn the_larger_of_weight_and_volume_counts() {
    let measures = |weight_grams, side| Measures { weight_grams, width_mm: side, height_mm: side, depth_mm: side };
    assert_eq!(measures(1_000, 0).chargeable_grams(), 1_000);
    assert_eq!(measures(1_000, 200).chargeable_grams(), 1_600);
    assert_eq!(measures(-5, -5).chargeable_grams(), 0);
    assert_eq!(measures(0, i64::MAX).chargeable_grams(), 200_000_000_000_000);
}

#[test]
fn countries_are_those_of_the_standard() {
    assert_eq!("DE".parse::<CountryCode>().unwrap().as_str(), "DE");
    for text in ["", "de", "XX", "DEU", "D", "\u{0}\u{0}"] {
        assert!(text.parse::<CountryCode>().is_err(), "{text:?}");
    }
}

#[test]
fn codes_are_small_letters_digits_and_dashes() {
    assert!(MethodCode::new("by-sea-2").is_ok());
    for text in ["", "x", "By-Sea", "by sea", "é-é", &"x".repeat(41)] {
        assert_eq!(MethodCode::new(text), Err(Refusal::CodeInvalid), "{text:?}");
    }
}

#[test]
fn lines_of_addresses_are_trimmed_and_bounded() {
    let lines = AddressLines {
        recipient: "  Ada ".to_owned(),
        line1: "x".repeat(100),
        line2: Some("  ".to_owned()),
        postal_code: None,
        city: "Hamburg".to_owned(),
        region: None,
        country: "DE".parse().unwrap(),
        phone: Some(" +49 ".to_owned()),
    };
    let checked = lines.clone().checked().unwrap();
    assert_eq!((checked.recipient.as_str(), checked.line2, checked.phone.as_deref()), ("Ada", None, Some("+49")));
    let refused = AddressLines { line1: "x".repeat(101), ..lines }.checked();
    assert_eq!(refused, Err(Refusal::AddressInvalid { field: "line1", characters_max: 100 }));
}
