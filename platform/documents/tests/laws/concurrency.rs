//! Many commands at once, some of which are given up.

use std::time::Duration;

use hansa_documents::{Documents, StoreError};
use tokio::task::JoinSet;

use super::{
    agreement::check_agreement,
    posts::{Payload, Post, command, event, post, publish},
    world::{answer, fresh, next, put},
};

pub(crate) async fn of_many_twins_one_takes_effect(store: &Documents) {
    for round in 0..5 {
        let command = command(Some(&format!("key-of-the-round-{round}")), "same");
        let mut twins = JoinSet::new();
        for twin in 0..16 {
            let (store, command) = (store.clone(), command.clone());
            // Each would write another document; the first one's answer is everybody's.
            let post = post(&format!("{round}_{twin}"));
            twins.spawn(async move { publish(&store, &post, &command).await.unwrap() });
        }
        let answers = twins.join_all().await;
        assert!(answers.iter().all(|answer| answer.payload == answers[0].payload));
        assert_eq!(answers.iter().filter(|answer| !answer.is_replayed).count(), 1);
        assert_eq!(check_agreement(store).await.len(), round + 1);
    }
}

pub(crate) async fn of_many_replacements_of_a_version_one_wins(store: &Documents) {
    let posts = store.collection::<Post>();
    let first = post("a");
    put(&posts, std::slice::from_ref(&first)).await;
    for version in 1..6 {
        let current = posts.get("a").await.unwrap().unwrap();
        let mut writers = JoinSet::new();
        for writer in 0..8 {
            let (posts, following) = (posts.clone(), next(&current, |post| post.likes = writer));
            writers.spawn(async move {
                let write = fresh(&posts, &command(None, "")).await;
                write.replace(&following, version, vec![event(&following)], answer(&following)).await
            });
        }
        let results = writers.join_all().await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        let is_conflict =
            |error: &&StoreError| matches!(error, StoreError::VersionConflict { current } if *current == version + 1);
        assert!(results.iter().filter_map(|result| result.as_ref().err()).all(|error| is_conflict(&error)));
    }
    assert_eq!(check_agreement(store).await[0].version, 6);
}

pub(crate) async fn cancelled_commands_leave_a_usable_store(store: &Documents) {
    let mut random = fastrand::Rng::with_seed(4);
    for number in 0..150 {
        let command = command(Some(&format!("key-of-command-{number:04}")), "");
        let post = post(&format!("{number:04}"));
        // Long enough to get anywhere, from waiting for its turn to the commit.
        let patience = Duration::from_micros(random.u64(0..3_000));
        let _ = tokio::time::timeout(patience, publish(store, &post, &command)).await;
    }
    let written = check_agreement(store).await.len();
    let mut replayed = 0;
    for number in 0..150 {
        let command = command(Some(&format!("key-of-command-{number:04}")), "");
        replayed += usize::from(publish(store, &post(&format!("{number:04}")), &command).await.unwrap().is_replayed);
    }
    assert_eq!(replayed, written);
    assert_eq!(check_agreement(store).await.len(), 150);
}

pub(crate) async fn who_waits_too_long_for_a_twin_is_told(store: &Documents) {
    let posts = store.collection::<Post>();
    let command = command(Some("a-key-of-16-chars"), "");
    let write = fresh(&posts, &command).await;
    let error = posts.begin::<Payload>(&command).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy), "{error}");
    write.insert(&post("a"), vec![event(&post("a"))], answer(&post("a"))).await.unwrap();
    assert!(publish(store, &post("a"), &command).await.unwrap().is_replayed);
}

pub(crate) async fn a_command_that_is_given_up_lets_its_twin_go_on(store: &Documents) {
    let posts = store.collection::<Post>();
    let command = command(Some("a-key-of-16-chars"), "");
    let write = fresh(&posts, &command).await;
    let first_post = post("a");
    let giving_up = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(write);
    };
    let (_, answer) = tokio::join!(giving_up, publish(store, &first_post, &command));
    assert!(!answer.unwrap().is_replayed);
}

/// Whoever hears of a newer version finds it.
pub(crate) async fn who_comes_too_late_reads_what_won(store: &Documents) {
    let posts = store.collection::<Post>();
    put(&posts, &[post("a")]).await;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let posts = posts.clone();
        tasks.spawn(async move {
            for _ in 0..10 {
                let mut due = 1;
                loop {
                    let found = posts.get("a").await.unwrap().unwrap();
                    assert!(found.version >= due, "{} is read where {due} was heard of", found.version);
                    let newer = next(&found, |post| post.likes += 1);
                    let write = fresh(&posts, &command(None, "")).await;
                    match write.replace(&newer, found.version, vec![event(&newer)], answer(&newer)).await {
                        Ok(_) => break,
                        Err(StoreError::VersionConflict { current }) => due = current,
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let last = posts.get("a").await.unwrap().unwrap();
    assert_eq!((last.version, last.likes), (81, 80));
}
