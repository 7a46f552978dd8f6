//! Commands that are written alone, and commands that are written while others are.

use std::time::Duration;

use hansa_relational::{Begun, Dialect, Relational, Row, StoreError, UnitOfWork, query};
use tokio::task::JoinSet;

use super::{
    accounts::{Payload, accounts, check_agreement, command, insert, open, outbox, records},
    world::fresh,
};

pub(crate) async fn a_twin_of_a_concurrent_command_gets_its_answer(store: &Relational) {
    for round in 0..5 {
        let command = command(Some(&format!("key-of-the-round-{round}")), "same");
        let mut twins = JoinSet::new();
        for _ in 0..16 {
            let (store, command) = (store.clone(), command.clone());
            twins.spawn(async move { open_beside_others(&store, &format!("account_{round}"), &command).await });
        }
        let answers = twins.join_all().await;
        assert!(answers.iter().all(|(answer, _)| answer.account == format!("account_{round}")));
        assert_eq!(answers.iter().filter(|(_, is_replayed)| !is_replayed).count(), 1);
    }
    assert_eq!((accounts(store).await.len(), records(store).await), (5, 5));
    let other = command(Some("key-of-the-round-0"), "another");
    let error = store.begin_concurrent::<Payload>(&other).await.unwrap_err();
    assert!(matches!(error, StoreError::KeyReused), "{error}");
    // One that is begun alone finds the answer, too.
    assert!(open(store, "account_0", &command(Some("key-of-the-round-0"), "same")).await.unwrap().1);
}

pub(crate) async fn concurrent_commands_leave_no_holes(store: &Relational) {
    let mut writers = JoinSet::new();
    for writer in 0..16u64 {
        let store = store.clone();
        writers.spawn(async move {
            let mut random = fastrand::Rng::with_seed(writer);
            let mut committed = 0;
            for round in 0..25 {
                let command = command(None, "");
                let mut unit = store.begin_unit(&command).await.unwrap();
                let count = random.usize(1..4);
                for number in 0..count {
                    insert(&mut unit, &format!("{writer}_{round}_{number}"), &command).await.unwrap();
                }
                match random.u8(0..4) {
                    0 => drop(unit),
                    1 => unit.rollback().await.unwrap(),
                    _ => {
                        unit.commit(&()).await.unwrap();
                        committed += count;
                    }
                }
            }
            committed
        });
    }
    let committed: usize = writers.join_all().await.into_iter().sum();
    check_agreement(store).await;
    assert_eq!(accounts(store).await.len(), committed);
    assert!((200..800).contains(&committed), "{committed}");
}

pub(crate) async fn who_is_alone_is_alone(store: &Relational) {
    let command = command(None, "");
    let alone = fresh(store, &command).await;
    let error = store.begin_unit(&command).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy), "{error}");
    let error = store.begin_concurrent::<Payload>(&command).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy), "{error}");
    drop(alone);
    let beside = store.begin_unit(&command).await.unwrap();
    let error = store.begin::<Payload>(&command).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy), "{error}");
    drop(beside);
    open(store, "anna", &command).await.unwrap();
}

pub(crate) async fn what_was_read_alone_is_true_until_the_commit(store: &Relational) {
    open(store, "anna", &command(None, "")).await.unwrap();
    let mut unit = fresh(store, &command(None, "")).await;
    add(&mut unit, 10).await;
    unit.commit(&()).await.unwrap();
    let mut spenders = JoinSet::new();
    for _ in 0..16 {
        let spender = store.clone();
        spenders.spawn(async move {
            let mut unit = fresh(&spender, &command(None, "")).await;
            let row: Row = query("SELECT balance FROM accounts WHERE id = 'anna'").fetch_one(&mut unit).await.unwrap();
            let balance = row.int("balance").unwrap();
            tokio::time::sleep(Duration::from_millis(2)).await;
            // Written as it was read: a change by another would be lost.
            let written = query("UPDATE accounts SET balance = $1 WHERE id = 'anna'").bind(balance - 1);
            match balance {
                0 => 0,
                _ => {
                    written.execute(&mut unit).await.unwrap();
                    unit.commit(&()).await.unwrap();
                    1
                }
            }
        });
        let store = store.clone();
        spenders.spawn(async move {
            let mut unit = store.begin_unit(&command(None, "")).await.unwrap();
            add(&mut unit, 1).await;
            unit.commit(&()).await.unwrap();
            0
        });
    }
    let spent: i64 = spenders.join_all().await.into_iter().sum();
    assert_eq!(accounts(store).await[0].balance, 10 + 16 - spent);
}

pub(crate) async fn only_one_engine_writes_several_at_once(store: &Relational) {
    let (first, second) = (command(None, ""), command(None, ""));
    let mut one = store.begin_unit(&first).await.unwrap();
    let other = store.begin_unit(&second).await;
    match store.dialect() {
        Dialect::Sqlite => assert!(matches!(other, Err(StoreError::Busy))),
        Dialect::Postgres => {
            let mut other = other.unwrap();
            insert(&mut one, "anna", &first).await.unwrap();
            insert(&mut other, "bert", &second).await.unwrap();
            other.commit(&()).await.unwrap();
            one.commit(&()).await.unwrap();
            check_agreement(store).await;
            assert_eq!(outbox(store).await.len(), 2);
        }
    }
}

async fn add(unit: &mut UnitOfWork, amount: i64) {
    let add = query("UPDATE accounts SET balance = balance + $1 WHERE id = 'anna'").bind(amount);
    assert_eq!(add.execute(unit).await.unwrap(), 1);
}

async fn open_beside_others(store: &Relational, id: &str, command: &hansa_event_sourcing::Command) -> (Payload, bool) {
    match store.begin_concurrent::<Payload>(command).await.unwrap() {
        Begun::Replayed(payload) => (payload, true),
        Begun::Fresh(mut unit) => {
            insert(&mut unit, id, command).await.unwrap();
            let payload = Payload { account: id.to_owned() };
            unit.commit(&payload).await.unwrap();
            (payload, false)
        }
    }
}
