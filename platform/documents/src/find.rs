//! Pages of documents: a filter, an order, where to go on, how many.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::{Document, Filter, StoreError, Value, path::Path};

/// What is searched.
#[derive(Debug, Clone)]
pub struct Find {
    pub filter: Filter,
    /// Sorted by these, then by id in the last one's direction. Missing and null come before all values.
    pub order: Vec<Order>,
    /// The values of `order` and the id of the document after which to go on.
    pub after: Option<Vec<Value>>,
    pub limit: u32,
    /// From the other end: every direction is turned around, the id's too.
    pub is_reversed: bool,
}

/// One field of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub(crate) path: Path,
    pub(crate) is_descending: bool,
}

impl Order {
    pub fn ascending(path: impl Into<Cow<'static, str>>) -> Order {
        Order { path: Path::new(path), is_descending: false }
    }

    pub fn descending(path: impl Into<Cow<'static, str>>) -> Order {
        Order { path: Path::new(path), is_descending: true }
    }
}

impl Find {
    /// The first `limit` documents by id.
    pub fn new(filter: Filter, limit: u32) -> Find {
        Find { filter, order: Vec::new(), after: None, limit, is_reversed: false }
    }

    pub fn order_by(mut self, order: impl IntoIterator<Item = Order>) -> Find {
        self.order = order.into_iter().collect();
        self
    }

    pub fn after(mut self, after: Option<Vec<Value>>) -> Find {
        self.after = after;
        self
    }

    /// The same documents from the other end, for `last` and `before`.
    pub fn reversed(mut self) -> Find {
        self.is_reversed = !self.is_reversed;
        self
    }

    /// Where a document stands in this order: what `after` takes.
    pub fn place_of<D: Document>(&self, document: &D) -> Result<Vec<Value>, StoreError> {
        let json = serde_json::to_value(document).map_err(StoreError::Unwritable)?;
        let mut place = Vec::with_capacity(self.order.len() + 1);
        for order in &self.order {
            let path = order.path.checked()?;
            let value = path.split('.').try_fold(&json, |json, part| json.get(part));
            place.push(value_at(value, D::COLLECTION.times.contains(&path)));
        }
        place.push(Value::Text(document.id()));
        Ok(place)
    }
}

fn value_at(json: Option<&Json>, is_time: bool) -> Value {
    match json {
        Some(Json::String(text)) => match text.parse() {
            Ok(time) if is_time => Value::Time(time),
            _ => Value::Text(text.clone()),
        },
        Some(Json::Bool(is_true)) => Value::Bool(*is_true),
        Some(Json::Number(number)) => match number.as_i64() {
            Some(number) => Value::Integer(number),
            None => number.as_f64().map_or(Value::Null, Value::Real),
        },
        _ => Value::Null,
    }
}
