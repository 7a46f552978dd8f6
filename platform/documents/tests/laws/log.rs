//! The log: what documents carry comes into it once, in the order of each document, at positions without holes.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use hansa_documents::Documents;
use hansa_event_sourcing::{
    Checkpoint, CheckpointStore, DeadLetter, DeadLetterState, EventLog, LeaseRequest, LetterOutline, LettersWanted,
    LoggedEvent, PublishedLane, RelayStore, StoredCheckpoint, lane_of,
};
use tokio::task::JoinSet;

use super::{
    posts::{Post, command, event, post, publish},
    world::{answer, fresh, next, put},
};

/// The whole log, which is in order and without holes.
pub(crate) async fn whole(store: &Documents) -> Vec<LoggedEvent> {
    let mut all = Vec::new();
    let mut versions: BTreeMap<String, i64> = BTreeMap::new();
    for lane in 0..store.lanes() {
        let mut last = 0;
        loop {
            // A small limit, so that it is several answers.
            let page = store.after(lane, last, 7).await.unwrap();
            if page.is_empty() {
                break;
            }
            for logged in page {
                assert_eq!((logged.lane, logged.position), (lane, last + 1));
                assert_eq!(lane_of(&logged.event.stream_id, store.lanes()), lane);
                let version = versions.entry(logged.event.stream_id.clone()).or_default();
                assert_eq!(logged.event.stream_version, *version + 1, "{}", logged.event.stream_id);
                *version += 1;
                last = logged.position;
                all.push(logged);
            }
        }
        // Somebody may write on.
        assert!(EventLog::last_position(store, lane).await.unwrap() >= last);
    }
    let mut ids: Vec<_> = all.iter().map(|logged| logged.event.event_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all.len(), "an event is there twice");
    all
}

async fn carried(store: &Documents) -> usize {
    store.collection::<Post>().outbox_after(None, 1_000).await.unwrap().len()
}

pub(crate) async fn what_documents_carry_comes_into_the_log(store: &Documents) {
    let posts = store.collection::<Post>();
    assert_eq!(whole(store).await, []);
    let all: Vec<Post> = (0..120).map(|number| post(&format!("post_{number}"))).collect();
    put(&posts, &all).await;
    let mut committed = store.committed();
    assert!(committed.has_changed().unwrap() || *committed.borrow_and_update() > 0);
    for version in 1..4 {
        let post = Post { version: version + 1, ..post("post_7") };
        fresh(&posts, &command(None, ""))
            .await
            .replace(&post, version, vec![event(&post)], answer(&post))
            .await
            .unwrap();
    }
    let write = fresh(&posts, &command(None, "")).await;
    let gone = Post { version: 2, ..post("post_8") };
    write.delete("post_8", 1, vec![event(&gone)], answer(&gone)).await.unwrap();
    assert_eq!(carried(store).await, 120);
    let logged = whole(store).await;
    assert_eq!(logged.len(), 124);
    assert_eq!(carried(store).await, 0);
    for lane in 0..store.lanes() {
        let of_lane = logged.iter().filter(|event| event.lane == lane).count() as i64;
        assert_eq!(EventLog::last_position(store, lane).await.unwrap(), of_lane);
    }
    // It says when there is more, and only what is new is added.
    committed.borrow_and_update();
    put(&posts, &[post("post_new")]).await;
    assert!(committed.has_changed().unwrap());
    let again = whole(store).await;
    assert_eq!(again.len(), 125);
    assert!(logged.iter().all(|event| again.contains(event)));
    assert_eq!(posts.get("post_7").await.unwrap().unwrap().version, 4, "documents stay as they are");
}

pub(crate) async fn events_of_other_streams_have_their_own_lanes(store: &Documents) {
    let posts = store.collection::<Post>();
    let post = post("one");
    let mut events: Vec<_> =
        (0..20).map(|number| event(&Post { id: format!("of_{number}"), ..post.clone() })).collect();
    events.extend((2..5).map(|version| event(&Post { id: "of_3".to_owned(), version, ..post.clone() })));
    fresh(&posts, &command(None, "")).await.insert(&post, events, answer(&post)).await.unwrap();
    let logged = whole(store).await;
    assert_eq!(logged.len(), 23);
    assert!((0..store.lanes()).all(|lane| logged.iter().any(|event| event.lane == lane)));
}

