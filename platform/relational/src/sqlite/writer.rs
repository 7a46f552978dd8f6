//! The one that writes: a task that owns the writer's connection and lends it to one command after another.
//!
//! Commands that wait are carried by one transaction of the engine, because its commit, which waits for the disk, costs more
//! than all else. Each has a savepoint, so that one that is rolled back takes nothing of the others with it; and each is
//! told that it is committed only after the commit of all.

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::timeout,
};

use super::errors::engine_error;
use crate::StoreError;

/// Commands that one transaction carries at most, and how long it collects them.
const UNITS_MAX: u32 = 64;
const COLLECTING_MAX: Duration = Duration::from_millis(5);
/// Commands that wait in the queue; more wait in front of it.
const QUEUE: usize = 256;

/// Commands queue here. The task ends with it.
#[derive(Debug)]
pub(super) struct Writer {
    requests: mpsc::Sender<Request>,
    wait: Duration,
    _task: JoinSet<()>,
}

#[derive(Debug)]
enum Request {
    Begin(oneshot::Sender<Result<Loan, StoreError>>),
    Aside(Aside),
}

/// What no transaction may be open for.
#[derive(Debug)]
enum Aside {
    Run(Cow<'static, str>, oneshot::Sender<Result<(), StoreError>>),
    Close(oneshot::Sender<()>),
}

/// The connection, for one command. Dropped, what the command wrote is rolled back.
#[derive(Debug)]
pub(super) struct Loan {
    lent: Option<(SqliteConnection, oneshot::Sender<Returned>)>,
}

#[derive(Debug)]
struct Returned {
    connection: SqliteConnection,
    end: End,
}

/// How a command ended, and who waits to hear that it has.
#[derive(Debug)]
enum End {
    Commit(oneshot::Sender<Result<(), StoreError>>),
    Rollback(Option<oneshot::Sender<Result<(), StoreError>>>),
}

impl Writer {
    pub(super) fn new(connection: SqliteConnection, wait: Duration) -> Writer {
        let (requests, received) = mpsc::channel(QUEUE);
        let mut task = JoinSet::new();
        task.spawn(Carrier { connection: Some(connection), requests: received }.run());
        Writer { requests, wait, _task: task }
    }

    /// Waits for its turn. `Busy` when the others take too long.
    pub(super) async fn begin(&self) -> Result<Loan, StoreError> {
        let begun = async {
            let (reply, begun) = oneshot::channel();
            self.requests.send(Request::Begin(reply)).await.map_err(|_| closed())?;
            begun.await.map_err(|_| closed())?
        };
        timeout(self.wait, begun).await.map_err(|_| StoreError::Busy)?
    }

    /// Runs statements outside of a transaction.
    pub(super) async fn run(&self, statements: &'static str) -> Result<(), StoreError> {
        let (reply, done) = oneshot::channel();
        self.requests.send(Request::Aside(Aside::Run(Cow::Borrowed(statements), reply))).await.map_err(|_| closed())?;
        done.await.map_err(|_| closed())?
    }

    pub(super) async fn close(&self) {
        let (reply, done) = oneshot::channel();
        // Where nobody answers, it is closed.
        if self.requests.send(Request::Aside(Aside::Close(reply))).await.is_ok() {
            let _ = done.await;
        }
    }
}

impl Loan {
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        let (connection, _) = self.lent.as_mut().expect("it is given back by what ends the loan");
        connection
    }

    /// Waits until it is committed, with whatever else is carried by the same transaction.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let (told, committed) = oneshot::channel();
        self.give_back(End::Commit(told));
        committed.await.map_err(|_| closed())?
    }

    pub(super) async fn rollback(mut self) -> Result<(), StoreError> {
        let (told, rolled_back) = oneshot::channel();
        self.give_back(End::Rollback(Some(told)));
        rolled_back.await.map_err(|_| closed())?
    }

    fn give_back(&mut self, end: End) {
        if let Some((connection, back)) = self.lent.take() {
            // Where nobody takes it, it is closed, and the engine rolls back.
            let _ = back.send(Returned { connection, end });
        }
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        self.give_back(End::Rollback(None));
    }
}

/// The task.
#[derive(Debug)]
struct Carrier {
    /// `None` while it is lent, and for ever after it was closed.
    connection: Option<SqliteConnection>,
    requests: mpsc::Receiver<Request>,
}

/// A transaction of the engine and the commands that it carries.
#[derive(Debug)]
struct Group {
    began: Instant,
    is_open: bool,
    has_savepoint: bool,
    units: u32,
    /// They wait for the commit.
    waiting: Vec<oneshot::Sender<Result<(), StoreError>>>,
}

