//! Query texts from filters and orders. Only names that were checked and placeholders become text.

use std::borrow::Cow;

use hansa_relational::Value as Bound;

use crate::{
    CollectionSpec, Filter, Find, StoreError, Value,
    filter::{Comparison, Condition},
    path::Path,
};

/// More values than this in one filter are refused.
const BOUND_MAX: usize = 2_000;
/// A longer list is bound as one value: an array, of at most so many.
const LIST_BOUND_MAX: usize = 100;
const LIST_MAX: usize = 10_000;
/// Longer texts too, and filters within filters within filters.
const TEXT_BYTES_MAX: usize = 128_000;
const DEPTH_MAX: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Statement {
    pub(super) text: String,
    pub(super) values: Vec<Bound>,
    /// Number of `json_each` in use, for their names.
    elements: usize,
    /// Of the filter that is being written.
    depth: usize,
}

/// Downwards, documents without a value in the first field of the order come last. A condition "less or none" would keep
/// an index from being used, so they are asked for on their own, after the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    Later,
    Only,
}

/// What paths begin at: the document, or an element of one of its arrays.
#[derive(Clone, Copy)]
struct Root<'a> {
    collection: &'a CollectionSpec,
    /// `None`: the document itself.
    element: Option<usize>,
}

pub(super) fn table(collection: &CollectionSpec) -> String {
    format!("\"{}\"", collection.name)
}

/// Table of an array's elements.
pub(super) fn elements_table(collection: &CollectionSpec, index: &str) -> String {
    format!("\"{}_elements_{index}\"", collection.name)
}

/// Table of idempotency keys.
pub(super) fn keys_table(collection: &CollectionSpec) -> String {
    format!("\"{}_keys\"", collection.name)
}

/// The expression of a field; the same text as in indexes, or they are not used.
pub(super) fn field(path: &str) -> String {
    match path {
        "id" => "id".to_owned(),
        _ => format!("json_extract(content, '$.{path}')"),
    }
}

