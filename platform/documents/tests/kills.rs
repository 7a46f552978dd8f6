//! A process that is killed in the middle of its writes loses nothing that it acknowledged, and leaves nothing half done.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "laws/posts.rs"]
mod posts;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use hansa_documents::{Document, Documents, Filter, Find};
use hansa_event_sourcing::EventLog;
use posts::{Post, command, post, publish};

/// Set for the process that is to be killed: the database's path.
const VICTIM: &str = "HANSA_TEST_WRITES_UNTIL_KILLED";

/// Does nothing, unless this is the process that is to be killed: it writes, and prints each id once it is committed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_until_killed() {
    let Some(path) = std::env::var_os(VICTIM) else { return };
    let store = Documents::open(std::path::Path::new(&path), &[Post::COLLECTION]).await.unwrap();
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
    // Its events come into the log meanwhile; it says what it has seen there.
    writers.spawn(async move {
        let mut last: BTreeMap<i64, i64> = BTreeMap::new();
        loop {
            for lane in 0..store.lanes() {
                let last = last.entry(lane).or_default();
                for logged in store.after(lane, *last, 10).await.unwrap() {
                    *last = logged.position;
                    let id = logged.event.event_id;
                    writeln!(std::io::stdout().lock(), "\nlogged {lane} {} {id}", logged.position).unwrap();
                }
            }
            tokio::task::yield_now().await;
        }
    });
    writers.join_all().await;
}

/// Lane, position and event of all that is in the log, which has no hole, and one event of each of these posts.
async fn check_log(store: &Documents, posts: &[Post]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut streams = BTreeSet::new();
    for lane in 0..store.lanes() {
        let mut last = 0;
        loop {
            let page = store.after(lane, last, 1_000).await.unwrap();
            for logged in &page {
                assert_eq!(logged.position, last + 1);
                last = logged.position;
                seen.insert(format!("{lane} {last} {}", logged.event.event_id));
                assert!(streams.insert(logged.event.stream_id.clone()), "{} is there twice", logged.event.stream_id);
            }
            if page.is_empty() {
                break;
            }
        }
    }
    assert_eq!(streams, posts.iter().map(|post| post.id.clone()).collect());
    seen
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posts.db");
    let (mut acknowledged, mut logged) = (BTreeSet::new(), BTreeSet::new());
    for round in 1..=6 {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["writes_until_killed", "--exact", "--nocapture"])
            .env(VICTIM, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut note = |line: String| {
            let was_commit = line.strip_prefix("committed ").map(|id| acknowledged.insert(id.to_owned())).is_some();
            let _ = line.strip_prefix("logged ").map(|place| logged.insert(place.to_owned()));
            was_commit
        };
        let mut commits = 0;
        while commits < round * 7 {
            commits += usize::from(note(lines.next().unwrap()));
        }
        victim.kill().unwrap();
        victim.wait().unwrap();
        for line in lines {
            note(line);
        }

        let store = Documents::open(&path, &[Post::COLLECTION]).await.unwrap();
        let written = store.collection::<Post>().find(&Find::new(Filter::all(), 10_000)).await.unwrap();
        let in_log = check_log(&store, &written).await;
        assert!(logged.is_subset(&in_log), "what was seen in the log is there no more");
        for post in &written {
            // The record of its key is there as well.
            assert!(publish(&store, post, &command(Some(&post.id), "")).await.unwrap().is_replayed);
        }
        let written: BTreeSet<String> = written.into_iter().map(|post| post.id).collect();
        assert!(acknowledged.is_subset(&written));
        store.close().await;
    }
    assert!(acknowledged.len() > 100);
    assert!(!logged.is_empty());
}
