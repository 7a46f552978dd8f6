//! Tables of a projection: compared and exchanged row by row, whatever their columns are.

use hansa_relational::{Keyset, Relational, Row, Source, StoreError, UnitOfWork, Value, query};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

const ROWS_AT_ONCE: i64 = 1_000;

/// A table that holds nothing but what one consumer makes of events.
#[derive(Debug, Clone, Copy)]
pub struct ProjectedTable {
    pub name: &'static str,
    /// Its primary key.
    pub key: Keyset,
}

/// A table as it was, beside what events make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableComparison {
    pub table: &'static str,
    /// Rows that the new table has.
    pub rows: u64,
    /// Rows of the old table that the new one has not, or has with other values.
    pub only_old: u64,
    /// Rows of the new table that the old one has not, or has with other values.
    pub only_new: u64,
}

impl TableComparison {
    pub fn is_same(&self) -> bool {
        self.only_old == 0 && self.only_new == 0
    }
}

impl ProjectedTable {
    pub(super) async fn compare(&self, unit: &mut UnitOfWork, new: &Relational) -> Result<TableComparison, StoreError> {
        // How often each row is in the new table and not in the old one: a number for each different row.
        let (mut surplus, mut rows) = (HashMap::<u64, i64>::new(), 0);
        let mut after = None;
        while let Some(page) = self.page(new, &mut after).await? {
            rows += page.len() as u64;
            page.iter().for_each(|row| *surplus.entry(hash(row)).or_default() += 1);
        }
        let mut after = None;
        while let Some(page) = self.page(&mut *unit, &mut after).await? {
            page.iter().for_each(|row| *surplus.entry(hash(row)).or_default() -= 1);
        }
        let count = |sign: i64| surplus.values().map(|number| (number * sign).max(0).unsigned_abs()).sum();
        Ok(TableComparison { table: self.name, rows, only_old: count(-1), only_new: count(1) })
    }

    pub(super) async fn clear(&self, unit: &mut UnitOfWork) -> Result<(), StoreError> {
        query("DELETE FROM ").push(self.name).execute(unit).await.map(|_| ())
    }

    pub(super) async fn fill(&self, unit: &mut UnitOfWork, new: &Relational) -> Result<(), StoreError> {
        let mut after = None;
        while let Some(page) = self.page(new, &mut after).await? {
            for row in page {
                // The tables were made by the same migrations: their columns are the same, in the same order.
                let mut insert = query("INSERT INTO ").push(self.name).push(" VALUES (");
                for (index, value) in row.values().iter().enumerate() {
                    insert = if index == 0 { insert } else { insert.push(", ") };
                    insert = insert.push_bind(value.clone());
                }
                insert.push(")").execute(unit).await?;
            }
        }
        Ok(())
    }

    /// The next rows in the order of the key; `None` after the last.
    async fn page(&self, source: impl Source, after: &mut Option<Vec<Value>>) -> Result<Option<Vec<Row>>, StoreError> {
        let mut page = query("SELECT * FROM ").push(self.name);
        if let Some(after) = after.take() {
            page = page.push(" WHERE ").push_after(self.key, after);
        }
        let page = page.push_order(self.key).push(" LIMIT ").push_bind(ROWS_AT_ONCE);
        let rows: Vec<Row> = page.fetch_all(source).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        let key: Result<Vec<Value>, StoreError> = self.key.names().map(|column| last.value(column).cloned()).collect();
        *after = Some(key?);
        Ok(Some(rows))
    }
}

fn hash(row: &Row) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{:?}", row.values()).hash(&mut hasher);
    hasher.finish()
}
