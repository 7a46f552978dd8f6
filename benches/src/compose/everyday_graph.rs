//! A graph as many teams have it: 11 subgraphs, 7,000 lines, always the same ones.
//!
//! Each subgraph owns a few entities. Others add fields to them (with `@requires`), look them up by another key, or refer
//! to them (with `@provides`); all share value types, enums, inputs and an interface.

use crate::compose::SubgraphText;

/// Subgraphs and the entities that each of them owns.
const DOMAINS: [(&str, [&str; ENTITIES]); SUBGRAPHS] = [
    ("accounts", ["Member", "Team", "Role", "Session", "Consent", "Device"]),
    ("catalog", ["Product", "Variant", "Brand", "Category", "Collection", "Manual"]),
    ("inventory", ["Warehouse", "Shelf", "StockItem", "Delivery", "Supplier", "Count"]),
    ("pricing", ["PriceList", "Discount", "Tax", "Contract", "Campaign", "Fee"]),
    ("orders", ["Order", "OrderLine", "Basket", "Quote", "Cancellation", "Claim"]),
    ("payments", ["Payment", "Refund", "Wallet", "Card", "Invoice", "Dispute"]),
    ("shipping", ["Shipment", "Parcel", "Carrier", "Route", "PickupPoint", "Label"]),
    ("reviews", ["Review", "Question", "Answer", "Rating", "Report", "Badge"]),
    ("content", ["Article", "Page", "Picture", "Video", "Banner", "Menu"]),
    ("support", ["Ticket", "Conversation", "Agent", "Queue", "Macro", "Survey"]),
    ("insights", ["Dashboard", "Metric", "Segment", "Experiment", "Export", "Alert"]),
];

pub const SUBGRAPHS: usize = 11;
const ENTITIES: usize = 6;

const SHARED: &str = include_str!("../../compose/everyday-graph-shared.graphql");

/// The graph's subgraphs; `entities` of each, six at most, for the full size.
pub fn subgraphs(entities: usize) -> Vec<SubgraphText> {
    let subgraph = |index: usize| SubgraphText { name: DOMAINS[index].0.to_owned(), sdl: sdl(index, entities) };
    (0..SUBGRAPHS).map(subgraph).collect()
}

/// All of them: 7,000 lines.
pub fn full() -> Vec<SubgraphText> {
    subgraphs(ENTITIES)
}

fn sdl(subgraph: usize, entities: usize) -> String {
    let (name, _) = DOMAINS[subgraph];
    let mut sdl = SHARED.replace("$subgraph", name);
    for index in 0..entities.min(ENTITIES) {
        let of = |distance: usize| DOMAINS[(subgraph + SUBGRAPHS - distance) % SUBGRAPHS].1[index];
        sdl += &owned(DOMAINS[subgraph].1[index], of(5), name);
        sdl += &extended(of(1), name);
        sdl += &looked_up_by_code(of(3), name);
        sdl += &referred_to(of(5));
    }
    sdl
}

/// An entity with all that belongs to it: how it is listed, found, made and changed.
fn owned(entity: &str, reference: &str, subgraph: &str) -> String {
    let template = include_str!("../../compose/everyday-graph-entity.graphql");
    let (field, reference_field) = (lower_first(entity), lower_first(reference));
    template
        .replace("$Entity", entity)
        .replace("$entity", &field)
        .replace("$Reference", reference)
        .replace("$reference", &reference_field)
        .replace("$subgraph", subgraph)
}

/// Fields that this subgraph adds to somebody else's entity, one of them computed from the owner's.
fn extended(entity: &str, subgraph: &str) -> String {
    format!(
        r#"
type {entity} implements Node @key(fields: "id") {{
  id: ID!
  weight: Int @external
  worth: Money @external
  "What {subgraph} makes of its weight and worth."
  {subgraph}Score: Float @requires(fields: "weight worth {{ amount currency }}")
  {subgraph}Notes(first: Int = 10): [String!]!
  {subgraph}State: Visibility
}}
"#
    )
}

fn looked_up_by_code(entity: &str, subgraph: &str) -> String {
    format!(
        r#"
type {entity} @key(fields: "code") {{
  code: String!
  {subgraph}Total: Money
  {subgraph}Period: Period
}}
"#
    )
}

fn referred_to(entity: &str) -> String {
    format!(
        r#"
type {entity} @key(fields: "id", resolvable: false) {{
  id: ID!
  name: String! @external
}}
"#
    )
}

fn lower_first(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_lowercase() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_graph_has_7000_lines() {
        let lines: usize = full().iter().map(|subgraph| subgraph.sdl.lines().count()).sum();
        assert!((6_950..7_050).contains(&lines), "{lines} lines");
    }
}
