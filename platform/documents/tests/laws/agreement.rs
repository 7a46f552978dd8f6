//! That posts, their events and their keys agree.

use hansa_documents::{Documents, Filter, Find, OutboxEntry};

use super::posts::Post;

/// Every post that is there has as many events as its version; no key is in two documents.
pub(crate) async fn check_agreement(store: &Documents) -> Vec<Post> {
    let posts = store.collection::<Post>();
    let all = posts.find(&Find::new(Filter::all(), 10_000)).await.unwrap();
    let mut outbox: Vec<OutboxEntry> = Vec::new();
    loop {
        let last = outbox.last().map(|entry| entry.document_id.clone());
        let page = posts.outbox_after(last.as_deref(), 1_000).await.unwrap();
        if page.is_empty() {
            break;
        }
        outbox.extend(page);
    }
    assert_eq!(outbox.len(), all.len());
    for (post, entry) in all.iter().zip(outbox) {
        assert_eq!(entry.document_id, post.id);
        let versions: Vec<i64> = entry.events.iter().map(|event| event.stream_version).collect();
        assert_eq!(versions, (1..=post.version).collect::<Vec<_>>());
    }
    all
}
