//! What becomes of subgraphs of federation 1.

use super::upgrade;
use crate::{SubgraphSource, diagnostic::Diagnostics, subgraph};
use apollo_compiler::schema::ExtendedType;
use expect_test::{Expect, expect};

const FEDERATION_2: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", \
    import: [\"@key\", \"@shareable\", \"@interfaceObject\"])";

/// Upgrades subgraphs called a, b, c, and compares the object and interface types of those that changed, or the codes.
#[track_caller]
fn check(sdls: &[&str], expected: &Expect) {
    let mut diagnostics = Diagnostics::default();
    let mut subgraphs = Vec::new();
    for (name, sdl) in ["a", "b", "c"].into_iter().zip(sdls) {
        let source =
            SubgraphSource { name: name.into(), url: String::new(), sdl: (*sdl).into(), origin: "test.graphql".into() };
        let document = subgraph::parse(&source, &mut diagnostics.errors).unwrap();
        subgraphs.extend(subgraph::read(&source, document, &mut diagnostics.errors));
    }
    assert_eq!(diagnostics.errors, [], "subgraphs of these tests can be read");
    upgrade(&mut subgraphs, &mut diagnostics);
    let mut text: String =
        diagnostics.errors.iter().map(|error| format!("{}: {}\n", error.code.name, error.message)).collect();
    for subgraph in subgraphs.iter().filter(|subgraph| subgraph.upgraded && diagnostics.errors.is_empty()) {
        text.push_str(&format!("# {}\n", subgraph.name));
        for ty in subgraph.schema.types.values().filter(|ty| !ty.is_built_in()) {
            match ty {
                ExtendedType::Object(object) => text.push_str(&object.to_string()),
                ExtendedType::Interface(interface) => text.push_str(&interface.to_string()),
                _ => {}
            }
        }
    }
    expected.assert_eq(&text);
}

