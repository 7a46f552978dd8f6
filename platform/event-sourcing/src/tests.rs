//! Keys, hashes, clocks and ids: what stores rely on.

use crate::{Actor, Clock, IdSource, IdempotencyKey, InputHash};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_values::{Id, Tenant, TenantId, User, UserId};
use uuid::Uuid;

#[test]
fn keys_have_16_to_128_printable_characters() {
    let input = InputHash::of(&("a", 1));
    for text in ["a".repeat(16), "Z~!".repeat(20), "x".repeat(128)] {
        assert!(IdempotencyKey::new(text, input).is_ok());
    }
    for text in ["a".repeat(15), "a".repeat(129), format!("{} ", "a".repeat(20)), "é".repeat(10)] {
        assert!(IdempotencyKey::new(text, input).is_err());
    }
}

#[test]
fn equal_inputs_have_equal_hashes() {
    assert_eq!(InputHash::of(&("a", 1)), InputHash::of(&("a", 1)));
    assert_ne!(InputHash::of(&("a", 1)), InputHash::of(&("a", 2)));
    assert_eq!(InputHash::of(&()).text(), "74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b");
}

#[test]
fn a_scope_tells_actors_apart() {
    let user: UserId = Id::<User>::from_uuid(Uuid::from_u128(1));
    let visitor = Actor::default();
    let signed_in = Actor { user: Some(user), ..Actor::default() };
    assert_eq!(visitor.scope(), "-/-");
    assert_eq!(signed_in.scope(), "-/user_00000000000000000000000001");
    let tenant: TenantId = Id::<Tenant>::from_uuid(Uuid::from_u128(1));
    let key = |key: &str| Actor { tenant: Some(tenant), key: Some(key.to_owned()), ..Actor::default() };
    assert_eq!(key("apikey_1").scope(), "tenant_00000000000000000000000001/apikey_1");
    assert_ne!(key("apikey_1").scope(), key("apikey_2").scope());
    let user_of_tenant = Actor { user: Some(user), tenant: Some(tenant), key: None };
    assert_eq!(user_of_tenant.scope(), "tenant_00000000000000000000000001/user_00000000000000000000000001");
}

#[test]
fn a_clock_that_is_set_shows_one_time_to_all() {
    let start: DateTime<Utc> = "2026-01-02T03:04:05.678901234Z".parse().unwrap();
    let clock = Clock::set_to(start);
    let other = clock.clone();
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(other.now().to_rfc3339(), "2026-01-02T03:04:06.678901+00:00");
}

#[test]
fn a_sequence_of_ids_repeats_and_sorts() {
    let make = || {
        let ids = IdSource::sequence(1_760_000_000_000, 7);
        (0..1000).map(|_| ids.id::<User>().to_string()).collect::<Vec<_>>()
    };
    let first = make();
    assert_eq!(first, make());
    assert!(first.is_sorted_by(|one, other| one < other));
    assert_eq!(IdSource::sequence(1_760_000_000_000, 7).uuid().get_version_num(), 7);
}
