//! Reading: every version that was ever written, and nothing that cannot be understood.

use super::{
    tally::{First, TallyCommand, added},
    world::{act, record, unit},
};
use hansa_event_sourcing::ReadEventError;
use hansa_event_store::{LoadError, append, load, load_committed, load_without_snapshot, prefetch};
use hansa_relational::{Relational, query};
use serde_json::json;

pub(crate) async fn what_is_not_committed_is_not_read(store: &Relational) {
    act(store, "tally_1", TallyCommand::Add(1)).await;
    let mut unit = unit(store).await;
    let loaded = load::<First>(&mut unit, "tally_1").await.unwrap();
    append(&mut unit, ("tally_1", None), loaded, vec![added(1)]).await.unwrap();
    assert_eq!(load_committed::<First>(store, "tally_1").await.unwrap().version, 1);
    unit.commit(&()).await.unwrap();
    assert_eq!(load_committed::<First>(store, "tally_1").await.unwrap().version, 2);
}

pub(crate) async fn there_is_nothing_where_nothing_was(store: &Relational) {
    for stream_id in ["tally_none", "", "'; DROP TABLE events; --"] {
        let loaded = load_committed::<First>(store, stream_id).await.unwrap();
        assert_eq!((loaded.version, loaded.state), (0, First::default()), "{stream_id}");
    }
}

pub(crate) async fn long_streams_are_read_in_parts(store: &Relational) {
    for count in [900, 100, 1, 999] {
        act(store, "tally_1", TallyCommand::Add(count)).await;
    }
    let loaded = load_without_snapshot::<First>(store, "tally_1").await.unwrap();
    assert_eq!((loaded.version, loaded.state.sum), (2_000, 2_000));
    assert_eq!(load_committed::<First>(store, "tally_1").await.unwrap().state, loaded.state);
}

pub(crate) async fn streams_read_together_are_what_they_are_alone(store: &Relational) {
    let mut ids: Vec<String> = (0..70).map(|number| format!("tally_{number:02}")).collect();
    for (id, count) in ids.iter().zip([3, 150, 0, 400, 1, 250, 700, 100]) {
        act(store, id, TallyCommand::Add(count)).await;
    }
    // Some have a snapshot, and some so many events that not all streams fit into an answer.
    let mut before = unit(store).await;
    query("DELETE FROM snapshots WHERE stream_id > 'tally_01'").execute(&mut before).await.unwrap();
    before.commit(&()).await.unwrap();
    ids.push("tally_none".to_owned());
    let mut together = unit(store).await;
    prefetch::<First>(&mut together, &ids).await.unwrap();
    let aside = ids.iter().filter(|id| together.aside(id).is_some()).count();
    assert!((5..ids.len()).contains(&aside), "{aside} of {}", ids.len());
    for id in &ids {
        let loaded = load::<First>(&mut together, id).await.unwrap();
        assert_eq!(loaded, load_committed::<First>(store, id).await.unwrap(), "{id}");
        append(&mut together, (id, None), loaded.clone(), vec![added(5)]).await.unwrap();
        let after = load::<First>(&mut together, id).await.unwrap();
        assert_eq!((after.version, after.state.sum), (loaded.version + 1, loaded.state.sum + 5), "{id}");
    }
    together.commit(&()).await.unwrap();
    assert_eq!(load_committed::<First>(store, "tally_06").await.unwrap().version, 701);
}

pub(crate) async fn a_snapshot_of_another_form_is_not_used_together_either(store: &Relational) {
    act(store, "tally_1", TallyCommand::Add(120)).await;
    let mut forging = unit(store).await;
    query("UPDATE snapshots SET state = '[]'").execute(&mut forging).await.unwrap();
    forging.commit(&()).await.unwrap();
    let mut unit = unit(store).await;
    prefetch::<First>(&mut unit, &["tally_1".to_owned()]).await.unwrap();
    assert_eq!(load::<First>(&mut unit, "tally_1").await.unwrap().state.sum, 120);
}

pub(crate) async fn old_versions_are_upcast_step_by_step(store: &Relational) {
    record(store, ("tally", "tally_1", 1), ("added", 1), json!({ "n": 5 })).await;
    record(store, ("tally", "tally_1", 2), ("added", 2), json!({ "amount": 7 })).await;
    record(store, ("tally", "tally_1", 3), ("added", 3), json!({ "amount": 1, "reason": "new" })).await;
    record(store, ("tally", "tally_1", 4), ("closed", 1), json!({})).await;
    let loaded = load_committed::<First>(store, "tally_1").await.unwrap();
    assert_eq!((loaded.version, loaded.state.sum, loaded.state.is_closed), (4, 13, true));
    assert_eq!(loaded.state.reasons, ["not given", "new"]);
}

async fn wrong(store: &Relational, stream_id: &str) -> LoadError {
    let mut unit = unit(store).await;
    let in_unit = load::<First>(&mut unit, stream_id).await.unwrap_err();
    unit.rollback().await.unwrap();
    let committed = load_committed::<First>(store, stream_id).await.unwrap_err();
    assert_eq!(in_unit.to_string(), committed.to_string());
    committed
}

pub(crate) async fn newer_versions_are_refused(store: &Relational) {
    act(store, "tally_1", TallyCommand::Add(1)).await;
    record(store, ("tally", "tally_1", 2), ("added", 4), json!({ "amount": 1, "reason": "", "more": 1 })).await;
    let error = wrong(store, "tally_1").await;
    assert_eq!(error.to_string(), "read event 2 of the stream tally_1");
    let LoadError::Event { source, .. } = error else { panic!("{error:?}") };
    assert_eq!(source.to_string(), "version 4 of `added` is newer than this program, which knows 3");
}

pub(crate) async fn unknown_events_and_other_forms_are_refused(store: &Relational) {
    let cases = [
        (("doubled", 1), json!({}), "`doubled` is no event of this aggregate in this version of the program"),
        (("added", 3), json!({ "amount": "one", "reason": "" }), "the content of `added` has another form"),
        (("added", 3), json!({ "amount": 1 }), "the content of `added` has another form"),
        (("added", 3), json!([]), "the content of `added` has another form"),
        (("added", 1), json!({ "other": 1 }), "the content of `added` has another form"),
        (("added", 0), json!({ "n": 1 }), "no upcaster leads from version 0 of `added` to version 3"),
    ];
    for (index, (kind, content, text)) in cases.into_iter().enumerate() {
        let stream_id = format!("tally_{index}");
        record(store, ("tally", &stream_id, 1), kind, content).await;
        let LoadError::Event { source, version: 1, .. } = wrong(store, &stream_id).await else { panic!("{text}") };
        assert_eq!(source.to_string(), text);
        assert!(!matches!(source, ReadEventError::Newer { .. }));
    }
}

pub(crate) async fn a_hole_is_found(store: &Relational) {
    act(store, "tally_1", TallyCommand::Add(5)).await;
    let mut unit = unit(store).await;
    let delete = query("DELETE FROM events WHERE stream_id = $1 AND stream_version = $2").bind("tally_1").bind(3);
    delete.execute(&mut unit).await.unwrap();
    unit.commit(&()).await.unwrap();
    assert_eq!(wrong(store, "tally_1").await.to_string(), "the stream tally_1 has event 4 where 3 should be");
}

pub(crate) async fn a_stream_of_another_aggregate_is_refused(store: &Relational) {
    record(store, ("counter", "counter_1", 1), ("added", 3), json!({ "amount": 1, "reason": "" })).await;
    let error = wrong(store, "counter_1").await;
    assert_eq!(error.to_string(), "the stream counter_1 is of the aggregate `counter`, not `tally`");
}
