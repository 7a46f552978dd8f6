//! Jobs: done once, at their time, by whoever is there.

use super::world::*;
use crate::{
    Bus, Job, JobClaim, JobFuture, JobHandler, JobOutcome, Workers, cancel, operating, schedule,
    testing::{TestWorkers, test_settings},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::{Clock, IdSource};
use hansa_relational::{Relational, StoreError, query};
use serde_json::json;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

on_engines! {
    a_thousand_jobs_are_done_once_each_by_several_processes,
    a_job_waits_for_its_time_and_survives_restarts,
    a_job_whose_process_died_is_done_when_its_lease_has_expired,
    a_job_that_fails_is_done_again_later,
    a_job_that_is_scheduled_again_or_cancelled_cannot_be_completed_by_who_works_on_it,
}

type Action = Arc<dyn Fn(&JobClaim) -> Option<Result<JobOutcome, StoreError>> + Send + Sync>;

/// Writes down each job that it does; `action` may decide otherwise.
#[derive(Clone)]
struct Writing {
    store: Relational,
    action: Action,
    lease: Duration,
    pause: Duration,
}

impl Writing {
    fn new(store: &Relational) -> Writing {
        let (lease, pause) = (Duration::from_secs(30), Duration::ZERO);
        Writing { store: store.clone(), action: Arc::new(|_| None), lease, pause }
    }
}

impl JobHandler for Writing {
    fn queue(&self) -> &'static str {
        "writing"
    }

    fn lease(&self) -> Duration {
        self.lease
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(async move {
            if let Some(outcome) = (self.action)(claim) {
                return outcome;
            }
            tokio::time::sleep(self.pause).await;
            let mut unit = self.store.begin_unit(&command("write")).await?;
            query("INSERT INTO handled (number, stream_id, stream_version, event_id) VALUES ($1, $2, $3, $4)")
                .bind(claim.job.content["number"].as_i64().unwrap_or_default())
                .bind(&claim.job.key)
                .bind(claim.attempt)
                .bind(&claim.job.key)
                .execute(&mut unit)
                .await?;
            claim.complete(&mut unit).await?;
            unit.commit(&()).await?;
            Ok(JobOutcome::Completed)
        })
    }
}

fn job(key: &str, number: i64, due_at: DateTime<Utc>) -> Job {
    Job { queue: "writing", key: key.to_owned(), content: json!({ "number": number }), due_at, traceparent: None }
}

async fn schedule_all(store: &Relational, jobs: &[Job]) {
    let mut unit = store.begin_unit(&command("plan")).await.unwrap();
    for job in jobs {
        schedule(&mut unit, job).await.unwrap();
    }
    unit.commit(&()).await.unwrap();
}

fn running(bus: &Bus, store: &Relational, clock: &Clock, handler: Writing) -> TestWorkers {
    let workers = Workers::new("stock", bus, store, (clock, &IdSource::random())).jobs(handler);
    TestWorkers::run_with(workers, test_settings())
}

async fn until_done(store: &Relational, count: usize) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    while handled(store).await.len() < count {
        assert!(tokio::time::Instant::now() < deadline, "{} of {count}", handled(store).await.len());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn a_thousand_jobs_are_done_once_each_by_several_processes(folder: World) {
    let bus = bus(folder.path());
    let clock = Clock::system();
    let mut processes = Vec::new();
    for _ in 0..3 {
        // Each process opens the store for itself.
        let stock = folder.store("stock").await;
        processes.push(running(&bus, &stock, &clock, Writing::new(&stock)));
    }
    let stock = folder.store("stock").await;
    let jobs: Vec<Job> = (0..1_000).map(|number| job(&format!("job-{number}"), number, now())).collect();
    for jobs in jobs.chunks(100) {
        schedule_all(&stock, jobs).await;
    }
    until_done(&stock, 1_000).await;
    let mut numbers: Vec<i64> = handled(&stock).await.iter().map(|done| done.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..1_000).collect::<Vec<_>>());
    assert_eq!(operating::jobs(&stock, None).await.unwrap(), []);
}

