//! What a warehouse may be called, and when it changes.

use super::{id, warehouse};
use crate::domain::{Refusal, Warehouse, WarehouseChanges, WarehouseFacts};

fn facts(code: &str, name: &str, priority: i64) -> WarehouseFacts {
    WarehouseFacts { code: code.to_owned(), name: name.to_owned(), priority, is_active: true }
}

#[test]
fn facts_are_checked() {
    assert_eq!(facts(" NORTH-1 ", " Am Hafen ", 0).checked(), Ok(facts("NORTH-1", "Am Hafen", 0)));
    for code in ["", " ", "a b", "ä", &"x".repeat(33)] {
        assert_eq!(facts(code, "x", 1).checked(), Err(Refusal::CodeInvalid), "{code}");
    }
    for name in ["", "  ", "a\nb", &"ä".repeat(121)] {
        assert_eq!(facts("A", name, 1).checked(), Err(Refusal::NameInvalid), "{name}");
    }
    for priority in [-1, 1_001] {
        assert_eq!(facts("A", "x", priority).checked(), Err(Refusal::PriorityInvalid));
    }
}

#[test]
fn a_change_is_an_event_and_a_version() {
    let created_at = "2026-01-02T03:04:05Z".parse().unwrap();
    let mut one = Warehouse { id: warehouse(1), tenant: id(2), facts: facts("A", "x", 1), created_at, version: 3 };
    assert_eq!(one.change(WarehouseChanges::default()), Ok(None));
    assert_eq!(one.version, 3);
    let closed = WarehouseChanges { is_active: Some(false), ..WarehouseChanges::default() };
    assert!(one.change(closed).unwrap().is_some());
    assert_eq!((one.version, one.facts.is_active), (4, false));
    let wrong = WarehouseChanges { name: Some(String::new()), ..WarehouseChanges::default() };
    assert_eq!(one.change(wrong), Err(Refusal::NameInvalid));
    assert_eq!(one.version, 4);
}
