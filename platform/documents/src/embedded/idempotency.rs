//! Idempotency records, kept in the documents that their commands wrote; the table of keys says in which.

use hansa_event_sourcing::{Command, IdempotencyKey};
use hansa_relational::{sqlite::Transaction, time_text};

use super::{
    Embedded, ROWS_MAX,
    statement::{Statement, keys_table, table},
};
use crate::{
    CollectionSpec, StoreError,
    record::{self, Record},
};

/// How many documents lose their expired records with one write: more than the one record that it adds.
const CLEARED_AT_ONCE: i64 = 8;

impl Embedded {
    pub(crate) async fn recorded_payload(
        &self,
        collection: &CollectionSpec,
        command: &Command,
        key: &IdempotencyKey,
    ) -> Result<Option<String>, StoreError> {
        let (text, values) = lookup(collection, command, key).parts()?;
        let rows = self.sqlite.read(text, values, 1).await?;
        payload_of(collection, rows.first(), command, key)
    }
}

/// As [`Embedded::recorded_payload`], within a write.
pub(super) async fn recorded_payload(
    transaction: &mut Transaction,
    collection: &CollectionSpec,
    command: &Command,
    key: &IdempotencyKey,
) -> Result<Option<String>, StoreError> {
    let (text, values) = lookup(collection, command, key).parts()?;
    let rows = transaction.read(text, values, 1).await?;
    payload_of(collection, rows.first(), command, key)
}

/// Takes expired records out of documents, and their keys out of the table: a few documents with each write, and the one
/// that has an expired record of this very key.
pub(super) async fn clear_expired(
    transaction: &mut Transaction,
    collection: &CollectionSpec,
    command: &Command,
    key: &IdempotencyKey,
) -> Result<(), StoreError> {
    let keys = keys_table(collection);
    let mut expired = Statement::new(format!(
        "SELECT document_id FROM {keys} WHERE actor_scope = $1 AND operation = $2 AND idempotency_key = $3
         UNION SELECT document_id FROM (SELECT document_id FROM {keys} WHERE expires_at <= $4 ORDER BY expires_at LIMIT $5)"
    ));
    let now = time_text(command.now);
    expired.values = vec![
        command.actor.scope().into(),
        command.operation.into(),
        (&key.text).into(),
        (&now).into(),
        CLEARED_AT_ONCE.into(),
    ];
    let (text, values) = expired.parts()?;
    for row in transaction.read(text, values, ROWS_MAX).await? {
        let id = row.text("document_id")?;
        let mut select = Statement::new(format!("SELECT commands FROM {} WHERE id = ", table(collection)));
        select.bind((&id).into());
        let (text, values) = select.parts()?;
        let rows = transaction.read(text, values, 1).await?;
        if let Some(row) = rows.first() {
            let mut records = records(collection, &id, &row.text("commands")?)?;
            records.retain(|record| !record.is_expired(command.now));
            let mut update = Statement::new(format!("UPDATE {} SET commands = ", table(collection)));
            update.bind(serde_json::to_string(&records).map_err(StoreError::Unwritable)?.into());
            update.push(" WHERE id = ");
            update.bind((&id).into());
            let (text, values) = update.parts()?;
            transaction.execute(text, values).await?;
        }
        let mut delete = Statement::new(format!("DELETE FROM {keys} WHERE document_id = "));
        delete.bind((&id).into());
        delete.push(" AND expires_at <= ");
        delete.bind((&now).into());
        let (text, values) = delete.parts()?;
        transaction.execute(text, values).await?;
    }
    Ok(())
}

/// Notes in which document the record is.
pub(super) async fn add_key(
    transaction: &mut Transaction,
    collection: &CollectionSpec,
    record: &Record,
    document_id: &str,
) -> Result<(), StoreError> {
    let mut insert = Statement::new(format!(
        "INSERT INTO {} (actor_scope, operation, idempotency_key, expires_at, document_id) VALUES ($1, $2, $3, $4, $5)",
        keys_table(collection)
    ));
    insert.values = vec![
        (&record.actor_scope).into(),
        (&record.operation).into(),
        (&record.key).into(),
        (&record.expires_at).into(),
        document_id.into(),
    ];
    let (text, values) = insert.parts()?;
    transaction.execute(text, values).await?;
    Ok(())
}

pub(super) fn records(collection: &CollectionSpec, id: &str, text: &str) -> Result<Vec<Record>, StoreError> {
    let unreadable = |source| StoreError::Unreadable { collection: collection.name, id: id.to_owned(), source };
    serde_json::from_str(text).map_err(unreadable)
}

fn lookup(collection: &CollectionSpec, command: &Command, key: &IdempotencyKey) -> Statement {
    let mut statement = Statement::new(format!(
        "SELECT documents.id AS id, documents.commands AS commands FROM {} AS keys
         JOIN {} AS documents ON documents.id = keys.document_id
         WHERE keys.actor_scope = $1 AND keys.operation = $2 AND keys.idempotency_key = $3",
        keys_table(collection),
        table(collection)
    ));
    statement.values = vec![command.actor.scope().into(), command.operation.into(), (&key.text).into()];
    statement
}

fn payload_of(
    collection: &CollectionSpec,
    row: Option<&hansa_relational::Row>,
    command: &Command,
    key: &IdempotencyKey,
) -> Result<Option<String>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    let records = records(collection, &row.text("id")?, &row.text("commands")?)?;
    record::payload_of(records, command, key)
}
