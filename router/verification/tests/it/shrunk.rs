//! Cutting leads from a large operation to the small one that still shows something.

use crate::{assert_valid, schema};
use apollo_compiler::ExecutableDocument;
use hansa_verification::{Operation, cuts, read_operation};
use serde_json::json;

const SDL: &str = "type Query { a(x: Int, y: Int): A list: [A] } type A { b: Int c: Int d: A }";

fn read(text: &str) -> Operation {
    let document = ExecutableDocument::parse_and_validate(&schema(SDL), text, "operation.graphql").unwrap();
    let values = json!({ "v": 7, "w": true }).as_object().unwrap().clone();
    read_operation(&document, document.operations.get(None).unwrap(), &values)
}

/// Cuts as long as `shows` holds for the text.
fn smallest(operation: Operation, shows: impl Fn(&str) -> bool) -> (String, serde_json::Value) {
    let schema = schema(SDL);
    let is_good = |cut: &Operation| {
        let text = cut.to_string();
        ExecutableDocument::parse_and_validate(&schema, &text, "cut.graphql").is_ok() && shows(&text)
    };
    let mut operation = operation;
    while let Some(smaller) = cuts(&operation).into_iter().find(|cut| is_good(cut)) {
        operation = smaller;
    }
    assert_valid(&schema, &operation);
    (operation.to_string(), operation.variable_values())
}

#[test]
fn one_field_is_left_of_many() {
    let operation = read(
        "query($v: Int, $w: Boolean!) { x: a(x: $v, y: 2) @include(if: $w) { b ... on A { c q: d { ...F b } } } list { b } } \
         fragment F on A { c d { b } }",
    );
    let (text, values) = smallest(operation, |text| text.contains("q: d"));
    assert_eq!(text, "query Verify {\n  a {\n    q: d {\n      b\n    }\n  }\n}\n");
    assert_eq!(values, json!({}));
}

#[test]
fn variables_stay_as_long_as_they_are_used() {
    let operation = read("query($v: Int, $w: Boolean!) { a(x: $v, y: 2) { b @skip(if: $w) c } list { b } }");
    let (text, values) = smallest(operation, |text| text.contains("x: $v"));
    assert_eq!(text, "query Verify($v: Int) {\n  a(x: $v) {\n    c\n  }\n}\n");
    assert_eq!(values, json!({ "v": 7 }));
}

#[test]
fn every_cut_is_smaller_and_none_is_empty() {
    let operation = read("{ a(x: 1) { b d { c } } list { ... @include(if: true) { b } } }");
    let all = cuts(&operation);
    assert!(all.len() >= 8, "{}", all.len());
    for cut in all {
        assert!(!cut.selections.is_empty());
        assert!(cut.to_string().len() < operation.to_string().len(), "{cut}");
    }
}
