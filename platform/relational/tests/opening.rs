//! Opening: what is made, what is kept, and what is refused, with the path in the error.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{error::Error, path::Path};

use hansa_event_sourcing::{Actor, Clock, Command, IdSource};
use hansa_relational::{
    Begun, Durability, Migration, Migrations, MigrationsError, OpenError, Place, Relational, Row, StoreError,
    UnitOfWork, query,
};

const FIRST: Migration = Migration { name: "0001_things", text: "CREATE TABLE things (id TEXT NOT NULL PRIMARY KEY);" };
const SECOND: Migration = Migration {
    name: "0002_more",
    text: "ALTER TABLE things ADD COLUMN name TEXT; INSERT INTO things VALUES ('a', 'b');",
};

const fn both(list: &'static [Migration]) -> Migrations {
    Migrations { sqlite: list, postgres: list }
}

const ONE: Migrations = both(&[FIRST]);
const TWO: Migrations = both(&[FIRST, SECOND]);

async fn open(path: &Path, migrations: &Migrations) -> Result<Relational, OpenError> {
    Relational::open(path, migrations).await
}

async fn misfit(path: &Path, migrations: &Migrations) -> MigrationsError {
    match open(path, migrations).await.unwrap_err() {
        OpenError::Migrations { place, source } => {
            assert_eq!(place, Place::from(path));
            source
        }
        other => panic!("{other}"),
    }
}

async fn begin(store: &Relational) -> UnitOfWork {
    match store.begin::<()>(&command()).await.unwrap() {
        Begun::Fresh(unit) => unit,
        Begun::Replayed(()) => panic!("a new command"),
    }
}

async fn things(store: &Relational) -> usize {
    query("SELECT * FROM things").fetch_all::<Row>(store).await.unwrap().len()
}

#[tokio::test]
async fn folders_and_file_are_made_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/things.db");
    let store = open(&path, &ONE).await.unwrap();
    let mut unit = begin(&store).await;
    query("INSERT INTO things VALUES ('x')").execute(&mut unit).await.unwrap();
    unit.commit(&()).await.unwrap();
    store.close().await;
    assert!(matches!(store.begin::<()>(&command()).await, Err(StoreError::Engine { .. })));
    let store = open(&path, &TWO).await.unwrap();
    assert_eq!(things(&store).await, 2);
    // Applied once.
    let store_again = open(&path, &TWO).await.unwrap();
    assert_eq!(things(&store_again).await, 2);
}

#[cfg(unix)]
#[tokio::test]
async fn folders_are_made_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    open(&folder.path().join("a/b/things.db"), &ONE).await.unwrap();
    for made in ["a", "a/b"] {
        let mode = std::fs::metadata(folder.path().join(made)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{made}");
    }
}

fn command() -> Command {
    Command {
        operation: "thingMake",
        actor: Actor::default(),
        now: Clock::system().now(),
        ids: IdSource::random(),
        traceparent: None,
        idempotency_key: None,
        cause: hansa_event_sourcing::Cause::default(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("things.db");
    let mut openers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let path = path.clone();
        openers.spawn(async move { things(&open(&path, &TWO).await.unwrap()).await });
    }
    assert_eq!(openers.join_all().await, [1; 8]);
}

#[tokio::test]
async fn applied_migrations_do_not_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("things.db");
    open(&path, &TWO).await.unwrap().close().await;
    let error = misfit(&path, &ONE).await;
    assert!(matches!(&error, MigrationsError::Newer { name } if name == "0002_more"), "{error}");
    const CHANGED: Migration = Migration { name: "0001_things", text: "CREATE TABLE things (id TEXT);" };
    let error = misfit(&path, &both(&[CHANGED, SECOND])).await;
    assert!(matches!(&error, MigrationsError::Changed { name } if name == "0001_things"), "{error}");
    const RENAMED: Migration = Migration { name: "0001_thing", text: FIRST.text };
    let error = misfit(&path, &both(&[RENAMED, SECOND])).await;
    assert!(matches!(&error, MigrationsError::Renamed { .. }), "{error}");
    assert_eq!(things(&open(&path, &TWO).await.unwrap()).await, 1);
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("things.db");
    const BROKEN: Migration = Migration { name: "0002_broken", text: "CREATE TABLE more (id TEXT); CREATE TABL x;" };
    let error = misfit(&path, &both(&[FIRST, BROKEN])).await;
    assert!(matches!(&error, MigrationsError::Failed { name, .. } if name == "0002_broken"), "{error}");
    assert!(error.source().unwrap().source().unwrap().to_string().contains("TABL"), "{error:?}");
    assert_eq!(things(&open(&path, &TWO).await.unwrap()).await, 1);
}

#[tokio::test]
async fn both_engines_have_the_same_steps() {
    const SKIPPED: Migration = Migration { name: "0003_skipped", text: "" };
    const UNNUMBERED: Migration = Migration { name: "things", text: "" };
    const SPACED: Migration = Migration { name: "0001_Some Things", text: "" };
    for list in [&[FIRST, SKIPPED] as &'static [Migration], &[UNNUMBERED], &[SPACED], &[SECOND]] {
        let error = both(list).check().unwrap_err();
        assert!(matches!(error, MigrationsError::Misnamed { .. }), "{error}");
    }
    const OTHER: Migration = Migration { name: "0002_other", text: "" };
    for postgres in [&[FIRST] as &'static [Migration], &[FIRST, OTHER], &[]] {
        let lists = Migrations { sqlite: &[FIRST, SECOND], postgres };
        let folder = tempfile::tempdir().unwrap();
        let error = misfit(&folder.path().join("things.db"), &lists).await;
        assert!(matches!(error, MigrationsError::EnginesDiffer { .. }), "{error}");
    }
}