impl Statement {
    pub(super) fn new(text: impl Into<String>) -> Statement {
        Statement { text: text.into(), ..Statement::default() }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn bind(&mut self, value: Bound) {
        self.values.push(value);
        self.text.push_str(&format!("${}", self.values.len()));
    }

    pub(super) fn parts(self) -> Result<(Cow<'static, str>, Vec<Bound>), StoreError> {
        if self.values.len() > BOUND_MAX {
            return Err(StoreError::TooMuch { what: "number of values in a filter", limit: BOUND_MAX });
        }
        // A text with a NUL is in no column here, so it finds nothing; documents have it escaped, as JSON.
        self.values.iter().filter(|value| !matches!(value, Bound::Text(_))).try_for_each(Bound::check)?;
        Ok((Cow::Owned(self.text), self.values))
    }

    /// ` WHERE` the documents that are not deleted and that the filter finds.
    pub(super) fn push_where(&mut self, collection: &CollectionSpec, filter: &Filter) -> Result<(), StoreError> {
        self.push(" WHERE is_deleted = 0 AND ");
        self.push_filter(Root { collection, element: None }, filter)
    }

    fn push_filter(&mut self, root: Root<'_>, filter: &Filter) -> Result<(), StoreError> {
        if self.text.len() > TEXT_BYTES_MAX {
            return Err(StoreError::TooMuch { what: "size of a filter", limit: TEXT_BYTES_MAX });
        }
        if self.depth == DEPTH_MAX {
            return Err(StoreError::TooMuch { what: "depth of a filter", limit: DEPTH_MAX });
        }
        self.depth += 1;
        let pushed = self.push_condition(root, &filter.0);
        self.depth -= 1;
        pushed
    }

    fn push_condition(&mut self, root: Root<'_>, condition: &Condition) -> Result<(), StoreError> {
        match condition {
            Condition::All(filters) => self.push_joined(root, filters, " AND ", "TRUE"),
            Condition::Any(filters) => self.push_joined(root, filters, " OR ", "FALSE"),
            Condition::Not(filter) => {
                self.push("(");
                self.push_filter(root, filter)?;
                self.push(") IS NOT TRUE");
                Ok(())
            }
            Condition::Compare(path, comparison, value) => self.push_comparison(root, path, *comparison, value),
            Condition::IsIn(path, values) => {
                let field = root.field(path, values)?;
                self.push_in(&field, values)
            }
            Condition::TextContains(path, text) => {
                let field = root.field(path, &[])?;
                self.push(&format!("(typeof({field}) = 'text' AND instr(lower({field}), lower("));
                self.bind(text.into());
                self.push(")) > 0)");
                Ok(())
            }
            Condition::ContainsAny(path, values) => self.push_contains(root, path, values),
            Condition::AnyElement(path, filter) => self.push_any_element(root, path, filter),
        }
    }

    fn push_joined(&mut self, root: Root<'_>, filters: &[Filter], joint: &str, empty: &str) -> Result<(), StoreError> {
        if filters.is_empty() {
            self.push(empty);
            return Ok(());
        }
        for (index, filter) in filters.iter().enumerate() {
            self.push(if index == 0 { "(" } else { joint });
            self.push_filter(root, filter)?;
        }
        self.push(")");
        Ok(())
    }

    fn push_comparison(
        &mut self,
        root: Root<'_>,
        path: &Path,
        comparison: Comparison,
        value: &Value,
    ) -> Result<(), StoreError> {
        let field = root.field(path, std::slice::from_ref(value))?;
        let Some(bound) = value.bound() else {
            // Nothing is less or more than null.
            self.push(&if comparison == Comparison::Equal { format!("{field} IS NULL") } else { "FALSE".to_owned() });
            return Ok(());
        };
        let sign = match comparison {
            Comparison::Equal => "=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        };
        // The engine sorts all numbers before all texts; they are not comparable here.
        let kind = match (&bound, comparison) {
            (_, Comparison::Equal) => "",
            (Bound::Text(_), _) => "= 'text'",
            _ => "IN ('integer', 'real')",
        };
        self.push(&format!("({field} {sign} "));
        self.bind(bound);
        if !kind.is_empty() {
            self.push(&format!(" AND typeof({field}) {kind}"));
        }
        self.push(")");
        Ok(())
    }

    fn push_in(&mut self, expression: &str, values: &[Value]) -> Result<(), StoreError> {
        if values.len() > LIST_MAX {
            return Err(StoreError::TooMuch { what: "number of values in a list", limit: LIST_MAX });
        }
        let has_null = values.contains(&Value::Null);
        self.push(&format!("({expression} IN ("));
        if values.len() > LIST_BOUND_MAX {
            self.push("SELECT value FROM json_each(");
            self.bind(array(values)?.into());
            self.push(")");
        } else {
            for (index, value) in values.iter().filter_map(Value::bound).enumerate() {
                self.push(if index == 0 { "" } else { ", " });
                self.bind(value);
            }
        }
        self.push(")");
        if has_null {
            self.push(&format!(" OR {expression} IS NULL"));
        }
        self.push(")");
        Ok(())
    }

    fn push_contains(&mut self, root: Root<'_>, path: &Path, values: &[Value]) -> Result<(), StoreError> {
        root.field(path, values)?;
        let checked = path.checked()?;
        let is_of_path = |index: &&crate::Index| index.kind.is_of_elements() && index.paths == [checked];
        let index = root.collection.indexes.iter().find(is_of_path);
        match (index, root.element) {
            (Some(index), None) => {
                let table = elements_table(root.collection, index.name);
                self.push(&format!("id IN (SELECT document_id FROM {table} WHERE "));
                self.push_in("element", values)?;
            }
            _ => {
                let name = self.push_each(root, checked);
                self.push_in(&format!("{name}.value"), values)?;
            }
        }
        self.push(")");
        Ok(())
    }

    fn push_any_element(&mut self, root: Root<'_>, path: &Path, filter: &Filter) -> Result<(), StoreError> {
        let checked = path.checked()?;
        self.push_each(root, checked);
        let root = Root { collection: root.collection, element: Some(self.elements) };
        self.push_filter(root, filter)?;
        self.push(")");
        Ok(())
    }

    /// Opens `EXISTS (SELECT … WHERE`, and gives the name of the elements.
    fn push_each(&mut self, root: Root<'_>, path: &str) -> String {
        self.elements += 1;
        let name = format!("element{}", self.elements);
        self.push(&format!("EXISTS (SELECT 1 FROM json_each({}, '$.{path}') AS {name} WHERE ", root.json()));
        name
    }

    /// ` AND` the documents after this place, ` ORDER BY`, ` LIMIT`.
    pub(super) fn push_page(
        &mut self,
        collection: &CollectionSpec,
        find: &Find,
        nulls: Nulls,
    ) -> Result<(), StoreError> {
        let root = Root { collection, element: None };
        let mut columns = Vec::new();
        for (index, order) in find.order.iter().enumerate() {
            let value = find.after.as_ref().and_then(|after| after.get(index));
            let field = root.field(&order.path, value.map(std::slice::from_ref).unwrap_or_default())?;
            columns.push((field, order.is_descending != find.is_reversed));
        }
        let id_is_descending = columns.last().map_or(find.is_reversed, |(_, is_descending)| *is_descending);
        columns.push(("id".to_owned(), id_is_descending));
        if let Some(after) = &find.after {
            if after.len() != columns.len() {
                return Err(StoreError::BadValue("a place in an order with more or fewer values than the order has"));
            }
            match nulls {
                Nulls::Only => self.push(&format!(" AND {} IS NULL", columns[0].0)),
                _ => self.push_after(&columns, after, nulls),
            }
        }
        self.push(" ORDER BY ");
        for (index, (field, is_descending)) in columns.iter().enumerate() {
            self.push(if index == 0 { "" } else { ", " });
            self.push(field);
            self.push(if *is_descending { " DESC" } else { " ASC" });
        }
        self.push(" LIMIT ");
        self.bind(i64::from(find.limit).into());
        Ok(())
    }

    /// Later in the first field, or equal in it and later in the second, and so on. Null comes before all values.
    fn push_after(&mut self, columns: &[(String, bool)], after: &[Value], nulls: Nulls) {
        if let (Some((field, is_descending)), Some(bound)) = (columns.first(), after[0].bound()) {
            // Says nothing that the rest does not say; but an index can begin there.
            self.push(&format!(" AND {field} {} ", if *is_descending { "<=" } else { ">=" }));
            self.bind(bound);
        }
        self.push(" AND (");
        for last in 0..columns.len() {
            self.push(if last == 0 { "(" } else { " OR (" });
            for ((field, _), value) in columns.iter().zip(after).take(last) {
                self.push_equal(field, value);
                self.push(" AND ");
            }
            let (field, is_descending) = &columns[last];
            match (after[last].bound(), is_descending) {
                (Some(bound), false) => {
                    self.push(&format!("{field} > "));
                    self.bind(bound);
                }
                (Some(bound), true) if last == 0 && nulls == Nulls::Later => {
                    self.push(&format!("{field} < "));
                    self.bind(bound);
                }
                (Some(bound), true) => {
                    self.push(&format!("({field} IS NULL OR {field} < "));
                    self.bind(bound);
                    self.push(")");
                }
                (None, false) => self.push(&format!("{field} IS NOT NULL")),
                (None, true) => self.push("FALSE"),
            }
            self.push(")");
        }
        self.push(")");
    }

    fn push_equal(&mut self, field: &str, value: &Value) {
        match value.bound() {
            Some(bound) => {
                self.push(&format!("{field} = "));
                self.bind(bound);
            }
            None => self.push(&format!("{field} IS NULL")),
        }
    }
}

/// As JSON, without null. A text with a NUL is in no column, as in [`Statement::parts`].
fn array(values: &[Value]) -> Result<serde_json::Value, StoreError> {
    let mut array: Vec<serde_json::Value> = Vec::with_capacity(values.len());
    for bound in values.iter().filter_map(Value::bound) {
        bound.check().or_else(|error| if matches!(bound, Bound::Text(_)) { Ok(()) } else { Err(error) })?;
        match bound {
            Bound::Text(text) if text.contains('\0') => {}
            Bound::Text(text) => array.push(text.into()),
            Bound::Integer(number) => array.push(number.into()),
            Bound::Real(number) => array.push(number.into()),
            Bound::Bool(is_true) => array.push(i64::from(is_true).into()),
            _ => return Err(StoreError::BadValue("a value that no document has")),
        }
    }
    Ok(array.into())
}

impl Root<'_> {
    /// The expression of a path that was checked, to be compared with these values.
    fn field(self, path: &Path, values: &[Value]) -> Result<String, StoreError> {
        let path = path.checked()?;
        let is_time = self.element.is_none() && self.collection.times.contains(&path);
        if !is_time && values.iter().any(|value| matches!(value, Value::Time(_))) {
            return Err(StoreError::NoTime(path.to_owned()));
        }
        match self.element {
            None => Ok(field(path)),
            Some(_) => Ok(format!("json_extract({}, '$.{path}')", self.json())),
        }
    }

    /// The JSON that paths begin at. An element that is no object has no fields.
    fn json(self) -> String {
        match self.element {
            None => "content".to_owned(),
            Some(number) => {
                format!("CASE element{number}.type WHEN 'object' THEN element{number}.value ELSE '{{}}' END")
            }
        }
    }
}
