//! What a subgraph may say, and what it may not, where that is not simply GraphQL.

use super::{parse, read};
use crate::SubgraphSource;
use expect_test::{Expect, expect};

const FEDERATION_2: &str =
    "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@shareable\"])";

/// The codes and messages of a subgraph that also has a Query.
fn findings(sdl: &str) -> String {
    let sdl = format!("{sdl} type Query {{ q: Int }}");
    let source = SubgraphSource { name: "a".into(), url: String::new(), sdl, origin: "a.graphql".into() };
    let mut errors = Vec::new();
    if let Some(document) = parse(&source, &mut errors) {
        read(&source, document, &mut errors);
    }
    errors.iter().map(|error| format!("{}: {}\n", error.code.name, error.message)).collect()
}

#[track_caller]
fn accepts(sdl: &str) {
    assert_eq!(findings(sdl), "", "{sdl}");
}

#[track_caller]
fn refuses(sdls: &[&str], expected: &Expect) {
    let text: String = sdls.iter().map(|sdl| format!("{sdl}\n  {}", findings(sdl))).collect();
    expected.assert_eq(&text);
}

#[test]
fn accepts_values_that_say_what_is_meant() {
    accepts("type A { f(a: E = \"X\", b: Int = 1.0, c: String = bare, d: ID = bare): Int } enum E { X }");
    accepts("type A { f(a: I = {}, b: Int = 99999999999): Int } input I { x: Int! }");
    accepts("directive @d(a: Int!, b: E) on OBJECT type A @d(a: null, b: \"X\") { a: Int } enum E { X }");
    accepts("type A { a: Int @deprecated(reason: null) }");
}

#[test]
fn accepts_what_is_said_twice() {
    accepts("enum E { A A } extend enum E { A B }");
    accepts("type A { f(a: Int, a: String): Int }");
    accepts("schema { query: Query } schema { query: Query query: Query }");
    accepts("directive @d(a: Int) on OBJECT type A @d(a: 1, a: 2) { a: Int }");
}

#[test]
fn accepts_what_only_the_newest_draft_refuses() {
    accepts("directive @d(a: Int @d) on ARGUMENT_DEFINITION");
    accepts("directive @oneOf on INPUT_OBJECT input I @oneOf { a: Int! b: Int }");
    accepts("schema { query: Query } type Mutation { a: Int }");
}

#[test]
fn refuses_values_of_other_types() {
    refuses(
        &[
            "type A { f(a: Int = \"x\"): Int }",
            "type A { f(a: E = Y): Int } enum E { X }",
            "type A { f(a: [Int!] = [1, null]): Int }",
            "input I { a: J = {c: 1} } input J { b: Int }",
            "directive @d(a: Int! = null) on OBJECT",
            "directive @d(a: Int) on OBJECT type A @d(a: 1.5) { a: Int }",
            "directive @d(a: Int!) on OBJECT type A @d { a: Int }",
        ],
        &expect![[r#"
            type A { f(a: Int = "x"): Int }
              INVALID_GRAPHQL: `"x"` cannot be the default value of `a`: it is not one of `Int`
            type A { f(a: E = Y): Int } enum E { X }
              INVALID_GRAPHQL: `Y` cannot be the default value of `a`: it is not one of `E`
            type A { f(a: [Int!] = [1, null]): Int }
              INVALID_GRAPHQL: `[1, null]` cannot be the default value of `a`: `Int!` has no null
            input I { a: J = {c: 1} } input J { b: Int }
              INVALID_GRAPHQL: `{c: 1}` cannot be the default value of `a`: `J` has no field `c`
            directive @d(a: Int! = null) on OBJECT
              INVALID_GRAPHQL: `null` cannot be the default value of `a`: `Int!` has no null
            directive @d(a: Int) on OBJECT type A @d(a: 1.5) { a: Int }
              INVALID_GRAPHQL: `1.5` cannot be the value of `@d(a:)`: it is not one of `Int`
            directive @d(a: Int!) on OBJECT type A @d { a: Int }
              INVALID_GRAPHQL: the required argument `@d(a:)` is not provided
        "#]],
    );
}

#[test]
fn refuses_what_is_not_there() {
    refuses(
        &[
            "type A { a: __Schema }",
            "extend scalar Int @tag(name: \"x\")",
            "input I @oneOf { a: Int }",
            "directive @key(fields: _FieldSet!) on OBJECT",
            "directive @d(a: Int, a: Int) on OBJECT",
            &format!("{FEDERATION_2} extend type Query {{ _service: _Service! }}"),
        ],
        &expect![[r#"
            type A { a: __Schema }
              INVALID_GRAPHQL: cannot find type `__Schema` in this subgraph
            extend scalar Int @tag(name: "x")
              INVALID_GRAPHQL: `Int` is built in and cannot be extended
            input I @oneOf { a: Int }
              INVALID_GRAPHQL: cannot find directive `@oneOf` in this subgraph
            directive @key(fields: _FieldSet!) on OBJECT
              INVALID_GRAPHQL: cannot find type `_FieldSet` in this subgraph
            directive @d(a: Int, a: Int) on OBJECT
              INVALID_GRAPHQL: `@d(a:)` is defined more than once
            extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"]) extend type Query { _service: _Service! }
              INVALID_GRAPHQL: cannot find type `_Service` in this subgraph
        "#]],
    );
}

#[test]
fn definitions_of_federation_directives_may_have_other_types_but_no_other_scalars() {
    accepts("directive @key(fields: String!) repeatable on OBJECT type A @key(fields: \"a\") { a: Int }");
    accepts("directive @key(fields: FieldSet) on OBJECT scalar FieldSet");
    accepts(&format!("{FEDERATION_2} directive @key(fields: [String!]!) on OBJECT"));
    refuses(
        &[
            "directive @key(fields: FieldSet!) on OBJECT scalar FieldSet",
            "directive @key(fields: String!) on OBJECT | UNION",
            "directive @key(fields: String!) on INTERFACE type A @key(fields: \"a\") { a: Int }",
            "extend enum link__Purpose { FOO }",
        ],
        &expect![[r#"
            directive @key(fields: FieldSet!) on OBJECT scalar FieldSet
              DIRECTIVE_DEFINITION_INVALID: @key belongs to a linked specification and is defined differently: the argument `fields` should be of type _FieldSet! and not FieldSet!
            directive @key(fields: String!) on OBJECT | UNION
              DIRECTIVE_DEFINITION_INVALID: @key belongs to a linked specification and is defined differently: it cannot be applied to UNION
            directive @key(fields: String!) on INTERFACE type A @key(fields: "a") { a: Int }
              INVALID_GRAPHQL: key directive is not supported for OBJECT location
            extend enum link__Purpose { FOO }
              TYPE_DEFINITION_INVALID: the type link__Purpose belongs to a linked specification and is defined differently: it cannot be extended
        "#]],
    );
}
