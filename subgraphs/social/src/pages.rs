//! Pages of what stores find: the host's cursors and the store's places are the same values.

use hansa_documents::{Document, Filter, Find, Order, StoreError, Value};
use hansa_subgraph_host::{Connection, CursorValue, Direction, Edge, Fault, Page};

/// Documents as found, in the page's direction.
#[derive(Debug)]
pub(crate) struct Found<D> {
    pub rows: Vec<Row<D>>,
    /// More may follow behind these.
    pub has_more: bool,
}

/// One document, with its place in the list.
#[derive(Debug)]
pub(crate) struct Row<D> {
    pub document: D,
    pub place: CursorValue,
    /// The caller may see it, and the list is meant to show it.
    pub is_wanted: bool,
}

/// What a page of a list asks of its store.
pub(crate) fn find_of(filter: Filter, order: &[Order], page: &Page) -> Result<Find, Fault> {
    let limit = u32::try_from(page.fetch_limit()).unwrap_or(u32::MAX);
    let find = Find::new(filter, limit).order_by(order.iter().cloned());
    let find = if page.direction == Direction::Backward { find.reversed() } else { find };
    Ok(find.after(page.start.as_ref().map(place_in).transpose()?))
}

fn place_in(cursor: &CursorValue) -> Result<Vec<Value>, Fault> {
    let value = |json: &serde_json::Value| serde_json::from_value(json.clone());
    let values: Result<Vec<Value>, _> = cursor.sort_values.iter().map(value).collect();
    let mut place = values.map_err(|_| Fault::bad_input("this cursor is none of this list's"))?;
    place.push(Value::Text(cursor.id.clone()));
    Ok(place)
}

/// What `find` found, with places in its order, and judged.
pub(crate) fn found<D: Document>(
    find: &Find,
    documents: Vec<D>,
    mut is_wanted: impl FnMut(&D) -> bool,
) -> Result<Found<D>, StoreError> {
    let has_more = documents.len() >= find.limit as usize;
    let row = |document: D| {
        let mut values = find.place_of(&document)?;
        values.pop();
        let sort_values = values.iter().map(serde_json::to_value).collect::<Result<_, _>>();
        let place = CursorValue { sort_values: sort_values.map_err(StoreError::Unwritable)?, id: document.id() };
        Ok(Row { is_wanted: is_wanted(&document), document, place })
    };
    Ok(Found { rows: documents.into_iter().map(row).collect::<Result<_, StoreError>>()?, has_more })
}

/// One page of the rows that are wanted. The others are passed over, and count only for where the page ends: it may be
/// shorter than was asked for, and still say that there is more.
pub(crate) fn page_of<D>(found: Found<D>, page: &Page) -> Connection<D> {
    let Found { mut rows, has_more } = found;
    let mut wanted = rows.iter().enumerate().filter(|(_, row)| row.is_wanted);
    let taken = wanted.nth(page.limit - 1).map_or(rows.len(), |(index, _)| index + 1);
    let is_cut = taken < rows.len() || has_more;
    rows.truncate(taken);
    let mut whole = page.clone();
    whole.limit = taken;
    let connection = Connection::from_rows(rows, &whole, |row| row.place.clone());
    let mut page_info = connection.page_info;
    match page.direction {
        Direction::Forward => page_info.has_next_page = is_cut,
        Direction::Backward => page_info.has_previous_page = is_cut,
    }
    let wanted = connection.edges.into_iter().filter(|edge| edge.node.is_wanted);
    let edges = wanted.map(|Edge { cursor, node }| Edge { cursor, node: node.document }).collect();
    Connection { edges, page_info }
}

/// The same page of something else.
pub(crate) fn map<N, M>(connection: Connection<N>, mut node: impl FnMut(N) -> M) -> Connection<M> {
    let edge = |edge: Edge<N>| Edge { cursor: edge.cursor, node: node(edge.node) };
    Connection { edges: connection.edges.into_iter().map(edge).collect(), page_info: connection.page_info }
}
