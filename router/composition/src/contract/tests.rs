//! The API that clients of a contract see.

use super::apply;
use crate::{
    ContractFilter,
    diagnostic::Diagnostics,
    print::api_sdl,
    supergraph_rules,
    supergraph_text::{supergraph, supergraph_showing_all},
};
use expect_test::{Expect, expect};

const SHOP: &str = r#"
type Query {
  products(first: Int, debug: Boolean @tag(name: "internal")): [Product] @tag(name: "public")
  stock: Stock @tag(name: "internal")
  search: Hit @tag(name: "public")
}
type Mutation { reset: Boolean @tag(name: "internal") }
interface Node { id: ID! @tag(name: "public") }
type Product implements Node {
  id: ID! @tag(name: "public")
  name: String @tag(name: "public")
  cost: Money @tag(name: "internal")
  size: Size
}
type Stock @tag(name: "internal") { count: Int @tag(name: "public") }
type Money { amount: Int }
union Hit @tag(name: "public") = Product | Stock
enum Size { SMALL HUGE @tag(name: "internal") }
input Unused { a: Int }
"#;

fn filter(include: &[&str], exclude: &[&str], hide_unreachable_types: bool) -> ContractFilter {
    let owned = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
    ContractFilter { include: owned(include), exclude: owned(exclude), hide_unreachable_types }
}

/// The API schema, or what is wrong with it; hints before it.
fn shows(types: &str, filter: &ContractFilter, expected: Expect) {
    let (mut schema, mut features) = supergraph(types);
    let mut diagnostics = Diagnostics::default();
    apply(&mut schema, &mut features, filter, &mut diagnostics);
    supergraph_rules::check(&schema, &features, &mut diagnostics);
    let mut text = String::new();
    for finding in diagnostics.hints.iter().chain(&diagnostics.errors) {
        text.push_str(&format!("{}: {}\n", finding.code.name, finding.message));
    }
    if diagnostics.errors.is_empty() {
        let api_schema = hansa_federation::api_schema(&schema, &features).unwrap();
        text.push_str(&api_sdl(&api_schema, &features));
    }
    expected.assert_eq(&text);
}

#[test]
fn excluded_tags_hide() {
    shows(
        SHOP,
        &filter(&[], &["internal"], false),
        expect![[r#"
        union Hit = Product

        type Money {
          amount: Int
        }

        interface Node {
          id: ID!
        }

        type Product implements Node {
          id: ID!
          name: String
          size: Size
        }

        type Query {
          products(first: Int): [Product]
          search: Hit
        }

        enum Size {
          SMALL
        }

        input Unused {
          a: Int
        }
    "#]],
    );
}

#[test]
fn included_tags_show_nothing_else_and_exclusion_wins() {
    shows(
        SHOP,
        &filter(&["public"], &["internal"], false),
        expect![[r#"
        union Hit = Product

        interface Node {
          id: ID!
        }

        type Product implements Node {
          id: ID!
          name: String
        }

        type Query {
          products(first: Int): [Product]
          search: Hit
        }

        enum Size {
          SMALL
        }

        input Unused {
          a: Int
        }
    "#]],
    );
}

#[test]
fn unreachable_types_are_hidden_if_wished() {
    shows(
        SHOP,
        &filter(&["public"], &["internal"], true),
        expect![[r#"
        union Hit = Product

        interface Node {
          id: ID!
        }

        type Product implements Node {
          id: ID!
          name: String
        }

        type Query {
          products(first: Int): [Product]
          search: Hit
        }
    "#]],
    );
}

#[test]
fn interfaces_of_reachable_types_stay_but_bring_no_others() {
    shows(
        r#"type Query { a: A x: X @tag(name: "no") }
        interface Node { id: ID owner: Owner }
        interface Owner { id: ID }
        type A implements Node { id: ID owner: Person }
        type B implements Node { id: ID owner: Person }
        type Person implements Owner { id: ID }
        type Firm implements Owner { id: ID }
        type X { y: Y }
        type Y { z: Int }"#,
        &filter(&[], &["no"], true),
        expect![[r#"
            type A implements Node {
              id: ID
              owner: Person
            }

            type Firm implements Owner {
              id: ID
            }

            interface Node {
              id: ID
              owner: Owner
            }

            interface Owner {
              id: ID
            }

            type Person implements Owner {
              id: ID
            }

            type Query {
              a: A
            }
        "#]],
    );
}

#[test]
fn a_contract_that_does_not_fit_says_where() {
    shows(
        r#"type Query { user(by: Filter): User }
        type User @tag(name: "no") { id: ID }
        input Filter { id: ID! @tag(name: "no") name: String }"#,
        &filter(&[], &["no"], true),
        expect![[r#"
            REFERENCED_INACCESSIBLE: `Query.user` is visible, but its type `User` is @inaccessible
            REQUIRED_INACCESSIBLE: `Filter.id` is @inaccessible but required, so that nobody could give it
        "#]],
    );
}

#[test]
fn a_tag_that_nothing_has_is_reported() {
    shows(
        "type Query { a: Int }",
        &filter(&["publik"], &["internol"], false),
        expect![[r#"
            CONTRACT_TAG_UNUSED: the contract's filter names the tag `publik`, but nothing in the supergraph has it
            CONTRACT_TAG_UNUSED: the contract's filter names the tag `internol`, but nothing in the supergraph has it
            ONLY_INACCESSIBLE_CHILDREN: all fields of `Query` are @inaccessible, so that clients can query nothing
        "#]],
    );
}

#[test]
fn the_inaccessible_specification_is_linked_where_it_was_not() {
    let (mut schema, mut features) = supergraph_showing_all(r#"type Query { a: Int b: Int @tag(name: "no") }"#);
    apply(&mut schema, &mut features, &filter(&[], &["no"], false), &mut Diagnostics::default());
    let linked: Vec<&str> = features.iter().map(|feature| feature.name()).collect();
    let expected = ["link", "join", "tag", "inaccessible"];
    assert_eq!(linked[..4], expected);
    assert_eq!(hansa_federation::linked_features(&schema).unwrap(), features);
    let api_schema = hansa_federation::api_schema(&schema, &features).unwrap();
    expect![[r#"
        type Query {
          a: Int
        }
    "#]]
    .assert_eq(&api_sdl(&api_schema, &features));
}
