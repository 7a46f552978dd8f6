//! Connections: one page of a list, as Relay defines it, with `nodes` as a shortcut.

use crate::{CursorValue, Direction, Page, directives::shareable};
use async_graphql::{
    Context, ContextSelectionSet, Object, OutputType, Positioned, ServerResult, SimpleObject, TypeName, Value,
    parser::types::Field, registry::Registry,
};
use std::borrow::Cow;

/// Where a page stands in its list.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(name = "PageInfo", directive = shareable::apply())]
pub struct PageEnds {
    pub has_next_page: bool,
    pub has_previous_page: bool,
    pub start_cursor: Option<String>,
    pub end_cursor: Option<String>,
}

/// One row of a page.
#[derive(Debug, Clone)]
pub struct Edge<N> {
    pub cursor: String,
    pub node: N,
}

/// One page of a list of `N`, named after it: `ProductConnection`.
#[derive(Debug, Clone)]
pub struct Connection<N> {
    pub edges: Vec<Edge<N>>,
    pub page_info: PageEnds,
}

/// A connection that also says how long the list is. It has the same name: a subgraph uses one of the two for a type.
#[derive(Debug, Clone)]
pub struct CountedConnection<N> {
    pub connection: Connection<N>,
    /// `None` where nobody asked: see [`is_total_count_wanted`].
    pub total_count: Option<i32>,
}

/// Whether the operation selects `totalCount` of the connection that this resolver makes.
pub fn is_total_count_wanted(ctx: &Context<'_>) -> bool {
    ctx.look_ahead().field("totalCount").exists()
}

impl<N> Connection<N> {
    /// `rows` are as fetched: in the page's direction, and up to [`Page::fetch_limit`] of them.
    pub fn from_rows(mut rows: Vec<N>, page: &Page, place: impl Fn(&N) -> CursorValue) -> Connection<N> {
        let has_more = rows.len() > page.limit;
        rows.truncate(page.limit);
        let is_past_start = page.start.is_some();
        let (has_next_page, has_previous_page) = match page.direction {
            Direction::Forward => (has_more, is_past_start),
            Direction::Backward => {
                rows.reverse();
                (is_past_start, has_more)
            }
        };
        let edge = |node| Edge { cursor: page.cursor(&place(&node)), node };
        let edges: Vec<Edge<N>> = rows.into_iter().map(edge).collect();
        let cursor_of = |edge: Option<&Edge<N>>| edge.map(|edge| edge.cursor.clone());
        let page_info = PageEnds {
            has_next_page,
            has_previous_page,
            start_cursor: cursor_of(edges.first()),
            end_cursor: cursor_of(edges.last()),
        };
        Connection { edges, page_info }
    }

    pub fn counted(self, total_count: Option<i32>) -> CountedConnection<N> {
        CountedConnection { connection: self, total_count }
    }
}

/// A reference that is nullable where its target is: the library's own says that references never are.
struct Borrowed<'a, N>(&'a N);

impl<N: OutputType> OutputType for Borrowed<'_, N> {
    fn type_name() -> Cow<'static, str> {
        N::type_name()
    }

    fn qualified_type_name() -> String {
        N::qualified_type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        N::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}

impl<N: OutputType> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", N::type_name()).into()
    }
}

impl<N: OutputType> TypeName for Connection<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::type_name()).into()
    }
}

impl<N: OutputType> TypeName for CountedConnection<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::type_name()).into()
    }
}

/// One row of a page.
#[Object(name_type, directive = shareable::apply())]
impl<N: OutputType> Edge<N> {
    /// Where this row stands: give it as `after` or `before`.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    async fn node(&self) -> &N {
        &self.node
    }
}

/// One page of a list.
#[Object(name_type, directive = shareable::apply())]
impl<N: OutputType> Connection<N> {
    async fn edges(&self) -> &[Edge<N>] {
        &self.edges
    }

    /// The edges' nodes.
    async fn nodes(&self) -> Vec<Borrowed<'_, N>> {
        self.edges.iter().map(|edge| Borrowed(&edge.node)).collect()
    }

    async fn page_info(&self) -> &PageEnds {
        &self.page_info
    }
}

/// One page of a list.
#[Object(name_type, directive = shareable::apply())]
impl<N: OutputType> CountedConnection<N> {
    async fn edges(&self) -> &[Edge<N>] {
        &self.connection.edges
    }

    /// The edges' nodes.
    async fn nodes(&self) -> Vec<Borrowed<'_, N>> {
        self.connection.edges.iter().map(|edge| Borrowed(&edge.node)).collect()
    }

    async fn page_info(&self) -> &PageEnds {
        &self.connection.page_info
    }

    /// How many rows the whole list has.
    async fn total_count(&self) -> Option<i32> {
        self.total_count
    }
}
