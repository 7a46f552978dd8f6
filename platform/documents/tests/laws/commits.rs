//! A write is everything or nothing.

use hansa_documents::{Documents, Filter, Find, Order};

use super::world::{Post, command, post, publish};

pub(crate) async fn a_document_is_written_with_its_events_and_its_answer(store: &Documents) {
    let posts = store.collection::<Post>();
    let (command, first) = (command(Some("a-key-of-16-chars"), "first"), post("post_1"));
    let answer = publish(store, &first, &command).await.unwrap();
    assert_eq!((answer.payload.post.as_str(), answer.is_replayed), ("post_1", false));
    let answer = publish(store, &first, &command).await.unwrap();
    assert_eq!((answer.payload.post.as_str(), answer.is_replayed), ("post_1", true));
    assert_eq!(posts.get("post_1").await.unwrap(), Some(first.clone()));
    let outbox = posts.outbox_after(None, 10).await.unwrap();
    assert_eq!((outbox.len(), outbox[0].events.len()), (1, 1));
    let find = Find::new(Filter::eq("author", "anna"), 10).order_by([Order::descending("writtenAt")]);
    assert_eq!(posts.find(&find).await.unwrap(), [first]);
}
