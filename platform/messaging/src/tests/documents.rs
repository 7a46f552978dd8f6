//! Consumers of documents, on both backends: the effect is there once, whatever is lost behind it; what fails is tried
//! again, parked with its stream or halts its lane, and operators help as they do with relational ones.

use super::{
    shelf::{Attempt, Shelf, World},
    world::{Failing, LANES, command, event},
};
use crate::{
    DeadLetter, DeadLetterState, OnFailure,
    operating::{self, LetterId, OperatingError},
    testing::publish_foreign,
};
use std::{sync::atomic::Ordering, time::Duration};

macro_rules! on_both_stores {
    ($($name:ident,)+) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::Shelf::embedded()).await;
            })+
        }

        mod mongo {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(shelf) = super::Shelf::mongo() {
                    super::$name(shelf).await;
                }
            })+
        }
    };
}

on_both_stores! {
    effects_are_there_once_whatever_is_lost_behind_them,
    what_fails_again_and_again_is_parked_with_its_stream,
    a_parked_stream_goes_on_in_its_order_when_an_operator_says_so,
    a_skipped_letter_lets_its_stream_go_on,
    a_lane_that_halts_stands_until_it_is_tried_again_or_skipped,
    what_an_operator_decides_during_an_attempt_stays,
    with_as_many_letters_as_there_may_be_nothing_more_is_taken,
    what_is_no_event_is_parked_and_others_go_on,
}

fn sorted(mut numbers: Vec<i64>) -> Vec<i64> {
    numbers.sort_unstable();
    numbers
}

fn id_of(letter: &DeadLetter) -> LetterId {
    let (consumer, source) = (letter.consumer.clone(), letter.source.clone());
    LetterId { consumer, source, lane: letter.lane, position: letter.position }
}

async fn effects_are_there_once_whatever_is_lost_behind_them(shelf: Shelf) {
    let world = World::new(shelf, OnFailure::Park).await;
    // The store is away between effects and checkpoints, again and again.
    world.store.lost_checkpoints.store(5, Ordering::SeqCst);
    for number in 0..60 {
        world.hear(number).await;
    }
    world.drained().await;
    assert_eq!(world.store.lost_checkpoints.load(Ordering::SeqCst), 0);
    assert_eq!(sorted(world.numbers().await), (0..60).collect::<Vec<_>>());
    for stream in 0..10 {
        let of_stream = world.of_stream(stream).await;
        assert_eq!(of_stream, sorted(of_stream.clone()), "events of a stream come in their order");
    }
    // What the effects say is in the log, once, with who caused it.
    let mut noted = Vec::new();
    for lane in 0..LANES {
        noted.extend(world.store.documents.events_after(lane, 0, 1_000).await.unwrap());
    }
    assert_eq!(noted.len(), 60);
    let event = &noted[0].event;
    assert_eq!((event.actor.as_str(), event.operation.as_str()), ("-/community/writer", "writer"));
    assert_eq!(event.causation_id.map(|cause| cause.to_string()).as_deref(), Some(event.stream_id.as_str()));
}

async fn what_fails_again_and_again_is_parked_with_its_stream(shelf: Shelf) {
    let world = World::new(shelf, OnFailure::Park).await;
    world.writer.failures.set(1, Failing::Times(3));
    world.writer.failures.set(2, Failing::Panic);
    for number in 0..20 {
        world.hear(number).await;
    }
    world.letter(DeadLetterState::Parked).await;
    world.drained().await;
    // Three attempts are tried again; a panic for ever is not.
    assert_eq!(sorted(world.numbers().await), (0..20).filter(|number| number % 10 != 2).collect::<Vec<_>>());
    assert_eq!(world.of_stream(1).await, [1, 11]);
    let letters = world.letters().await;
    let seen: Vec<_> = letters.iter().map(|letter| (letter.stream_id.as_str(), letter.state)).collect();
    assert_eq!(seen, [("order_2", DeadLetterState::Parked), ("order_2", DeadLetterState::Waiting)]);
    assert_eq!(letters[0].attempts, 4);
    assert_eq!(letters[0].reason, "could not handle the event now: the handler panicked");
    assert_eq!((letters[0].event_type.as_str(), letters[0].next_at), ("order.placed", None));
}

