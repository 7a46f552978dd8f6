//! A write is everything or nothing.

use hansa_documents::{Documents, Filter, Find, Order, StoreError};

use super::{
    agreement::check_agreement,
    posts::{Post, command, event, post, publish},
    world::{answer, fresh, next, put},
};

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
    assert_eq!((outbox[0].events[0].operation.as_str(), outbox[0].events[0].recorded_at), ("postPublish", command.now));
    let find = Find::new(Filter::eq("author", "anna"), 10).order_by([Order::descending("writtenAt")]);
    assert_eq!(posts.find(&find).await.unwrap(), [first]);
}

pub(crate) async fn a_replaced_document_keeps_its_events(store: &Documents) {
    let posts = store.collection::<Post>();
    let first = post("a");
    put(&posts, std::slice::from_ref(&first)).await;
    let second = next(&first, |post| post.likes = 5);
    let write = fresh(&posts, &command(None, "")).await;
    write.replace(&second, 1, vec![event(&second)], answer(&second)).await.unwrap();
    assert_eq!(check_agreement(store).await, [second]);
}

pub(crate) async fn what_is_dropped_was_never_written(store: &Documents) {
    let posts = store.collection::<Post>();
    let command = command(Some("a-key-of-16-chars"), "");
    drop(fresh(&posts, &command).await);
    let write = fresh(&posts, &command).await;
    drop(write.insert(&post("a"), vec![event(&post("a"))], answer(&post("a"))));
    assert_eq!(posts.count(&Filter::all()).await.unwrap(), 0);
    assert!(!publish(store, &post("a"), &command).await.unwrap().is_replayed);
    check_agreement(store).await;
}

pub(crate) async fn versions_are_checked(store: &Documents) {
    let posts = store.collection::<Post>();
    let first = post("a");
    put(&posts, std::slice::from_ref(&first)).await;
    let second = next(&first, |_| ());
    let third = next(&second, |_| ());
    let write = || async { fresh(&posts, &command(None, "")).await };
    write().await.replace(&second, 1, vec![event(&second)], answer(&first)).await.unwrap();
    let error = write().await.replace(&second, 1, vec![], answer(&first)).await.unwrap_err();
    assert!(matches!(error, StoreError::VersionConflict { current: 2 }), "{error}");
    let error = write().await.delete("a", 1, vec![], answer(&first)).await.unwrap_err();
    assert!(matches!(error, StoreError::VersionConflict { current: 2 }), "{error}");
    let error = write().await.replace(&third, 1, vec![], answer(&first)).await.unwrap_err();
    assert!(matches!(error, StoreError::WrongVersion { found: 3, expected: 2 }), "{error}");
    let error = write().await.replace(&third, i64::MAX, vec![], answer(&first)).await.unwrap_err();
    assert!(matches!(error, StoreError::WrongVersion { .. }), "{error}");
    let other = Post { id: "b".to_owned(), ..second.clone() };
    let error = write().await.replace(&other, 1, vec![], answer(&first)).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound), "{error}");
    let error = write().await.delete("b", 1, vec![], answer(&first)).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound), "{error}");
    let error = write().await.insert(&other, vec![], answer(&first)).await.unwrap_err();
    assert!(matches!(error, StoreError::WrongVersion { found: 2, expected: 1 }), "{error}");
    assert_eq!(check_agreement(store).await, [second]);
}

pub(crate) async fn unique_indexes_are_named(store: &Documents) {
    let posts = store.collection::<Post>();
    let aliases = vec!["x".to_owned(), "y".to_owned(), "x".to_owned()];
    let first = Post { handle: Some("hello".to_owned()), title: Some("Hello".to_owned()), aliases, ..post("a") };
    let second = Post { author: "bert".to_owned(), title: Some("Hello".to_owned()), ..post("b") };
    put(&posts, &[first.clone(), second.clone()]).await;
    let title = first.title.clone();
    for (other, index) in [
        (post("a"), "id"),
        (Post { handle: first.handle.clone(), ..post("c") }, "handle"),
        (Post { title, ..post("c") }, "title_of_author"),
        (Post { aliases: vec!["z".to_owned(), "y".to_owned()], ..post("c") }, "by_alias"),
    ] {
        let write = fresh(&posts, &command(None, "")).await;
        match write.insert(&other, vec![event(&other)], answer(&other)).await.unwrap_err() {
            StoreError::UniqueViolation { index: found } => assert_eq!(found, index),
            error => panic!("{error}"),
        }
    }
    let taken = next(&second, |post| post.handle = first.handle.clone());
    let write = fresh(&posts, &command(None, "")).await;
    let error = write.replace(&taken, 1, vec![event(&taken)], answer(&taken)).await.unwrap_err();
    assert!(matches!(&error, StoreError::UniqueViolation { index } if index == "handle"), "{error}");
    assert_eq!(check_agreement(store).await, [first.clone(), second]);
    // A document may keep its own.
    let again = next(&first, |post| post.aliases.push("z".to_owned()));
    let write = fresh(&posts, &command(None, "")).await;
    write.replace(&again, 1, vec![event(&again)], answer(&again)).await.unwrap();
}

