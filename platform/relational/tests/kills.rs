//! A process that is killed in the middle of its writes loses nothing that it acknowledged, and leaves nothing half done.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "laws/accounts.rs"]
mod accounts;

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use hansa_relational::Relational;

/// Set for the process that is to be killed: the database's path.
const VICTIM: &str = "HANSA_TEST_WRITES_UNTIL_KILLED";

/// Does nothing, unless this is the process that is to be killed: it writes, and prints each id once it is committed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_until_killed() {
    let Some(path) = std::env::var_os(VICTIM) else { return };
    let store = Relational::open(std::path::Path::new(&path), &accounts::MIGRATIONS).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        writers.spawn(async move {
            loop {
                let command = accounts::command(None, "");
                let id = command.ids.uuid().to_string();
                let command = accounts::command(Some(&id), "");
                accounts::open(&store, &id, &command).await.unwrap();
                writeln!(std::io::stdout().lock(), "\ncommitted {id}").unwrap();
            }
        });
    }
    writers.join_all().await;
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
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

        let store = Relational::open(&path, &accounts::MIGRATIONS).await.unwrap();
        accounts::check_agreement(&store).await;
        let written: BTreeSet<String> =
            accounts::accounts(&store).await.into_iter().map(|account| account.id).collect();
        assert!(acknowledged.is_subset(&written));
        assert_eq!(accounts::records(&store).await, written.len() as i64);
        store.close().await;
    }
    assert!(acknowledged.len() > 100);
}
