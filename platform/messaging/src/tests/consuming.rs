//! Consumers that fail, are killed, stand, and are helped.

use super::world::*;
use crate::{
    Consumer, DeadLetterState, HandleError, HandleFuture, Listening, OnFailure, ReceivedEvent, WorkerSettings,
    operating::{self, LetterId, OperatingError},
    testing::{TestWorkers, test_settings},
};
use crate::{
    consuming::{
        Beginning, ConsumerRunner, EffectFuture, Effects, Outlook, RelationalEffects, Step, StepError, Stream,
    },
    leases::LeaseKeeper,
    metrics::ConsumerMetrics,
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{Clock, DeadLetter, IdSource, LetterKey};
use hansa_relational::UnitOfWork;
use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

on_engines! {
    a_consumer_that_is_killed_between_effect_and_commit_begins_again,
    attempts_are_made_after_the_delays_that_are_set_and_others_are_not_held_up,
    a_lane_that_halts_stands_until_it_is_tried_again_or_skipped,
    a_skipped_letter_lets_its_stream_go_on,
    too_many_dead_letters_stop_a_consumer_until_they_are_fewer,
    commands_of_handlers_carry_the_event_on,
    a_commit_whose_answer_was_lost_has_its_effect_once,
}

/// A handler that has had its effect and does not come to its commit: the process can be killed there.
#[derive(Clone)]
struct Hanging {
    recorder: Recorder,
    is_hanging: Arc<AtomicBool>,
}

impl Consumer for Hanging {
    fn name(&self) -> &'static str {
        self.recorder.name()
    }

    fn listens_to(&self) -> &'static [Listening] {
        self.recorder.listens_to()
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            self.recorder.handle(unit, event).await?;
            if event.event.content["number"] == 25 {
                self.is_hanging.store(true, Ordering::SeqCst);
                std::future::pending::<()>().await;
            }
            Ok(())
        })
    }
}

async fn a_consumer_that_is_killed_between_effect_and_commit_begins_again(folder: World) {
    let bus = bus(folder.path());
    let (shop, stock) = (folder.store("shop").await, folder.store("stock").await);
    let publishing = TestWorkers::run(workers("shop", &bus, &shop));
    record_many(&shop, (0, 60), 5).await;
    publishing.drained().await;
    let hanging = Hanging { recorder: Recorder::new(OnFailure::Park), is_hanging: Arc::default() };
    let killed = TestWorkers::run(workers("stock", &bus, &stock).consumer(hanging.clone()));
    while !hanging.is_hanging.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(killed);
    let after = TestWorkers::run(workers("stock", &bus, &stock).consumer(hanging.recorder));
    after.drained().await;
    assert_handled_once(&stock, 60).await;
}

