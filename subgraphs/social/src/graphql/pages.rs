//! Page arguments of this context's connections.

use crate::viewer::Viewer;
use hansa_subgraph_host::{Fault, PAGE_ROWS_MAX, Page, PageArguments, QueryFingerprint};
use serde::Serialize;

/// Which list a connection pages through. Parents do not count: their pages are alike, and a cursor says only where one
/// goes on.
pub(super) fn page(
    viewer: Viewer<'_>,
    (field, arguments): (&str, &impl Serialize),
    page: PageArguments,
) -> Result<Page, Fault> {
    page.page(&viewer.core.cursors, QueryFingerprint::of(field, arguments))
}

/// What siblings with the same arguments ask.
pub(super) fn question(field: &str, arguments: &PageArguments) -> String {
    format!("{field} {arguments:?}")
}

/// How many rows a connection may have, for the complexity of an operation.
pub(super) fn rows(first: Option<i32>, last: Option<i32>) -> usize {
    let rows = first.or(last).unwrap_or(PAGE_ROWS_MAX).clamp(1, PAGE_ROWS_MAX);
    rows.unsigned_abs() as usize
}
