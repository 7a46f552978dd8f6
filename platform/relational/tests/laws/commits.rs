//! A commit is everything or nothing.

use hansa_relational::{LANES, OutboxEntry, Relational};

use super::world::{Payload, accounts, command, open};

pub(crate) async fn state_events_and_answer_are_committed_together(store: &Relational) {
    let command = command(Some("a-key-of-16-chars"), "anna");
    let payload = Payload { account: "anna".to_owned() };
    assert_eq!(open(store, "anna", &command).await.unwrap(), (payload.clone(), false));
    assert_eq!(open(store, "anna", &command).await.unwrap(), (payload, true));
    let accounts = accounts(store).await;
    assert_eq!((accounts.len(), accounts[0].opened_at), (1, command.now));
    let events = outbox(store).await;
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].position, events[0].event.stream_id.as_str()), (1, "anna"));
    assert_eq!(events[0].event.content["email"], "anna@example.com");
}

/// Everything in the outbox, lane by lane.
pub(crate) async fn outbox(store: &Relational) -> Vec<OutboxEntry> {
    let mut entries = Vec::new();
    for lane in 0..LANES {
        entries.extend(store.outbox_after(lane, 0, 1_000).await.unwrap());
    }
    entries
}
