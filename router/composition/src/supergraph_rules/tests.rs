//! One supergraph for each thing that a rule says.

use super::check;
use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    supergraph_text::supergraph,
};
use expect_test::{Expect, expect};

fn findings(types: &str) -> String {
    let (schema, features) = supergraph(types);
    let mut diagnostics = Diagnostics::default();
    check(&schema, &features, &mut diagnostics);
    assert!(diagnostics.hints.is_empty());
    diagnostics.errors.iter().map(line).collect()
}

fn line(error: &Diagnostic) -> String {
    let coordinate = error.coordinate.as_deref().unwrap_or("nowhere");
    let places = error.places.iter().map(|place| format!("  in {}: {}\n", place.subgraph, place.label));
    format!("{} {coordinate}: {}\n{}", error.code.name, error.message, places.collect::<String>())
}

fn says(types: &str, expected: Expect) {
    expected.assert_eq(&findings(types));
}

#[test]
fn interface_fields_need_implementations() {
    says(
        r#"type Query { pets: [Pet] }
        interface Pet @join__type(graph: A) @join__type(graph: B) { name: String age: Int @join__field(graph: B) }
        type Cat implements Pet @join__implements(graph: A, interface: "Pet") @join__type(graph: A) { name: String }"#,
        expect![[r#"
            INTERFACE_FIELD_NO_IMPLEM Pet.age: `Cat` implements `Pet` but has no field `age`
              in b: `Pet.age` is declared here
              in a: `Cat` implements `Pet` here
        "#]],
    );
}

#[test]
fn requires_must_fit_what_was_merged() {
    let with = |requires: &str| {
        format!(
            r#"type Query {{ parcel: Parcel }}
            type Parcel {{
              weight(unit: Unit!): Float size(unit: Unit, list: [Int!]): Float
              price: Int @join__field(graph: B, requires: "{requires}")
            }}
            enum Unit {{ KG }}"#
        )
    };
    says(&with("weight(unit: KG) size(list: [1])"), expect![[""]]);
    says(
        &with("weight size(depth: 1)"),
        expect![[r#"
        REQUIRES_INVALID_FIELDS Parcel.price: `Parcel.price` requires `weight size(depth: 1)`, but `Parcel.weight(unit:)` needs a value, because a subgraph with the field requires one
          in b: 
        REQUIRES_INVALID_FIELDS Parcel.price: `Parcel.price` requires `weight size(depth: 1)`, but the supergraph has no argument `Parcel.size(depth:)`, because not every subgraph with the field knows it
          in b: 
    "#]],
    );
    says(
        &with("{ weight(unit: LB) size(list: [null]) }"),
        expect![[r#"
        REQUIRES_INVALID_FIELDS Parcel.price: `Parcel.price` requires `{ weight(unit: LB) size(list: [null]) }`, but `LB` is no value for `Parcel.weight(unit:)`: it is not one of `Unit`
          in b: 
        REQUIRES_INVALID_FIELDS Parcel.price: `Parcel.price` requires `{ weight(unit: LB) size(list: [null]) }`, but `[null]` is no value for `Parcel.size(list:)`: `Int!` has no null
          in b: 
    "#]],
    );
    says(
        &with("width ... on Box { id }"),
        expect![[r#"
            REQUIRES_INVALID_FIELDS Parcel.price: `Parcel.price` requires `width ... on Box { id }`, but `Parcel` has no field `width`
              in b: 
            REQUIRES_INVALID_FIELDS Parcel.price: `Parcel.price` requires `width ... on Box { id }`, but there is no type `Box`
              in b: 
        "#]],
    );
    says(
        &with("weight(unit: KG"),
        expect![[r#"
        REQUIRES_INVALID_FIELDS Parcel.price: `Parcel.price` requires `weight(unit: KG`, but that is no field set
          in b: 
    "#]],
    );
}

#[test]
fn what_is_read_takes_no_more_authorization_than_the_reader() {
    let with = |owner: &str, reader: &str| {
        format!(
            r#"type Query {{ account: Account }}
            type Account {{
              secret: Secret {owner}
              score: Int @join__field(graph: B, requires: "secret {{ value }}") {reader}
            }}
            type Secret @policy(policies: [["p"]]) {{ value: Int }}"#
        )
    };
    says(
        &with("@authenticated", ""),
        expect![[r#"
        MISSING_TRANSITIVE_AUTH_REQUIREMENTS Account.score: `Account.score` reads `Account.secret` through @requires, but does not demand the authorization that it takes
          in b: reads `Account.secret` here
    "#]],
    );
    says(&with("@authenticated", r#"@authenticated @policy(policies: [["p", "q"]])"#), expect![[""]]);
    says(
        &with(r#"@requiresScopes(scopes: [["a"]])"#, r#"@policy(policies: [["p"]])"#),
        expect![[r#"
        MISSING_TRANSITIVE_AUTH_REQUIREMENTS Account.score: `Account.score` reads `Account.secret` through @requires, but does not demand the authorization that it takes
          in b: reads `Account.secret` here
    "#]],
    );
}

#[test]
fn what_is_read_from_a_context_takes_no_more_authorization_than_the_reader() {
    let with = |reader: &str| {
        format!(
            r#"type Query {{ user: User }}
            type User @context(name: "a__user") @authenticated {{ locale: String post: Post }}
            type Post {{
              title: String {reader} @join__field(graph: A, contextArguments: [
                {{context: "a__user", name: "locale", type: "String", selection: " {{ locale }}"}}])
            }}"#
        )
    };
    says(
        &with(""),
        expect![[r#"
        MISSING_TRANSITIVE_AUTH_REQUIREMENTS Post.title: `Post.title` reads `User` through @fromContext, but does not demand the authorization that it takes
          in a: reads `User` here
    "#]],
    );
    says(&with("@authenticated"), expect![[""]]);
}

#[test]
fn merged_types_implement_merged_interfaces() {
    says(
        r#"type Query { shapes: [Shape] }
        interface Base { id: ID }
        interface Shape implements Base { id: ID area(unit: String): Float! edges(of: Int): [Shape!] }
        type Square implements Shape { id: ID area: Float edges(of: Int!, at: Int!): [Square!]! }"#,
        expect![[r#"
            INVALID_GRAPHQL Square: `Square` must implement `Base` too, because `Shape` does
            INVALID_GRAPHQL Square.area: `Square.area` is merged to `Float`, which is not `Float!` as `Shape.area` needs
            INVALID_GRAPHQL Square.area: `Square.area` lacks the argument `unit` of `Shape.area` in the merged schema
            INVALID_GRAPHQL Square.edges: `Square.edges(of:)` is merged to `Int!`, but `Shape.edges` has `Int` there
            INVALID_GRAPHQL Square.edges(at:): `Square.edges(at:)` is required, but `Shape.edges` has no such argument
        "#]],
    );
}

#[test]
fn merged_default_values_fit() {
    says(
        r#"type Query { find(by: Filter = {size: SMALL, depth: 1}, size: Size = LARGE, limit: Int = 1): Int }
        input Filter { size: Size! = SMALL limit: Int! }
        enum Size { SMALL }"#,
        expect![[r#"
            INVALID_GRAPHQL Query.find(by:): `{size: SMALL, depth: 1}` is no default value for `Query.find(by:)` in the merged schema: `Filter` has no field `depth`
            INVALID_GRAPHQL Query.find(size:): `LARGE` is no default value for `Query.find(size:)` in the merged schema: it is not one of `Size`
        "#]],
    );
}

#[test]
fn everything_else_that_is_no_graphql_is_found_too() {
    says(
        r#"type Query { find(by: Filter @deprecated): Int }
        input Filter { and: Filter! }"#,
        expect![[r#"
            INVALID_GRAPHQL nowhere: the merged schema is not valid: `Filter` input object cannot be constructed because of an unbreakable cycle
        "#]],
    );
}

#[test]
fn rules_that_the_graphql_specification_got_later_do_not_refuse_graphs_in_use() {
    says(
        r#"type Query implements Root { a(by: Filter = {limit: 1}): Int @deprecated }
        interface Root { a(by: Filter): Int }
        input Filter { id: ID! limit: Int }"#,
        expect![[""]],
    );
}

#[test]
fn hidden_types_are_not_used_by_what_is_visible() {
    says(
        r#"directive @of(kind: Kind) on FIELD
        type Query { user(kind: Kind): User other: User @inaccessible shade: colour__Shade by(filter: Filter): Int }
        type User @inaccessible { id: ID }
        enum Kind @inaccessible { A }
        input Filter { kind: Kind other: Kind @inaccessible }"#,
        expect![[r#"
            REFERENCED_INACCESSIBLE Query.user: `Query.user` is visible, but its type `User` is @inaccessible
            REFERENCED_INACCESSIBLE Query.shade: `Query.shade` is visible, but its type `colour__Shade` belongs to a linked specification, which clients do not see
            REFERENCED_INACCESSIBLE Query.user(kind:): `Query.user(kind:)` is visible, but its type `Kind` is @inaccessible
            REFERENCED_INACCESSIBLE Filter.kind: `Filter.kind` is visible, but its type `Kind` is @inaccessible
            REFERENCED_INACCESSIBLE @of(kind:): `@of(kind:)` is visible, but its type `Kind` is @inaccessible
        "#]],
    );
}

#[test]
fn visible_types_have_visible_members() {
    says(
        r#"type Query { a: Int @inaccessible }
        union Empty = Gone
        type Gone @inaccessible { a: Int @inaccessible }
        enum None { A @inaccessible }
        input Nothing { a: Int @inaccessible }"#,
        expect![[r#"
            ONLY_INACCESSIBLE_CHILDREN Query: all fields of `Query` are @inaccessible, so that clients can query nothing
            ONLY_INACCESSIBLE_CHILDREN Empty: `Empty` is visible, but all its members are @inaccessible; hide the type too, or show one
            ONLY_INACCESSIBLE_CHILDREN None: `None` is visible, but all its values are @inaccessible; hide the type too, or show one
            ONLY_INACCESSIBLE_CHILDREN Nothing: `Nothing` is visible, but all its input fields are @inaccessible; hide the type too, or show one
        "#]],
    );
}

#[test]
fn the_query_root_is_visible() {
    says(
        "type Query @inaccessible { a: Int }",
        expect![[r#"
        QUERY_ROOT_TYPE_INACCESSIBLE Query: `Query` is @inaccessible, but a schema needs its query root type
    "#]],
    );
}

#[test]
fn what_is_required_is_visible() {
    says(
        r#"directive @limit(to: Int! @inaccessible) on FIELD
        type Query implements Root { a(id: ID! @inaccessible, b: Int! = 1 @inaccessible): Int by(filter: Filter): Int r(x: Int!): Int }
        interface Root { r(x: Int! = 1 @inaccessible): Int }
        input Filter { id: ID! @inaccessible all: Boolean }"#,
        expect![[r#"
            REQUIRED_INACCESSIBLE Query.a(id:): `Query.a(id:)` is @inaccessible but required, so that nobody could give it
            REQUIRED_INACCESSIBLE Filter.id: `Filter.id` is @inaccessible but required, so that nobody could give it
            REQUIRED_INACCESSIBLE @limit(to:): `@limit(to:)` is @inaccessible but required, so that nobody could give it
            REQUIRED_INACCESSIBLE Root.r(x:): `Root.r(x:)` is @inaccessible, but `Query.r(x:)`, which implements it, is visible and required
        "#]],
    );
}

#[test]
fn visible_interfaces_are_implemented_visibly() {
    says(
        r#"type Query { node: Node }
        interface Node { id: ID name(in: String): String secret: Int @inaccessible }
        type User implements Node { id: ID @inaccessible name(in: String @inaccessible): String secret: Int @inaccessible }
        type Internal implements Node @inaccessible { id: ID @inaccessible name(in: String): String secret: Int }"#,
        expect![[r#"
            IMPLEMENTED_BY_INACCESSIBLE User.id: `User.id` is @inaccessible, but implements `Node.id`, which is visible
            IMPLEMENTED_BY_INACCESSIBLE User.name(in:): `User.name(in:)` is @inaccessible, but implements `Node.name(in:)`, which is visible
        "#]],
    );
}

#[test]
fn visible_default_values_use_nothing_hidden() {
    says(
        r#"type Query { find(by: Filter = {all: true, kinds: [OLD, NEW]}, kind: Kind = OLD): Int }
        input Filter { all: Boolean @inaccessible kinds: [Kind!] }
        enum Kind { OLD @inaccessible NEW }"#,
        expect![[r#"
            DEFAULT_VALUE_USES_INACCESSIBLE Query.find(by:): `Query.find(by:)` is visible, but its default value uses `Filter.all`, which is @inaccessible
            DEFAULT_VALUE_USES_INACCESSIBLE Query.find(by:): `Query.find(by:)` is visible, but its default value uses `Kind.OLD`, which is @inaccessible
            DEFAULT_VALUE_USES_INACCESSIBLE Query.find(kind:): `Query.find(kind:)` is visible, but its default value uses `Kind.OLD`, which is @inaccessible
        "#]],
    );
}

#[test]
fn what_specifications_define_is_not_hidden() {
    says(
        r#"directive @mark(with: Int @inaccessible) on FIELD_DEFINITION
        type Query { a: Int }
        extend enum link__Purpose @inaccessible
        extend enum colour__Shade { BLUE @inaccessible }"#,
        expect![[r#"
            DISALLOWED_INACCESSIBLE colour__Shade: `colour__Shade` is defined by a specification; neither it nor its members can be @inaccessible
            DISALLOWED_INACCESSIBLE link__Purpose: `link__Purpose` is defined by a specification; neither it nor its members can be @inaccessible
            DISALLOWED_INACCESSIBLE @mark(with:): `@mark(with:)` cannot be @inaccessible, because the directive can be applied to definitions
        "#]],
    );
}

#[test]
fn rules_that_rely_on_others_wait_for_them() {
    says(
        r#"type Query { pets: [Pet] hidden: Hidden }
        type Hidden @inaccessible { a: Int }
        interface Pet { name: String }
        type Cat implements Pet { age: Int }"#,
        expect![[r#"
            INTERFACE_FIELD_NO_IMPLEM Pet.name: `Cat` implements `Pet` but has no field `name`
        "#]],
    );
}
