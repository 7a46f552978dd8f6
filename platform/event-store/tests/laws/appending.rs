//! Appending: the version that is expected decides, in the transaction.

use super::{
    tally::{First, TallyCommand, added, command},
    world::{act, append_to, log, unit},
};
use hansa_event_store::{AppendError, Loaded, append, load, load_committed, verify_log};
use hansa_relational::{Begun, Relational};
use std::collections::BTreeMap;
use tokio::task::JoinSet;

fn is_conflict(result: &Result<Loaded<First>, AppendError>) -> bool {
    matches!(result, Err(AppendError::VersionConflict { .. }))
}

pub(crate) async fn a_stream_is_made_by_its_first_events(store: &Relational) {
    let loaded = act(store, "tally_1", TallyCommand::Add(3)).await;
    assert_eq!((loaded.version, loaded.state.sum), (3, 3));
    assert_eq!(load_committed::<First>(store, "tally_1").await.unwrap(), loaded);
    let events = log(store).await;
    assert_eq!(events.iter().map(|event| event.event.stream_version).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(events.iter().all(|event| event.event.aggregate == "tally" && event.event.event_version == 3));
}

pub(crate) async fn nothing_is_appended_without_events(store: &Relational) {
    assert_eq!(act(store, "tally_1", TallyCommand::Add(0)).await.version, 0);
    assert!(log(store).await.is_empty());
    // Even from a version that is none any more: nothing was decided on it.
    let old = act(store, "tally_1", TallyCommand::Add(1)).await;
    act(store, "tally_1", TallyCommand::Add(1)).await;
    assert!(append_to(store, "tally_1", old, 0).await.is_ok());
}

pub(crate) async fn a_stream_is_made_once(store: &Relational) {
    assert!(append_to(store, "tally_1", Loaded::default(), 1).await.is_ok());
    let again = append_to(store, "tally_1", Loaded::default(), 1).await;
    assert!(is_conflict(&again), "{again:?}");
    assert_eq!(again.unwrap_err().to_string(), "the stream tally_1 is no longer at version 0");
    assert_eq!(log(store).await.len(), 1);
}

pub(crate) async fn an_older_version_is_refused(store: &Relational) {
    let first = act(store, "tally_1", TallyCommand::Add(2)).await;
    let second = append_to(store, "tally_1", first.clone(), 1).await.unwrap();
    assert!(is_conflict(&append_to(store, "tally_1", first, 1).await));
    assert!(append_to(store, "tally_1", second, 1).await.is_ok());
    assert_eq!(log(store).await.len(), 4);
}

pub(crate) async fn of_concurrent_appends_one_takes_effect(store: &Relational) {
    for round in 0..5 {
        let loaded = load_committed::<First>(store, "tally_1").await.unwrap();
        assert_eq!(loaded.version, round);
        let mut appending = JoinSet::new();
        for _ in 0..8 {
            let (store, loaded) = (store.clone(), loaded.clone());
            appending.spawn(async move { append_to(&store, "tally_1", loaded, 1).await });
        }
        let results = appending.join_all().await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        assert_eq!(results.iter().filter(|result| is_conflict(result)).count(), 7, "{results:?}");
    }
}

pub(crate) async fn a_refused_append_leaves_nothing_when_its_unit_is_dropped(store: &Relational) {
    let old = act(store, "tally_1", TallyCommand::Add(1)).await;
    act(store, "tally_1", TallyCommand::Add(1)).await;
    let mut unit = unit(store).await;
    let other = load::<First>(&mut unit, "tally_2").await.unwrap();
    append(&mut unit, ("tally_2", None), other, vec![added(1)]).await.unwrap();
    assert!(is_conflict(&append(&mut unit, ("tally_1", None), old, vec![added(1)]).await));
    unit.rollback().await.unwrap();
    assert_eq!(load_committed::<First>(store, "tally_2").await.unwrap().version, 0);
    assert_eq!(act(store, "tally_2", TallyCommand::Add(1)).await.version, 1);
}

pub(crate) async fn what_the_unit_has_recorded_is_loaded(store: &Relational) {
    act(store, "tally_1", TallyCommand::Add(2)).await;
    let mut unit = unit(store).await;
    for expected in 3..=5 {
        let loaded = load::<First>(&mut unit, "tally_1").await.unwrap();
        let appended = append(&mut unit, ("tally_1", None), loaded, vec![added(10)]).await.unwrap();
        assert_eq!((appended.version, appended.state.sum), (expected, 2 + 10 * (expected - 2)));
        assert_eq!(load::<First>(&mut unit, "tally_1").await.unwrap(), appended);
    }
    // Over a snapshot that the unit itself has written.
    let loaded = load::<First>(&mut unit, "tally_1").await.unwrap();
    append(&mut unit, ("tally_1", None), loaded, vec![added(1); 120]).await.unwrap();
    let loaded = load::<First>(&mut unit, "tally_1").await.unwrap();
    assert_eq!((loaded.version, loaded.state.sum), (125, 152));
    unit.commit(&()).await.unwrap();
    assert_eq!(load_committed::<First>(store, "tally_1").await.unwrap().state.sum, 152);
}

pub(crate) async fn one_unit_appends_to_several_streams(store: &Relational) {
    let mut unit = unit(store).await;
    for turn in 0..3 {
        for stream in ["tally_a", "tally_b", "tally_c"] {
            let loaded = load::<First>(&mut unit, stream).await.unwrap();
            assert_eq!(loaded.version, turn);
            append(&mut unit, (stream, None), loaded, vec![added(1)]).await.unwrap();
        }
    }
    unit.commit(&()).await.unwrap();
    for stream in ["tally_a", "tally_b", "tally_c"] {
        assert_eq!(load_committed::<First>(store, stream).await.unwrap().version, 3, "{stream}");
    }
    assert_eq!(verify_log(store).await.unwrap().wrong, []);
}

pub(crate) async fn the_answer_to_a_key_is_in_the_same_transaction(store: &Relational) {
    let once = async |commit: bool| match store.begin::<i64>(&command(Some("one"))).await.unwrap() {
        Begun::Replayed(version) => Err(version),
        Begun::Fresh(mut unit) => {
            let loaded = load::<First>(&mut unit, "tally_1").await.unwrap();
            let appended = append(&mut unit, ("tally_1", None), loaded, vec![added(1)]).await.unwrap();
            match commit {
                true => unit.commit(&appended.version).await.unwrap(),
                false => unit.rollback().await.unwrap(),
            }
            Ok(appended.version)
        }
    };
    assert_eq!(once(false).await, Ok(1));
    assert_eq!(once(true).await, Ok(1), "what was dropped was never asked for");
    assert_eq!(once(true).await, Err(1), "what was committed is answered again");
    assert_eq!(log(store).await.len(), 1);
}

pub(crate) async fn positions_are_gapless_under_rollbacks(store: &Relational) {
    let mut writing = JoinSet::new();
    for writer in 0..8u64 {
        let store = store.clone();
        writing.spawn(async move {
            let mut random = fastrand::Rng::with_seed(writer);
            let mut committed: BTreeMap<String, i64> = BTreeMap::new();
            for _ in 0..25 {
                let stream_id = format!("tally_{writer}{}", random.u8(0..3));
                let mut unit = unit(&store).await;
                let loaded = load::<First>(&mut unit, &stream_id).await.unwrap();
                let events = vec![added(1); random.usize(1..4)];
                let count = events.len() as i64;
                append(&mut unit, (&stream_id, None), loaded, events).await.unwrap();
                match random.u8(0..3) {
                    0 => unit.rollback().await.unwrap(),
                    1 => drop(unit),
                    _ => {
                        unit.commit(&()).await.unwrap();
                        *committed.entry(stream_id).or_default() += count;
                    }
                }
            }
            committed
        });
    }
    let committed: BTreeMap<String, i64> = writing.join_all().await.into_iter().flatten().collect();
    for (stream_id, count) in &committed {
        assert_eq!(load_committed::<First>(store, stream_id).await.unwrap().version, *count, "{stream_id}");
    }
    let findings = verify_log(store).await.unwrap();
    assert_eq!(findings.wrong, []);
    assert_eq!(findings.events as i64, committed.values().sum::<i64>());
}
