//! Filters as the server has them. What the two kinds of servers understand differently is not used: no partial indexes,
//! no options of regular expressions, no stages and accumulators beyond the oldest.

use mongodb::bson::{Bson, Document, doc};

use super::json::of_value;
use crate::{
    CollectionSpec, Filter, StoreError, Value,
    filter::{Comparison, Condition},
    path::Path,
};

/// As in the embedded backend: more values, longer lists, longer and deeper filters are refused.
const BOUND_MAX: usize = 2_000;
const LIST_BOUND_MAX: usize = 100;
const LIST_MAX: usize = 10_000;
const TEXT_BYTES_MAX: usize = 128_000;
const DEPTH_MAX: usize = 100;

/// Types of elements that have no fields.
const SCALARS: [&str; 5] = ["string", "double", "int", "long", "bool"];

/// Where paths begin.
#[derive(Debug, Clone, Copy)]
enum Root<'a> {
    Document,
    /// An element, of which the server looks at one after the other.
    Element,
    /// The one element that is left of the array at this path.
    Unwound(&'a str),
}

/// Writes one filter.
struct Writer<'a> {
    collection: &'a CollectionSpec,
    values: usize,
    bytes: usize,
    depth: usize,
}

/// The documents that are not deleted and that the filter finds.
pub(super) fn found_by(collection: &CollectionSpec, filter: &Filter) -> Result<Document, StoreError> {
    let mut writer = Writer { collection, values: 0, bytes: 0, depth: 0 };
    let condition = writer.filter(filter, Root::Document)?;
    Ok(match condition.is_empty() {
        true => doc! { "deleted": false },
        false => doc! { "deleted": false, "$and": [condition] },
    })
}

/// The field of a path, from the document on.
pub(super) fn field(path: &str) -> String {
    match path {
        "id" => "_id".to_owned(),
        _ => format!("content.{path}"),
    }
}

/// Documents in which one element of the array at `path` is left, of which the filter is true.
pub(super) fn unwound(collection: &CollectionSpec, path: &Path, filter: &Filter) -> Result<Document, StoreError> {
    let mut writer = Writer { collection, values: 0, bytes: 0, depth: 0 };
    writer.filter(filter, Root::Unwound(path.checked()?))
}

/// Finds nothing.
pub(super) fn nothing() -> Document {
    doc! { "$nor": [{}] }
}

