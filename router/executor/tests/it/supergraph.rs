//! The supergraph that all tests here share.

use hansa_federation::Supergraph;
use std::sync::LazyLock;

pub(crate) static SUPERGRAPH: LazyLock<Supergraph> =
    LazyLock::new(|| Supergraph::parse(SDL, "supergraph.graphql").expect("the tests' supergraph is valid"));

const SDL: &str = r#"
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
{
  query: Query
  mutation: Mutation
}

directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA

scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }

enum join__Graph {
  ACCOUNTS @join__graph(name: "accounts", url: "http://accounts.invalid/")
  REVIEWS @join__graph(name: "reviews", url: "http://reviews.invalid/")
  STOCK @join__graph(name: "stock", url: "http://stock.invalid/")
}

scalar JSON @join__type(graph: ACCOUNTS)

enum Role @join__type(graph: ACCOUNTS) {
  ADMIN @join__enumValue(graph: ACCOUNTS)
  VISITOR @join__enumValue(graph: ACCOUNTS)
  AUDITOR @join__enumValue(graph: ACCOUNTS) @inaccessible
}

enum Color @join__type(graph: ACCOUNTS) {
  RED @join__enumValue(graph: ACCOUNTS)
  BLUE @join__enumValue(graph: ACCOUNTS)
}

type Query @join__type(graph: ACCOUNTS) @join__type(graph: REVIEWS) @join__type(graph: STOCK) {
  me: User @join__field(graph: ACCOUNTS)
  users: [User!]! @join__field(graph: ACCOUNTS)
  media: [Medium] @join__field(graph: ACCOUNTS)
  node: Node @join__field(graph: ACCOUNTS)
}

type Mutation @join__type(graph: ACCOUNTS) {
  rename(name: String): User @join__field(graph: ACCOUNTS)
}

interface Node
  @join__type(graph: ACCOUNTS, key: "id")
  @join__type(graph: REVIEWS, key: "id", isInterfaceObject: true)
{
  id: ID!
  likes: Int @join__field(graph: REVIEWS)
}

type User implements Node
  @join__implements(graph: ACCOUNTS, interface: "Node")
  @join__type(graph: ACCOUNTS, key: "id")
  @join__type(graph: STOCK, key: "id")
{
  id: ID!
  name: String @join__field(graph: ACCOUNTS)
  age: Int @join__field(graph: ACCOUNTS)
  role: Role @join__field(graph: ACCOUNTS)
  home: Place @join__field(graph: ACCOUNTS)
  likes: Int @join__field
  credit: Int @join__field(graph: STOCK)
}

type Guest implements Node
  @join__implements(graph: ACCOUNTS, interface: "Node")
  @join__type(graph: ACCOUNTS, key: "id")
{
  id: ID!
  likes: Int @join__field
}

type Place @join__type(graph: ACCOUNTS) @join__type(graph: STOCK) {
  city: String
  zip: String
}

union Medium
  @join__type(graph: ACCOUNTS)
  @join__unionMember(graph: ACCOUNTS, member: "Book")
  @join__unionMember(graph: ACCOUNTS, member: "Film")
  @join__unionMember(graph: ACCOUNTS, member: "Draft")
 = Book | Film | Draft

type Book @join__type(graph: ACCOUNTS) { title: String }
type Film @join__type(graph: ACCOUNTS) { title: String }
type Draft @join__type(graph: ACCOUNTS) @inaccessible { title: String }
"#;
