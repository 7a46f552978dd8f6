//! What is printed reads back as it was.

use super::{api_sdl, supergraph_sdl};
use crate::supergraph_text::supergraph;
use apollo_compiler::Schema;
use expect_test::expect;

const TYPES: &str = r#"
"Finds \"all\""
type Query @join__type(graph: A) {
  "one line"
  find(
    "what" by: Filter = {names: ["a\nb"], kind: OLD}
    limit: Int = 1 @deprecated(reason: "no\tlimit")
  ): [Thing!]! @deprecated
  """
  two

    lines with \"""quotes\"""
  """
  other(a: Float = 1.5, b: ID = null): Node
}
extend type Query @tag(name: "x") { more: Any }
interface Node { id: ID }
interface Base implements Node { id: ID }
type Thing implements Node & Base { id: ID }
union Any @join__type(graph: A) = Thing
extend union Any = Query
input Filter { names: [String!] kind: Kind = NEW }
"  not a block\n" enum Kind { OLD "said \\ back\"" NEW }
scalar Date @specifiedBy(url: "https://example.com/date")
"used in operations" directive @of("why" reason: String) repeatable on FIELD | QUERY
"#;

#[test]
fn a_supergraph_reads_back_as_it_was() {
    let (schema, _) = supergraph(TYPES);
    let sdl = supergraph_sdl(&schema);
    let again = Schema::parse(&sdl, "printed.graphql").unwrap();
    assert_eq!(schema, again);
    assert_eq!(sdl, supergraph_sdl(&again));
}

#[test]
fn a_supergraph_starts_with_its_links_and_is_in_order() {
    let sdl = supergraph_sdl(&supergraph(TYPES).0);
    let (head, query) = (sdl.find("directive @authenticated").unwrap(), sdl.find("\"\"\"\nFinds").unwrap());
    expect![[r#"
        schema
          @link(url: "https://specs.apollo.dev/link/v1.0")
          @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
          @link(url: "https://specs.apollo.dev/tag/v0.3")
          @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
          @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
          @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
          @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)
          @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
          @link(url: "https://example.com/colour/v1.0", import: ["@colour"])
        {
          query: Query
        }

    "#]]
    .assert_eq(&sdl[..head]);
    expect![[r#"
        """
        Finds "all"
        """
        type Query
          @join__type(graph: A)
          @tag(name: "x")
        {
          """
          one line
          """
          find(
            """
            what
            """
            by: Filter = {names: ["a\nb"], kind: OLD}
            limit: Int = 1 @deprecated(reason: "no	limit")
          ): [Thing!]! @deprecated
          """
          two

            lines with \"""quotes\"""
          """
          other(a: Float = 1.5, b: ID = null): Node
          more: Any
        }

        type Thing implements Node & Base {
          id: ID
        }

        enum colour__Shade {
          RED
        }

        input join__ContextArgument {
          name: String!
          type: String!
          context: String!
          selection: join__FieldValue!
        }

        scalar join__FieldSet

        scalar join__FieldValue

        enum join__Graph {
          A @join__graph(name: "a", url: "")
          B @join__graph(name: "b", url: "")
        }

        scalar link__Import

        enum link__Purpose {
          SECURITY
          EXECUTION
        }

        scalar policy__Policy

        scalar requiresScopes__Scope
    "#]]
    .assert_eq(&sdl[query..]);
}

#[test]
fn an_api_schema_shows_what_clients_can_use() {
    let (schema, features) = supergraph(TYPES);
    let api_schema = hansa_federation::api_schema(&schema, &features).unwrap();
    expect![[r#"
        """
        used in operations
        """
        directive @of(
          """
          why
          """
          reason: String
        ) repeatable on FIELD | QUERY

        union Any = Thing | Query

        interface Base implements Node {
          id: ID
        }

        scalar Date
          @specifiedBy(url: "https://example.com/date")

        input Filter {
          names: [String!]
          kind: Kind = NEW
        }

        "  not a block\n"
        enum Kind {
          OLD
          """
          said \ back"
          """
          NEW
        }

        interface Node {
          id: ID
        }

        """
        Finds "all"
        """
        type Query {
          """
          one line
          """
          find(
            """
            what
            """
            by: Filter = {names: ["a\nb"], kind: OLD}
            limit: Int = 1 @deprecated(reason: "no	limit")
          ): [Thing!]! @deprecated
          """
          two

            lines with \"""quotes\"""
          """
          other(a: Float = 1.5, b: ID = null): Node
          more: Any
        }

        type Thing implements Node & Base {
          id: ID
        }
    "#]]
    .assert_eq(&api_sdl(&api_schema, &features));
}