async fn a_parked_stream_goes_on_in_its_order_when_an_operator_says_so(shelf: Shelf) {
    let mut world = World::new(shelf, OnFailure::Park).await;
    world.writer.failures.set(3, Failing::Poison);
    for number in 0..40 {
        world.hear(number).await;
    }
    world.drained().await;
    assert_eq!(sorted(world.numbers().await), (0..40).filter(|number| number % 10 != 3).collect::<Vec<_>>());
    assert_eq!(world.letters().await.len(), 4);
    // A restart changes nothing, and neither does an attempt that fails.
    world.restart().await;
    world.hear(43).await;
    world.drained().await;
    let parked = world.letter(DeadLetterState::Parked).await;
    operating::retry(&world.store(), &command("retry"), &id_of(&parked)).await.unwrap();
    world.drained().await;
    assert_eq!((world.letters().await.len(), world.letter(DeadLetterState::Parked).await.attempts), (5, 1));
    world.writer.failures.clear();
    let retried = operating::retry_stream(&world.store(), &command("retry"), ("writer", "order_3")).await.unwrap();
    assert_eq!(retried.len(), 5);
    world.hear(53).await;
    world.drained().await;
    assert_eq!(world.letters().await, []);
    assert_eq!(world.of_stream(3).await, [3, 13, 23, 33, 43, 53]);
    let none = operating::retry_stream(&world.store(), &command("retry"), ("writer", "order_3")).await.unwrap_err();
    assert_eq!(none.to_string(), "there is no unresolved dead letter of the stream `order_3`");
}

async fn a_skipped_letter_lets_its_stream_go_on(shelf: Shelf) {
    let world = World::new(shelf, OnFailure::Park).await;
    world.writer.failures.set(1, Failing::Poison);
    for number in [1, 11, 21, 2] {
        world.hear(number).await;
    }
    world.drained().await;
    assert_eq!(world.numbers().await, [2]);
    let (store, parked) = (world.store(), id_of(&world.letter(DeadLetterState::Parked).await));
    let skip = async |id: &LetterId, reason| operating::skip(&store, &command("skip"), (id, reason)).await;
    assert!(matches!(skip(&parked, " ").await, Err(OperatingError::NoReason)));
    let unknown = LetterId { position: 999, ..parked.clone() };
    assert!(matches!(skip(&unknown, "it is gone").await, Err(OperatingError::NoSuchLetter)));
    skip(&parked, " not ours ").await.unwrap();
    assert!(matches!(skip(&parked, "again").await, Err(OperatingError::Skipped { .. })));
    world.drained().await;
    assert_eq!(world.of_stream(1).await, [11, 21]);
    let kept = operating::dead_letter(&store, &parked).await.unwrap();
    assert_eq!((kept.state, kept.skip_reason.as_deref()), (DeadLetterState::Skipped, Some("not ours")));
    assert_eq!(operating::dead_letters(&store, None, false).await.unwrap(), []);
    // It can still be tried again.
    world.writer.failures.clear();
    operating::retry(&store, &command("retry"), &parked).await.unwrap();
    world.drained().await;
    assert_eq!((world.of_stream(1).await, world.letters().await), (vec![11, 21, 1], vec![]));
}

