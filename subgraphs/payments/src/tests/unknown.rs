//! Outcomes that are not known: asked for by key, never tried again blindly.

use super::world::{World, authorisation, settings, void};
use crate::{OperationKind, SandboxSettings};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_relational::{Row, query};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for() {
    let world = World::new().await;
    world.authorise(1, "sandbox_unknown").await;
    assert_eq!(world.kinds(1).await, ["requested"], "nobody knows yet");
    world.after(6).await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised"]);
    let calls = world.calls().await;
    assert_eq!((calls.len(), calls[0].sent), (1, 1), "it was sent once");
    assert!(!world.kinds(1).await.contains(&"outcome_unknown".to_owned()), "it was known in time");
}

#[tokio::test]
async fn what_takes_longer_than_the_step_is_told_once_and_answered_later() {
    let sandbox = SandboxSettings { unknown_for: Duration::from_secs(100), ..SandboxSettings::default() };
    let world = World::with(settings(sandbox)).await;
    world.authorise(1, "sandbox_unknown").await;
    for seconds in [6, 16, 46] {
        world.after(seconds).await;
    }
    assert_eq!(world.kinds(1).await, ["requested", "outcome_unknown"]);
    let payment = world.payment_of(1).await;
    let query = "query($id: ID!) { payment(id: $id) { status } }";
    let buyer = hansa_subgraph_host::testing::user(50);
    let seen = world.ask(&buyer, query, json!({ "id": payment })).await;
    assert_eq!(seen["data"]["payment"]["status"], "UNKNOWN");
    world.after(121).await;
    assert_eq!(world.kinds(1).await, ["requested", "outcome_unknown", "authorised"]);
    assert_eq!(world.calls().await[0].sent, 1);
}

#[tokio::test]
async fn a_call_that_never_came_is_sent_again_with_the_same_key() {
    let sandbox = SandboxSettings { lost_call_percent: 100, ..SandboxSettings::default() };
    let world = World::with(settings(sandbox)).await;
    world.authorise(1, "sandbox_ok").await;
    assert_eq!(world.kinds(1).await, ["requested"]);
    world.after(6).await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised"]);
    assert_eq!(world.calls().await.len(), 1);
}

#[tokio::test]
async fn a_lost_capture_captures_once() {
    let world = World::new().await;
    world.paid_with(1, "sandbox_capture_unknown").await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised"]);
    world.capture(1).await;
    world.after(6).await;
    world.capture(1).await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised", "captured", "captured"]);
    let captures = world.calls().await.into_iter().filter(|call| call.kind == crate::OperationKind::Capture);
    assert_eq!(captures.map(|call| call.sent).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn a_process_that_is_killed_in_a_call_asks_before_it_calls_again() {
    let sandbox = SandboxSettings { delay: Duration::from_millis(150), ..SandboxSettings::default() };
    let mut world = World::with(settings(sandbox)).await;
    world.tell("order_placement", "authorisation_requested", authorisation(1, "sandbox_ok")).await;
    // Killed earlier, it would not hold the job.
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while jobs_at_work(&world).await == 0 {
        assert!(std::time::Instant::now() < deadline, "nobody begins the call");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    world.killed().await;
    // Whoever was killed held the job for as long as its lease; the test does not wait for it.
    let waiting = crate::tables::operations::by_id(world.payments.store(), super::world::command(1, 1)).await.unwrap();
    world.payments.nudge(&waiting.unwrap()).await.unwrap();
    world.drained().await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised"]);
    assert_eq!(world.calls().await.iter().map(|call| call.sent).collect::<Vec<_>>(), [1]);
}

async fn jobs_at_work(world: &World) -> usize {
    let claimed =
        query("SELECT job_key FROM jobs WHERE queue = $1 AND claimed_by IS NOT NULL").bind(crate::calls::QUEUE);
    claimed.fetch_all::<Row>(world.payments.store()).await.unwrap().len()
}

async fn sent_at(world: &World) -> Option<DateTime<Utc>> {
    let operation =
        crate::tables::operations::by_id(world.payments.store(), super::world::command(1, 1)).await.unwrap();
    operation.unwrap().sent_at
}

#[tokio::test]
async fn webhooks_that_come_twice_and_late_change_nothing() {
    let sandbox = SandboxSettings { webhook_percent: 100, ..SandboxSettings::default() };
    let world = World::with(settings(sandbox)).await;
    // The answer is lost; the webhook's question is too early, the late one is not.
    world.authorise(1, "sandbox_unknown").await;
    world.after(6).await;
    world.capture(1).await;
    world.after(6).await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised", "captured"]);
    assert!(world.calls().await.iter().all(|call| call.sent == 1));
}

#[tokio::test]
async fn a_void_of_what_is_not_known_waits_for_it() {
    let sandbox = SandboxSettings { unknown_for: Duration::from_secs(20), ..SandboxSettings::default() };
    let world = World::with(settings(sandbox)).await;
    world.authorise(1, "sandbox_unknown").await;
    world.ask_for("void_requested", void(1)).await;
    assert_eq!(world.kinds(1).await, ["requested"]);
    world.after(6).await;
    world.after(16).await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised", "voided"]);
}

/// Long after it was asked for, a call is sent again. Its void comes while it is under way, and the provider does not know of it
/// yet: it is not lost for all that.
#[tokio::test]
async fn a_void_waits_for_a_call_that_was_sent_again_late() {
    let mut settings = settings(SandboxSettings::default());
    settings.call_time_max = Duration::from_secs(4);
    let world = World::with(settings).await;
    world.authorise(1, "sandbox_slow_again").await;
    world.services.clock.advance(TimeDelta::seconds(100));
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while sent_at(&world).await.is_none() {
        assert!(std::time::Instant::now() < deadline, "nobody sends it again");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    world.ask_for("void_requested", void(1)).await;
    let under_way = world.kinds(1).await;
    assert!(!under_way.contains(&"voided".to_owned()), "{under_way:?}");
    while world.calls().await.is_empty() {
        assert!(std::time::Instant::now() < deadline, "it does not come");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    world.after(6).await;
    let kinds = world.kinds(1).await;
    assert_eq!(kinds[kinds.len() - 2..], ["authorised", "voided"]);
    let calls: Vec<_> = world.calls().await.into_iter().map(|call| (call.kind, call.sent, call.refused)).collect();
    assert_eq!(calls, [(OperationKind::Authorise, 1, None), (OperationKind::Void, 1, None)]);
}

#[tokio::test]
async fn a_void_of_what_never_came_ends_it() {
    let world = World::new().await;
    world.authorise(1, "sandbox_timeout").await;
    world.ask_for("void_requested", void(1)).await;
    // Surely lost after 90 s, and not only when it would be asked for again.
    for seconds in [6, 16, 10, 46, 14] {
        world.after(seconds).await;
    }
    let events = world.events(1).await;
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["requested", "outcome_unknown", "declined", "voided"]);
    assert_eq!(events[2].content["reason"], "WITHDRAWN");
    assert_eq!(world.calls().await.len(), 0);
}