impl Writer<'_> {
    fn filter(&mut self, filter: &Filter, root: Root<'_>) -> Result<Document, StoreError> {
        if self.bytes > TEXT_BYTES_MAX {
            return Err(StoreError::TooMuch { what: "size of a filter", limit: TEXT_BYTES_MAX });
        }
        if self.depth == DEPTH_MAX {
            return Err(StoreError::TooMuch { what: "depth of a filter", limit: DEPTH_MAX });
        }
        self.depth += 1;
        let condition = self.condition(&filter.0, root);
        self.depth -= 1;
        condition
    }

    fn condition(&mut self, condition: &Condition, root: Root<'_>) -> Result<Document, StoreError> {
        match condition {
            Condition::All(filters) => match self.filters(filters, root)? {
                filters if filters.is_empty() => Ok(Document::new()),
                filters => Ok(doc! { "$and": filters }),
            },
            Condition::Any(filters) => match self.filters(filters, root)? {
                filters if filters.is_empty() => Ok(nothing()),
                filters => Ok(doc! { "$or": filters }),
            },
            Condition::Not(filter) => Ok(doc! { "$nor": [self.filter(filter, root)?] }),
            Condition::Compare(path, comparison, value) => {
                let field = self.field(path, root, std::slice::from_ref(value))?;
                self.comparison(field, *comparison, value)
            }
            Condition::IsIn(path, values) | Condition::ContainsAny(path, values) => {
                let field = self.field(path, root, values)?;
                Ok(doc! { field: { "$in": self.list(values)? } })
            }
            Condition::TextContains(path, text) => {
                let field = self.field(path, root, &[])?;
                self.count(1, text.len())?;
                Ok(if text.contains('\0') {
                    nothing()
                } else {
                    doc! { field: { "$regex": pattern(text) } }
                })
            }
            Condition::AnyElement(path, filter) => {
                let field = self.field(path, root, &[])?;
                let of_element = self.filter(filter, Root::Element)?;
                let with_fields = doc! { &field: { "$elemMatch": of_element } };
                // Elements that are no objects have no fields.
                Ok(match is_true_of_nothing(filter) {
                    true => doc! { "$or": [with_fields, { field: { "$type": SCALARS.to_vec() } }] },
                    false => with_fields,
                })
            }
        }
    }

    fn filters(&mut self, filters: &[Filter], root: Root<'_>) -> Result<Vec<Document>, StoreError> {
        filters.iter().map(|filter| self.filter(filter, root)).collect()
    }

    fn comparison(&mut self, field: String, comparison: Comparison, value: &Value) -> Result<Document, StoreError> {
        self.count(1, 0)?;
        if has_nul(value) {
            return Ok(nothing());
        }
        let bson = of_value(value)?;
        let operator = match comparison {
            Comparison::Equal => return Ok(doc! { field: bson }),
            // Nothing is less or more than null.
            _ if bson == Bson::Null => return Ok(nothing()),
            Comparison::Less => "$lt",
            Comparison::LessOrEqual => "$lte",
            Comparison::Greater => "$gt",
            Comparison::GreaterOrEqual => "$gte",
        };
        Ok(doc! { field: { operator: bson } })
    }

    fn list(&mut self, values: &[Value]) -> Result<Vec<Bson>, StoreError> {
        if values.len() > LIST_MAX {
            return Err(StoreError::TooMuch { what: "number of values in a list", limit: LIST_MAX });
        }
        self.count(if values.len() > LIST_BOUND_MAX { 1 } else { values.len() }, 0)?;
        values.iter().filter(|value| !has_nul(value)).map(of_value).collect()
    }

    fn count(&mut self, values: usize, bytes: usize) -> Result<(), StoreError> {
        self.values += values;
        self.bytes += bytes;
        match self.values > BOUND_MAX {
            true => Err(StoreError::TooMuch { what: "number of values in a filter", limit: BOUND_MAX }),
            false => Ok(()),
        }
    }

    /// The field of a path that was checked, to be compared with these values.
    fn field(&mut self, path: &Path, root: Root<'_>, values: &[Value]) -> Result<String, StoreError> {
        let path = path.checked()?;
        let is_time = matches!(root, Root::Document) && self.collection.times.contains(&path);
        if !is_time && values.iter().any(|value| matches!(value, Value::Time(_))) {
            return Err(StoreError::NoTime(path.to_owned()));
        }
        self.bytes += path.len() + 20;
        Ok(match root {
            Root::Document => field(path),
            Root::Element => path.to_owned(),
            Root::Unwound(outer) => format!("content.{outer}.{path}"),
        })
    }
}

/// No document of the other backend can be found by such a text.
fn has_nul(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.contains('\0'))
}

/// The text itself, its letters of ASCII in both sizes.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() * 4);
    for character in text.chars() {
        match character {
            letter if letter.is_ascii_alphabetic() => {
                pattern.extend(['[', letter.to_ascii_lowercase(), letter.to_ascii_uppercase(), ']']);
            }
            other if other.is_alphanumeric() || other.is_whitespace() || !other.is_ascii() => pattern.push(other),
            sign => pattern.extend(['\\', sign]),
        }
    }
    pattern
}

/// Whether the filter is true of an object without fields.
fn is_true_of_nothing(filter: &Filter) -> bool {
    match &filter.0 {
        Condition::All(filters) => filters.iter().all(is_true_of_nothing),
        Condition::Any(filters) => filters.iter().any(is_true_of_nothing),
        Condition::Not(filter) => !is_true_of_nothing(filter),
        Condition::Compare(_, comparison, value) => *comparison == Comparison::Equal && *value == Value::Null,
        Condition::IsIn(_, values) => values.contains(&Value::Null),
        Condition::TextContains(..) | Condition::ContainsAny(..) | Condition::AnyElement(..) => false,
    }
}
