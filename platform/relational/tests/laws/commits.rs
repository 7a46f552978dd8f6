//! A commit is everything or nothing, and happens once.

use std::time::Duration;

use chrono::TimeDelta;
use hansa_event_sourcing::{Actor, EventLog, IdempotencyKey};
use hansa_relational::{Relational, Row, StoreError, query};
use serde::Deserialize;
use tokio::task::JoinSet;

use super::accounts::LANES;
use super::{
    accounts::{Payload, accounts, command, insert, open, opened, outbox, records},
    world::fresh,
};

const KEY: &str = "a-key-of-16-chars";

pub(crate) async fn state_events_and_answer_are_committed_together(store: &Relational) {
    let command = command(Some(KEY), "anna");
    let payload = Payload { account: "anna".to_owned() };
    assert_eq!(open(store, "anna", &command).await.unwrap(), (payload.clone(), false));
    assert_eq!(open(store, "anna", &command).await.unwrap(), (payload, true));
    let accounts = accounts(store).await;
    assert_eq!((accounts.len(), accounts[0].opened_at), (1, command.now));
    let events = outbox(store).await;
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].position, events[0].event.stream_id.as_str()), (1, "anna"));
    assert_eq!(events[0].event.content["email"], "anna@example.com");
    assert_eq!((events[0].event.recorded_at, events[0].event.operation.as_str()), (command.now, "accountOpen"));
}

pub(crate) async fn without_a_key_nothing_is_remembered(store: &Relational) {
    let command = command(None, "anna");
    open(store, "anna", &command).await.unwrap();
    let error = open(store, "anna", &command).await.unwrap_err();
    assert!(matches!(error, StoreError::UniqueViolation { .. }), "{error}");
    assert_eq!((records(store).await, outbox(store).await.len()), (0, 1));
}

pub(crate) async fn a_key_with_another_input_is_refused(store: &Relational) {
    open(store, "anna", &command(Some(KEY), "anna")).await.unwrap();
    let error = open(store, "bert", &command(Some(KEY), "bert")).await.unwrap_err();
    assert!(matches!(error, StoreError::KeyReused), "{error}");
    assert_eq!(accounts(store).await.len(), 1);
    open(store, "bert", &command(Some("another-key-of-16"), "bert")).await.unwrap();
}

pub(crate) async fn keys_are_of_one_actor_and_one_operation(store: &Relational) {
    let first = command(Some(KEY), "anna");
    let mut of_another_actor = command(Some(KEY), "bert");
    of_another_actor.actor = Actor { user: "user_00000000000000000000000001".parse().ok(), ..Actor::default() };
    let mut of_another_operation = command(Some(KEY), "carl");
    of_another_operation.operation = "accountReopen";
    for (id, command) in [("anna", first), ("bert", of_another_actor), ("carl", of_another_operation)] {
        assert!(!open(store, id, &command).await.unwrap().1);
        assert!(open(store, id, &command).await.unwrap().1);
    }
    assert_eq!(accounts(store).await.len(), 3);
}

pub(crate) async fn keys_are_forgotten_after_three_days_and_not_before(store: &Relational) {
    let first = command(Some(KEY), "anna");
    open(store, "anna", &first).await.unwrap();
    let mut later = command(Some(KEY), "bert");
    later.now = first.now + TimeDelta::hours(IdempotencyKey::KEPT_HOURS) - TimeDelta::microseconds(1);
    assert!(matches!(open(store, "bert", &later).await, Err(StoreError::KeyReused)));
    later.now += TimeDelta::microseconds(1);
    assert!(!open(store, "bert", &later).await.unwrap().1);
    assert!(open(store, "bert", &later).await.unwrap().1);
    assert_eq!(records(store).await, 1);
}

