//! Reading documents.

use hansa_relational::Row;

use super::{
    Embedded, ROWS_MAX, Stored,
    statement::{Nulls, Statement, table},
};
use crate::{CollectionSpec, Find, OutboxEntry, StoreError, Value};

/// At most so many ids in one question.
const IDS_MAX: usize = 10_000;

impl Embedded {
    pub(crate) async fn get(&self, collection: &CollectionSpec, id: &str) -> Result<Option<Stored>, StoreError> {
        let mut statement = Statement::new(format!("SELECT id, content FROM {} WHERE id = ", table(collection)));
        statement.bind(id.into());
        statement.push(" AND is_deleted = 0");
        Ok(self.stored(statement).await?.pop())
    }

    pub(crate) async fn get_many(
        &self,
        collection: &CollectionSpec,
        ids: Vec<String>,
    ) -> Result<Vec<Stored>, StoreError> {
        if ids.len() > IDS_MAX {
            return Err(StoreError::TooMuch { what: "number of ids in one question", limit: IDS_MAX });
        }
        let mut statement = Statement::new(format!("SELECT id, content FROM {}", table(collection)));
        statement.push(" WHERE is_deleted = 0 AND id IN (SELECT value FROM json_each(");
        statement.bind(serde_json::Value::from(ids).into());
        statement.push("))");
        self.stored(statement).await
    }

    pub(crate) async fn find(&self, collection: &CollectionSpec, find: &Find) -> Result<Vec<Stored>, StoreError> {
        let mut found = self.stored(find_statement(collection, find, Nulls::Later)?).await?;
        let missing = find.limit.saturating_sub(found.len() as u32);
        if missing > 0 && may_have_nulls_later(find) {
            let rest = Find { limit: missing, ..find.clone() };
            found.extend(self.stored(find_statement(collection, &rest, Nulls::Only)?).await?);
        }
        Ok(found)
    }

    pub(crate) async fn outbox_after(
        &self,
        collection: &CollectionSpec,
        after: &str,
        limit: u32,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        let text = format!("SELECT id, outbox FROM {} WHERE outbox <> '[]' AND id > ", table(collection));
        let mut statement = Statement::new(text);
        statement.bind(after.into());
        statement.push(" ORDER BY id LIMIT ");
        statement.bind(limit.into());
        self.rows(statement).await?.iter().map(|row| outbox_entry(collection, row)).collect()
    }

    pub(super) async fn stored(&self, statement: Statement) -> Result<Vec<Stored>, StoreError> {
        let stored = |row: &Row| Ok(Stored { id: row.text("id")?, content: row.text("content")? });
        self.rows(statement).await?.iter().map(stored).collect()
    }

    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let (text, values) = statement.parts()?;
        Ok(self.sqlite.read(text, values, ROWS_MAX).await?)
    }
}

pub(super) fn find_statement(collection: &CollectionSpec, find: &Find, nulls: Nulls) -> Result<Statement, StoreError> {
    let mut statement = Statement::new(format!("SELECT id, content FROM {}", table(collection)));
    statement.push_where(collection, &find.filter)?;
    statement.push_page(collection, find, nulls)?;
    Ok(statement)
}

/// The page goes on downwards from a value in its first field.
pub(super) fn may_have_nulls_later(find: &Find) -> bool {
    let is_descending = find.order.first().is_some_and(|order| order.is_descending != find.is_reversed);
    let is_from_a_value =
        find.after.as_ref().and_then(|after| after.first()).is_some_and(|value| *value != Value::Null);
    is_descending && is_from_a_value
}

fn outbox_entry(collection: &CollectionSpec, row: &Row) -> Result<OutboxEntry, StoreError> {
    let document_id = row.text("id")?;
    let events = serde_json::from_str(&row.text("outbox")?);
    let unreadable = |source| StoreError::Unreadable { collection: collection.name, id: document_id.clone(), source };
    Ok(OutboxEntry { events: events.map_err(unreadable)?, document_id })
}
