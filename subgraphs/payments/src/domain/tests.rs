//! Rules, without a store.

use super::{
    Refusal,
    item::{PaymentsItem, PaymentsItemEvent},
    title::Title,
};
use hansa_values::Id;
use uuid::Uuid;

fn item() -> PaymentsItem {
    PaymentsItem {
        id: Id::from_uuid(Uuid::from_u128(1)),
        tenant: Id::from_uuid(Uuid::from_u128(2)),
        title: Title::parse("first").unwrap(),
        created_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        version: 3,
    }
}

#[test]
fn titles_are_trimmed_and_never_empty() {
    assert_eq!(Title::parse("  a title \n").unwrap().as_str(), "a title");
    assert!(Title::parse(&"ä".repeat(120)).is_ok());
    for text in ["", "  ", "a\u{7}b", "a\nb", &"ä".repeat(121)] {
        assert_eq!(Title::parse(text), Err(Refusal::TitleInvalid), "{text:?}");
    }
}

#[test]
fn a_new_title_is_an_event_and_a_version() {
    let (mut item, title) = (item(), Title::parse("second").unwrap());
    let event = item.rename(title.clone(), Some(3)).unwrap();
    assert_eq!(event, Some(PaymentsItemEvent::Renamed { title }));
    assert_eq!((item.title.as_str(), item.version), ("second", 4));
}

#[test]
fn the_same_title_is_nothing() {
    let mut item = item();
    assert_eq!(item.rename(Title::parse("first").unwrap(), None), Ok(None));
    assert_eq!(item.version, 3);
}

#[test]
fn another_version_is_a_conflict() {
    let mut item = item();
    let refused = item.rename(Title::parse("second").unwrap(), Some(2));
    assert_eq!(refused, Err(Refusal::VersionConflict { current: 3 }));
    assert_eq!(item.title.as_str(), "first");
}
