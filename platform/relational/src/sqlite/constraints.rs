//! Names of unique constraints. SQLite's messages have columns only; PostgreSQL's have names. Contexts see names.

use std::{borrow::Cow, collections::HashMap};

use super::Sqlite;
use crate::StoreError;

const UNIQUE_INDEXES: &str = "
    SELECT tables.name AS table_name, indexes.name AS index_name, indexes.origin AS origin, columns.name AS column_name
    FROM sqlite_schema AS tables
    JOIN pragma_index_list(tables.name) AS indexes
    JOIN pragma_index_info(indexes.name) AS columns
    WHERE tables.type = 'table' AND indexes.\"unique\" = 1
    ORDER BY tables.name, indexes.seq, columns.seqno";

/// A primary key of one integer has no index.
const INTEGER_KEYS: &str = "
    SELECT tables.name AS table_name, columns.name AS column_name
    FROM sqlite_schema AS tables
    JOIN pragma_table_info(tables.name) AS columns
    WHERE tables.type = 'table' AND columns.pk > 0 AND upper(columns.type) = 'INTEGER'";

/// More indexes and keys than any context has.
const ROWS_MAX: usize = 10_000;

/// From `table.column, table.column` to the constraint's name. An index has the name that it was given; others have the
/// one that PostgreSQL would give.
pub(super) async fn names(sqlite: &Sqlite) -> Result<HashMap<String, String>, StoreError> {
    let mut names = HashMap::new();
    for row in sqlite.read(Cow::Borrowed(INTEGER_KEYS), Vec::new(), ROWS_MAX).await? {
        let table = row.text("table_name")?;
        names.insert(format!("{table}.{}", row.text("column_name")?), format!("{table}_pkey"));
    }
    let mut indexes: Vec<(String, String, String, Vec<String>)> = Vec::new();
    for row in sqlite.read(Cow::Borrowed(UNIQUE_INDEXES), Vec::new(), ROWS_MAX).await? {
        let (table, index) = (row.text("table_name")?, row.text("index_name")?);
        // Expressions have no name of a column, and their index has its name in the message.
        let Some(column) = row.optional_text("column_name")? else { continue };
        match indexes.last_mut() {
            Some((_, last, _, columns)) if *last == index => columns.push(column),
            _ => indexes.push((table, index, row.text("origin")?, vec![column])),
        }
    }
    for (table, index, origin, columns) in indexes {
        let name = match origin.as_str() {
            "pk" => format!("{table}_pkey"),
            "u" => format!("{table}_{}_key", columns.join("_")),
            _ => index,
        };
        let qualified: Vec<String> = columns.iter().map(|column| format!("{table}.{column}")).collect();
        names.insert(qualified.join(", "), name);
    }
    Ok(names)
}
