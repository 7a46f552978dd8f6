//! The page arguments of identity's connections, all of which sort by id.

use super::identity;
use async_graphql::Context;
use hansa_subgraph_host::{Fault, Page, PageArguments, QueryFingerprint};

/// A page of the list `field` of what has the id `of`.
pub(super) fn page(ctx: &Context<'_>, (field, of): (&str, String), arguments: PageArguments) -> Result<Page, Fault> {
    arguments.page(&identity(ctx).cursors, QueryFingerprint::of(field, &of))
}
