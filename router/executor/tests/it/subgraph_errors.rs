//! Errors that subgraphs report: their paths in terms of the client's response, their texts and codes.

use crate::{
    plan_text::{LookupText, PlanText},
    scripted::{Answer, Setting, ok, run, run_with},
};
use expect_test::{Expect, expect};
use hansa_executor::{ErrorPolicy, ExecutionLimits};
use hansa_query_planner::plan::QueryPlan;

/// The response's entries of `errors`, one a line, after its data.
fn listing(response: &str) -> String {
    let Some((data, errors)) = response.split_once(",\"errors\":[") else { return response.to_owned() };
    let errors = errors.replace("}},{\"message\"", "}}\n{\"message\"").replace("]}", "");
    format!("{data}\n{errors}\n")
}

fn root_plan() -> QueryPlan {
    PlanText::new()
        .view(0, "Query", "all=users: [User!] -> 1")
        .view(1, "User", "title=name: String place=home: Place! -> 2")
        .view(2, "Place", "town=city: String!")
        .root(
            "accounts",
            &[],
            "is Query { users: [User!] -> 1 is User { n=name: String secret: String home: Place! -> 2 is Place { city: String! } } }",
        )
        .build()
}

fn check_root(answer: &str, expected: &Expect) {
    expected.assert_eq(&listing(&run(root_plan(), vec![ok(answer)]).response));
}

