//! Texts are sorted by their bytes, as SQLite sorts them, whatever language the database sorts by.

use crate::{StoreError, engine::Writing, query};

const OTHERWISE_SORTED: &str = "
    SELECT tables.relname AS table_name, columns.attname AS column_name,
           pg_catalog.format_type(columns.atttypid, columns.atttypmod) AS type
    FROM pg_catalog.pg_attribute AS columns
    JOIN pg_catalog.pg_class AS tables ON tables.oid = columns.attrelid
    JOIN pg_catalog.pg_namespace AS schemas ON schemas.oid = tables.relnamespace
    JOIN pg_catalog.pg_collation AS collations ON collations.oid = columns.attcollation
    WHERE schemas.nspname = $1 AND tables.relkind IN ('r', 'p') AND columns.attnum > 0 AND NOT columns.attisdropped
          AND columns.attgenerated = '' AND collations.collname <> 'C'
    ORDER BY 1, 2";

/// More columns than any context has.
const COLUMNS_MAX: usize = 10_000;

/// Gives each column with text `COLLATE \"C\"`: for the migrations' end, when the tables of new columns are still small.
pub(crate) async fn sort_by_bytes(writing: &mut Writing, schema: &str) -> Result<(), StoreError> {
    for row in writing.read(query(OTHERWISE_SORTED).bind(schema), COLUMNS_MAX).await? {
        let (table, column, kind) = (row.text("table_name")?, row.text("column_name")?, row.text("type")?);
        let (table, column) = (quoted(&table), quoted(&column));
        let alter = format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind} COLLATE \"C\"");
        writing.execute_script(alter).await?;
    }
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
