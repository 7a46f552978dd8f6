//! Pages: an order, and where to go on.

use mongodb::bson::{Bson, Document, doc};

use super::{
    filter::{field, found_by, nothing},
    json::of_value,
};
use crate::{CollectionSpec, Find, StoreError, Value};

/// A filter and an order, as the server has them.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) filter: Document,
    pub(super) sort: Document,
}

/// A field of the order, and whether it goes downwards.
type Column = (String, bool);

pub(super) fn question(collection: &CollectionSpec, find: &Find) -> Result<Question, StoreError> {
    let columns = columns(find)?;
    let mut filter = found_by(collection, &find.filter)?;
    if let Some(after) = &find.after {
        if after.len() != columns.len() {
            return Err(StoreError::BadValue("a place of another order"));
        }
        for (order, value) in find.order.iter().zip(after) {
            let path = order.path.checked()?;
            if matches!(value, Value::Time(_)) && !collection.times.contains(&path) {
                return Err(StoreError::NoTime(path.to_owned()));
            }
        }
        let place = after_place(&columns, after)?;
        filter = doc! { "$and": [filter, place] };
    }
    let mut sort = Document::new();
    for (field, is_descending) in columns {
        // A field can be there once: what comes later decides nothing.
        if !sort.contains_key(&field) {
            sort.insert(field, if is_descending { -1 } else { 1 });
        }
    }
    Ok(Question { filter, sort })
}

/// The last one is the id, in the direction of the one before it.
fn columns(find: &Find) -> Result<Vec<Column>, StoreError> {
    let mut columns = Vec::with_capacity(find.order.len() + 1);
    for order in &find.order {
        columns.push((field(order.path.checked()?), order.is_descending != find.is_reversed));
    }
    let is_descending = columns.last().map_or(find.is_reversed, |(_, is_descending)| *is_descending);
    columns.push(("_id".to_owned(), is_descending));
    Ok(columns)
}

/// What comes after a place: it differs in one field, and is equal in those before.
fn after_place(columns: &[Column], after: &[Value]) -> Result<Document, StoreError> {
    let mut alternatives = Vec::new();
    for (last, (field, is_descending)) in columns.iter().enumerate() {
        let mut all = Vec::new();
        for ((field, _), value) in columns.iter().zip(after).take(last) {
            all.push(doc! { field: of_value(value)? });
        }
        all.push(match (of_value(&after[last])?, is_descending) {
            (Bson::Null, false) => doc! { field: { "$ne": Bson::Null } },
            (Bson::Null, true) => nothing(),
            (value, false) => doc! { field: { "$gt": value } },
            (value, true) => doc! { "$or": [{ field: { "$lt": value } }, { field: Bson::Null }] },
        });
        alternatives.push(doc! { "$and": all });
    }
    Ok(doc! { "$or": alternatives })
}
