//! Snapshots: a shortcut for the fold that made them, and nothing else.

use super::{
    tally::{First, Second, TallyCommand, added},
    world::{act, unit},
};
use hansa_event_store::{append, load, load_committed, load_without_snapshot};
use hansa_relational::{Relational, Row, query};

/// Fold version and stream version of a stream's snapshot.
async fn snapshot(store: &Relational, stream_id: &str) -> Option<(i64, i64)> {
    let row = query("SELECT fold_version, stream_version FROM snapshots WHERE stream_id = $1").bind(stream_id);
    let row: Row = row.fetch_optional(store).await.unwrap()?;
    Some((row.int("fold_version").unwrap(), row.int("stream_version").unwrap()))
}

/// Puts another state into the snapshot: whoever uses it shows it.
async fn forge(store: &Relational, stream_id: &str, state: serde_json::Value) {
    let mut unit = unit(store).await;
    let forge = query("UPDATE snapshots SET state = $2 WHERE stream_id = $1").bind(stream_id).bind(state);
    assert_eq!(forge.execute(&mut unit).await.unwrap(), 1);
    unit.commit(&()).await.unwrap();
}

pub(crate) async fn are_written_every_hundred_events(store: &Relational) {
    act(store, "tally_1", TallyCommand::Add(99)).await;
    assert_eq!(snapshot(store, "tally_1").await, None);
    act(store, "tally_1", TallyCommand::Add(1)).await;
    assert_eq!(snapshot(store, "tally_1").await, Some((1, 100)));
    for _ in 0..99 {
        act(store, "tally_1", TallyCommand::Add(1)).await;
    }
    assert_eq!(snapshot(store, "tally_1").await, Some((1, 100)));
    act(store, "tally_1", TallyCommand::Add(2)).await;
    assert_eq!(snapshot(store, "tally_1").await, Some((1, 201)), "at the end of what was appended");
}

pub(crate) async fn are_used(store: &Relational) {
    act(store, "tally_1", TallyCommand::Add(101)).await;
    let forged = First { sum: 1_000, ..First::default() };
    forge(store, "tally_1", serde_json::to_value(&forged).unwrap()).await;
    assert_eq!(load_committed::<First>(store, "tally_1").await.unwrap().state, forged);
    assert_eq!(load_without_snapshot::<First>(store, "tally_1").await.unwrap().state.sum, 101);
}

pub(crate) async fn of_another_fold_are_not_used(store: &Relational) {
    act(store, "tally_1", TallyCommand::Add(150)).await;
    assert_eq!(load_committed::<Second>(store, "tally_1").await.unwrap().state.sum, 300);
    // The new fold replaces it once it appends, and then the old one does without.
    let mut unit = unit(store).await;
    let loaded = load::<Second>(&mut unit, "tally_1").await.unwrap();
    append(&mut unit, ("tally_1", None), loaded, vec![added(1)]).await.unwrap();
    unit.commit(&()).await.unwrap();
    assert_eq!(snapshot(store, "tally_1").await, Some((2, 151)));
    assert_eq!(load_committed::<First>(store, "tally_1").await.unwrap().state.sum, 151);
    assert_eq!(load_committed::<Second>(store, "tally_1").await.unwrap().state.sum, 302);
}

pub(crate) async fn of_another_form_are_not_used(store: &Relational) {
    act(store, "tally_1", TallyCommand::Add(120)).await;
    for state in [serde_json::json!({ "sum": "many" }), serde_json::json!([]), serde_json::json!({})] {
        forge(store, "tally_1", state.clone()).await;
        let loaded = load_committed::<First>(store, "tally_1").await.unwrap();
        assert_eq!((loaded.state.sum, loaded.version), (120, 120), "{state}");
    }
}

pub(crate) async fn agree_with_the_fold_from_the_start(store: &Relational) {
    for stream in 0..6 {
        let stream_id = format!("tally_{stream}");
        for _ in 0..=stream {
            act(store, &stream_id, TallyCommand::Add(73)).await;
            let from_snapshot = load_committed::<First>(store, &stream_id).await.unwrap();
            let from_start = load_without_snapshot::<First>(store, &stream_id).await.unwrap();
            assert_eq!(from_snapshot.version, from_start.version, "{stream_id}");
            assert_eq!(from_snapshot.state, from_start.state, "{stream_id}");
        }
    }
}

pub(crate) async fn of_a_unit_that_is_dropped_are_not_written(store: &Relational) {
    let mut unit = unit(store).await;
    let loaded = load::<First>(&mut unit, "tally_1").await.unwrap();
    append(&mut unit, ("tally_1", None), loaded, vec![added(1); 150]).await.unwrap();
    unit.rollback().await.unwrap();
    assert_eq!(snapshot(store, "tally_1").await, None);
}
