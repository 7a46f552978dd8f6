//! Idempotency keys: remembered in the document, unique in the collection.

use chrono::TimeDelta;
use hansa_documents::{Begun, Documents, Filter, Find, StoreError};
use hansa_event_sourcing::{Actor, IdempotencyKey};

use super::{
    agreement::check_agreement,
    posts::{Payload, Post, command, event, post, publish},
    world::{answer, fresh, next, put},
};

const KEY: &str = "a-key-of-16-chars";

pub(crate) async fn without_a_key_nothing_is_remembered(store: &Documents) {
    publish(store, &post("a"), &command(None, "")).await.unwrap();
    let error = publish(store, &post("a"), &command(None, "")).await.unwrap_err();
    assert!(matches!(error, StoreError::UniqueViolation { .. }), "{error}");
}

pub(crate) async fn a_key_with_another_input_is_refused(store: &Documents) {
    publish(store, &post("a"), &command(Some(KEY), "a")).await.unwrap();
    let error = publish(store, &post("b"), &command(Some(KEY), "b")).await.unwrap_err();
    assert!(matches!(error, StoreError::KeyReused), "{error}");
    assert_eq!(check_agreement(store).await.len(), 1);
}

pub(crate) async fn keys_are_of_one_actor_and_one_operation(store: &Documents) {
    let first = command(Some(KEY), "a");
    let mut of_another_actor = command(Some(KEY), "b");
    of_another_actor.actor = Actor { user: "user_00000000000000000000000001".parse().ok(), ..Actor::default() };
    let mut of_another_operation = command(Some(KEY), "c");
    of_another_operation.operation = "postRepublish";
    for (id, command) in [("a", first), ("b", of_another_actor), ("c", of_another_operation)] {
        assert!(!publish(store, &post(id), &command).await.unwrap().is_replayed);
        assert!(publish(store, &post(id), &command).await.unwrap().is_replayed);
    }
    assert_eq!(check_agreement(store).await.len(), 3);
}

pub(crate) async fn keys_are_forgotten_after_three_days_and_not_before(store: &Documents) {
    let first = command(Some(KEY), "a");
    publish(store, &post("a"), &first).await.unwrap();
    let mut later = command(Some(KEY), "b");
    later.now = first.now + TimeDelta::hours(IdempotencyKey::KEPT_HOURS) - TimeDelta::microseconds(1);
    assert!(matches!(publish(store, &post("b"), &later).await, Err(StoreError::KeyReused)));
    later.now += TimeDelta::microseconds(1);
    assert!(!publish(store, &post("b"), &later).await.unwrap().is_replayed);
    assert!(publish(store, &post("b"), &later).await.unwrap().is_replayed);
}

pub(crate) async fn expired_records_leave_their_documents(store: &Documents) {
    let mut now = command(None, "").now;
    for day in 0..4 {
        for number in 0..20 {
            let mut command = command(Some(&format!("key-{day}-of-post-{number:04}")), "");
            command.now = now;
            publish(store, &post(&format!("{day}-{number:04}")), &command).await.unwrap();
        }
        now += TimeDelta::days(10);
    }
    // The keys of earlier days are usable again, whatever was cleared.
    for day in 0..3 {
        for number in 0..20 {
            let mut command = command(Some(&format!("key-{day}-of-post-{number:04}")), "other");
            command.now = now;
            let answer = publish(store, &post(&format!("again-{day}-{number:04}")), &command).await.unwrap();
            assert!(!answer.is_replayed);
        }
    }
    assert_eq!(check_agreement(store).await.len(), 140);
}

pub(crate) async fn replacing_and_deleting_are_repeatable(store: &Documents) {
    let posts = store.collection::<Post>();
    let first = post("a");
    put(&posts, std::slice::from_ref(&first)).await;
    let second = next(&first, |post| post.likes = 1);
    let (replacing, deleting) = (command(Some("key-of-replacing"), ""), command(Some("key-of-the-deleting"), ""));
    let write = fresh(&posts, &replacing).await;
    write.replace(&second, 1, vec![event(&second)], answer(&first)).await.unwrap();
    assert!(matches!(posts.begin(&replacing).await.unwrap(), Begun::Replayed(Payload { .. })));
    let write = fresh(&posts, &deleting).await;
    write.delete("a", 2, vec![], answer(&first)).await.unwrap();
    for command in [replacing, deleting] {
        assert!(matches!(posts.begin(&command).await.unwrap(), Begun::Replayed(Payload { .. })));
    }
    // A document that comes back still knows the commands of its former life.
    let third = Post { version: 4, ..first };
    publish(store, &third, &command(None, "")).await.unwrap();
    assert!(matches!(
        posts.begin(&command(Some("key-of-the-deleting"), "")).await.unwrap(),
        Begun::Replayed(Payload { .. })
    ));
}