pub(crate) async fn expired_records_are_cleared_a_few_at_a_time(store: &Relational) {
    let mut now = command(None, "").now;
    for number in 0..150 {
        let mut command = command(Some(&format!("key-of-account-{number:04}")), "");
        command.now = now;
        open(store, &format!("{number:04}"), &command).await.unwrap();
    }
    now += TimeDelta::days(10);
    let mut cleared = Vec::new();
    for number in 150..150 + 3 * 16 {
        let mut command = command(Some(&format!("key-of-account-{number:04}")), "");
        command.now = now;
        open(store, &format!("{number:04}"), &command).await.unwrap();
        cleared.push(number + 1 - records(store).await);
    }
    cleared.dedup();
    assert_eq!(cleared, [0, 64, 128, 150]);
}

pub(crate) async fn what_is_dropped_was_never_written(store: &Relational) {
    let command = command(Some(KEY), "anna");
    for is_rolled_back in [true, false] {
        let mut unit = fresh(store, &command).await;
        insert(&mut unit, "anna", &command).await.unwrap();
        match is_rolled_back {
            true => unit.rollback().await.unwrap(),
            false => drop(unit),
        }
        assert!(accounts(store).await.is_empty());
    }
    assert!(!open(store, "anna", &command).await.unwrap().1);
    assert_eq!((outbox(store).await.len(), records(store).await), (1, 1));
}

pub(crate) async fn an_answer_of_another_form_is_an_error(store: &Relational) {
    #[derive(Debug, Deserialize)]
    struct Changed {
        _amount: i64,
    }
    let command = command(Some(KEY), "anna");
    open(store, "anna", &command).await.unwrap();
    let error = store.begin::<Changed>(&command).await.unwrap_err();
    assert!(matches!(error, StoreError::Payload(_)), "{error}");
}

pub(crate) async fn a_unit_sees_its_own_writes_and_nobody_else_does(store: &Relational) {
    let command = command(None, "");
    let mut unit = fresh(store, &command).await;
    insert(&mut unit, "anna", &command).await.unwrap();
    let own: Vec<Row> = query("SELECT id FROM accounts").fetch_all(&mut unit).await.unwrap();
    assert_eq!((own.len(), accounts(store).await.len()), (1, 0));
    unit.commit(&()).await.unwrap();
    assert_eq!(accounts(store).await.len(), 1);
}

pub(crate) async fn events_are_limited(store: &Relational) {
    let command = command(None, "");
    let mut unit = fresh(store, &command).await;
    (0..4_001).for_each(|_| unit.record(opened("anna")));
    let error = unit.commit(&()).await.unwrap_err();
    assert!(matches!(error, StoreError::TooManyEvents { limit: 4_000 }), "{error}");
    assert!(outbox(store).await.is_empty());
}

pub(crate) async fn events_of_one_aggregate_stay_in_order_in_one_lane(store: &Relational) {
    let command = command(None, "");
    for version in [1, 3] {
        let mut unit = fresh(store, &command).await;
        for number in 0..40 {
            for version in [version, version + 1] {
                let mut event = opened(&format!("account_{number}"));
                event.stream_version = version;
                unit.record(event);
            }
        }
        unit.commit(&()).await.unwrap();
    }
    let entries = outbox(store).await;
    let lanes: std::collections::BTreeSet<i64> = entries.iter().map(|entry| entry.lane).collect();
    assert_eq!(lanes.into_iter().collect::<Vec<_>>(), (0..LANES).collect::<Vec<_>>());
    for number in 0..40 {
        let of_one = entries.iter().filter(|entry| entry.event.stream_id == format!("account_{number}"));
        let found: Vec<_> = of_one.map(|entry| (entry.lane, entry.event.stream_version)).collect();
        assert_eq!(found, [1, 2, 3, 4].map(|version| (found[0].0, version)));
    }
}

