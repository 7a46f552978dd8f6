//! Queries: a text that the program has, values for its placeholders, and where to run it.

use std::borrow::Cow;

use crate::{FromRow, Keyset, Relational, Row, StoreError, UnitOfWork, Value};

/// More rows than this in one answer are an error: whoever asks says `LIMIT`.
const ROWS_MAX: usize = 10_000;

/// A query text in the subset that both engines share, with `$1`, `$2`, … for values. Texts are the program's own;
/// what comes from outside is always bound.
#[derive(Debug, Clone)]
pub struct Query {
    pub(crate) text: Cow<'static, str>,
    pub(crate) values: Vec<Value>,
    /// What is wrong with how it was built; running it says so.
    mistake: Option<&'static str>,
}

/// Where queries read: the store (what is committed), or a unit of work (with its own writes).
pub trait Source: Send {
    fn rows(self, query: Query) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;
}

/// Starts a query.
pub fn query(text: &'static str) -> Query {
    Query { text: Cow::Borrowed(text), values: Vec::new(), mistake: None }
}

impl Query {
    /// A text of this crate's own, with a name that was checked.
    pub(crate) fn of_text(text: Cow<'static, str>) -> Query {
        Query { text, values: Vec::new(), mistake: None }
    }

    /// Binds the next placeholder.
    pub fn bind(mut self, value: impl Into<Value>) -> Query {
        self.values.push(value.into());
        self
    }

    /// Adds to the text.
    pub fn push(mut self, text: &'static str) -> Query {
        self.text.to_mut().push_str(text);
        self
    }

    /// Adds the next placeholder to the text, and its value.
    pub fn push_bind(mut self, value: impl Into<Value>) -> Query {
        let placeholder = self.placeholder(value.into());
        self.text.to_mut().push_str(&placeholder);
        self
    }

    /// Adds `column IN ($n, …)`; no value at all is a condition that is never true.
    pub fn push_in<T: Into<Value>>(mut self, column: &'static str, values: impl IntoIterator<Item = T>) -> Query {
        let placeholders: Vec<String> = values.into_iter().map(|value| self.placeholder(value.into())).collect();
        let condition = match placeholders.is_empty() {
            true => "FALSE".to_owned(),
            false => format!("{column} IN ({})", placeholders.join(", ")),
        };
        self.text.to_mut().push_str(&condition);
        self
    }

    /// Adds the condition that a row comes after the one with these values of the keyset's columns.
    pub fn push_after(mut self, keyset: Keyset, after: Vec<Value>) -> Query {
        if after.len() != keyset.columns().count() {
            self.mistake = Some("a place in an order with more or fewer values than the order has columns");
            return self;
        }
        let condition = keyset.condition(after, |value| self.placeholder(value));
        self.text.to_mut().push_str(&condition);
        self
    }

    /// Adds ` ORDER BY …`.
    pub fn push_order(mut self, keyset: Keyset) -> Query {
        let columns: Vec<String> = keyset
            .columns()
            .map(|(column, direction)| match direction {
                crate::Direction::Ascending => format!("{column} ASC"),
                crate::Direction::Descending => format!("{column} DESC"),
            })
            .collect();
        let order = format!(" ORDER BY {}", columns.join(", "));
        self.text.to_mut().push_str(&order);
        self
    }

    /// All rows, at most 10,000.
    pub async fn fetch_all<T: FromRow>(self, source: impl Source) -> Result<Vec<T>, StoreError> {
        source.rows(self).await?.iter().map(T::from_row).collect()
    }

    /// The first row, if there is one.
    pub async fn fetch_optional<T: FromRow>(self, source: impl Source) -> Result<Option<T>, StoreError> {
        source.rows(self).await?.first().map(T::from_row).transpose()
    }

    /// The first row, which must be there: counts, `RETURNING`.
    pub async fn fetch_one<T: FromRow>(self, source: impl Source) -> Result<T, StoreError> {
        self.fetch_optional(source).await?.ok_or(StoreError::NoRow)
    }

    /// Writes; gives how many rows were changed. After any error, a violated constraint too, the unit can only be dropped.
    pub async fn execute(self, unit: &mut UnitOfWork) -> Result<u64, StoreError> {
        unit.execute(self).await
    }

    /// Refuses values that one of the engines would refuse or change.
    pub(crate) fn checked(self) -> Result<Query, StoreError> {
        if let Some(mistake) = self.mistake {
            return Err(StoreError::BadValue(mistake));
        }
        self.values.iter().try_for_each(Value::check)?;
        Ok(self)
    }

    fn placeholder(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }
}

impl Source for &Relational {
    async fn rows(self, query: Query) -> Result<Vec<Row>, StoreError> {
        self.read(query, ROWS_MAX).await
    }
}

impl Source for &mut UnitOfWork {
    async fn rows(self, query: Query) -> Result<Vec<Row>, StoreError> {
        self.read(query, ROWS_MAX).await
    }
}