pub(crate) async fn a_command_that_changes_nothing_is_remembered(store: &Documents) {
    let posts = store.collection::<Post>();
    let first = Post { handle: Some("hello".to_owned()), tags: vec!["t".to_owned()], ..post("a") };
    put(&posts, std::slice::from_ref(&first)).await;
    // On what is there, on what is not there, and on what is not there any more.
    fresh(&posts, &command(None, "")).await.insert(&post("gone"), vec![], answer(&first)).await.unwrap();
    fresh(&posts, &command(None, "")).await.delete("gone", 1, vec![], answer(&first)).await.unwrap();
    for id in ["a", "new", "gone"] {
        let keyed = |input: &str| command(Some(&format!("key-of-nothing-on-{id}")), input);
        assert!(!fresh(&posts, &keyed("")).await.keep(id, answer(&first)).await.unwrap().is_replayed);
        assert!(matches!(posts.begin(&keyed("")).await.unwrap(), Begun::Replayed(Payload { .. })));
        assert!(matches!(posts.begin::<Payload>(&keyed("other")).await.unwrap_err(), StoreError::KeyReused));
    }
    fresh(&posts, &command(None, "")).await.keep("never", answer(&first)).await.unwrap();
    assert_eq!(posts.find(&Find::new(Filter::all(), 10)).await.unwrap(), std::slice::from_ref(&first));
    assert_eq!(posts.count(&Filter::contains("tags", "t")).await.unwrap(), 1);
    assert_eq!(posts.get("new").await.unwrap(), None);
    for (id, version) in [("new", 1), ("never", 1), ("gone", 3)] {
        assert_eq!(posts.next_version(id).await.unwrap(), version, "{id}");
    }
    // The document, its versions and its events are as if nothing had been.
    let second = next(&first, |post| post.likes = 1);
    let write = fresh(&posts, &command(None, "")).await;
    write.replace(&second, 1, vec![event(&second)], answer(&first)).await.unwrap();
    publish(store, &post("new"), &command(None, "")).await.unwrap();
    assert!(matches!(
        posts.begin(&command(Some("key-of-nothing-on-new"), "")).await.unwrap(),
        Begun::Replayed(Payload { .. })
    ));
    assert_eq!(check_agreement(store).await, [second, post("new")]);
}

pub(crate) async fn the_keys_of_one_document_are_limited(store: &Documents) {
    let posts = store.collection::<Post>();
    let mut current = post("a");
    put(&posts, std::slice::from_ref(&current)).await;
    for number in 0..501 {
        let following = next(&current, |_| ());
        let write = fresh(&posts, &command(Some(&format!("key-of-change-{number:04}")), "")).await;
        let written = write.replace(&following, current.version, vec![], answer(&current)).await;
        match number < 500 {
            true => drop(written.unwrap()),
            false => assert!(matches!(written, Err(StoreError::TooMuch { limit: 500, .. })), "{written:?}"),
        }
        current = posts.get("a").await.unwrap().unwrap();
    }
    assert_eq!(current.version, 501);
    let mut later = command(Some("key-of-the-last-change"), "");
    later.now += TimeDelta::days(4);
    let write = fresh(&posts, &later).await;
    write.replace(&next(&current, |_| ()), 501, vec![], answer(&current)).await.unwrap();
    assert_eq!(posts.count(&Filter::eq("version", 502i64)).await.unwrap(), 1);
}

pub(crate) async fn an_answer_of_another_form_is_an_error(store: &Documents) {
    let command = command(Some(KEY), "a");
    publish(store, &post("a"), &command).await.unwrap();
    let error = store.collection::<Post>().begin::<Vec<i64>>(&command).await.unwrap_err();
    assert!(matches!(error, StoreError::Answer(_)), "{error}");
}
