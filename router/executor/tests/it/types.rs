//! Abstract positions: what the type of a row decides.

use crate::{
    plan_text::{LookupText, PlanText},
    scripted::{ok, run},
};
use expect_test::{Expect, expect};

fn check_media(answer: &str, expected: &Expect) {
    let plan = PlanText::new()
        .view(0, "Query", "media: [Medium] -> 1")
        .view(1, "Book", "__typename title: String pages: Int")
        .view(1, "Film", "__typename name=film_title: String")
        .root(
            "accounts",
            &[],
            "is Query { media: [Medium] -> 1 typename ( Book { title: String pages: Int } Film { name=film_title: String } ) }",
        )
        .build();
    expected.assert_eq(&run(plan, vec![ok(answer)]).response);
}

#[test]
fn each_type_has_its_fields() {
    check_media(
        r#"{"data":{"media":[{"__typename":"Film","name":"M"},{"__typename":"Book","title":"B","pages":3},null]}}"#,
        &expect![[
            r#"{"data":{"media":[{"__typename":"Film","name":"M"},{"__typename":"Book","title":"B","pages":3},null]}}"#
        ]],
    );
}

#[test]
fn typename_may_come_late_and_escaped() {
    check_media(
        r#"{"data":{"media":[{"name":"M","__typename":"Film"},{"title":"B","x":{"__typename":"Film"},"__typename" : "\u0042ook","pages":3}]}}"#,
        &expect![[
            r#"{"data":{"media":[{"__typename":"Film","name":"M"},{"__typename":"Book","title":"B","pages":3}]}}"#
        ]],
    );
}

#[test]
fn a_type_that_cannot_be_there_is_null_and_an_error() {
    check_media(
        r#"{"data":{"media":[{"__typename":"User"},{"__typename":"Draft"}]}}"#,
        &expect![[
            r#"{"data":{"media":[null,null]},"errors":[{"message":"a subgraph gave an object of a type that is not part of the API","path":["media",0],"extensions":{"code":"INVALID_TYPE"}}]}"#
        ]],
    );
}

#[test]
fn a_missing_or_unknown_type_is_null_and_an_error_and_a_hidden_one_is_null() {
    check_media(
        r#"{"data":{"media":[{"name":"M"},{"__typename":"Elf"},{"__typename":7},{"__typename":"Draft","title":"D"},{}]}}"#,
        &expect![[
            r#"{"data":{"media":[null,null,null,null,null]},"errors":[{"message":"a subgraph did not tell an object's type","path":["media",0],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}},{"message":"a subgraph gave an object of a type that the supergraph does not know","path":["media",1],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}},{"message":"a subgraph did not tell an object's type","path":["media",2],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}},{"message":"a subgraph did not tell an object's type","path":["media",4],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}}]}"#
        ]],
    );
}

#[test]
fn an_interface_object_learns_its_type_later() {
    let plan = PlanText::new()
        .view(0, "Query", "node: Node -> 1")
        .view(1, "User", "__typename likes: Int name: String")
        .view(1, "Guest", "__typename likes: Int")
        .root("reviews", &[], "is Query { node: Node -> 1 is Node #0 { id: ID! likes: Int } }")
        .entities(
            "accounts",
            &[0],
            &[LookupText {
                key: "_entities",
                targets: &[0],
                representations: &["Node { id* }"],
                shape: 1,
                selection: "typename ( User #1 { name: String } Guest { } )",
            }],
        )
        .entities(
            "reviews",
            &[1],
            &[LookupText {
                key: "_entities",
                targets: &[1],
                representations: &["User|Guest as Node { id* }"],
                shape: 1,
                selection: "row ( User|Guest { likes: Int } )",
            }],
        )
        .build();
    let answers = vec![
        ok(r#"{"data":{"node":{"id":"1","likes":3}}}"#),
        ok(r#"{"data":{"_entities":[{"__typename":"User","name":"Ada"}]}}"#),
        ok(r#"{"data":{"_entities":[{"likes":3}]}}"#),
    ];
    let outcome = run(plan, answers);
    expect![[r#"
        0: {"query":"query \"0\""}
        1: {"query":"query \"1\"","variables":{"representations":[{"__typename":"Node","id":"1"}]}}
        2: {"query":"query \"2\"","variables":{"representations":[{"__typename":"Node","id":"1"}]}}
    "#]]
    .assert_eq(&outcome.requests);
    expect![[r#"{"data":{"node":{"__typename":"User","likes":3,"name":"Ada"}}}"#]].assert_eq(&outcome.response);
}
