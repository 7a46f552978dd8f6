//! Many commands at once, some of which are given up.

use std::time::Duration;

use hansa_relational::{Begun, Relational, StoreError};
use tokio::task::JoinSet;

use super::accounts::LANES;
use super::{
    accounts::{Payload, accounts, check_agreement, command, insert, open, outbox, records},
    world::fresh,
};

pub(crate) async fn of_many_twins_one_takes_effect(store: &Relational) {
    for round in 0..5 {
        let command = command(Some(&format!("key-of-the-round-{round}")), "same");
        let mut twins = JoinSet::new();
        for _ in 0..16 {
            let (store, command) = (store.clone(), command.clone());
            twins.spawn(async move { open(&store, &format!("account_{round}"), &command).await.unwrap() });
        }
        let answers = twins.join_all().await;
        let payload = Payload { account: format!("account_{round}") };
        assert!(answers.iter().all(|(answer, _)| *answer == payload));
        assert_eq!(answers.iter().filter(|(_, is_replayed)| !is_replayed).count(), 1);
        assert_eq!(accounts(store).await.len(), round + 1);
        assert_eq!(outbox(store).await.len(), round + 1);
    }
}

pub(crate) async fn positions_have_no_holes_under_rollbacks(store: &Relational) {
    let mut writers = JoinSet::new();
    for writer in 0..16u64 {
        let store = store.clone();
        writers.spawn(async move { write_or_roll_back(&store, writer, 25).await });
    }
    let committed: usize = writers.join_all().await.into_iter().sum();
    check_agreement(store).await;
    assert_eq!(accounts(store).await.len(), committed);
    assert!((200..800).contains(&committed), "{committed}");
}

pub(crate) async fn a_reader_that_follows_misses_nothing(store: &Relational) {
    let mut writers = JoinSet::new();
    for writer in 0..8u64 {
        let store = store.clone();
        writers.spawn(async move { write_or_roll_back(&store, writer, 20).await });
    }
    let mut followed = Vec::new();
    let mut last = [0; LANES as usize];
    loop {
        let is_done = writers.is_empty() || {
            while writers.try_join_next().is_some() {}
            writers.is_empty()
        };
        let mut is_at_the_end = true;
        for lane in 0..LANES {
            let seen = &mut last[lane as usize];
            for entry in store.events_after(lane, *seen, 3).await.unwrap() {
                assert_eq!(entry.position, *seen + 1);
                *seen = entry.position;
                followed.push(entry.event.event_id);
                is_at_the_end = false;
            }
        }
        if is_done && is_at_the_end {
            break;
        }
    }
    let mut all: Vec<_> = outbox(store).await.into_iter().map(|entry| entry.event.event_id).collect();
    all.sort();
    followed.sort();
    assert_eq!(followed, all);
}

pub(crate) async fn cancelled_commands_leave_a_usable_store(store: &Relational) {
    let mut random = fastrand::Rng::with_seed(4);
    for number in 0..150 {
        let command = command(Some(&format!("key-of-command-{number:04}")), "");
        let id = format!("{number:04}");
        let work = open(store, &id, &command);
        // Long enough to get anywhere, from waiting for its turn to the commit.
        let patience = Duration::from_micros(random.u64(0..3_000));
        let _ = tokio::time::timeout(patience, work).await;
    }
    check_agreement(store).await;
    let (written, remembered) = (accounts(store).await.len(), records(store).await);
    assert_eq!(written as i64, remembered);
    for number in 0..150 {
        let command = command(Some(&format!("key-of-command-{number:04}")), "");
        open(store, &format!("{number:04}"), &command).await.unwrap();
    }
    assert_eq!(accounts(store).await.len(), 150);
    check_agreement(store).await;
}

pub(crate) async fn who_waits_too_long_is_told(store: &Relational) {
    let command = command(None, "");
    let unit = fresh(store, &command).await;
    let error = store.begin::<Payload>(&command).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy), "{error}");
    assert!(accounts(store).await.is_empty(), "reads do not wait");
    drop(unit);
    open(store, "anna", &command).await.unwrap();
}

pub(crate) async fn commands_come_one_after_the_other(store: &Relational) {
    let held = fresh(store, &command(None, "")).await;
    let (sender, mut order) = tokio::sync::mpsc::channel(16);
    let mut waiting = JoinSet::new();
    for number in 0..8 {
        let (store, sender) = (store.clone(), sender.clone());
        waiting.spawn(async move {
            let Begun::Fresh(unit) = store.begin::<()>(&command(None, "")).await.unwrap() else { panic!("new") };
            sender.send(number).await.unwrap();
            unit.commit(&()).await.unwrap();
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop((held, sender));
    waiting.join_all().await;
    let mut came = Vec::new();
    while let Some(number) = order.recv().await {
        came.push(number);
    }
    assert_eq!(came, [0, 1, 2, 3, 4, 5, 6, 7]);
}

/// Opens accounts, about half of which are rolled back somewhere on the way; gives how many were committed.
async fn write_or_roll_back(store: &Relational, writer: u64, rounds: u64) -> usize {
    let mut random = fastrand::Rng::with_seed(writer);
    let mut committed = 0;
    for round in 0..rounds {
        let command = command(None, "");
        let mut unit = fresh(store, &command).await;
        for number in 0..random.u64(1..4) {
            insert(&mut unit, &format!("{writer}_{round}_{number}"), &command).await.unwrap();
            committed += 1;
            if random.u8(0..4) == 0 {
                committed -= number as usize + 1;
                drop(unit);
                unit = fresh(store, &command).await;
                break;
            }
        }
        unit.commit(&()).await.unwrap();
    }
    committed
}