async fn a_job_waits_for_its_time_and_survives_restarts(folder: World) {
    let bus = bus(folder.path());
    let stock = folder.store("stock").await;
    let clock = Clock::set_to(now());
    let first = running(&bus, &stock, &clock, Writing::new(&stock));
    schedule_all(&stock, &[job("later", 1, clock.now() + TimeDelta::minutes(15)), job("now", 2, clock.now())]).await;
    until_done(&stock, 1).await;
    first.stop().await;
    clock.advance(TimeDelta::minutes(14));
    let second = running(&bus, &stock, &clock, Writing::new(&stock));
    second.drained().await;
    assert_eq!(handled(&stock).await.len(), 1);
    assert_eq!(operating::jobs(&stock, Some("writing")).await.unwrap().len(), 1);
    clock.advance(TimeDelta::minutes(1));
    until_done(&stock, 2).await;
    second.drained().await;
}

async fn a_job_whose_process_died_is_done_when_its_lease_has_expired(folder: World) {
    let bus = bus(folder.path());
    let stock = folder.store("stock").await;
    let begun = Arc::new(AtomicUsize::new(0));
    let counting = begun.clone();
    let dying = Writing {
        lease: Duration::from_millis(500),
        pause: Duration::from_secs(3600),
        action: Arc::new(move |_| {
            counting.fetch_add(1, Ordering::SeqCst);
            None
        }),
        ..Writing::new(&stock)
    };
    let clock = Clock::system();
    let killed = running(&bus, &stock, &clock, dying);
    schedule_all(&stock, &[job("one", 1, now())]).await;
    while begun.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(killed);
    let _after = running(&bus, &stock, &clock, Writing { lease: Duration::from_millis(500), ..Writing::new(&stock) });
    until_done(&stock, 1).await;
    assert_eq!(handled(&stock).await[0].stream_version, 2, "the second attempt");
}

async fn a_job_that_fails_is_done_again_later(folder: World) {
    let bus = bus(folder.path());
    let stock = folder.store("stock").await;
    let action = |claim: &JobClaim| match claim.attempt {
        1 => Some(Err(StoreError::Busy)),
        2 => Some(Ok(JobOutcome::Again { after: Duration::from_millis(30), why: "not yet".to_owned() })),
        3 => panic!("the test says so"),
        _ => None,
    };
    let handler = Writing { action: Arc::new(action), ..Writing::new(&stock) };
    let workers = running(&bus, &stock, &Clock::system(), handler);
    schedule_all(&stock, &[job("one", 1, now())]).await;
    until_done(&stock, 1).await;
    workers.drained().await;
    assert_eq!(handled(&stock).await[0].stream_version, 4);
}

async fn a_job_that_is_scheduled_again_or_cancelled_cannot_be_completed_by_who_works_on_it(folder: World) {
    let bus = bus(folder.path());
    let stock = folder.store("stock").await;
    let claims: Arc<Mutex<Vec<JobClaim>>> = Arc::default();
    let keeping = claims.clone();
    let action = move |claim: &JobClaim| {
        keeping.lock().unwrap().push(claim.clone());
        // Nothing is done: it stays claimed.
        Some(Ok(JobOutcome::Completed))
    };
    let workers = running(&bus, &stock, &Clock::system(), Writing { action: Arc::new(action), ..Writing::new(&stock) });
    schedule_all(&stock, &[job("again", 1, now()), job("cancelled", 2, now())]).await;
    while claims.lock().unwrap().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    workers.stop().await;
    let later = now() + TimeDelta::hours(1);
    schedule_all(&stock, &[job("again", 3, later)]).await;
    let mut unit = stock.begin_unit(&command("cancel")).await.unwrap();
    cancel(&mut unit, "writing", "cancelled").await.unwrap();
    cancel(&mut unit, "writing", "unknown").await.unwrap();
    unit.commit(&()).await.unwrap();
    let claims = claims.lock().unwrap().clone();
    for claim in claims {
        let mut unit = stock.begin_unit(&command("write")).await.unwrap();
        let refused = claim.complete(&mut unit).await;
        assert!(matches!(refused, Err(StoreError::CheckpointMoved)), "{refused:?}");
        unit.rollback().await.unwrap();
    }
    let jobs = operating::jobs(&stock, None).await.unwrap();
    assert_eq!((jobs.len(), jobs[0].content["number"].as_i64(), jobs[0].attempts), (1, Some(3), 0));
}