/// Readers of two processes and writers, all at once.
pub(crate) async fn two_readers_do_not_disturb_each_other(store: &Documents, other: &Documents) {
    let mut tasks = JoinSet::new();
    for writer in 0..4 {
        let store = if writer % 2 == 0 { store.clone() } else { other.clone() };
        tasks.spawn(async move {
            for number in 0..8 {
                let first = post(&format!("post_{writer}x{number}"));
                publish(&store, &first, &command(None, "")).await.unwrap();
                let second = next(&first, |post| post.likes = 1);
                let write = fresh(&store.collection(), &command(None, "")).await;
                write.replace(&second, 1, vec![event(&second)], answer(&second)).await.unwrap();
            }
        });
    }
    for reader in [store.clone(), other.clone()] {
        tasks.spawn(async move {
            let deadline = tokio::time::Instant::now() + Duration::from_secs(120);
            while whole(&reader).await.len() < 64 {
                assert!(tokio::time::Instant::now() < deadline, "not all events come into the log");
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(whole(store).await.len(), 64);
    assert_eq!(carried(store).await, 0);
}

pub(crate) async fn a_lease_has_one_holder(store: &Documents) {
    let start: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().unwrap();
    let take = |holder: &str, second: i64, names: &[&str]| {
        store.take_leases(LeaseRequest {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            holder: holder.to_owned(),
            now: start + TimeDelta::seconds(second),
            until: start + TimeDelta::seconds(second + 10),
        })
    };
    let epochs = |held: Vec<hansa_event_sourcing::HeldLease>| -> Vec<(String, i64)> {
        held.into_iter().map(|held| (held.name, held.epoch)).collect()
    };
    let named = |name: &str, epoch: i64| (name.to_owned(), epoch);
    assert_eq!(epochs(take("a", 0, &["relay", "feed"]).await.unwrap()), [named("feed", 1), named("relay", 1)]);
    assert_eq!(epochs(take("b", 5, &["relay", "other"]).await.unwrap()), [named("other", 1)]);
    // Renewed, it is the same; it can be taken when it has expired, and not before.
    assert_eq!(epochs(take("a", 9, &["relay"]).await.unwrap()), [named("relay", 1)]);
    assert_eq!(epochs(take("b", 18, &["relay"]).await.unwrap()), []);
    assert_eq!(epochs(take("b", 19, &["relay"]).await.unwrap()), [named("relay", 2)]);
    store.give_up_leases("b".to_owned()).await.unwrap();
    assert_eq!(epochs(take("a", 20, &["relay", "other"]).await.unwrap()), [named("other", 2), named("relay", 3)]);
}

pub(crate) async fn notes_and_checkpoints_are_kept(store: &Documents) {
    assert_eq!(store.published().await.unwrap(), []);
    let note = |lane, position| PublishedLane { lane, position, sequence: position * 2, stream: "s1".to_owned() };
    store.note_published(vec![note(1, 5), note(0, 3)]).await.unwrap();
    store.note_published(vec![note(1, 6)]).await.unwrap();
    assert_eq!(store.published().await.unwrap(), [note(0, 3), note(1, 6)]);

    let place = |lane| Checkpoint { consumer: "verified-purchases", source: "shipping", lane };
    assert_eq!(store.checkpoint(place(1)).await.unwrap(), 0);
    // Nobody was at 4.
    assert!(!store.move_checkpoint(place(1), (4, 5)).await.unwrap());
    assert!(store.move_checkpoint(place(1), (0, 4)).await.unwrap());
    assert!(!store.move_checkpoint(place(1), (0, 9)).await.unwrap());
    assert!(store.move_checkpoint(place(1), (4, 7)).await.unwrap());
    assert_eq!(store.checkpoint(place(1)).await.unwrap(), 7);
    assert_eq!(store.checkpoint(place(0)).await.unwrap(), 0);
    assert!(store.move_checkpoint(place(0), (0, 2)).await.unwrap());
    let stored = |lane, position| StoredCheckpoint {
        consumer: "verified-purchases".to_owned(),
        source: "shipping".to_owned(),
        lane,
        position,
    };
    assert_eq!(store.checkpoints().await.unwrap(), [stored(0, 2), stored(1, 7)]);
}

fn letter((consumer, source, position): (&str, &str, i64), state: DeadLetterState) -> DeadLetter {
    DeadLetter {
        consumer: consumer.to_owned(),
        source: source.to_owned(),
        lane: 1,
        position,
        stream_id: format!("shipment_{position}"),
        event_type: "shipment.delivered".to_owned(),
        headers: [("Ev-Type".to_owned(), "shipment.delivered".to_owned())].into(),
        body: vec![0, 159, 146, 150],
        state,
        reason: "first".to_owned(),
        attempts: 6,
        first_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        last_at: "2026-01-02T03:06:41Z".parse().unwrap(),
        next_at: (state == DeadLetterState::Retrying).then(|| "2026-01-02T03:08:41.25Z".parse().unwrap()),
        skip_reason: None,
    }
}

pub(crate) async fn letters_are_kept_in_order(store: &Documents) {
    use DeadLetterState::{Parked, Retrying, Skipped};
    let all = [
        letter(("other", "shipping", 9), Parked),
        letter(("verified-purchases", "catalog", 30), Parked),
        letter(("verified-purchases", "shipping", 9), Retrying),
        letter(("verified-purchases", "shipping", 11), Parked),
    ];
    for index in [3, 2, 0, 1] {
        store.keep_letter(all[index].clone()).await.unwrap();
    }
    // What is there stays as it is, until it is changed; what is not there is not changed.
    store.keep_letter(DeadLetter { reason: "again".to_owned(), ..all[2].clone() }).await.unwrap();
    assert!(!store.change_letter(letter(("nobody", "shipping", 9), Parked), None).await.unwrap());
    assert_eq!(store.letters(LettersWanted::default()).await.unwrap(), all);
    assert_eq!(store.letter(all[2].key()).await.unwrap().as_ref(), Some(&all[2]));
    let skipped = DeadLetter { skip_reason: Some("a test".to_owned()), state: Skipped, ..all[3].clone() };
    assert!(!store.change_letter(skipped.clone(), all[2].next_at).await.unwrap(), "it was not due then");
    assert!(store.change_letter(skipped.clone(), None).await.unwrap());
    let later = DeadLetter { attempts: 7, ..all[2].clone() };
    assert!(!store.change_letter(later.clone(), None).await.unwrap(), "it is due");
    assert!(store.change_letter(later, all[2].next_at).await.unwrap());
    assert!(store.change_letter(all[2].clone(), all[2].next_at).await.unwrap());

    let verified = LettersWanted { consumer: Some("verified-purchases"), ..LettersWanted::default() };
    assert_eq!(store.letters(verified).await.unwrap(), all[1..3]);
    let with_skipped = store.letters(LettersWanted { with_skipped: true, ..verified }).await.unwrap();
    assert_eq!(with_skipped, [all[1].clone(), all[2].clone(), skipped]);
    let of_stream = LettersWanted { stream_id: Some("shipment_9"), ..LettersWanted::default() };
    assert_eq!(store.letters(of_stream).await.unwrap(), [all[0].clone(), all[2].clone()]);
    let outline = |letter: &DeadLetter| LetterOutline {
        source: letter.source.clone(),
        lane: 1,
        position: letter.position,
        stream_id: letter.stream_id.clone(),
        state: letter.state,
        next_at: letter.next_at,
    };
    let outlines: Vec<LetterOutline> = all[1..3].iter().map(outline).collect();
    assert_eq!(store.letter_outlines("verified-purchases").await.unwrap(), outlines);

    assert!(store.drop_letter(all[2].key()).await.unwrap());
    assert!(!store.drop_letter(all[2].key()).await.unwrap());
    assert_eq!(store.letter(all[2].key()).await.unwrap(), None);
    assert_eq!(store.letters(LettersWanted::default()).await.unwrap(), all[..2]);
}
