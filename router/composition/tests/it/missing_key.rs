//! A type without a key that two subgraphs share makes all fields of the one unreachable from the other: one mistake, and
//! one error.

use expect_test::expect;
use hansa_composition::{ComposeOptions, SubgraphSource, compose, render};

const PRODUCTS: &str = "\
extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@shareable\"])
type Query { products: [Product!]! }
type Product @key(fields: \"id\") { id: ID! @shareable name: String! }
";
const SALES: &str = "\
extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@shareable\"])
type Query { best: Product }
type Product { id: ID! @shareable sold: Int! returned: Int! rank: Int! }
";

#[test]
fn fields_that_fail_for_the_same_reasons_are_one_error() {
    let source = |name: &str, sdl: &str| SubgraphSource {
        name: name.to_owned(),
        url: String::new(),
        sdl: sdl.to_owned(),
        origin: format!("{name}.graphql"),
    };
    let sources = [source("products", PRODUCTS), source("sales", SALES)];
    let errors = compose(&sources, &ComposeOptions::default()).errors;
    let coordinates: Vec<&str> = errors.iter().filter_map(|error| error.coordinate.as_deref()).collect();
    assert_eq!(coordinates, ["Product.rank"]);
    expect![[r#"
        error[SATISFIABILITY_ERROR]: no subgraph can give Product.rank in some operation that clients may send
         --> products.graphql:3:6 (subgraph products)
          |
        3 | type Product @key(fields: "id") { id: ID! @shareable name: String! }
          |      ^^^^^^^ has Product, but without the field `rank`
          |
         --> sales.graphql:3:61 (subgraph sales)
          |
        3 | type Product { id: ID! @shareable sold: Int! returned: Int! rank: Int! }
          |                                                             ^^^^^^^^^^ has Product.rank, but Product has no key there by which to enter it
          |
          = The shortest such operation:
            {
              products {
                rank
              }
            }
            Why no subgraph can go on:
            - `products`: has Product, but without the field `rank`
            - `sales`: has Product.rank, but Product has no key there by which to enter it
            For the same reasons, nobody can give Product.returned, Product.sold.
          = what it means: Clients could ask for something in the supergraph that no sequence of requests to the subgraphs can answer; the shortest such operation is shown.
          = what to do: Give the type a `@key` in both subgraphs that the router has to go between (one that the first can also give), or mark the field `@shareable` and resolve it where the operation comes by.
    "#]].assert_eq(&render(&errors[0], &sources, false));
}
