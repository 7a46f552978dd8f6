//! Answers that are not what they should be: each a clear error, the rest kept, no panic.

use crate::{
    plan_text::PlanText,
    scripted::{Answer, ok, run, unavailable, with_status},
};
use expect_test::{Expect, expect};

/// One subgraph answers badly, the other well.
fn check(bad: Answer, expected: &Expect) {
    let plan = PlanText::new()
        .view(0, "Query", "me: User -> 1 kept: Int")
        .view(1, "User", "name: String home: Place -> 2")
        .view(2, "Place", "city: String")
        .root(
            "accounts",
            &[],
            "is Query { me: User -> 1 is User { name: String home: Place -> 2 is Place { city: String } } }",
        )
        .root("stock", &[], "is Query { kept: Int }")
        .build();
    let response = run(plan, vec![bad, ok(r#"{"data":{"kept":1}}"#)]).response;
    let response =
        response.replace(",\"extensions\":{\"code\":\"DOWNSTREAM_INVALID_RESPONSE\",\"service\":\"accounts\"}", "");
    expected.assert_eq(&response.replace("\"kept\":1},\"errors\":", "\"kept\":1},\n\"errors\":"));
}

#[test]
fn no_answer() {
    check(
        unavailable(),
        &expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph cannot be reached","path":["me"],"extensions":{"code":"DOWNSTREAM_UNAVAILABLE","service":"accounts"}}]}"#]],
    );
}

#[test]
fn http_errors() {
    let expected = expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph answered with HTTP status 500","path":["me"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}]}"#]];
    for body in ["", "oops", "<html></html>", "{}", "{\"error\":\"x\"}", "[]", "null"] {
        check(with_status(1, 500, body), &expected);
    }
}

#[test]
fn http_errors_that_speak_graphql() {
    check(
        with_status(1, 400, r#"{"errors":[{"message":"who are you","extensions":{"code":"UNAUTHENTICATED"}}]}"#),
        &expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"who are you","extensions":{"code":"UNAUTHENTICATED","service":"accounts"}}]}"#]],
    );
}

#[test]
fn no_json() {
    let expected = expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph's answer is not JSON","path":["me"]}]}"#]];
    let whole = r#"{"data":{"me":{"name":"Ada","home":{"city":"B"}}},"errors":null}"#;
    for cut in 0..whole.len() {
        check(ok(&whole[..cut]), &expected);
    }
    for body in [
        "<html>",
        "{\"data\":{\"me\":null}}}",
        "{\"data\":{\"me\":null}} x",
        "{\"data\":{\"me\":null},}",
        "{\"data\":{\"me\":NaN}}",
    ] {
        check(ok(body), &expected);
    }
}

#[test]
fn no_utf8() {
    check(
        ok(b"{\"data\":{\"me\":{\"name\":\"\xff\",\"home\":null}}}"),
        &expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph's answer is not UTF-8","path":["me"]}]}"#]],
    );
}

#[test]
fn json_of_another_form() {
    check(
        ok("[]"),
        &expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph's answer is not an object","path":["me"]}]}"#]],
    );
    check(
        ok(r#"{"data":[]}"#),
        &expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph's data is not an object","path":["me"]}]}"#]],
    );
    check(
        ok(r#"{"extensions":{"data":1}}"#),
        &expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph's answer has neither data nor errors","path":["me"]}]}"#]],
    );
    check(
        ok(r#"{"data":null,"errors":[]}"#),
        &expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph's answer has neither data nor errors","path":["me"]}]}"#]],
    );
    check(
        ok(r#"{"data":null,"errors":"boom"}"#),
        &expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph's answer has errors that are not a list","path":["me"]}]}"#]],
    );
    check(
        ok(r#"{"data":{"me":null},"errors":{}}"#),
        &expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph's answer has errors that are not a list"}]}"#]],
    );
}

#[test]
fn values_of_another_form() {
    check(
        ok(r#"{"data":{"me":[{}]}}"#),
        &expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph gave a value that is not an object","path":["me"]}]}"#]],
    );
    check(
        ok(r#"{"data":{"me":{"name":{"a":1},"home":"B"}}}"#),
        &expect![[r#"
        {"data":{"me":{"name":null,"home":null},"kept":1},
        "errors":[{"message":"a subgraph gave a value that is not a String","path":["me","name"]},{"message":"a subgraph gave a value that is not an object","path":["me","home"]}]}"#]],
    );
    check(
        ok(r#"{"data":{"me":{"home":{}}}}"#),
        &expect![[r#"
        {"data":{"me":{"name":null,"home":{"city":null}},"kept":1},
        "errors":[{"message":"a subgraph left out a field that it was asked for","path":["me","home","city"]},{"message":"a subgraph left out a field that it was asked for","path":["me","name"]}]}"#]],
    );
}

#[test]
fn members_in_any_order_with_strangers_and_twice() {
    check(
        ok(
            r#" {"extensions":{"cost":[1]}, "data" : {"x":[{}], "me":{"n":1,"home" :{"city": "A"},"name":"Eve","h\u006fme":{"city":"B"},"name":"Ada"} } , "y":0} "#,
        ),
        &expect![[r#"{"data":{"me":{"name":"Ada","home":{"city":"B"}},"kept":1}}"#]],
    );
    check(
        ok(r#"{"data":{"me":{"name":"Eve","home":{"city":"A"}}},"data":{"me":{"name":"Ada","home":null}}}"#),
        &expect![[r#"{"data":{"me":{"name":"Ada","home":null},"kept":1}}"#]],
    );
}

#[test]
fn deep_nesting() {
    let expected = expect![[r#"
        {"data":{"me":null,"kept":1},
        "errors":[{"message":"a subgraph's answer is nested too deeply","path":["me"]}]}"#]];
    for (open, count) in [("[", 200), ("{\"a\":", 200), ("[", 1_000_000)] {
        check(ok(format!("{{\"data\":{{\"me\":null,\"x\":{}", open.repeat(count))), &expected);
    }
}
