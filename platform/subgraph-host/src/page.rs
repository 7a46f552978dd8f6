//! Which page of a list is wanted: the four arguments of a connection, checked.

use crate::{CursorKey, CursorValue, Fault, cursor::QueryFingerprint};

/// Most rows of one page.
pub const PAGE_ROWS_MAX: i32 = 100;

/// The arguments `first`, `after`, `last` and `before` of a connection.
#[derive(Debug, Clone, Default)]
pub struct PageArguments {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

/// Which way a page goes from where it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// In the list's order.
    Forward,
    /// Against the list's order: fetch in the reverse order; the connection turns the rows round.
    Backward,
}

/// A checked page. Stores fetch [`Page::fetch_limit`] rows after [`Page::start`], in the order of the direction.
#[derive(Debug, Clone)]
pub struct Page {
    /// Rows of the page: 1 to 100.
    pub limit: usize,
    pub direction: Direction,
    /// The row that the page comes after, in the page's direction; `None` for the list's end.
    pub start: Option<CursorValue>,
    pub(crate) query: QueryFingerprint,
    pub(crate) key: CursorKey,
}

impl PageArguments {
    /// # Errors
    /// Bad input: neither or both of `first` and `last`, a size out of range, or a cursor that does not fit.
    pub fn page(self, key: &CursorKey, query: QueryFingerprint) -> Result<Page, Fault> {
        let (name, rows, direction, cursor) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(Fault::bad_input("give `first` or `last`, not both")),
            (None, None) => return Err(Fault::bad_input("give `first` or `last`: how many are wanted, 1 to 100")),
            (Some(_), None) if self.before.is_some() => {
                return Err(Fault::bad_input("`before` goes with `last`; with `first`, give `after`"));
            }
            (None, Some(_)) if self.after.is_some() => {
                return Err(Fault::bad_input("`after` goes with `first`; with `last`, give `before`"));
            }
            (Some(rows), None) => ("first", rows, Direction::Forward, self.after),
            (None, Some(rows)) => ("last", rows, Direction::Backward, self.before),
        };
        if !(1..=PAGE_ROWS_MAX).contains(&rows) {
            return Err(Fault::bad_input(format!("`{name}` is 1 to {PAGE_ROWS_MAX}, not {rows}")));
        }
        let start = cursor.map(|cursor| key.decode(query, &cursor)).transpose()?;
        Ok(Page { limit: rows.unsigned_abs() as usize, direction, start, query, key: key.clone() })
    }
}

impl Page {
    /// One row more than the page has, which tells whether there are more.
    pub fn fetch_limit(&self) -> usize {
        self.limit + 1
    }

    pub fn is_backward(&self) -> bool {
        self.direction == Direction::Backward
    }

    pub(crate) fn cursor(&self, row: &CursorValue) -> String {
        self.key.encode(self.query, row)
    }
}
