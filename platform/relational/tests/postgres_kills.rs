//! PostgreSQL and the processes that write to it are killed again and again: what was acknowledged is there, nothing is
//! half done, and a reader that follows sees every position of every lane once, in order.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "laws/accounts.rs"]
#[expect(dead_code, reason = "the laws look at a log of fewer lanes")]
mod accounts;

use std::{
    collections::{BTreeSet, HashMap},
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use accounts::{Account, Payload, command, insert};
use hansa_relational::{Begun, Database, OpenOptions, Relational, Row, StoreError, query};
use hansa_testkit::{PostgresProcess, or_skip};
use tokio::task::JoinSet;

/// Set for the processes that are to be killed: the server's URL.
const VICTIM: &str = "HANSA_TEST_WRITES_TO_POSTGRES";
const LANES: i64 = 8;
const PROCESSES: u64 = 4;
const WRITERS: u64 = 16;
/// Nothing here takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

async fn opened(url: &str) -> Relational {
    let database = Database::Postgres { url: url.to_owned(), schema: "bank".to_owned() };
    let options = OpenOptions { lanes: LANES, wait: Duration::from_secs(2), ..OpenOptions::default() };
    let until = Instant::now() + PATIENCE;
    loop {
        match Relational::open_with(database.clone(), &accounts::MIGRATIONS, options.clone()).await {
            Ok(store) => return store,
            Err(error) if Instant::now() > until => panic!("{error}: {:?}", std::error::Error::source(&error)),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Does nothing, unless this is a process that is to be killed: it writes, and prints each id once it is committed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_until_killed() {
    let Ok(url) = std::env::var(VICTIM) else { return };
    let store = opened(&url).await;
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            let mut random = fastrand::Rng::new();
            loop {
                let id = command(None, "").ids.uuid().to_string();
                let command = command(Some(&id), "");
                // A failed attempt is made again with the same key, whatever became of it.
                while !is_written(&store, &id, (&command, &mut random)).await {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                writeln!(std::io::stdout().lock(), "\ncommitted {id}").unwrap();
            }
        });
    }
    writers.join_all().await;
}

/// Opens an account, alone or beside others; now and then it is given up on the way.
async fn is_written(
    store: &Relational,
    id: &str,
    (command, random): (&hansa_event_sourcing::Command, &mut fastrand::Rng),
) -> bool {
    let begun = match random.u8(0..8) {
        0 => store.begin::<Payload>(command).await,
        _ => store.begin_concurrent::<Payload>(command).await,
    };
    let mut unit = match begun {
        Ok(Begun::Replayed(payload)) => {
            assert_eq!(payload.account, id);
            return true;
        }
        Ok(Begun::Fresh(unit)) => unit,
        Err(error) => return refused(&error),
    };
    if let Err(error) = insert(&mut unit, id, command).await {
        return refused(&error);
    }
    match random.u8(0..8) {
        0 => drop(unit),
        1 => drop(unit.rollback().await),
        _ => match unit.commit(&Payload { account: id.to_owned() }).await {
            Ok(()) => return true,
            Err(error) => return refused(&error),
        },
    }
    false
}

/// Only what a server that dies may say.
fn refused(error: &StoreError) -> bool {
    assert!(error.is_passing(), "{error}: {:?}", std::error::Error::source(error));
    false
}

#[derive(Debug, Default)]
struct Followed {
    last: HashMap<i64, i64>,
    streams: Vec<String>,
}

/// Follows the log, and goes on after errors of a server that is not there.
async fn follow(store: &Relational, followed: &Mutex<Followed>, is_over: &AtomicBool) {
    loop {
        let was_over = is_over.load(Ordering::SeqCst);
        let mut has_read_all = true;
        for lane in 0..LANES {
            let last = *followed.lock().unwrap().last.entry(lane).or_default();
            let Ok(events) = store.events_after(lane, last, 50).await else {
                has_read_all = false;
                continue;
            };
            has_read_all &= events.is_empty();
            let mut followed = followed.lock().unwrap();
            for event in events {
                let last = followed.last.entry(lane).or_default();
                assert_eq!(event.position, *last + 1, "lane {lane}");
                *last = event.position;
                followed.streams.push(event.event.stream_id);
            }
        }
        if was_over && has_read_all {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A writing process, and what it has said.
struct Victim {
    process: Child,
    reader: std::thread::JoinHandle<()>,
}

fn start(url: &str, acknowledged: &Arc<Mutex<BTreeSet<String>>>) -> Victim {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["writes_until_killed", "--exact", "--nocapture"])
        .env(VICTIM, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
    let acknowledged = acknowledged.clone();
    let reader = std::thread::spawn(move || {
        for id in lines.filter_map(|line| line.strip_prefix("committed ").map(str::to_owned)) {
            acknowledged.lock().unwrap().insert(id);
        }
    });
    Victim { process, reader }
}

fn kill(mut victim: Victim) {
    assert!(victim.process.try_wait().unwrap().is_none(), "a writer has ended by itself");
    victim.process.kill().unwrap();
    victim.process.wait().unwrap();
    victim.reader.join().unwrap();
}

/// Until some more were acknowledged.
async fn some_more(acknowledged: &Mutex<BTreeSet<String>>, count: usize) {
    let (before, until) = (acknowledged.lock().unwrap().len(), Instant::now() + PATIENCE);
    while acknowledged.lock().unwrap().len() < before + count {
        assert!(Instant::now() < until, "nobody writes any more");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_writers_lose_nothing_when_they_and_the_server_are_killed() {
    if std::env::var_os(VICTIM).is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let Some(mut server) = or_skip(PostgresProcess::start(folder.path()).await) else { return };
    let (url, acknowledged) = (server.url(), Arc::new(Mutex::new(BTreeSet::new())));
    let store = opened(&url).await;
    let (followed, is_over) = (Arc::new(Mutex::new(Followed::default())), Arc::new(AtomicBool::new(false)));
    let mut follower = JoinSet::new();
    follower.spawn({
        let (store, followed, is_over) = (store.clone(), followed.clone(), is_over.clone());
        async move { follow(&store, &followed, &is_over).await }
    });
    let mut victims: Vec<Victim> = (0..PROCESSES).map(|_| start(&url, &acknowledged)).collect();
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..12 {
        some_more(&acknowledged, random.usize(20..100)).await;
        match round % 3 {
            2 => {
                server.kill_9();
                tokio::time::sleep(Duration::from_millis(random.u64(0..300))).await;
                server.restart().await.unwrap();
            }
            _ => {
                kill(victims.swap_remove(random.usize(0..victims.len())));
                victims.push(start(&url, &acknowledged));
            }
        }
    }
    some_more(&acknowledged, 100).await;
    victims.into_iter().for_each(kill);
    let acknowledged = acknowledged.lock().unwrap().clone();
    check(&store, &acknowledged).await;
    is_over.store(true, Ordering::SeqCst);
    follower.join_all().await;
    let mut streams = std::mem::take(&mut followed.lock().unwrap().streams);
    streams.sort();
    assert_eq!(streams, written(&store).await);
}

async fn written(store: &Relational) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    loop {
        let page = query("SELECT id, email, balance, opened_at FROM accounts WHERE id > $1 ORDER BY id LIMIT 1000");
        let last = ids.last().cloned().unwrap_or_default();
        let page: Vec<Account> = page.bind(last).fetch_all(store).await.unwrap();
        if page.is_empty() {
            return ids;
        }
        ids.extend(page.into_iter().map(|account| account.id));
    }
}

/// Accounts, events and idempotency records say the same, and nothing is missing that was acknowledged.
async fn check(store: &Relational, acknowledged: &BTreeSet<String>) {
    // A killed writer's session may still be ending, with its commit.
    let until = Instant::now() + PATIENCE;
    let sessions = "SELECT COUNT(*) AS number FROM pg_stat_activity
        WHERE application_name = 'hansa bank' AND state <> 'idle' AND pid <> pg_backend_pid()";
    while query(sessions).fetch_one::<Row>(store).await.unwrap().int("number").unwrap() > 0 {
        assert!(Instant::now() < until, "a session hangs");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let written = written(store).await;
    assert!(acknowledged.len() > 300, "{}", acknowledged.len());
    let missing: Vec<&String> = acknowledged.iter().filter(|id| written.binary_search(id).is_err()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(accounts::records(store).await, written.len() as i64);
    let mut streams = Vec::new();
    for lane in 0..LANES {
        let mut last = 0;
        loop {
            let events = store.events_after(lane, last, 1_000).await.unwrap();
            if events.is_empty() {
                break;
            }
            for event in events {
                assert_eq!(event.position, last + 1, "lane {lane}");
                last = event.position;
                streams.push(event.event.stream_id);
            }
        }
        assert_eq!(store.last_position(lane).await.unwrap(), last);
    }
    streams.sort();
    assert_eq!(streams, written);
    println!("{} were written, {} of them acknowledged", written.len(), acknowledged.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_in_the_middle_is_said_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut server) = or_skip(PostgresProcess::start(folder.path()).await) else { return };
    let store = opened(&server.url()).await;
    let of_anna = command(Some("a-key-of-16-chars"), "");
    accounts::open(&store, "anna", &of_anna).await.unwrap();
    let command = command(None, "");
    let mut unit = store.begin_unit(&command).await.unwrap();
    insert(&mut unit, "bert", &command).await.unwrap();
    server.kill_9();
    // The session's own process lives on for a moment.
    let error = loop {
        match insert(&mut unit, &command.ids.uuid().to_string(), &command).await {
            Ok(()) => tokio::time::sleep(Duration::from_millis(10)).await,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    assert!(insert(&mut unit, "carl", &command).await.is_err());
    assert!(unit.commit(&()).await.is_err());

    // While it is away, everybody is told so, and soon.
    let started = Instant::now();
    let error = query("SELECT id FROM accounts").fetch_all::<Row>(&store).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }) && error.is_passing(), "{error}");
    let error = store.begin::<Payload>(&of_anna).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    assert!(started.elapsed() < Duration::from_secs(20));

    server.restart().await.unwrap();
    assert!(accounts::open(&store, "anna", &of_anna).await.unwrap().1, "it was committed before");
    assert_eq!(accounts::accounts(&store).await.len(), 1);

    // Connections that stood idle meanwhile are replaced unseen.
    server.restart().await.unwrap();
    for id in ["bert", "carl"] {
        accounts::open(&store, id, &command).await.unwrap();
        assert!(accounts::accounts(&store).await.iter().any(|account| account.id == id));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_too_long_for_a_row_is_told_and_the_other_commits() {
    let Some(server) = hansa_testkit::postgres() else { return };
    let store = opened(server.url()).await;
    let command = command(None, "");
    accounts::open(&store, "anna", &command).await.unwrap();
    let add = || query("UPDATE accounts SET balance = balance + 1 WHERE id = 'anna'");
    let mut first = store.begin_unit(&command).await.unwrap();
    add().execute(&mut first).await.unwrap();
    let mut second = store.begin_unit(&command).await.unwrap();
    let error = add().execute(&mut second).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy), "{error}");
    second.commit(&()).await.unwrap_err();
    first.commit(&()).await.unwrap();
    assert_eq!(accounts::accounts(&store).await[0].balance, 1);
}
