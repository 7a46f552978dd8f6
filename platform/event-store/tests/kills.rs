//! Writers are killed at random moments while somebody reads along: every position is seen once, in order and without a
//! gap, what was acknowledged is there, and every stream has its versions.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "laws/tally.rs"]
#[expect(dead_code, reason = "the laws use more of it")]
mod tally;

use hansa_event_sourcing::{Aggregate, EventLog};
use hansa_event_store::{append, load, load_committed, verify_log, verify_streams};
use hansa_relational::{Database, OpenOptions, Relational};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tally::{First, MIGRATIONS, TallyCommand, command};
use tokio::task::JoinSet;

/// Set for the processes that are to be killed: `file:PATH` or the URL of a database.
const VICTIM: &str = "HANSA_TEST_APPENDS_UNTIL_KILLED";
const SEED: &str = "HANSA_TEST_SEED";
const LANES: i64 = 4;

async fn open(place: &str) -> Relational {
    let database = match place.strip_prefix("file:") {
        Some(path) => Database::from(Path::new(path)),
        None => Database::Postgres { url: place.to_owned(), schema: "tally".to_owned() },
    };
    let options = OpenOptions { lanes: LANES, wait: Duration::from_secs(30), ..OpenOptions::default() };
    Relational::open_with(database, &MIGRATIONS, options).await.unwrap()
}

/// Does nothing, unless this is a process that is to be killed: it appends, and prints each version once it is committed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appends_until_killed() {
    let Some(place) = std::env::var(VICTIM).ok() else { return };
    let seed: u64 = std::env::var(SEED).unwrap().parse().unwrap();
    let store = open(&place).await;
    let mut writers = JoinSet::new();
    for writer in 0..3 {
        let store = store.clone();
        writers.spawn(async move {
            let mut random = fastrand::Rng::with_seed(seed * 3 + writer);
            loop {
                let stream_id = format!("tally_{}", random.u8(0..12));
                let mut unit = store.begin_unit(&command(None)).await.unwrap();
                let loaded = load::<First>(&mut unit, &stream_id).await.unwrap();
                let events = loaded.state.decide(TallyCommand::Add(random.i64(1..6))).unwrap();
                // On some engines units run at the same time, and one of two on the same stream is refused.
                let Ok(appended) = append(&mut unit, (&stream_id, None), loaded, events).await else {
                    unit.rollback().await.unwrap();
                    continue;
                };
                if random.u8(0..4) == 0 {
                    unit.rollback().await.unwrap();
                } else if unit.commit(&()).await.is_ok() {
                    writeln!(std::io::stdout().lock(), "\ncommitted {stream_id} {}", appended.version).unwrap();
                }
            }
        });
    }
    writers.join_all().await;
}

fn victim(place: &str, seed: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["appends_until_killed", "--exact", "--nocapture"])
        .env(VICTIM, place)
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Reads along until `is_over` and nothing more comes; gives how many events there were.
async fn follow(store: Relational, is_over: Arc<AtomicBool>) -> u64 {
    let (mut positions, mut versions, mut count) = (vec![0; LANES as usize], BTreeMap::<String, i64>::new(), 0);
    loop {
        let was_over = is_over.load(Ordering::SeqCst);
        let mut is_more = false;
        for lane in 0..LANES {
            let position = &mut positions[lane as usize];
            for logged in store.events_after(lane, *position, 500).await.unwrap() {
                assert_eq!(logged.position, *position + 1, "lane {lane}");
                *position = logged.position;
                let version = versions.entry(logged.event.stream_id.clone()).or_default();
                assert_eq!(logged.event.stream_version, *version + 1, "{}", logged.event.stream_id);
                *version += 1;
                count += 1;
                is_more = true;
            }
        }
        if was_over && !is_more {
            return count;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Kills two writers in each round, once they have committed a random number of times.
async fn kill_writers(place: &str, rounds: u64) {
    let store = open(place).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut following = JoinSet::new();
    following.spawn(follow(store.clone(), is_over.clone()));
    let mut acknowledged: BTreeMap<String, i64> = BTreeMap::new();
    for round in 0..rounds {
        let place = place.to_owned();
        let lines = tokio::task::spawn_blocking(move || {
            let mut victims = [victim(&place, round * 2), victim(&place, round * 2 + 1)];
            let mut random = fastrand::Rng::with_seed(round);
            let mut all = Vec::new();
            for victim in &mut victims {
                let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
                let committed = lines.by_ref().filter(|line| line.starts_with("committed ")).take(random.usize(5..60));
                all.extend(committed);
                std::thread::sleep(Duration::from_micros(random.u64(0..4_000)));
                victim.kill().unwrap();
                victim.wait().unwrap();
                all.extend(lines.filter(|line| line.starts_with("committed ")));
            }
            all
        });
        for line in lines.await.unwrap() {
            let mut parts = line.split(' ').skip(1);
            let (stream_id, version) =
                (parts.next().unwrap().to_owned(), parts.next().unwrap().parse::<i64>().unwrap());
            let known = acknowledged.entry(stream_id).or_default();
            *known = version.max(*known);
        }
    }
    is_over.store(true, Ordering::SeqCst);
    let followed = following.join_next().await.unwrap().unwrap();
    for (stream_id, version) in &acknowledged {
        let loaded = load_committed::<First>(&store, stream_id).await.unwrap();
        assert!(loaded.version >= *version, "{stream_id}: {} of {version}", loaded.version);
        assert_eq!(loaded.state.sum, loaded.version);
    }
    let log = verify_log(&store).await.unwrap();
    assert_eq!(log.wrong, []);
    assert_eq!(verify_streams(&store).await.unwrap().wrong, []);
    assert_eq!(log.events, followed, "who read along has seen all");
    let heads: i64 = EventLog::last_positions(&store).await.unwrap().iter().sum();
    assert_eq!(heads as u64, followed);
    println!("{} writers killed, {followed} events, {} streams", rounds * 2, acknowledged.len());
    assert!(followed > rounds * 20, "{followed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_along_sees_every_position_once_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    kill_writers(&format!("file:{}", folder.path().join("tally.sqlite").display()), 6).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_along_sees_every_position_once_on_postgres() {
    let Some(server) = hansa_testkit::postgres() else { return };
    kill_writers(server.url(), 6).await;
}
