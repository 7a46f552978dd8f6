//! On SQLite, commands that wait are carried by one transaction. What is seen of it, and what goes wrong with one of them.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "laws/accounts.rs"]
#[expect(dead_code, reason = "the laws look at more")]
mod accounts;

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use accounts::{accounts, check_agreement, command, insert};
use futures_util::FutureExt;
use hansa_relational::{Relational, Row, StoreError, UnitOfWork, query};
use tokio::task::JoinSet;

/// Commands are carried together as long as that takes milliseconds: what is to be seen is tried until it is seen.
const PATIENCE: Duration = Duration::from_secs(60);

type Begun = Pin<Box<dyn Future<Output = Result<UnitOfWork, StoreError>> + Send>>;

async fn opened() -> (Relational, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Relational::open(&folder.path().join("accounts.db"), &accounts::MIGRATIONS).await.unwrap();
    (store, folder)
}

/// What one of the commands does.
#[derive(Clone)]
enum Work {
    Writes(String),
    /// Writes, and notes when that is acknowledged.
    Notes(String, Arc<Seen>),
    Drops(String),
    /// Looks whether the account is written and not yet committed, and whether that was acknowledged.
    Looks(String, Arc<Seen>),
    /// Breaks a rule that is looked at by the commit only.
    FailsAtTheEnd,
    FillsTheDisk,
}

#[derive(Default)]
struct Seen {
    is_acknowledged: AtomicBool,
    is_carried_together: AtomicBool,
}

impl Work {
    async fn run(self, mut unit: UnitOfWork, store: Relational) -> Result<(), StoreError> {
        let command = unit.command().clone();
        match self {
            Work::Writes(id) => insert(&mut unit, &id, &command).await?,
            Work::Notes(id, seen) => {
                insert(&mut unit, &id, &command).await?;
                unit.commit(&()).await?;
                seen.is_acknowledged.store(true, Ordering::SeqCst);
                return Ok(());
            }
            Work::Drops(id) => {
                insert(&mut unit, &id, &command).await?;
                drop(unit);
                return Ok(());
            }
            Work::Looks(id, seen) => {
                let find = || query("SELECT id FROM accounts WHERE id = $1").bind(&id);
                let is_written = find().fetch_optional::<Row>(&mut unit).await?.is_some();
                if is_written && find().fetch_optional::<Row>(&store).await?.is_none() {
                    seen.is_carried_together.store(true, Ordering::SeqCst);
                    assert!(!seen.is_acknowledged.load(Ordering::SeqCst), "before it was committed");
                }
            }
            Work::FailsAtTheEnd => {
                query("PRAGMA defer_foreign_keys = ON").execute(&mut unit).await?;
                query("INSERT INTO notes (number, account_id) VALUES (1, 'nobody')").execute(&mut unit).await?;
            }
            Work::FillsTheDisk => {
                query("PRAGMA max_page_count = 60").execute(&mut unit).await?;
                let labels = query("INSERT INTO labels VALUES ($1)").bind("x".repeat(1 << 20));
                let filled = labels.execute(&mut unit).await;
                assert!(matches!(filled, Err(StoreError::Full)), "{filled:?}");
                return filled.map(|_| ());
            }
        }
        unit.commit(&()).await
    }
}

/// Runs them in this order, all in the queue before the first one's turn.
async fn together(store: &Relational, works: Vec<Work>) -> Vec<Result<(), StoreError>> {
    let held = store.begin_unit(&command(None, "")).await.unwrap();
    let mut running = JoinSet::new();
    for (number, work) in works.into_iter().enumerate() {
        let (beginning, store) = (store.clone(), store.clone());
        let mut begun: Begun = Box::pin(async move { beginning.begin_unit(&command(None, "")).await });
        assert!((&mut begun).now_or_never().is_none());
        running.spawn(async move {
            let unit = begun.await.unwrap();
            (number, work.run(unit, store).await)
        });
    }
    drop(held);
    let mut results = running.join_all().await;
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Tries until it was seen.
async fn until_seen(mut attempt: impl AsyncFnMut(usize) -> bool) {
    let until = Instant::now() + PATIENCE;
    for round in 0.. {
        if attempt(round).await {
            return;
        }
        assert!(Instant::now() < until, "never seen in {round} rounds");
    }
}

async fn has(store: &Relational, id: &str) -> bool {
    accounts(store).await.iter().any(|account| account.id == id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_is_carried_by_the_same_transaction_and_told_after_its_commit() {
    let (store, _folder) = opened().await;
    until_seen(async |round| {
        let (id, seen) = (format!("anna_{round}"), Arc::new(Seen::default()));
        let looks = Work::Looks(id.clone(), seen.clone());
        let works = vec![Work::Notes(id.clone(), seen.clone()), looks.clone(), looks];
        assert!(together(&store, works).await.iter().all(|result| result.is_ok()));
        assert!(has(&store, &id).await);
        seen.is_carried_together.load(Ordering::SeqCst)
    })
    .await;
    check_agreement(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_dropped_takes_nothing_of_the_others_with_it() {
    let (store, _folder) = opened().await;
    for round in 0..20 {
        let id = |name: &str| format!("{name}_{round}");
        let works = vec![
            Work::Drops(id("anna")),
            Work::Writes(id("bert")),
            Work::Drops(id("carl")),
            Work::Drops(id("dora")),
            Work::Writes(id("emil")),
        ];
        assert!(together(&store, works).await.iter().all(|result| result.is_ok()));
        for (name, is_there) in [("anna", false), ("bert", true), ("carl", false), ("dora", false), ("emil", true)] {
            assert_eq!(has(&store, &id(name)).await, is_there, "{name}");
        }
    }
    check_agreement(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_commit_fails_all_that_it_carried() {
    let (store, _folder) = opened().await;
    until_seen(async |round| {
        let (anna, bert) = (format!("anna_{round}"), format!("bert_{round}"));
        let works = vec![Work::Writes(anna.clone()), Work::FailsAtTheEnd, Work::Writes(bert.clone())];
        let results = together(&store, works).await;
        // Whether they were carried together or not: what was acknowledged is there, and the rest is not.
        assert_eq!((has(&store, &anna).await, has(&store, &bert).await), (results[0].is_ok(), results[2].is_ok()));
        assert!(results[1].is_err());
        check_agreement(&store).await;
        results[0].is_err() && results[2].is_err()
    })
    .await;
    let notes: Row = query("SELECT COUNT(*) AS number FROM notes").fetch_one(&store).await.unwrap();
    assert_eq!(notes.int("number").unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_fails_what_was_carried_before_and_not_what_comes_after() {
    let (store, _folder) = opened().await;
    until_seen(async |round| {
        let (anna, bert) = (format!("anna_{round}"), format!("bert_{round}"));
        let works = vec![Work::Writes(anna.clone()), Work::FillsTheDisk, Work::Writes(bert.clone())];
        let results = together(&store, works).await;
        assert_eq!((has(&store, &anna).await, has(&store, &bert).await), (results[0].is_ok(), results[2].is_ok()));
        assert!(matches!(results[1], Err(StoreError::Full)));
        assert!(results[2].is_ok(), "{:?}", results[2]);
        check_agreement(&store).await;
        let mut unit = store.begin_unit(&command(None, "")).await.unwrap();
        query("PRAGMA max_page_count = 100000").execute(&mut unit).await.unwrap();
        unit.rollback().await.unwrap();
        matches!(&results[0], Err(StoreError::Busy))
    })
    .await;
}