impl Carrier {
    async fn run(mut self) {
        while let Some(request) = self.requests.recv().await {
            let aside = match request {
                Request::Begin(reply) => self.carry(reply).await,
                Request::Aside(aside) => Some(aside),
            };
            match aside {
                None => {}
                Some(Aside::Run(statements, reply)) => {
                    let _ = reply.send(self.execute(statements).await);
                }
                Some(Aside::Close(reply)) => {
                    if let Some(connection) = self.connection.take() {
                        let _ = connection.close().await;
                    }
                    let _ = reply.send(());
                    return;
                }
            }
        }
    }

    /// Carries this command and those that come while it is written; gives what was asked for aside.
    async fn carry(&mut self, first: oneshot::Sender<Result<Loan, StoreError>>) -> Option<Aside> {
        let mut group =
            Group { began: Instant::now(), is_open: false, has_savepoint: false, units: 0, waiting: Vec::new() };
        let mut next = first;
        let aside = loop {
            self.serve(next, &mut group).await;
            if group.units >= UNITS_MAX || group.began.elapsed() >= COLLECTING_MAX {
                break None;
            }
            match self.requests.try_recv() {
                Ok(Request::Begin(reply)) => next = reply,
                Ok(Request::Aside(aside)) => break Some(aside),
                Err(_) => break None,
            }
        };
        self.end(group).await;
        aside
    }

    async fn serve(&mut self, reply: oneshot::Sender<Result<Loan, StoreError>>, group: &mut Group) {
        // Who has waited too long is gone.
        if reply.is_closed() {
            return;
        }
        let begun = match (group.is_open, group.has_savepoint) {
            (false, _) => self.execute("BEGIN IMMEDIATE").await,
            (true, false) => self.execute("SAVEPOINT unit").await,
            (true, true) => self.execute("RELEASE unit; SAVEPOINT unit").await,
        };
        if let Err(error) = begun {
            let _ = reply.send(Err(error));
            return;
        }
        group.has_savepoint = group.is_open;
        group.is_open = true;
        group.units += 1;
        let Some(connection) = self.connection.take() else { return };
        let (back, returned) = oneshot::channel();
        // A loan that is not taken comes back by itself.
        let _ = reply.send(Ok(Loan { lent: Some((connection, back)) }));
        let Ok(Returned { connection, end }) = returned.await else { return };
        self.connection = Some(connection);
        match end {
            End::Commit(told) => group.waiting.push(told),
            End::Rollback(told) => {
                self.roll_back_unit(group).await;
                // It may have seen what others wrote before it, so it hears of its end when theirs is certain.
                match told {
                    Some(told) if group.is_open && !group.waiting.is_empty() => group.waiting.push(told),
                    Some(told) => drop(told.send(Ok(()))),
                    None => {}
                }
            }
        }
    }

    /// Takes back what the last command wrote, and nothing else. The engine may have ended the transaction, for a full disk;
    /// then nothing of the others was written either.
    async fn roll_back_unit(&mut self, group: &mut Group) {
        let is_kept = group.has_savepoint && self.execute("ROLLBACK TO unit").await.is_ok();
        if !is_kept {
            // An error means that there is nothing to end.
            let _ = self.execute("ROLLBACK").await;
            group.is_open = false;
            group.has_savepoint = false;
            group.tell(|| Err(StoreError::Busy));
        }
    }

    async fn end(&mut self, mut group: Group) {
        if !group.is_open {
            return;
        }
        let result =
            if group.waiting.is_empty() { self.execute("ROLLBACK").await } else { self.execute("COMMIT").await };
        match result {
            Ok(()) => group.tell(|| Ok(())),
            Err(error) => {
                let _ = self.execute("ROLLBACK").await;
                let text = error.to_string();
                group.tell(|| match &error {
                    StoreError::Busy => Err(StoreError::Busy),
                    StoreError::Full => Err(StoreError::Full),
                    _ => Err(StoreError::Engine { attempted: "commit", source: text.clone().into() }),
                });
            }
        }
    }

    async fn execute(&mut self, statements: impl Into<Cow<'static, str>>) -> Result<(), StoreError> {
        let connection = self.connection.as_mut().ok_or_else(closed)?;
        let result = sqlx::raw_sql(AssertSqlSafe(statements.into())).execute(connection).await;
        result.map(|_| ()).map_err(engine_error)
    }
}

impl Group {
    fn tell(&mut self, result: impl Fn() -> Result<(), StoreError>) {
        for waiting in self.waiting.drain(..) {
            // Who has given up waiting is not told.
            let _ = waiting.send(result());
        }
    }
}

fn closed() -> StoreError {
    StoreError::Engine { attempted: "write", source: "the database is closed".into() }
}