pub(crate) async fn a_violated_constraint_ends_the_unit(store: &Relational) {
    open(store, "anna", &command(None, "")).await.unwrap();
    let command = command(None, "");
    let taken = || {
        query("INSERT INTO accounts (id, email, balance, opened_at) VALUES ('x', $1, 0, $2) RETURNING id")
            .bind("anna@example.com")
            .bind(command.now)
    };
    for returns in [true, false] {
        let mut unit = fresh(store, &command).await;
        insert(&mut unit, "bert", &command).await.unwrap();
        let refused = match returns {
            true => taken().fetch_one::<Row>(&mut unit).await.map(drop),
            false => taken().execute(&mut unit).await.map(drop),
        };
        assert!(matches!(refused, Err(StoreError::UniqueViolation { .. })), "{refused:?}");
        let error = insert(&mut unit, "carl", &command).await.unwrap_err();
        assert!(error.to_string().contains("go on"), "{error}");
        unit.commit(&()).await.unwrap_err();
    }
    assert_eq!(accounts(store).await.len(), 1);
    // The next one does not find their traces.
    open(store, "bert", &command).await.unwrap();
}

pub(crate) async fn a_statement_that_was_given_up_ends_the_unit(store: &Relational) {
    const LONG: &str = "INSERT INTO labels (label)
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 200000)
        SELECT CAST(n AS TEXT) FROM numbers";
    let command = command(None, "");
    let mut unit = fresh(store, &command).await;
    insert(&mut unit, "anna", &command).await.unwrap();
    let given_up = tokio::time::timeout(Duration::from_millis(1), query(LONG).execute(&mut unit)).await;
    assert!(given_up.is_err(), "it takes longer");
    let error = insert(&mut unit, "bert", &command).await.unwrap_err();
    assert!(error.to_string().contains("go on"), "{error}");
    unit.commit(&()).await.unwrap_err();
    // The next one does not find its traces.
    open(store, "anna", &command).await.unwrap();
    let labels: Row = query("SELECT COUNT(*) AS number FROM labels").fetch_one(store).await.unwrap();
    assert_eq!((accounts(store).await.len(), labels.int("number").unwrap()), (1, 0));
}

pub(crate) async fn what_was_acknowledged_can_be_read(store: &Relational) {
    let mut writers = JoinSet::new();
    for writer in 0..16 {
        let store = store.clone();
        writers.spawn(async move {
            for round in 0..10 {
                let id = format!("{writer}_{round}");
                open(&store, &id, &command(None, "")).await.unwrap();
                let found =
                    query("SELECT id FROM accounts WHERE id = $1").bind(&id).fetch_optional::<Row>(&store).await;
                assert!(found.unwrap().is_some(), "{id}");
            }
        });
    }
    writers.join_all().await;
}

pub(crate) async fn commits_with_events_are_told(store: &Relational) {
    let mut told = store.committed();
    let command = command(None, "");
    fresh(store, &command).await.commit(&()).await.unwrap();
    let mut unit = fresh(store, &command).await;
    insert(&mut unit, "anna", &command).await.unwrap();
    unit.rollback().await.unwrap();
    assert!(!told.has_changed().unwrap());
    open(store, "anna", &command).await.unwrap();
    assert!(told.has_changed().unwrap());
    assert_eq!((*told.borrow_and_update(), store.last_positions().await.unwrap()), (1, vec![0, 1]));
}

pub(crate) async fn a_thousand_events_are_appended_at_once(store: &Relational) {
    let command = command(None, "");
    let mut unit = fresh(store, &command).await;
    (0..1_000).for_each(|number| unit.record(opened(&number.to_string())));
    unit.commit(&()).await.unwrap();
    let entries = outbox(store).await;
    let places: std::collections::BTreeSet<_> = entries.iter().map(|entry| (entry.lane, entry.position)).collect();
    assert_eq!((entries.len(), places.len()), (1_000, 1_000));
    let of_lane = |lane| entries.iter().filter(move |entry| entry.lane == lane);
    for lane in 0..LANES {
        let recorded: Vec<u32> = of_lane(lane).map(|entry| entry.event.stream_id.parse().unwrap()).collect();
        assert!(recorded.is_sorted(), "in the order in which they were recorded");
    }
}