#[test]
fn own_migrations_are_those_in_the_folder() {
    let own = hansa_relational::migrations!["0001_outbox_and_idempotency", "0002_event_streams", "0003_messaging"];
    own.assert_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations"));
}

#[tokio::test]
async fn foreign_files_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    for content in ["these are my notes, and no database at all\n".repeat(100), "short".to_owned()] {
        std::fs::write(&text, &content).unwrap();
        let error = open(&text, &ONE).await.unwrap_err();
        assert_eq!(error.to_string(), format!("{} is no SQLite database", text.display()));
        assert_eq!(std::fs::read_to_string(&text).unwrap(), content);
    }
    let error = open(folder.path(), &ONE).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{} is no SQLite database", folder.path().display()));
    let error = open(&text.join("things.db"), &ONE).await.unwrap_err();
    assert!(matches!(&error, OpenError::Folder { path, .. } if path.starts_with(&text)), "{error}");
}

#[tokio::test]
async fn databases_of_other_programs_and_contexts_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("foreign.db");
    // What another program may have made: tables, and not ours.
    let foreign = hansa_relational::sqlite::Sqlite::open(&path, &Default::default()).await.unwrap();
    let mut transaction = foreign.begin().await.unwrap();
    transaction.execute_script("CREATE TABLE theirs (id TEXT);").await.unwrap();
    transaction.commit().await.unwrap();
    foreign.close().await;
    let error = open(&path, &ONE).await.unwrap_err();
    assert!(matches!(&error, OpenError::Foreign { place } if *place == Place::from(&*path)), "{error}");

    let path = folder.path().join("other_context.db");
    open(&path, &ONE).await.unwrap().close().await;
    const OTHER: Migration = Migration { name: "0001_people", text: "CREATE TABLE people (id TEXT);" };
    let error = misfit(&path, &both(&[OTHER])).await;
    assert!(matches!(error, MigrationsError::Renamed { .. }), "{error}");
}

#[tokio::test]
async fn what_cannot_be_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("locked/things.db");
    open(&path, &ONE).await.unwrap().close().await;
    let set_read_only = |path: &Path, is_read_only: bool| {
        let mut permissions = std::fs::metadata(path).unwrap().permissions();
        permissions.set_readonly(is_read_only);
        std::fs::set_permissions(path, permissions).unwrap();
    };
    set_read_only(&path, true);
    set_read_only(path.parent().unwrap(), true);
    // Who may write everywhere, writes here too.
    if std::fs::write(path.with_file_name("trial"), "").is_err() {
        let error = open(&path, &TWO).await.unwrap_err();
        assert!(matches!(&error, OpenError::ReadOnly { .. }), "{error}");
        let error = open(&path.with_file_name("new.db"), &ONE).await.unwrap_err();
        assert!(error.to_string().contains("new.db"), "{error}");
    }
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("things.db"), &ONE).await.unwrap();
    let mut unit = begin(&store).await;
    query("INSERT INTO things VALUES ('small')").execute(&mut unit).await.unwrap();
    query("PRAGMA max_page_count = 40").execute(&mut unit).await.unwrap();
    let error = query("INSERT INTO things VALUES ($1)").bind("x".repeat(1 << 20)).execute(&mut unit).await.unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error}");
    // The engine has ended the transaction; what follows must not be written on its own.
    query("INSERT INTO things VALUES ('late')").execute(&mut unit).await.unwrap_err();
    unit.commit(&()).await.unwrap_err();
    assert_eq!(things(&store).await, 0);
    let mut unit = begin(&store).await;
    query("INSERT INTO things VALUES ('small')").execute(&mut unit).await.unwrap();
    unit.commit(&()).await.unwrap();
    assert_eq!(things(&store).await, 1);
}

#[tokio::test]
async fn durability_may_change_while_the_store_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("things.db"), &ONE).await.unwrap();
    for (number, (durability, synchronous)) in
        [(Durability::ProcessKill, 1), (Durability::PowerCut, 2), (Durability::ProcessKill, 1)].into_iter().enumerate()
    {
        store.set_durability(durability).await.unwrap();
        let mut unit = begin(&store).await;
        let row: Row = query("PRAGMA synchronous").fetch_one(&mut unit).await.unwrap();
        assert_eq!(row.int("synchronous").unwrap(), synchronous);
        query("INSERT INTO things VALUES ($1)").bind(number.to_string()).execute(&mut unit).await.unwrap();
        unit.commit(&()).await.unwrap();
    }
    assert_eq!(things(&store).await, 3);
}

#[tokio::test]
async fn commits_are_on_the_disk_unless_asked_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("things.db"), &ONE).await.unwrap();
    let mut unit = begin(&store).await;
    for (pragma, value) in [("PRAGMA synchronous", 2), ("PRAGMA foreign_keys", 1)] {
        let row: Row = query(pragma).fetch_one(&mut unit).await.unwrap();
        assert_eq!(row.int(pragma.strip_prefix("PRAGMA ").unwrap()).unwrap(), value);
    }
    let row: Row = query("PRAGMA journal_mode").fetch_one(&store).await.unwrap();
    assert_eq!(row.text("journal_mode").unwrap(), "wal");
}