async fn a_lane_that_halts_stands_until_it_is_tried_again_or_skipped(shelf: Shelf) {
    let mut world = World::new(shelf, OnFailure::Halt).await;
    world.writer.failures.set(4, Failing::Poison);
    let lane_of = |number: i64| hansa_event_sourcing::lane_of(&format!("order_{}", number % 10), 4);
    let behind = |number: &i64| *number >= 4 && lane_of(*number) == lane_of(4);
    for number in 0..40 {
        world.hear(number).await;
    }
    let expected: Vec<i64> = (0..40).filter(|number| !behind(number)).collect();
    world.until_handled(expected.len()).await;
    let letter = world.letter(DeadLetterState::Halted).await;
    assert_eq!((letter.lane, letter.stream_id.as_str()), (lane_of(4), "order_4"));
    // It stands also for a process that is started anew.
    world.restart().await;
    world.hear(4 + 40).await;
    let other = (40..50).find(|number| !behind(number)).unwrap();
    world.hear(other).await;
    world.until_handled(expected.len() + 1).await;
    assert_eq!(sorted(world.numbers().await), [expected, vec![other]].concat());
    // What made it fail is repaired.
    world.writer.failures.clear();
    operating::retry(&world.store(), &command("retry"), &id_of(&letter)).await.unwrap();
    world.drained().await;
    assert_eq!((world.numbers().await.len(), world.letters().await), (42, vec![]));
    assert_eq!(world.of_stream(4).await, [4, 14, 24, 34, 44]);
    // Another is skipped.
    world.writer.failures.set(54, Failing::Always);
    world.hear(54).await;
    world.hear(64).await;
    let letter = world.letter(DeadLetterState::Halted).await;
    operating::skip(&world.store(), &command("skip"), (&id_of(&letter), "it was a test order")).await.unwrap();
    world.drained().await;
    assert_eq!(world.of_stream(4).await, [4, 14, 24, 34, 44, 64]);
    assert_eq!(world.letters().await[0].skip_reason.as_deref(), Some("it was a test order"));
}

async fn what_an_operator_decides_during_an_attempt_stays(shelf: Shelf) {
    let world = World::new(shelf, OnFailure::Halt).await;
    world.writer.failures.set(1, Failing::Poison);
    world.hear(1).await;
    let letter = id_of(&world.letter(DeadLetterState::Halted).await);
    world.writer.attempt.send_replace(Attempt::Awaited);
    operating::retry(&world.store(), &command("retry"), &letter).await.unwrap();
    let mut attempt = world.writer.attempt.subscribe();
    attempt.wait_for(|attempt| *attempt == Attempt::Held).await.unwrap();
    operating::skip(&world.store(), &command("skip"), (&letter, "nobody needs it")).await.unwrap();
    world.writer.attempt.send_replace(Attempt::Ended);
    world.hear(11).await;
    world.drained().await;
    let kept = operating::dead_letter(&world.store(), &letter).await.unwrap();
    assert_eq!(
        (kept.state, kept.reason.as_str()),
        (DeadLetterState::Skipped, "the event cannot be handled: the test says so")
    );
    assert_eq!(world.numbers().await, [11]);
}

async fn with_as_many_letters_as_there_may_be_nothing_more_is_taken(shelf: Shelf) {
    let mut world = World::new(shelf, OnFailure::Park).await;
    world.settings.dead_letters_max = 2;
    world.restart().await;
    world.writer.failures.set(1, Failing::Poison);
    for number in [1, 11] {
        world.hear(number).await;
    }
    world.letter(DeadLetterState::Waiting).await;
    world.restart().await;
    world.hear(2).await;
    // Longer than it takes to hear, were it heard.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!((world.letters().await.len(), world.numbers().await), (2, vec![]));
    // There is room again.
    world.writer.failures.clear();
    operating::retry_stream(&world.store(), &command("retry"), ("writer", "order_1")).await.unwrap();
    world.drained().await;
    assert_eq!((world.letters().await.len(), sorted(world.numbers().await)), (0, vec![1, 2, 11]));
}

async fn what_is_no_event_is_parked_and_others_go_on(shelf: Shelf) {
    let world = World::new(shelf, OnFailure::Park).await;
    let mut newer = event("order_1", 1, 1).recorded(&command("orderPlace"));
    newer.event_version = 2;
    publish_foreign(&world.bus, "shop", newer).await;
    world.hear(2).await;
    world.drained().await;
    assert_eq!(world.numbers().await, [2]);
    let letters = world.letters().await;
    assert!(letters.len() == 1 && letters[0].reason.contains("is newer than this program"), "{letters:?}");
}
