//! Counts and sums. The server counts documents with the same values; what follows from these is worked out here, because
//! not every server has the accumulators. So sums are of fields with few different values, such as ratings.

use std::cmp::Ordering;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};

use super::{
    Mongo, ROWS_MAX,
    filter::{field, found_by},
    json::{integer, to_value},
};
use crate::{CollectionSpec, Filter, Group, StoreError, Value, path::Path};

impl Mongo {
    pub(crate) async fn count(&self, collection: &CollectionSpec, filter: &Filter) -> Result<i64, StoreError> {
        let filter = self.understood(collection, filter).await?;
        let pipeline = [doc! { "$match": found_by(collection, &filter)? }, doc! { "$count": "number" }];
        let rows: Vec<Document> = self.of(collection).aggregate(pipeline).await?.try_collect().await?;
        Ok(rows.first().map_or(0, |row| integer(row, "number")))
    }

    pub(crate) async fn group(
        &self,
        collection: &CollectionSpec,
        by: &[&'static str],
        of: Option<&'static str>,
        filter: &Filter,
    ) -> Result<Vec<Group>, StoreError> {
        let mut id = Document::new();
        for (index, path) in by.iter().enumerate() {
            id.insert(format!("key{index}"), format!("${}", field(Path::new(*path).checked()?)));
        }
        if let Some(of) = of {
            id.insert("value", format!("${}", field(Path::new(of).checked()?)));
        }
        let id = if id.is_empty() { Bson::Null } else { Bson::Document(id) };
        let filter = self.understood(collection, filter).await?;
        let pipeline = [
            doc! { "$match": found_by(collection, &filter)? },
            doc! { "$group": { "_id": id, "number": { "$sum": 1 } } },
            doc! { "$limit": ROWS_MAX as i64 + 1 },
        ];
        let rows: Vec<Document> = self.of(collection).aggregate(pipeline).await?.try_collect().await?;
        if rows.len() > ROWS_MAX {
            return Err(StoreError::TooMuch { what: "number of different values", limit: ROWS_MAX });
        }
        let mut tallies: Vec<Tally> = Vec::new();
        for row in &rows {
            let values = row.get_document("_id").ok();
            let value = |name: &str| values.and_then(|values| values.get(name)).map_or(Value::Null, to_value);
            let keys: Vec<Value> = (0..by.len()).map(|index| value(&format!("key{index}"))).collect();
            // Missing and null are alike here, and two groups of the server's.
            let at = tallies.binary_search_by(|tally| in_order(&tally.keys, &keys));
            let at = at.unwrap_or_else(|at| {
                tallies.insert(at, Tally { keys, ..Tally::default() });
                at
            });
            tallies[at].add(of.map_or(Value::Null, |_| value("value")), integer(row, "number"));
        }
        Ok(tallies.into_iter().map(Tally::group).collect())
    }
}

/// A group that is being counted.
#[derive(Debug, Default)]
struct Tally {
    keys: Vec<Value>,
    count: i64,
    /// How many of them have a number.
    numbers: i64,
    sum: Option<Value>,
    minimum: Option<Value>,
    maximum: Option<Value>,
}

impl Tally {
    /// Adds so many documents with this value; only numbers are summed.
    fn add(&mut self, value: Value, count: i64) {
        self.count += count;
        let Some(number) = value.as_f64() else { return };
        self.numbers += count;
        self.sum = Some(match (self.sum.take().unwrap_or(Value::Integer(0)), &value) {
            (Value::Integer(sum), Value::Integer(number)) => {
                let added = number.checked_mul(count).and_then(|number| sum.checked_add(number));
                added.map_or(Value::Real(sum as f64 + *number as f64 * count as f64), Value::Integer)
            }
            (sum, _) => Value::Real(sum.as_f64().unwrap_or_default() + number * count as f64),
        });
        if self.minimum.as_ref().and_then(Value::as_f64).is_none_or(|minimum| number < minimum) {
            self.minimum = Some(value.clone());
        }
        if self.maximum.as_ref().and_then(Value::as_f64).is_none_or(|maximum| number > maximum) {
            self.maximum = Some(value);
        }
    }

    fn group(self) -> Group {
        let sum = self.sum.unwrap_or(Value::Null);
        let average = sum.as_f64().map(|sum| sum / self.numbers as f64);
        let (minimum, maximum) = (self.minimum.unwrap_or(Value::Null), self.maximum.unwrap_or(Value::Null));
        Group { keys: self.keys, count: self.count, sum, average, minimum, maximum }
    }
}

/// Null, numbers, texts: as both servers and the other backend sort.
fn in_order(one: &[Value], other: &[Value]) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Integer(_) | Value::Real(_) => 1,
        Value::Text(_) | Value::Time(_) => 2,
        Value::Bool(_) => 3,
    };
    let pair = |(one, other): (&Value, &Value)| match (one, other) {
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        _ => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => one.total_cmp(&other),
            _ => rank(one).cmp(&rank(other)),
        },
    };
    one.iter().zip(other).map(pair).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}