#[test]
fn extension_keys_are_not_external_and_fields_of_several_subgraphs_are_shareable() {
    check(
        &[
            "type Query { me: User } type User @key(fields: \"id\") { id: ID! name: String mail: String }",
            "extend type User @key(fields: \"id\") { id: ID! @external name: String @external mail: String
               age: Int @requires(fields: \"id name\") unused: Int @external }",
        ],
        &expect![[r##"
            # a
            type Query {
              me: User
            }
            type User @key(fields: "id") {
              id: ID!
              name: String
              mail: String @shareable
            }
            # b
            type User @key(fields: "id") {
              id: ID!
              name: String @external @shareable
              mail: String @shareable
              age: Int @requires(fields: "name")
            }
        "##]],
    );
}

#[test]
fn an_extension_without_key_takes_the_first_key_of_the_others() {
    check(
        &[
            "type Query { me: User } type User @key(fields: \"id\") @key(fields: \"name\") { id: ID! name: String }",
            "extend type User { id: ID! @external name: String @external age: Int }",
        ],
        &expect![[r##"
            # a
            type Query {
              me: User
            }
            type User @key(fields: "id") @key(fields: "name") {
              id: ID!
              name: String
            }
            # b
            type User @shareable {
              id: ID!
              age: Int
            }
        "##]],
    );
}

#[test]
fn a_key_in_an_extension_block_of_a_defined_type_stays_as_it_is() {
    check(
        &[
            "type Query { t: T } type T @key(fields: \"x\") { x: Int y: Int }",
            "type T { z: Int } extend type T @key(fields: \"x\") { x: Int @external y: Int }",
        ],
        &expect![[r##"
            # a
            type Query {
              t: T
            }
            type T @key(fields: "x") {
              x: Int
              y: Int @shareable
            }
            # b
            type T {
              z: Int
            }

            extend type T @key(fields: "x") {
              x: Int @external
              y: Int @shareable
            }
        "##]],
    );
}

#[test]
fn keys_of_nested_types_stay_external() {
    check(
        &[
            "type Query { t: T } type T @key(fields: \"o { id }\") { o: O } type O { id: ID }",
            "extend type T @key(fields: \"o { id }\") { o: O @external z: Int } extend type O { id: ID @external }",
        ],
        &expect![[r##"
            # a
            type Query {
              t: T
            }
            type T @key(fields: "o { id }") {
              o: O
            }
            type O @shareable {
              id: ID
            }
            # b
            type T @key(fields: "o { id }") {
              o: O
              z: Int
            }
            type O @shareable {
              id: ID @external
            }
        "##]],
    );
}

#[test]
fn field_sets_become_strings() {
    check(
        &["type Query { t: T } type T @key(fields: [\"x\", y]) @key(fields: x) @key(fields: \"y\") { x: Int y: Int }"],
        &expect![[r##"
            # a
            type Query {
              t: T
            }
            type T @key(fields: "y") @key(fields: "x y") @key(fields: "x") {
              x: Int
              y: Int
            }
        "##]],
    );
}

#[test]
fn field_sets_keep_what_is_external() {
    check(
        &[
            "type Query { t: T @provides(fields: \"o { b c } d { e }\") u: T @provides(fields: \"x\") }
             type T @key(fields: \"x\") { x: Int o: O d: O i: I
               r: Int @requires(fields: \"i { ... on A { a c } b }\") }
             type O { b: Int c: Int @external e: Int }
             interface I { b: Int } type A implements I { b: Int a: Int @external c: Int }",
            "type T @key(fields: \"x\") { x: Int o: O d: O i: I } type O { b: Int c: Int e: Int }
             interface I { b: Int } type A implements I { b: Int a: Int c: Int }",
        ],
        &expect![[r##"
            # a
            type Query {
              t: T @provides(fields: "o { c }")
              u: T
            }
            type T @key(fields: "x") {
              x: Int
              o: O @shareable
              d: O @shareable
              i: I @shareable
              r: Int @requires(fields: "i { ... on A { a } }")
            }
            type O @shareable {
              b: Int
              c: Int @external
              e: Int
            }
            interface I {
              b: Int
            }
            type A implements I @shareable {
              b: Int
              a: Int @external
              c: Int
            }
            # b
            type T @key(fields: "x") {
              x: Int
              o: O @shareable
              d: O @shareable
              i: I @shareable
            }
            type O @shareable {
              b: Int
              c: Int
              e: Int
            }
            interface I {
              b: Int
            }
            type A implements I @shareable {
              b: Int
              a: Int
              c: Int
            }
        "##]],
    );
}

#[test]
fn interfaces_lose_directives_without_effect() {
    check(
        &[
            "type Query { i: I } interface I @key(fields: \"nope\") { a: Int @external b: T @provides(fields: \"x\")
               c: Int @requires(fields: \"a\") }
             type T @external @extends { x: Int y: Int @provides(fields: \"z\") }",
            "type T { x: Int }",
        ],
        &expect![[r#"
            # a
            type Query {
              i: I
            }
            interface I {
              a: Int
              b: T
              c: Int
            }
            type T @extends @shareable {
              x: Int
              y: Int
            }
            # b
            type T @shareable {
              x: Int
            }
        "#]],
    );
}

#[test]
fn value_types_are_shareable_block_by_block() {
    check(
        &[
            "type Query { t: T } type T { a: Int } extend type T { b: Int }",
            "extend type T { a: Int } extend type T { b: Int }",
        ],
        &expect![[r#"
            # a
            type Query {
              t: T
            }
            type T @shareable {
              a: Int
            }

            extend type T {
              b: Int
            }
            # b
            type T @shareable {
              a: Int
              b: Int
            }
        "#]],
    );
}

#[test]
fn root_fields_are_shared_except_subscriptions() {
    check(
        &[
            "schema { query: Q } type Q { q: Int r: Int }",
            "extend type Query { q: Int } extend type Mutation { m: Int } extend type Subscription { s: Int }",
            "type Mutation { m: Int } type Subscription { s: Int }",
        ],
        &expect![[r#"
            # a
            type Query {
              q: Int @shareable
              r: Int
            }
            # b
            type Query {
              q: Int @shareable
            }
            type Mutation {
              m: Int @shareable
            }
            type Subscription {
              s: Int
            }
            # c
            type Mutation {
              m: Int @shareable
            }
            type Subscription {
              s: Int
            }
        "#]],
    );
}

#[test]
fn federation_2_subgraphs_count_as_others_and_stay_as_they_are() {
    let other = format!("{FEDERATION_2} type T @key(fields: \"x\") {{ x: Int y: Int }} type V {{ a: Int }}");
    check(
        &["type Query { t: T } type T @key(fields: \"x\") { x: Int y: Int } type V { a: Int }", &other],
        &expect![[r##"
            # a
            type Query {
              t: T
            }
            type T @key(fields: "x") {
              x: Int
              y: Int @shareable
            }
            type V @shareable {
              a: Int
            }
        "##]],
    );
}

#[test]
fn types_of_unused_external_fields_go_unless_they_are_needed() {
    let owner = "type Query { t: T } type T @key(fields: \"x\") { x: Int a: Int }";
    check(
        &[owner, "type Query { q: Int @external } extend type T { a: Int @external }"],
        &expect![[r##"
            # a
            type Query {
              t: T
            }
            type T @key(fields: "x") {
              x: Int
              a: Int
            }
            # b
        "##]],
    );
    check(
        &[owner, "extend type T { a: Int @external } type U { t: T @external z: Int }"],
        &expect![[r#"
        TYPE_WITH_ONLY_UNUSED_EXTERNAL: T is used here, but all its fields are @external and in no @key, @requires or @provides, so that none is left
    "#]],
    );
}

#[test]
fn tags_of_external_fields_go_where_the_field_has_them_elsewhere() {
    check(
        &[
            "type Query { t: T } type T @key(fields: \"x\") { x: Int y: Int @tag(name: \"one\") }",
            "extend type T @key(fields: \"x\") { x: Int @external
               y: Int @external @tag(name: \"one\") @tag(name: \"two\") z: Int @requires(fields: \"y\") }",
        ],
        &expect![[r##"
            # a
            type Query {
              t: T
            }
            type T @key(fields: "x") {
              x: Int
              y: Int @tag(name: "one")
            }
            # b
            type T @key(fields: "x") {
              x: Int
              y: Int @external @tag(name: "two") @shareable
              z: Int @requires(fields: "y")
            }
        "##]],
    );
}

#[test]
fn refuses_extensions_of_what_nobody_defines() {
    check(
        &[
            "type Query { q: Int } extend type T { a: Int } extend union U = T",
            "extend type T { b: Int }",
            "input T { c: Int }",
        ],
        &expect![[r#"
            EXTENSION_WITH_NO_BASE: T is extended here and defined in no other subgraph
            EXTENSION_WITH_NO_BASE: T is extended here and defined in no other subgraph
        "#]],
    );
}

#[test]
fn refuses_interface_objects_that_rely_on_keys_of_federation_1() {
    let objects = format!("{FEDERATION_2} type I @interfaceObject @key(fields: \"id\") {{ id: ID x: Int }}");
    check(
        &["type Query { i: I } interface I @key(fields: \"id\") { id: ID } type A implements I { id: ID }", &objects],
        &expect![[r#"
            INTERFACE_OBJECT_USAGE_ERROR: I is an interface object in the subgraph b, and its @key in a does not count: that is federation 1, which never looked interfaces up; link federation 2 there, or remove the key
        "#]],
    );
}

#[test]
fn refuses_other_definitions_of_federation_2_directives() {
    check(
        &["type Query { q: Int } directive @inaccessible(why: String) on FIELD_DEFINITION"],
        &expect![[r#"
        DIRECTIVE_DEFINITION_INVALID: @inaccessible is a directive of federation 2 and is defined differently: there is no argument `why`
    "#]],
    );
    check(
        &["type Query { q: Int } directive @shareable on OBJECT", "type Query { q: Int }"],
        &expect![[r#"
        INVALID_GRAPHQL: @shareable has to be applicable to OBJECT and FIELD_DEFINITION; its definition is best left out
    "#]],
    );
}