pub(crate) async fn a_document_without_a_value_is_not_in_a_unique_index(store: &Documents) {
    let posts = store.collection::<Post>();
    put(&posts, &[post("a"), post("b"), post("c")]).await;
    assert_eq!(posts.count(&Filter::is_null("handle")).await.unwrap(), 3);
}

pub(crate) async fn a_deleted_document_is_hidden_and_its_events_are_not(store: &Documents) {
    let posts = store.collection::<Post>();
    let (handle, tags) = (Some("hello".to_owned()), vec!["t".to_owned()]);
    let first = Post { handle: handle.clone(), tags: tags.clone(), aliases: tags.clone(), ..post("a") };
    put(&posts, std::slice::from_ref(&first)).await;
    let write = fresh(&posts, &command(None, "")).await;
    let removed = next(&first, |_| ());
    write.delete("a", 1, vec![event(&removed)], answer(&first)).await.unwrap();
    assert_eq!(posts.get("a").await.unwrap(), None);
    assert!(posts.get_many(&["a"]).await.unwrap().is_empty());
    for filter in [Filter::all(), Filter::contains("tags", "t"), Filter::eq("handle", "hello"), Filter::eq("id", "a")] {
        assert_eq!(posts.count(&filter).await.unwrap(), 0);
        assert!(posts.find(&Find::new(filter.clone(), 10)).await.unwrap().is_empty());
        assert!(posts.count_by(&["author"], &filter).await.unwrap().is_empty());
        assert!(posts.sum_by("likes", &[], &filter).await.unwrap().is_empty());
    }
    let error = fresh(&posts, &command(None, "")).await.delete("a", 2, vec![], answer(&first)).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound), "{error}");
    let outbox = posts.outbox_after(None, 10).await.unwrap();
    assert_eq!((outbox.len(), outbox[0].events.len()), (1, 2));
    // What was unique is free.
    put(&posts, &[Post { handle, aliases: tags.clone(), tags, ..post("b") }]).await;
}

pub(crate) async fn versions_go_on_after_a_deletion(store: &Documents) {
    let posts = store.collection::<Post>();
    assert_eq!(posts.next_version("a").await.unwrap(), 1);
    put(&posts, &[post("a")]).await;
    let write = fresh(&posts, &command(None, "")).await;
    write.delete("a", 1, vec![event(&next(&post("a"), |_| ()))], answer(&post("a"))).await.unwrap();
    assert_eq!(posts.next_version("a").await.unwrap(), 3);
    let error = publish(store, &post("a"), &command(None, "")).await.unwrap_err();
    assert!(matches!(error, StoreError::WrongVersion { found: 1, expected: 3 }), "{error}");
    let again = Post { version: 3, ..post("a") };
    publish(store, &again, &command(None, "")).await.unwrap();
    assert_eq!(check_agreement(store).await, [again]);
}

pub(crate) async fn documents_are_limited(store: &Documents) {
    let large = Post { author: "x".repeat(1 << 20), ..post("a") };
    let error = publish(store, &large, &command(None, "")).await.unwrap_err();
    assert!(matches!(error, StoreError::TooMuch { what: "size of a document in bytes", .. }), "{error}");
    let nul = Post { author: "a\0b".to_owned(), ..post("a") };
    publish(store, &nul, &command(None, "")).await.unwrap();
    assert_eq!(store.collection::<Post>().get("a").await.unwrap(), Some(nul));
}

pub(crate) async fn a_text_where_a_time_belongs_is_refused(store: &Documents) {
    use hansa_documents::{CollectionSpec, Document};
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Untimely {
        written_at: String,
    }

    impl Document for Untimely {
        const COLLECTION: CollectionSpec = Post::COLLECTION;

        fn id(&self) -> String {
            "a".to_owned()
        }

        fn version(&self) -> i64 {
            1
        }
    }

    let write = store.collection::<Untimely>().begin::<()>(&command(None, "")).await.unwrap();
    let hansa_documents::Begun::Fresh(write) = write else { panic!("a new command") };
    let error = write.insert(&Untimely { written_at: "yesterday".to_owned() }, vec![], ()).await.unwrap_err();
    assert!(matches!(error, StoreError::BadValue(_)), "{error}");
}
