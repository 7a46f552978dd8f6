//! Page arguments of this context's connections.

use crate::viewer::Viewer;
use hansa_subgraph_host::{Fault, Page, PageArguments, QueryFingerprint};
use serde::Serialize;

/// Rows of all lists that siblings ask for at once. Each may have an author of its own, whose two relationships with the
/// caller are looked up by id.
const ROWS_MAX: usize = 4_000;

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

/// The page of a list that each of some siblings has.
pub(super) fn page_below(
    viewer: Viewer<'_>,
    siblings: usize,
    list: (&str, &impl Serialize),
    arguments: PageArguments,
) -> Result<Page, Fault> {
    let page = page(viewer, list, arguments)?;
    if page.limit * siblings > ROWS_MAX {
        let text = format!("{siblings} lists of {} rows are more than {ROWS_MAX} rows: ask for fewer", page.limit);
        return Err(Fault::bad_input(text));
    }
    Ok(page)
}