async fn attempts_are_made_after_the_delays_that_are_set_and_others_are_not_held_up(folder: World) {
    let bus = bus(folder.path());
    let (shop, stock) = (folder.store("shop").await, folder.store("stock").await);
    let _publishing = TestWorkers::run(workers("shop", &bus, &shop));
    let recorder = Recorder::new(OnFailure::Park);
    recorder.failures.set(0, Failing::Times(3));
    let settings = WorkerSettings { retry_delays: [100, 300].map(Duration::from_millis).to_vec(), ..test_settings() };
    let listening = TestWorkers::run_with(workers("stock", &bus, &stock).consumer(recorder.clone()), settings);
    let begun = Instant::now();
    record_many(&shop, (0, 10), 10).await;
    while handled(&stock).await.len() < 9 {
        assert!(begun.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let others = begun.elapsed();
    // Two attempts more, then it is parked: the batch's own attempt is the first of the three that fail.
    listening.drained().await;
    assert!(begun.elapsed() >= Duration::from_millis(100), "{:?}", begun.elapsed());
    assert!(others < begun.elapsed() || handled(&stock).await.len() == 10);
    assert_handled_once(&stock, 10).await;
    recorder.failures.set(10, Failing::Always);
    record_many(&shop, (10, 1), 10).await;
    let begun = Instant::now();
    let letter = loop {
        let letters = operating::dead_letters(&stock, None, false).await.unwrap();
        if let Some(letter) = letters.into_iter().find(|letter| letter.state == DeadLetterState::Parked) {
            break letter;
        }
        assert!(begun.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert!(begun.elapsed() >= Duration::from_millis(400), "after both delays, not before: {:?}", begun.elapsed());
    assert_eq!((letter.attempts, letter.reason.as_str()), (3, "could not handle the event now: not now"));
}

async fn a_lane_that_halts_stands_until_it_is_tried_again_or_skipped(folder: World) {
    let bus = bus(folder.path());
    let (shop, stock) = (folder.store("shop").await, folder.store("stock").await);
    let publishing = TestWorkers::run(workers("shop", &bus, &shop));
    let recorder = Recorder::new(OnFailure::Halt);
    recorder.failures.set(4, Failing::Poison);
    let listening = TestWorkers::run(workers("stock", &bus, &stock).consumer(recorder.clone()));
    record_many(&shop, (0, 40), 8).await;
    publishing.drained().await;
    let lane_of = |number: i64| hansa_event_sourcing::lane_of(&format!("order_{}", number % 8), LANES);
    let halted = lane_of(4);
    let in_lane = |from: i64, to: i64| (from..to).filter(|number| lane_of(*number) == halted).count();
    let expected = 40 - in_lane(4, 40);
    let deadline = Instant::now() + Duration::from_secs(30);
    while handled(&stock).await.len() < expected {
        assert!(Instant::now() < deadline, "other lanes go on: {} of {expected}", handled(&stock).await.len());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let letters = loop {
        let letters = operating::dead_letters(&stock, Some("recorder"), false).await.unwrap();
        if !letters.is_empty() {
            break letters;
        }
        assert!(Instant::now() < deadline, "it is written down");
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!((letters.len(), letters[0].state, letters[0].lane), (1, DeadLetterState::Halted, halted));
    // It stands also for a process that is started anew.
    listening.stop().await;
    let listening = TestWorkers::run(workers("stock", &bus, &stock).consumer(recorder.clone()));
    record_many(&shop, (40, 8), 8).await;
    publishing.drained().await;
    let expected = 48 - in_lane(4, 48);
    while handled(&stock).await.len() < expected {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(handled(&stock).await.len(), expected);
    // What made it fail is repaired.
    recorder.failures.clear();
    let id = letter_id(&letters[0]);
    operating::retry(&stock, &command("retry"), &id).await.unwrap();
    listening.drained().await;
    assert_handled_once(&stock, 48).await;
    // Another is skipped.
    recorder.failures.set(48, Failing::Poison);
    record_many(&shop, (48, 24), 8).await;
    let letter = loop {
        let letters = operating::dead_letters(&stock, None, false).await.unwrap();
        if let Some(letter) = letters.into_iter().next() {
            break letter;
        }
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let id = letter_id(&letter);
    operating::skip(&stock, &command("skip"), (&id, "it was a test order")).await.unwrap();
    listening.drained().await;
    assert_eq!(handled(&stock).await.len(), 71);
    let skipped = operating::dead_letter(&stock, &id).await.unwrap();
    assert_eq!(skipped.skip_reason.as_deref(), Some("it was a test order"));
    let again = operating::skip(&stock, &command("skip"), (&id, "again")).await.unwrap_err();
    assert!(matches!(again, OperatingError::Skipped { .. }), "{again}");
}

fn letter_id(letter: &crate::DeadLetter) -> LetterId {
    let (consumer, source) = (letter.consumer.clone(), letter.source.clone());
    LetterId { consumer, source, lane: letter.lane, position: letter.position }
}

async fn a_skipped_letter_lets_its_stream_go_on(folder: World) {
    let bus = bus(folder.path());
    let (shop, stock) = (folder.store("shop").await, folder.store("stock").await);
    let publishing = TestWorkers::run(workers("shop", &bus, &shop));
    let recorder = Recorder::new(OnFailure::Park);
    recorder.failures.set(1, Failing::Poison);
    let listening = TestWorkers::run(workers("stock", &bus, &stock).consumer(recorder));
    record_many(&shop, (0, 12), 3).await;
    publishing.drained().await;
    listening.drained().await;
    assert_eq!(handled(&stock).await.len(), 8);
    let letters = operating::dead_letters(&stock, None, false).await.unwrap();
    let parked = letters.iter().find(|letter| letter.state == DeadLetterState::Parked).unwrap();
    for (reason, expected) in [("  ", "say why"), ("not ours", "")] {
        match operating::skip(&stock, &command("skip"), (&letter_id(parked), reason)).await {
            Ok(_) => assert_eq!(expected, ""),
            Err(error) => assert!(error.to_string().starts_with(expected) && !expected.is_empty(), "{error}"),
        }
    }
    listening.drained().await;
    assert_eq!(handled(&stock).await.len(), 11);
    let unknown = LetterId { position: 999, ..letter_id(parked) };
    let refused = operating::retry(&stock, &command("retry"), &unknown).await.unwrap_err();
    assert!(matches!(refused, OperatingError::NoSuchLetter));
    let refused = operating::retry_stream(&stock, &command("retry"), ("recorder", "order_77")).await.unwrap_err();
    assert_eq!(refused.to_string(), "there is no unresolved dead letter of the stream `order_77`");
}

async fn too_many_dead_letters_stop_a_consumer_until_they_are_fewer(folder: World) {
    let bus = bus(folder.path());
    let (shop, stock) = (folder.store("shop").await, folder.store("stock").await);
    let publishing = TestWorkers::run(workers("shop", &bus, &shop));
    let recorder = Recorder::new(OnFailure::Park);
    for number in 0..400 {
        recorder.failures.set(number, Failing::Poison);
    }
    let settings = WorkerSettings { dead_letters_max: 5, ..test_settings() };
    let _listening = TestWorkers::run_with(workers("stock", &bus, &stock).consumer(recorder), settings);
    for start in 0..8 {
        record_many(&shop, (start * 50, 50), 400).await;
        publishing.drained().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let letters = operating::dead_letters(&stock, None, false).await.unwrap();
    assert!((5..400).contains(&letters.len()), "{} letters", letters.len());
}

async fn commands_of_handlers_carry_the_event_on(folder: World) {
    #[derive(Clone)]
    struct Answering;
    impl Consumer for Answering {
        fn name(&self) -> &'static str {
            "answering"
        }

        fn listens_to(&self) -> &'static [Listening] {
            ORDERS
        }

        fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
            Box::pin(async move {
                unit.record(super::world::event(&event.event.stream_id, 1, 7));
                Ok(())
            })
        }
    }
    let bus = bus(folder.path());
    let (shop, stock) = (folder.store("shop").await, folder.store("stock").await);
    let publishing = TestWorkers::run(workers("shop", &bus, &shop));
    let listening = TestWorkers::run(workers("stock", &bus, &stock).consumer(Answering));
    record_many(&shop, (0, 3), 3).await;
    publishing.drained().await;
    listening.drained().await;
    for lane in 0..LANES {
        let asked = shop.events_after(lane, 0, 10).await.unwrap();
        let answered = stock.events_after(lane, 0, 10).await.unwrap();
        assert_eq!(asked.len(), answered.len());
        for (asked, answered) in asked.iter().zip(&answered) {
            let (asked, answered) = (&asked.event, &answered.event);
            assert_eq!(answered.causation_id, Some(asked.event_id));
            assert_eq!(answered.correlation_id, asked.correlation_id);
            assert_eq!(answered.traceparent, asked.traceparent);
            assert_eq!((answered.actor.as_str(), answered.operation.as_str()), ("-/stock/answering", "answering"));
        }
    }
}

/// A store that commits the first event that comes alone, and cannot say so.
struct Doubtful {
    store: RelationalEffects,
    was_in_doubt: AtomicBool,
}

impl Effects for Doubtful {
    fn name(&self) -> &'static str {
        self.store.name()
    }

    fn listens_to(&self) -> &'static [Listening] {
        self.store.listens_to()
    }

    fn is_halting(&self) -> bool {
        self.store.is_halting()
    }

    fn begin(&self) -> EffectFuture<'_, Beginning> {
        self.store.begin()
    }

    fn outlook(&self, now: DateTime<Utc>, limit: usize) -> EffectFuture<'_, Outlook> {
        self.store.outlook(now, limit)
    }

    fn blocked<'a>(&'a self, streams: HashSet<&'a str>) -> EffectFuture<'a, HashSet<Stream>> {
        self.store.blocked(streams)
    }

    fn letter<'a>(&'a self, key: LetterKey<'a>) -> EffectFuture<'a, Option<DeadLetter>> {
        self.store.letter(key)
    }

    fn commit<'a>(&'a self, step: Step<'a>) -> EffectFuture<'a, (), StepError> {
        Box::pin(async move {
            let is_alone = step.events.len() == 1;
            self.store.commit(step).await?;
            if is_alone && !self.was_in_doubt.swap(true, Ordering::SeqCst) {
                return Err(StepError::Event(HandleError::Retry("no answer came".into())));
            }
            Ok(())
        })
    }
}

async fn a_commit_whose_answer_was_lost_has_its_effect_once(folder: World) {
    let bus = bus(folder.path());
    let (shop, stock) = (folder.store("shop").await, folder.store("stock").await);
    let publishing = TestWorkers::run(workers("shop", &bus, &shop));
    record_many(&shop, (0, 40), 5).await;
    publishing.drained().await;
    let recorder = Recorder::new(OnFailure::Halt);
    // The batch fails, so that its events come alone.
    recorder.failures.set(39, Failing::Times(1));
    let (clock, ids) = (Clock::system(), IdSource::random());
    let store = RelationalEffects { context: "stock", consumer: Arc::new(recorder), store: stock.clone(), clock, ids };
    let settings = Arc::new(test_settings());
    let mut keeper = LeaseKeeper::new(Arc::new(stock.clone()), settings.clone());
    let runner = ConsumerRunner {
        context: "stock",
        effects: Box::new(Doubtful { store, was_in_doubt: AtomicBool::new(false) }),
        bus,
        lease: keeper.lease("consumer/recorder"),
        settings,
        metrics: ConsumerMetrics::default(),
    };
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(keeper.run(stopped.clone()));
    tasks.spawn(runner.run(stopped));
    let deadline = Instant::now() + Duration::from_secs(20);
    while handled(&stock).await.len() < 40 {
        assert!(Instant::now() < deadline, "{} are handled", handled(&stock).await.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_handled_once(&stock, 40).await;
}
