//! Counts and sums.

use hansa_relational::Row;

use super::{
    Embedded,
    statement::{Statement, field, table},
};
use crate::{CollectionSpec, Filter, Group, StoreError, Value, path::Path};

impl Embedded {
    pub(crate) async fn count(&self, collection: &CollectionSpec, filter: &Filter) -> Result<i64, StoreError> {
        let mut statement = Statement::new(format!("SELECT COUNT(*) AS number FROM {}", table(collection)));
        statement.push_where(collection, filter)?;
        let rows = self.rows(statement).await?;
        rows.first().map_or(Ok(0), |row| Ok(row.int("number")?))
    }

    pub(crate) async fn group(
        &self,
        collection: &CollectionSpec,
        by: &[&'static str],
        of: Option<&'static str>,
        filter: &Filter,
    ) -> Result<Vec<Group>, StoreError> {
        let mut keys = Vec::new();
        for path in by {
            keys.push(field(Path::new(*path).checked()?));
        }
        let mut statement = Statement::new("SELECT COUNT(*) AS number");
        for (index, key) in keys.iter().enumerate() {
            statement.push(&format!(", {key} AS key{index}"));
        }
        if let Some(of) = of {
            let value = field(Path::new(of).checked()?);
            let number = format!("CASE WHEN typeof({value}) IN ('integer', 'real') THEN {value} END");
            for (function, name) in [("SUM", "sum"), ("AVG", "average"), ("MIN", "minimum"), ("MAX", "maximum")] {
                statement.push(&format!(", {function}({number}) AS {name}"));
            }
        }
        statement.push(&format!(" FROM {}", table(collection)));
        statement.push_where(collection, filter)?;
        if !keys.is_empty() {
            let keys = keys.join(", ");
            statement.push(&format!(" GROUP BY {keys} ORDER BY {keys}"));
        }
        let groups: Result<Vec<Group>, StoreError> =
            self.rows(statement).await?.iter().map(|row| group(row, by.len(), of.is_some())).collect();
        // Without keys the engine makes a group of nothing.
        Ok(groups?.into_iter().filter(|group| group.count > 0).collect())
    }
}

fn group(row: &Row, keys: usize, has_sum: bool) -> Result<Group, StoreError> {
    let value = |column: &str| Ok::<_, StoreError>(Value::of_column(row.value(column)?));
    let keys: Result<Vec<Value>, StoreError> = (0..keys).map(|index| value(&format!("key{index}"))).collect();
    let (keys, count) = (keys?, row.int("number")?);
    if !has_sum {
        return Ok(Group { keys, count, sum: Value::Null, average: None, minimum: Value::Null, maximum: Value::Null });
    }
    let average = row.optional_real("average")?;
    Ok(Group { keys, count, sum: value("sum")?, average, minimum: value("minimum")?, maximum: value("maximum")? })
}
