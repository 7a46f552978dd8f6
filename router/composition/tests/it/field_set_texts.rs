//! Field sets may be written with braces around them, commas and comments. In the supergraph they are plain, for readers that
//! know fields only.

use hansa_composition::{ComposeOptions, SubgraphSource, compose};
use hansa_federation::Supergraph;

const FEDERATION: &str = r#"
    extend schema @link(
      url: "https://specs.apollo.dev/federation/v2.8"
      import: ["@key", "@requires", "@provides", "@external", "@shareable", "@context", "@fromContext"]
    )
"#;

#[test]
fn braces_and_comments_around_field_sets_do_not_reach_the_supergraph() {
    let products = r#"
        type Query { product: Product, reviewed: Product @provides(fields: "{ name, }") }
        type Product @key(fields: "{ id },") @key(fields: "sku # the old one\n") @key(fields: "upc  , maker { id }") {
          id: ID!
          sku: ID!
          upc: ID!
          maker: Maker
          name: String @external
          weight: Int @external
          shippingEstimate: Int @requires(fields: "{ weight name # both\n }")
        }
        type Maker @shareable { id: ID! }
    "#;
    let catalogue = r#"
        type Product @key(fields: "id") { id: ID!, name: String @shareable, weight: Int }
    "#;
    let supergraph = composed(&[("products", products), ("catalogue", catalogue)]);
    for expected in [
        r#"key: "id")"#,
        r#"key: "sku")"#,
        // Nothing but fields is left as it is written.
        r#"key: "upc  , maker { id }")"#,
        r#"provides: "name")"#,
        r#"requires: "weight name")"#,
    ] {
        assert!(supergraph.contains(expected), "no {expected} in:\n{supergraph}");
    }
    Supergraph::parse(&supergraph, "supergraph.graphql").unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn selections_from_contexts_have_nothing_beside_their_braces() {
    let shops = r#"
        type Query { shop: Shop }
        type Shop @key(fields: "id") @context(name: "shop") { id: ID!, currency: String, product: Product, sold: Product }
        type Product @key(fields: "id") {
          id: ID!
          price(currency: String @fromContext(field: "$shop { currency }")): Int
          tax(currency: String @fromContext(field: "$shop { currency },")): Int
          cost(currency: String @fromContext(field: "$shop { currency # as above\n }")): Int
        }
    "#;
    let supergraph = composed(&[("shops", shops)]);
    assert_eq!(supergraph.matches(r#"selection: " { currency }""#).count(), 1, "{supergraph}");
    assert_eq!(supergraph.matches(r#"selection: "currency""#).count(), 2, "{supergraph}");
}

fn composed(subgraphs: &[(&str, &str)]) -> String {
    let sources: Vec<SubgraphSource> = subgraphs
        .iter()
        .map(|(name, sdl)| SubgraphSource {
            name: (*name).to_owned(),
            url: format!("http://{name}.example/graphql"),
            sdl: format!("{FEDERATION}{sdl}"),
            origin: format!("{name}.graphql"),
        })
        .collect();
    let composition = compose(&sources, &ComposeOptions::default());
    composition.supergraph.unwrap_or_else(|| panic!("{:?}", composition.errors)).sdl
}
