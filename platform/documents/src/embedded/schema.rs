//! Tables and indexes of collections. What a program no longer asks for is dropped, what it asks for otherwise is made
//! anew; documents stay.

use std::{borrow::Cow, path::Path as FilePath};

use hansa_relational::{
    OpenError as FileError, Value as Bound,
    sqlite::{Sqlite, Transaction},
};

use super::{
    ROWS_MAX,
    statement::{elements_table, field, keys_table, table},
};
use crate::{
    CollectionSpec, Index, OpenError, StoreError,
    document::IndexKind,
    specification::{check, direction},
};

/// How rows are laid out. A database with a higher number is of a newer program.
const FORMAT: i64 = 1;

/// Makes everything, or nothing.
pub(super) async fn make(sqlite: &Sqlite, collections: &[CollectionSpec]) -> Result<(), OpenError> {
    let path = sqlite.path();
    check(collections)?;
    let failed = |error: StoreError| file_error(path, error);
    let mut transaction = sqlite.begin().await.map_err(|error| failed(error.into()))?;
    make_format(&mut transaction, path).await?;
    for collection in collections {
        let failed = |source| OpenError::Collection { path: path.to_owned(), collection: collection.name, source };
        make_collection(&mut transaction, collection).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(|error| failed(error.into()))
}

pub(super) fn file_error(path: &FilePath, error: StoreError) -> OpenError {
    let place = path.into();
    OpenError::File(match error {
        StoreError::Busy => FileError::Busy { place },
        StoreError::Full => FileError::Full { place },
        other => FileError::Engine { place, source: other.into() },
    })
}

async fn make_format(transaction: &mut Transaction, path: &FilePath) -> Result<(), OpenError> {
    let failed = |error: StoreError| file_error(path, error);
    let tables = read(transaction, "SELECT name FROM sqlite_schema WHERE type = 'table'", Vec::new()).await;
    let tables = tables.map_err(failed)?;
    if !tables.is_empty() {
        if !tables.iter().any(|table| table == "documents_format") {
            return Err(OpenError::File(FileError::Foreign { place: path.into() }));
        }
        let found = read_number(transaction, "SELECT format AS name FROM documents_format").await.map_err(failed)?;
        return match found > FORMAT {
            true => Err(OpenError::Newer { path: path.to_owned(), found, known: FORMAT }),
            false => Ok(()),
        };
    }
    for statement in [
        "CREATE TABLE documents_format (format BIGINT NOT NULL)".to_owned(),
        format!("INSERT INTO documents_format (format) VALUES ({FORMAT})"),
        "CREATE TABLE documents_indexes (
            collection TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL, PRIMARY KEY (collection, name)
        )"
        .to_owned(),
    ] {
        execute(transaction, statement, Vec::new()).await.map_err(failed)?;
    }
    Ok(())
}

async fn make_collection(transaction: &mut Transaction, collection: &CollectionSpec) -> Result<(), StoreError> {
    let (table, keys, name) = (table(collection), keys_table(collection), collection.name);
    for statement in [
        format!(
            "CREATE TABLE IF NOT EXISTS {table} (
                id TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, is_deleted BIGINT NOT NULL,
                content TEXT NOT NULL, outbox TEXT NOT NULL, commands TEXT NOT NULL
            )"
        ),
        format!("CREATE INDEX IF NOT EXISTS \"{name}__outbox\" ON {table} (id) WHERE outbox <> '[]'"),
        format!(
            "CREATE TABLE IF NOT EXISTS {keys} (
                actor_scope TEXT NOT NULL, operation TEXT NOT NULL, idempotency_key TEXT NOT NULL,
                expires_at TEXT NOT NULL, document_id TEXT NOT NULL,
                PRIMARY KEY (actor_scope, operation, idempotency_key)
            ) WITHOUT ROWID"
        ),
        format!("CREATE INDEX IF NOT EXISTS \"{name}__keys_expiry\" ON {keys} (expires_at)"),
        format!("CREATE INDEX IF NOT EXISTS \"{name}__keys_document\" ON {keys} (document_id)"),
    ] {
        execute(transaction, statement, Vec::new()).await?;
    }
    let listed = "SELECT name FROM documents_indexes WHERE collection = $1";
    for listed in read(transaction, listed, vec![name.into()]).await? {
        let wanted = collection.indexes.iter().find(|index| index.name == listed);
        let definition = "SELECT definition AS name FROM documents_indexes WHERE collection = $1 AND name = $2";
        let definition = read(transaction, definition, vec![name.into(), (&listed).into()]).await?;
        if wanted.is_none_or(|index| definition != [index_statements(collection, index).concat()]) {
            drop_index(transaction, collection, &listed).await?;
        }
    }
    for index in collection.indexes {
        make_index(transaction, collection, index).await?;
    }
    Ok(())
}

