//! Random decisions on a few streams, by several who do not know of each other, against a model in memory.

use super::{
    tally::{First, Refused, TallyCommand, TallyEvent},
    world::unit,
};
use hansa_event_sourcing::Aggregate;
use hansa_event_store::{
    AppendError, Loaded, append, load, load_committed, load_without_snapshot, verify_log, verify_streams,
};
use hansa_relational::Relational;
use std::collections::BTreeMap;

const SEEDS: u64 = 6;
const STEPS: usize = 120;

fn any_command(random: &mut fastrand::Rng) -> TallyCommand {
    match random.u8(0..40) {
        0 => TallyCommand::Close,
        1 => TallyCommand::Add(-1),
        2..=4 => TallyCommand::Add(random.i64(20..90)),
        _ => TallyCommand::Add(random.i64(0..6)),
    }
}

/// What must have happened: the events of each stream.
type Model = BTreeMap<String, Vec<TallyEvent>>;

pub(crate) async fn decisions_agree_with_a_model(store: &Relational) {
    for seed in 0..SEEDS {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut model = Model::new();
        let mut remembered: BTreeMap<String, Loaded<First>> = BTreeMap::new();
        for step in 0..STEPS {
            let stream_id = format!("tally_{seed}{}", random.u8(0..5));
            let loaded = match remembered.get(&stream_id).cloned() {
                // Loaded earlier, perhaps too early.
                Some(loaded) if random.u8(0..3) == 0 => loaded,
                _ => load_committed::<First>(store, &stream_id).await.unwrap(),
            };
            remembered.insert(stream_id.clone(), loaded.clone());
            let known = model.entry(stream_id.clone()).or_default();
            let is_current = loaded.version == known.len() as i64;
            let command = any_command(&mut random);
            let decided = loaded.state.decide(command);
            if is_current {
                assert_eq!(decided, decided_on(known, command), "seed {seed}, step {step}");
            }
            let Ok(events) = decided else { continue };
            let mut unit = unit(store).await;
            match append(&mut unit, (&stream_id, None), loaded, events.clone()).await {
                Ok(_) if random.u8(0..4) > 0 => {
                    assert!(is_current || events.is_empty(), "seed {seed}, step {step}: decided on the past");
                    known.extend(events);
                    let loaded = load::<First>(&mut unit, &stream_id).await.unwrap();
                    assert_eq!(loaded.version, known.len() as i64, "seed {seed}, step {step}");
                    unit.commit(&()).await.unwrap();
                }
                Ok(_) => unit.rollback().await.unwrap(),
                Err(AppendError::VersionConflict { .. }) => {
                    assert!(!is_current, "seed {seed}, step {step}: a conflict without a reason");
                    unit.rollback().await.unwrap();
                }
                Err(error) => panic!("seed {seed}, step {step}: {error}"),
            }
        }
        agree(store, &model).await;
    }
    assert_eq!(verify_log(store).await.unwrap().wrong, []);
    assert_eq!(verify_streams(store).await.unwrap().wrong, []);
}

fn decided_on(events: &[TallyEvent], command: TallyCommand) -> Result<Vec<TallyEvent>, Refused> {
    hansa_event_sourcing::folded::<First>(events).decide(command)
}

async fn agree(store: &Relational, model: &Model) {
    for (stream_id, events) in model {
        let state = hansa_event_sourcing::folded::<First>(events);
        let version = events.len() as i64;
        let loaded = load_committed::<First>(store, stream_id).await.unwrap();
        assert_eq!((loaded.version, &loaded.state), (version, &state), "{stream_id}");
        let from_start = load_without_snapshot::<First>(store, stream_id).await.unwrap();
        assert_eq!((from_start.version, &from_start.state), (version, &state), "{stream_id}");
    }
}
