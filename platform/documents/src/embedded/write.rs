//! The one write of a command: a document with its events and its idempotency record.

use hansa_event_sourcing::{Command, RecordedEvent};
use hansa_relational::{Value as Bound, sqlite::Transaction};
use serde_json::Value as Json;

use super::{
    Embedded,
    idempotency::{self, records},
    statement::{Statement, elements_table, table},
};
use crate::{
    CollectionSpec, StoreError,
    change::{Change, Content, Envelope, with_sortable_times},
    record::Record,
};

impl Embedded {
    /// Writes; or gives the answer to the same command, if another process has written it in the meantime.
    pub(crate) async fn write(
        &self,
        collection: &CollectionSpec,
        command: &Command,
        change: Change,
        (events, payload): (Vec<RecordedEvent>, String),
    ) -> Result<Option<String>, StoreError> {
        let mut transaction = self.sqlite.begin().await?;
        match write_in(&mut transaction, collection, command, (change, events, payload)).await {
            Ok(None) => {
                transaction.commit().await?;
                Ok(None)
            }
            // What it has seen may be of a command that is committed together with others in a moment: whoever is told of
            // it, and reads, must find it.
            ended => {
                let rolled_back = transaction.rollback().await;
                let earlier = ended?;
                rolled_back?;
                Ok(earlier)
            }
        }
    }

    pub(crate) async fn next_version(&self, collection: &CollectionSpec, id: &str) -> Result<i64, StoreError> {
        let text = format!("SELECT version, is_deleted FROM {} WHERE id = ", table(collection));
        let mut statement = Statement::new(text);
        statement.bind(id.into());
        match self.rows(statement).await?.first() {
            None => Ok(1),
            Some(row) => Ok(row.int("version")? + 1),
        }
    }
}

async fn write_in(
    transaction: &mut Transaction,
    collection: &CollectionSpec,
    command: &Command,
    (change, events, payload): (Change, Vec<RecordedEvent>, String),
) -> Result<Option<String>, StoreError> {
    if let Some(key) = &command.idempotency_key {
        let earlier = idempotency::recorded_payload(transaction, collection, command, key).await?;
        if earlier.is_some() {
            return Ok(earlier);
        }
        idempotency::clear_expired(transaction, collection, command, key).await?;
    }
    let id = change.id().to_owned();
    let before = stored(transaction, collection, &id).await?;
    let is_new = before.is_none();
    let (mut document, content) = change.apply(before)?;
    for event in &events {
        document.outbox.push(serde_json::to_value(event).map_err(StoreError::Unwritable)?);
    }
    document.commands.retain(|record| !record.is_expired(command.now));
    if let Some(key) = &command.idempotency_key {
        let record = Record::new(command, key, payload);
        idempotency::add_key(transaction, collection, &record, &id).await?;
        document.commands.push(record);
    }
    let content = match content {
        Content::Same => None,
        Content::Gone => Some(None),
        Content::New(content) => Some(Some(with_sortable_times(collection, content)?)),
    };
    let text = content.as_ref().map(|content| content.as_ref().map_or_else(|| "{}".to_owned(), Json::to_string));
    put(transaction, collection, (&id, is_new), (&document, text)).await?;
    if let Some(content) = content {
        put_elements(transaction, collection, &id, content.as_ref()).await?;
    }
    Ok(None)
}

async fn stored(
    transaction: &mut Transaction,
    collection: &CollectionSpec,
    id: &str,
) -> Result<Option<Envelope>, StoreError> {
    let text = format!("SELECT version, is_deleted, outbox, commands FROM {} WHERE id = ", table(collection));
    let mut select = Statement::new(text);
    select.bind(id.into());
    let (text, values) = select.parts()?;
    let rows = transaction.read(text, values, 1).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let unreadable = |source| StoreError::Unreadable { collection: collection.name, id: id.to_owned(), source };
    Ok(Some(Envelope {
        version: row.int("version")?,
        is_deleted: row.bool("is_deleted")?,
        outbox: serde_json::from_str(&row.text("outbox")?).map_err(unreadable)?,
        commands: records(collection, id, &row.text("commands")?)?,
    }))
}

async fn put(
    transaction: &mut Transaction,
    collection: &CollectionSpec,
    (id, is_new): (&str, bool),
    (document, content): (&Envelope, Option<String>),
) -> Result<(), StoreError> {
    document.check_limits(content.as_ref().map_or(0, String::len))?;
    let table = table(collection);
    let mut statement = Statement::new(match is_new {
        true => format!(
            "INSERT INTO {table} (id, version, is_deleted, content, outbox, commands) VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        false => format!(
            "UPDATE {table} SET version = $2, is_deleted = $3, content = COALESCE($4, content), outbox = $5, commands = $6 \
             WHERE id = $1"
        ),
    });
    statement.values = vec![
        id.into(),
        document.version.into(),
        document.is_deleted.into(),
        content.into(),
        serde_json::to_string(&document.outbox).map_err(StoreError::Unwritable)?.into(),
        serde_json::to_string(&document.commands).map_err(StoreError::Unwritable)?.into(),
    ];
    let (text, values) = statement.parts()?;
    transaction.execute(text, values).await.map_err(|error| named(collection, error.into()))?;
    Ok(())
}

/// Keeps the tables of arrays' elements as the document has them.
async fn put_elements(
    transaction: &mut Transaction,
    collection: &CollectionSpec,
    id: &str,
    content: Option<&Json>,
) -> Result<(), StoreError> {
    for index in collection.indexes.iter().filter(|index| index.kind.is_of_elements()) {
        let table = elements_table(collection, index.name);
        let mut delete = Statement::new(format!("DELETE FROM {table} WHERE document_id = "));
        delete.bind(id.into());
        let (text, values) = delete.parts()?;
        transaction.execute(text, values).await?;
        // One document may have an element twice.
        for element in content.map(|content| elements(content, index.paths[0])).unwrap_or_default() {
            let mut insert = Statement::new(format!(
                "INSERT INTO {table} (element, document_id) SELECT $1, $2 \
                 WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE element = $1 AND document_id = $2)"
            ));
            insert.values = vec![element, id.into()];
            let (text, values) = insert.parts()?;
            let inserted = transaction.execute(text, values).await.map_err(StoreError::from);
            inserted.map_err(|error| match error {
                StoreError::UniqueViolation { .. } => StoreError::UniqueViolation { index: index.name.to_owned() },
                other => other,
            })?;
        }
    }
    Ok(())
}

fn elements(content: &Json, path: &str) -> Vec<Bound> {
    let found = path.split('.').try_fold(content, |json, part| json.get(part));
    let elements = match found {
        Some(Json::Array(elements)) => elements.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let bound = |element: &Json| match element {
        Json::String(text) => Some(text.into()),
        other => other.as_i64().map(Into::into),
    };
    elements.iter().filter_map(bound).collect()
}

/// Indexes are named within their collection.
fn named(collection: &CollectionSpec, error: StoreError) -> StoreError {
    match error {
        StoreError::UniqueViolation { index } => {
            let prefix = format!("{}_", collection.name);
            StoreError::UniqueViolation { index: index.strip_prefix(&prefix).unwrap_or(&index).to_owned() }
        }
        other => other,
    }
}
