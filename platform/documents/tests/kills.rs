//! A process that is killed in the middle of its writes loses nothing that it acknowledged, and leaves nothing half done.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "laws/posts.rs"]
mod posts;

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use hansa_documents::{Document, Documents};
use posts::{Post, check_agreement, command, post, publish};

/// Set for the process that is to be killed: the database's path.
const VICTIM: &str = "HANSA_TEST_WRITES_UNTIL_KILLED";

/// Does nothing, unless this is the process that is to be killed: it writes, and prints each id once it is committed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_until_killed() {
    let Some(path) = std::env::var_os(VICTIM) else { return };
    let store = Documents::open(path.as_ref(), &[Post::COLLECTION]).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let store = store.clone();
        writers.spawn(async move {
            loop {
                let id = command(None, "").ids.uuid().to_string();
                publish(&store, &post(&id), &command(Some(&id), "")).await.unwrap();
                writeln!(std::io::stdout().lock(), "\ncommitted {id}").unwrap();
            }
        });
    }
    writers.join_all().await;
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posts.db");
    let mut acknowledged = BTreeSet::new();
    for round in 1..=6 {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["writes_until_killed", "--exact", "--nocapture"])
            .env(VICTIM, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
        let seen = lines.by_ref().filter(|line| line.starts_with("committed ")).take(round * 7);
        acknowledged.extend(seen.filter_map(|line| Some(line.strip_prefix("committed ")?.to_owned())));
        victim.kill().unwrap();
        victim.wait().unwrap();
        acknowledged.extend(lines.filter_map(|line| Some(line.strip_prefix("committed ")?.to_owned())));

        let store = Documents::open(&path, &[Post::COLLECTION]).await.unwrap();
        let written = check_agreement(&store).await;
        for post in &written {
            // The record of its key is there as well.
            assert!(publish(&store, post, &command(Some(&post.id), "")).await.unwrap().is_replayed);
        }
        let written: BTreeSet<String> = written.into_iter().map(|post| post.id).collect();
        assert!(acknowledged.is_subset(&written));
        store.close().await;
    }
    assert!(acknowledged.len() > 100);
}