#[test]
fn paths_are_in_the_clients_names() {
    check_root(
        r#"{"data":{"users":[{"n":"A","secret":null,"home":{"city":"B"}},{"n":null,"secret":null,"home":{"city":"B"}}]},
            "errors":[{"message":"no name","path":["users",1,"n"],"locations":[{"line":1,"column":1}],"extensions":{"code":"LOST","secret":1}},
                      {"message":"no secret","path":["users",0,"secret"]}]}"#,
        &expect![[r#"
            {"data":{"all":[{"title":"A","place":{"town":"B"}},{"title":null,"place":{"town":"B"}}]}
            {"message":"no name","path":["all",1,"title"],"extensions":{"code":"LOST","service":"accounts"}}
            {"message":"no secret","path":["all",0],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}
        "#]],
    );
}

#[test]
fn paths_go_on_where_the_data_ends() {
    check_root(
        r#"{"data":{"users":null},"errors":[{"message":"no city","path":["users",7,"home","city"]}]}"#,
        &expect![[r#"
            {"data":{"all":null}
            {"message":"no city","path":["all",7,"place","town"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}
        "#]],
    );
}

#[test]
fn odd_errors_are_shown_as_well_as_they_can_be() {
    check_root(
        r#"{"data":{"users":[]},"errors":[7,{},{"message":5,"path":"users"},{"message":"x","path":["nowhere"]},{"message":"\ud800","path":[null]},{"message":"deep","path":["users",0,0,0]}]}"#,
        &expect![[r#"
            {"data":{"all":[]}
            {"message":"a subgraph reported an error","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}
            {"message":"a subgraph reported an error","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}
            {"message":"a subgraph reported an error","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}
            {"message":"x","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}
            {"message":"a subgraph reported an error","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}
            {"message":"deep","path":["all",0,0,0],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}
        "#]],
    );
}

#[test]
fn an_error_at_a_wrong_value_stands_for_both() {
    check_root(
        r#"{"data":{"users":[{"n":5,"secret":null,"home":{"city":"B"}}]},"errors":[{"message":"no name","path":["users",0,"n"]}]}"#,
        &expect![[r#"
            {"data":{"all":[{"title":null,"place":{"town":"B"}}]}
            {"message":"no name","path":["all",0,"title"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}
        "#]],
    );
}

#[test]
fn the_policy_decides_what_clients_read() {
    let answer = r#"{"data":{"users":[]},"errors":[{"message":"private","extensions":{"code":"LOST","hint":{"a":1},"traceId":"x"}}]}"#;
    let run_policy = |error_policy| {
        let setting = Setting { error_policy, ..Setting::default() };
        listing(&run_with(root_plan(), vec![ok(answer)], &setting).response)
    };
    let silent = ErrorPolicy { forward_messages: false, forwarded_extensions: Vec::new(), names_service: false };
    expect![[r#"
        {"data":{"all":[]}
        {"message":"a subgraph reported an error","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR"}}
    "#]]
    .assert_eq(&run_policy(silent));
    let open = ErrorPolicy {
        forward_messages: true,
        forwarded_extensions: ["hint", "code", "traceId"].map(str::to_owned).to_vec(),
        names_service: true,
    };
    expect![[r#"
        {"data":{"all":[]}
        {"message":"private","extensions":{"code":"LOST","service":"accounts","hint":{"a":1}}}
    "#]]
    .assert_eq(&run_policy(open));
}

#[test]
fn a_long_list_of_errors_is_closed_early() {
    let errors = vec![r#"{"message":"x"}"#; 50].join(",");
    let setting =
        Setting { limits: ExecutionLimits { errors_max: 2, ..ExecutionLimits::default() }, ..Setting::default() };
    let answer = format!("{{\"data\":{{\"users\":[]}},\"errors\":[{errors}]}}");
    expect![[r#"
        {"data":{"all":[]}
        {"message":"x","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}
        {"message":"x","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}}
        {"message":"48 more errors are not shown","extensions":{"code":"ERRORS_TRUNCATED"}}
    "#]]
    .assert_eq(&listing(&run_with(root_plan(), vec![ok(answer)], &setting).response));
}

/// Three users, the first and the last being one; each has credit and a home.
fn check_entities(key: &str, answer: Answer, expected: &Expect) {
    let plan = PlanText::new()
        .view(0, "Query", "all=users: [User!] -> 1")
        .view(1, "User", "credit: Int place=home: Place -> 2")
        .view(2, "Place", "town=city: String!")
        .root("accounts", &[], "is Query { users: [User!] -> 1 is User #0 { id: ID! } }")
        .entities(
            "stock",
            &[0],
            &[LookupText {
                key,
                targets: &[0],
                representations: &["User { id* }"],
                shape: 1,
                selection: "row ( User { credit: Int h=home: Place -> 2 is Place { city: String! } } )",
            }],
        )
        .build();
    let users = r#"{"data":{"users":[{"id":"1"},{"id":"2"},{"id":"1"}]}}"#;
    expected.assert_eq(&listing(&run(plan, vec![ok(users), answer]).response));
}

#[test]
fn entity_errors_are_reported_at_every_place_of_the_entity() {
    check_entities(
        "_entities",
        ok(r#"{"data":{"_entities":[{"credit":null,"h":{"city":"A"}},{"credit":2,"h":null}]},
               "errors":[{"message":"no credit","path":["_entities",0,"credit"]},{"message":"no city","path":["_entities",1,"h","city"]}]}"#),
        &expect![[r#"
            {"data":{"all":[{"credit":null,"place":{"town":"A"}},{"credit":2,"place":null},{"credit":null,"place":{"town":"A"}}]}
            {"message":"no credit","path":["all",0,"credit"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}
            {"message":"no credit","path":["all",2,"credit"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}
            {"message":"no city","path":["all",1,"place","town"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}
        "#]],
    );
}

#[test]
fn aliased_entities_are_found_and_shared_children_too() {
    check_entities(
        "e1",
        ok(r#"{"data":{"e1":[{"credit":1,"h":{"city":null}},null]},
               "errors":[{"message":"no city","path":["e1",0,"h","city"]},{"message":"no user","path":["e1",1]}]}"#),
        &expect![[r#"
            {"data":{"all":[{"credit":1,"place":null},{"credit":null,"place":null},{"credit":1,"place":null}]}
            {"message":"no city","path":["all",0,"place","town"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}
            {"message":"no city","path":["all",2,"place","town"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}
            {"message":"no user","path":["all",1],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}
        "#]],
    );
}

#[test]
fn entity_errors_without_an_index_stand_at_the_first_place() {
    for path in ["[\"_entities\"]", "[\"_entities\",\"credit\"]", "null", "[]", "[\"_entities\",99]"] {
        check_entities(
            "_entities",
            ok(format!("{{\"data\":null,\"errors\":[{{\"message\":\"down\",\"path\":{path}}}]}}")),
            &expect![[r#"
                {"data":{"all":[{"credit":null,"place":null},{"credit":null,"place":null},{"credit":null,"place":null}]}
                {"message":"down","path":["all",0,"credit"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}
            "#]],
        );
    }
}

#[test]
fn entities_may_be_missing_without_a_word() {
    for data in ["{}", "{\"_entities\":null}"] {
        check_entities(
            "_entities",
            ok(format!("{{\"data\":{data}}}")),
            &expect![[r#"
                {"data":{"all":[{"credit":null,"place":null},{"credit":null,"place":null},{"credit":null,"place":null}]}
                {"message":"a subgraph's answer lacks its entities","path":["all",0,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}
            "#]],
        );
    }
}
