//! The tables: one file each, with every query text about it. Functions read from the store or from a unit of work, and
//! write in a unit of work only.

pub(crate) mod answers;
pub(crate) mod api_keys;
pub(crate) mod audit_entries;
pub(crate) mod memberships;
pub(crate) mod password_resets;
pub(crate) mod refresh_tokens;
pub(crate) mod sessions;
pub(crate) mod tenants;
pub(crate) mod users;

use hansa_relational::{FromRow, Keyset, Query, Relational, Row, StoreError};
use hansa_subgraph_host::{CursorValue, Page};

/// Ids sort by the time at which they were made.
const OLDEST_FIRST: Keyset = Keyset::new(&[("id", hansa_relational::Direction::Ascending)]);
const NEWEST_FIRST: Keyset = Keyset::new(&[("id", hansa_relational::Direction::Descending)]);

/// A count, or nothing but one number.
struct Count(i64);

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("count").map(Count)
    }
}

/// The rows of one page of `query`, which ends in its `WHERE` clause and sorts by id.
async fn page_of<T: FromRow>(query: Query, order: Keyset, page: &Page, db: &Relational) -> Result<Vec<T>, StoreError> {
    let order = if page.is_backward() { order.reversed() } else { order };
    let query = match &page.start {
        Some(place) => query.push(" AND ").push_after(order, vec![place.id.as_str().into()]),
        None => query,
    };
    let limit = i64::try_from(page.fetch_limit()).unwrap_or(i64::MAX);
    query.push_order(order).push(" LIMIT ").push_bind(limit).fetch_all(db).await
}

/// Where a row with this id stands in such a page.
pub(crate) fn place(id: impl ToString) -> CursorValue {
    CursorValue { sort_values: Vec::new(), id: id.to_string() }
}