async fn make_index(
    transaction: &mut Transaction,
    collection: &CollectionSpec,
    index: &Index,
) -> Result<(), StoreError> {
    let listed = "SELECT name FROM documents_indexes WHERE collection = $1 AND name = $2";
    if !read(transaction, listed, vec![collection.name.into(), index.name.into()]).await?.is_empty() {
        return Ok(());
    }
    let statements = index_statements(collection, index);
    let definition = statements.concat();
    for statement in statements {
        execute(transaction, statement, Vec::new()).await?;
    }
    let record = "INSERT INTO documents_indexes (collection, name, definition) VALUES ($1, $2, $3)".to_owned();
    execute(transaction, record, vec![collection.name.into(), index.name.into(), definition.into()]).await
}

async fn drop_index(transaction: &mut Transaction, collection: &CollectionSpec, index: &str) -> Result<(), StoreError> {
    for statement in [
        format!("DROP INDEX IF EXISTS \"{}_{index}\"", collection.name),
        format!("DROP TABLE IF EXISTS {}", elements_table(collection, index)),
    ] {
        execute(transaction, statement, Vec::new()).await?;
    }
    let forget = "DELETE FROM documents_indexes WHERE collection = $1 AND name = $2".to_owned();
    execute(transaction, forget, vec![collection.name.into(), index.into()]).await
}

/// What makes an index, and what it is recognised by.
fn index_statements(collection: &CollectionSpec, index: &Index) -> Vec<String> {
    let (table, name) = (table(collection), format!("\"{}_{}\"", collection.name, index.name));
    let mut columns: Vec<String> = index
        .paths
        .iter()
        .map(|path| match direction(path) {
            (path, true) => format!("{} DESC", field(path)),
            (path, false) => field(path),
        })
        .collect();
    match index.kind {
        IndexKind::Unique => {
            vec![format!("CREATE UNIQUE INDEX {name} ON {table} ({}) WHERE is_deleted = 0", columns.join(", "))]
        }
        IndexKind::Plain => {
            let is_descending = index.paths.last().is_some_and(|path| direction(path).1);
            columns.push(if is_descending { "id DESC".to_owned() } else { "id".to_owned() });
            vec![format!("CREATE INDEX {name} ON {table} ({}) WHERE is_deleted = 0", columns.join(", "))]
        }
        IndexKind::Elements | IndexKind::UniqueElements => {
            let (elements, path) = (elements_table(collection, index.name), index.paths[0]);
            let is_unique = index.kind == IndexKind::UniqueElements;
            let key = if is_unique { "element" } else { "element, document_id" };
            vec![
                format!(
                    "CREATE TABLE {elements} (element NOT NULL, document_id TEXT NOT NULL, PRIMARY KEY ({key})) \
                     WITHOUT ROWID"
                ),
                format!("CREATE INDEX {name} ON {elements} (document_id)"),
                format!(
                    "INSERT INTO {elements} (element, document_id) SELECT DISTINCT each.value, documents.id \
                     FROM {table} AS documents, json_each(documents.content, '$.{path}') AS each \
                     WHERE documents.is_deleted = 0 AND each.type IN ('text', 'integer')"
                ),
            ]
        }
    }
}

async fn execute(transaction: &mut Transaction, text: String, values: Vec<Bound>) -> Result<(), StoreError> {
    transaction.execute(Cow::Owned(text), values).await?;
    Ok(())
}

async fn read(
    transaction: &mut Transaction,
    text: &'static str,
    values: Vec<Bound>,
) -> Result<Vec<String>, StoreError> {
    let rows = transaction.read(Cow::Borrowed(text), values, ROWS_MAX).await?;
    rows.iter().map(|row| Ok(row.text("name")?)).collect()
}

async fn read_number(transaction: &mut Transaction, text: &'static str) -> Result<i64, StoreError> {
    let rows = transaction.read(Cow::Borrowed(text), Vec::new(), 1).await?;
    rows.first().map_or(Ok(0), |row| Ok(row.int("name")?))
}
