//! Answers are equal when `data` is, with its order, and the errors' places and codes are.

use crate::schema;
use hansa_verification::{Answer, coordinate_at, path_text, positions, read_operation};
use serde_json::{Map, json};

#[track_caller]
fn differences(first: &str, second: &str) -> Vec<String> {
    let answer = |text: &str| Answer::parse(text.as_bytes()).unwrap();
    let shown = |value: &Option<serde_json::Value>| value.as_ref().map_or("nothing".to_owned(), ToString::to_string);
    let found = answer(first).differences(&answer(second), 20);
    found
        .iter()
        .map(|difference| {
            let about = if difference.is_error { "!" } else { "" };
            let (first, second) = (shown(&difference.first), shown(&difference.second));
            format!("{about}{}: {first} / {second}", path_text(&difference.path))
        })
        .collect()
}

#[test]
fn equal_answers_have_no_differences() {
    let answer = r#"{"data":{"a":[1,{"b":null}],"c":1.50},"errors":[{"message":"x","path":["a",1,"b"],"extensions":{"code":"X"}}]}"#;
    assert_eq!(differences(answer, answer), [""; 0]);
    // Other texts of equal values, other messages, errors twice.
    let other = r#"{ "data":{"a":[1,{"b":null}],"c":1.5},"errors":[
        {"message":"y","path":["a",1,"b"],"extensions":{"code":"X","service":"s"}},
        {"message":"z","path":["a",1,"b"],"extensions":{"code":"X"}}]}"#;
    assert_eq!(differences(answer, other), [""; 0]);
}

#[test]
fn differences_stand_at_their_places() {
    assert_eq!(
        differences(r#"{"data":{"a":[{"b":1},{"b":2}]}}"#, r#"{"data":{"a":[{"b":1},{"b":3}]}}"#),
        ["a[1].b: 2 / 3"]
    );
    assert_eq!(differences(r#"{"data":{"a":[1,2]}}"#, r#"{"data":{"a":[1]}}"#), ["a: [1,2] / [1]"]);
    assert_eq!(differences(r#"{"data":{"a":1,"b":2}}"#, r#"{"data":{"a":1}}"#), ["b: 2 / nothing"]);
    assert_eq!(differences(r#"{"data":{"a":1}}"#, r#"{"data":{"a":1,"b":2}}"#), ["b: nothing / 2"]);
    assert_eq!(differences(r#"{"data":{"a":1}}"#, r#"{"data":{"a":1.0}}"#), ["a: 1 / 1.0"]);
    assert_eq!(differences(r#"{"data":null}"#, r#"{"data":{"a":1}}"#), [r#"data: null / {"a":1}"#]);
    assert_eq!(
        differences(r#"{"data":{"a":1,"b":2}}"#, r#"{"data":{"b":2,"a":1}}"#),
        [r#"data: ["a","b"] / ["b","a"]"#]
    );
}

#[test]
fn errors_are_compared_by_place_and_code() {
    let with = |code: &str| {
        format!(r#"{{"data":{{"a":null}},"errors":[{{"message":"x","path":["a"],"extensions":{{"code":"{code}"}}}}]}}"#)
    };
    assert_eq!(differences(&with("X"), r#"{"data":{"a":null}}"#), [r#"!a: "X" / nothing"#]);
    assert_eq!(differences(r#"{"data":{"a":null}}"#, &with("X")), [r#"!a: nothing / "X""#]);
    assert_eq!(differences(&with("X"), &with("Y")), [r#"!a: "X" / "Y""#]);
}

#[test]
fn of_errors_below_one_null_any_will_do() {
    let with = |data: &str, place: &str, code: &str| {
        format!(r#"{{"data":{data},"errors":[{{"message":"x","path":{place},"extensions":{{"code":"{code}"}}}}]}}"#)
    };
    let null = r#"{"a":null,"b":null}"#;
    let (one, another) = (with(null, r#"["a","c",0,"d"]"#, "X"), with(null, r#"["a","e"]"#, "Y"));
    assert_eq!(differences(&one, &another), [""; 0]);
    // Below another null, or at it, they are not of the same.
    assert_eq!(differences(&one, &with(null, r#"["b","c"]"#, "X")).len(), 2);
    assert_eq!(differences(&with(null, r#"["a"]"#, "X"), &with(null, r#"["a"]"#, "Y")).len(), 1);
    let whole = r#"{"a":{"c":1},"b":null}"#;
    assert_eq!(differences(&with(whole, r#"["b"]"#, "X"), &with(whole, r#"["a","c"]"#, "X")).len(), 2);
    assert_eq!(differences(&one, &format!(r#"{{"data":{null}}}"#)), [r#"!a.c[0].d: "X" / nothing"#]);
}

#[test]
fn there_are_not_too_many() {
    let (many, none) = (json!({ "data": vec![1; 100] }), json!({ "data": vec![2; 100] }));
    assert_eq!(differences(&many.to_string(), &none.to_string()).len(), 20);
}

#[test]
fn what_is_no_response_is_refused() {
    for body in ["", "<html>", "[]", "{\"errors\":[]}"] {
        assert!(Answer::parse(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn a_path_leads_to_the_field_through_aliases_and_fragments() {
    let schema = schema(
        "type Query { me: Actor } interface Actor { name: String } \
         type User implements Actor { name: String friends: [User] }",
    );
    let text = "{ first: me { ... on User { all: friends { ...N } } } } fragment N on User { called: name }";
    let document = apollo_compiler::ExecutableDocument::parse_and_validate(&schema, text, "a.graphql").unwrap();
    let operation = read_operation(&document, document.operations.get(None).unwrap(), &Map::new());
    let body = r#"{"data":{"first":{"all":[{"called":"a"}]}}}"#;
    let other = r#"{"data":{"first":{"all":[{"called":"b"}]}}}"#;
    let (body, other) = (Answer::parse(body.as_bytes()).unwrap(), Answer::parse(other.as_bytes()).unwrap());
    let difference = &body.differences(&other, 20)[0];
    assert_eq!(positions(&difference.path), ["first", "all", "called"]);
    assert_eq!(coordinate_at(&schema, &operation, &difference.path).as_deref(), Some("User.name"));
    assert_eq!(coordinate_at(&schema, &operation, &difference.path[..1]).as_deref(), Some("Query.me"));
    assert_eq!(coordinate_at(&schema, &operation, &[]), None);
}
