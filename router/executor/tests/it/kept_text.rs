//! Text that comes just as the client will get it is kept in one piece; everything else is taken apart, with the same
//! outcome. (Here and in all other tests the same answers are read once more with space in them, which is never kept.)

use crate::{
    plan_text::{LookupText, PlanText},
    scripted::{Setting, ok, run, run_in_pieces, run_with, unavailable},
};
use expect_test::{Expect, expect};
use hansa_executor::ExecutionLimits;
use hansa_query_planner::plan::QueryPlan;

/// Users with what two subgraphs know of them, and a home that only accounts knows.
fn plan() -> QueryPlan {
    PlanText::new()
        .view(
            0,
            "Query",
            "users: [User!]! -> 1",
        )
        .view(1, "User", "id: ID! name: String age: Int! role: Role home: Place -> 2 likes: Int credit: Int")
        .view(2, "Place", "city: String! zip: String")
        .root(
            "accounts",
            &[],
            "is Query { users: [User!]! -> 1 is User #0 { id: ID! name: String age: Int! role: Role home: Place -> 2 is Place { city: String! zip: String } } }",
        )
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { likes: Int credit: Int } )")])
        .build()
}

const STOCK: &str = r#"{"data":{"_entities":[{"likes":1,"credit":2}]}}"#;

fn check(user: &str, stock: &str, expected: &Expect) {
    let users = format!(r#"{{"data":{{"users":[{user}]}}}}"#);
    expected.assert_eq(&run(plan(), vec![ok(users), ok(stock)]).response);
}

#[test]
fn as_asked() {
    let user = r#"{"id":"1","name":"A\u0064a","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":null}}"#;
    check(
        user,
        STOCK,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"A\u0064a","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":null},"likes":1,"credit":2}]}}"#
        ]],
    );
}

#[test]
fn null_where_it_may_be() {
    let user = r#"{"id":"1","name":null,"age":36,"role":null,"home":null}"#;
    check(
        user,
        r#"{"data":{"_entities":[{"likes":null,"credit":null}]}}"#,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":null,"age":36,"role":null,"home":null,"likes":null,"credit":null}]}}"#
        ]],
    );
}

#[test]
fn in_another_order() {
    let user = r#"{"home":{"zip":"1","city":"Ulm"},"role":"ADMIN","age":36,"id":"1","name":"Ada"}"#;
    check(
        user,
        r#"{"data":{"_entities":[{"credit":2,"likes":1}]}}"#,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":"1"},"likes":1,"credit":2}]}}"#
        ]],
    );
}

#[test]
fn with_members_nobody_asked_for() {
    let user =
        r#"{"id":"1","name":"Ada","x":[],"age":36,"role":"ADMIN","home":{"city":"Ulm","zip":"1","y":{}},"z":null}"#;
    check(
        user,
        STOCK,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":"1"},"likes":1,"credit":2}]}}"#
        ]],
    );
}

#[test]
fn the_last_of_several_counts() {
    let user = r#"{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":"1"},"age":37,"id":"2"}"#;
    check(
        user,
        STOCK,
        &expect![[
            r#"{"data":{"users":[{"id":"2","name":"Ada","age":37,"role":"ADMIN","home":{"city":"Ulm","zip":"1"},"likes":1,"credit":2}]}}"#
        ]],
    );
    let user = r#"{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":"1"},"home":{"city":"Bonn","zip":"2","city":"Köln"}}"#;
    check(
        user,
        STOCK,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":{"city":"Köln","zip":"2"},"likes":1,"credit":2}]}}"#
        ]],
    );
    let user = r#"{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":null,"id":"2","name":"Bo","age":1,"role":null,"home":null}"#;
    check(
        user,
        r#"{"data":{"_entities":[{"likes":1,"credit":2,"likes":3}]}}"#,
        &expect![[
            r#"{"data":{"users":[{"id":"2","name":"Bo","age":1,"role":null,"home":null,"likes":3,"credit":2}]}}"#
        ]],
    );
}

#[test]
fn names_with_escapes() {
    let user = r#"{"id":"1","n\u0061me":"Ada","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":"1"}}"#;
    check(
        user,
        STOCK,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":"1"},"likes":1,"credit":2}]}}"#
        ]],
    );
}

#[test]
fn ids_as_numbers() {
    let user = r#"{"id":1,"name":"Ada","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":"1"}}"#;
    check(
        user,
        STOCK,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":"1"},"likes":1,"credit":2}]}}"#
        ]],
    );
}

#[test]
fn null_where_none_may_be() {
    let user = r#"{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":{"city":null,"zip":"1"}}"#;
    check(
        user,
        STOCK,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":1,"credit":2}]},"errors":[{"message":"a value is missing where the schema allows no null","path":["users",0,"home","city"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}"#
        ]],
    );
    let user = r#"{"id":"1","name":"Ada","age":null,"role":"ADMIN","home":{"city":"Ulm","zip":"1"}}"#;
    check(
        user,
        STOCK,
        &expect![[
            r#"{"data":null,"errors":[{"message":"a value is missing where the schema allows no null","path":["users",0,"age"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}"#
        ]],
    );
}

#[test]
fn what_is_left_out() {
    let user = r#"{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":{"city":"Ulm"}}"#;
    check(
        user,
        r#"{"data":{"_entities":[{"likes":1}]}}"#,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":null},"likes":1,"credit":null}]},"errors":[{"message":"a subgraph left out a field that it was asked for","path":["users",0,"home","zip"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}},{"message":"a subgraph left out a field that it was asked for","path":["users",0,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#
        ]],
    );
}

#[test]
fn what_is_left_out_beside_what_is_said_twice() {
    let user = r#"{"id":"1","name":"Ada","age":36,"role":"ADMIN","role":"ADMIN"}"#;
    check(
        user,
        r#"{"data":{"_entities":[{"likes":1,"likes":1}]}}"#,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":1,"credit":null}]},"errors":[{"message":"a subgraph left out a field that it was asked for","path":["users",0,"home"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}},{"message":"a subgraph left out a field that it was asked for","path":["users",0,"credit"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#
        ]],
    );
}

#[test]
fn values_of_another_kind() {
    let user = r#"{"id":"1","name":7,"age":36.5,"role":"ADMIN","home":{"city":"Ulm","zip":[]}}"#;
    check(
        user,
        STOCK,
        &expect![[
            r#"{"data":null,"errors":[{"message":"a subgraph gave a value that is not a String","path":["users",0,"name"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}},{"message":"a subgraph gave a value that is not an Int","path":["users",0,"age"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}},{"message":"a subgraph gave a value that is not a String","path":["users",0,"home","zip"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}}]}"#
        ]],
    );
}

#[test]
fn enum_values_that_clients_may_not_see() {
    let user = r#"{"id":"1","name":"Ada","age":36,"role":"AUDITOR","home":{"city":"Ulm","zip":"1"}}"#;
    check(
        user,
        STOCK,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":null,"home":{"city":"Ulm","zip":"1"},"likes":1,"credit":2}]},"errors":[{"message":"a subgraph gave an enum value that is not part of the API","path":["users",0,"role"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE"}}]}"#
        ]],
    );
}

#[test]
fn text_that_clients_cannot_read() {
    let user = r#"{"id":"1","name":"\ud800","age":36,"role":"ADMIN","home":{"city":"Ulm","zip":"\udc00"}}"#;
    check(
        user,
        STOCK,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":null,"age":36,"role":"ADMIN","home":{"city":"Ulm","zip":null},"likes":1,"credit":2}]},"errors":[{"message":"a subgraph gave a string or number that clients cannot read","path":["users",0,"name"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}},{"message":"a subgraph gave a string or number that clients cannot read","path":["users",0,"home","zip"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}}]}"#
        ]],
    );
}

#[test]
fn entities_of_which_one_is_not_there_and_one_failed() {
    let user = |id: u8| format!(r#"{{"id":"{id}","name":"Ada","age":36,"role":"ADMIN","home":null}}"#);
    let users = [user(1), user(2), user(3), user(3)].join(",");
    let stock = r#"{"data":{"_entities":[null,null,{"likes":1,"credit":2}]},"errors":[{"message":"no","path":["_entities",1]}]}"#;
    check(
        &users,
        stock,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":null,"credit":null},{"id":"2","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":null,"credit":null},{"id":"3","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":1,"credit":2},{"id":"3","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":1,"credit":2}]},"errors":[{"message":"no","path":["users",1],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}]}"#
        ]],
    );
    let stock = r#"{"data":{"_entities":[{"credit":2,"likes":1},null,{"likes":"x","credit":2}]},"errors":[{"message":"no","path":["_entities",1,"credit"]}]}"#;
    check(
        &users,
        stock,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":1,"credit":2},{"id":"2","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":null,"credit":null},{"id":"3","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":null,"credit":2},{"id":"3","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":null,"credit":2}]},"errors":[{"message":"no","path":["users",1,"credit"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}},{"message":"a subgraph gave a value that is not an Int","path":["users",2,"likes"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#
        ]],
    );
}

#[test]
fn a_fetch_that_failed() {
    let user = r#"{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":null}"#;
    let users = format!(r#"{{"data":{{"users":[{user},{user}]}}}}"#);
    expect![[r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":null,"credit":null},{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":null,"credit":null}]},"errors":[{"message":"a subgraph cannot be reached","path":["users",0,"likes"],"extensions":{"code":"DOWNSTREAM_UNAVAILABLE","service":"stock"}}]}"#]].assert_eq(&run(plan(), vec![ok(users), unavailable()]).response);
    let stock = r#"{"data":{"_entities":[{"likes":1,"credit":2}]}"#;
    check(
        user,
        stock,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":null,"credit":null}]},"errors":[{"message":"a subgraph's answer is not JSON","path":["users",0,"likes"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#
        ]],
    );
    check(
        user,
        r#"{"data":{"_entities":[{"likes":1,"credit":2},{}]}}"#,
        &expect![[
            r#"{"data":{"users":[{"id":"1","name":"Ada","age":36,"role":"ADMIN","home":null,"likes":null,"credit":null}]},"errors":[{"message":"a subgraph answered with more entities than it was asked for","path":["users",0,"likes"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"stock"}}]}"#
        ]],
    );
}

#[test]
fn errors_about_places_in_the_text() {
    let users = r#"{"data":{"users":[
{"id":"1","name":null,"age":36,"role":"ADMIN","home":{"city":"Ulm","zip":null}}]},"errors":[{"message":"a","path":["users",0,"name"]},{"message":"b","path":["users",0,"home","zip"]},{"message":"c","path":["users",5,"home","city","x"]}]}"#;
    let stock = r#"{"data":{"_entities":[{"likes":null,"credit":2}]},"errors":[{"message":"d","path":["_entities",0,"likes"]}]}"#;
    expect![[r#"{"data":{"users":[{"id":"1","name":null,"age":36,"role":"ADMIN","home":{"city":"Ulm","zip":null},"likes":null,"credit":2}]},"errors":[{"message":"a","path":["users",0,"name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}},{"message":"b","path":["users",0,"home","zip"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}},{"message":"c","path":["users",5,"home","city"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}},{"message":"d","path":["users",0,"likes"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}]}"#]].assert_eq(&run(plan(), vec![ok(users), ok(stock)]).response);
}

/// A list that nobody else needs stays one text.
fn list_plan() -> QueryPlan {
    PlanText::new()
        .view(0, "Query", "me: User -> 1 users: [[User]!] -> 2")
        .view(1, "User", "name: String")
        .view(2, "User", "name: String home: Place! -> 3")
        .view(3, "Place", "city: String zip: String!")
        .root(
            "accounts",
            &[],
            "is Query { me: User -> 1 is User { name: String } users: [[User]!] -> 2 is User { name: String home: Place! -> 3 is Place { city: String zip: String! } } }",
        )
        .build()
}

fn check_list(users: &str, expected: &Expect) {
    let data = format!(r#"{{"data":{{"me":{{"name":"Ada"}},"users":{users}}}}}"#);
    expected.assert_eq(&run(list_plan(), vec![ok(data)]).response);
}

#[test]
fn lists() {
    check_list(
        r#"[[],[{"name":"Bo","home":{"city":null,"zip":"1"}},null]]"#,
        &expect![[
            r#"{"data":{"me":{"name":"Ada"},"users":[[],[{"name":"Bo","home":{"city":null,"zip":"1"}},null]]}}"#
        ]],
    );
    check_list("null", &expect![[r#"{"data":{"me":{"name":"Ada"},"users":null}}"#]]);
    check_list("[]", &expect![[r#"{"data":{"me":{"name":"Ada"},"users":[]}}"#]]);
    check_list(
        r#"[[{"name":"Bo","home":{"city":null,"zip":null}}],[]]"#,
        &expect![[
            r#"{"data":{"me":{"name":"Ada"},"users":[[null],[]]},"errors":[{"message":"a value is missing where the schema allows no null","path":["users",0,0,"home","zip"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}"#
        ]],
    );
    check_list(
        "[[null],null]",
        &expect![[
            r#"{"data":{"me":{"name":"Ada"},"users":null},"errors":[{"message":"a value is missing where the schema allows no null","path":["users",1],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}"#
        ]],
    );
    check_list(
        r#"[[{"name":"Bo","home":null}],{}]"#,
        &expect![[
            r#"{"data":{"me":{"name":"Ada"},"users":null},"errors":[{"message":"a subgraph gave a value that is not a list","path":["users",1],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}},{"message":"a value is missing where the schema allows no null","path":["users",0,0,"home"],"extensions":{"code":"NULL_IN_NON_NULL_FIELD"}}]}"#
        ]],
    );
    check_list(
        r#"[[{"name":"Bo","home":{"city":"Ulm","zip":"1"}}],[{"home":{"zip":"2","city":"Bonn"},"name":"Cy"}]]"#,
        &expect![[
            r#"{"data":{"me":{"name":"Ada"},"users":[[{"name":"Bo","home":{"city":"Ulm","zip":"1"}}],[{"name":"Cy","home":{"city":"Bonn","zip":"2"}}]]}}"#
        ]],
    );
}

#[test]
fn the_last_data_counts() {
    let users = r#"{"data":{"users":[{"id":"1","name":"Ada","age":1,"role":null,"home":null}]},"data":{"users":[{"id":"2","name":"Bo","age":2,"role":null,"home":null}]}}"#;
    let stock = r#"{"data":{"_entities":[{"likes":1,"credit":2}]},"data":{"_entities":[{"likes":3,"credit":4}]}}"#;
    expect![[r#"{"data":{"users":[{"id":"2","name":"Bo","age":2,"role":null,"home":null,"likes":3,"credit":4}]}}"#]]
        .assert_eq(&run(plan(), vec![ok(users), ok(stock)]).response);
}

#[test]
fn text_is_as_deep_as_it_is() {
    let data = r#"{"data":{"me":null,"users":[[{"name":"Bo","home":{"city":"Ulm","zip":"1"}}]]}}"#;
    let response = |nesting_max| {
        let limits = ExecutionLimits { nesting_max, ..ExecutionLimits::default() };
        run_with(list_plan(), vec![ok(data)], &Setting { limits, ..Setting::default() }).response
    };
    expect![[r#"{"data":{"me":null,"users":[[{"name":"Bo","home":{"city":"Ulm","zip":"1"}}]]}}"#]]
        .assert_eq(&response(6));
    expect![[r#"{"data":{"me":null,"users":null},"errors":[{"message":"a subgraph's answer is nested too deeply","path":["me"],"extensions":{"code":"DOWNSTREAM_INVALID_RESPONSE","service":"accounts"}}]}"#]].assert_eq(&response(5));
}

/// An object of a million members costs no more slots than one: text is not counted twice.
#[test]
fn text_takes_one_slot() {
    let users = vec![r#"{"name":"Bo","home":{"city":"Ulm","zip":"1"}}"#; 1000].join(",");
    let limits = ExecutionLimits { slots_max: 10, ..ExecutionLimits::default() };
    let data = format!(r#"{{"data":{{"me":null,"users":[[{users}]]}}}}"#);
    let response = run_with(list_plan(), vec![ok(data)], &Setting { limits, ..Setting::default() }).response;
    assert!(response.starts_with(r#"{"data":{"me":null,"users":[[{"name":"Bo","#), "{response}");
}

#[test]
fn answers_in_which_nothing_is_as_asked() {
    let as_asked = r#"{"name":"Bo","home":{"city":"Ulm","zip":"1"}}"#;
    let turned = r#"{"home":{"zip":"1","city":"Ulm"},"name":"Bo"}"#;
    for count in [7, 8, 9, 50] {
        let users = [vec![turned; count], vec![as_asked; count]].concat().join(",");
        let data = format!(r#"{{"data":{{"me":null,"users":[[{users}]]}}}}"#);
        let expected = format!(r#"{{"data":{{"me":null,"users":[[{}]]}}}}"#, vec![as_asked; 2 * count].join(","));
        assert_eq!(run(list_plan(), vec![ok(data)]).response, expected);
    }
}

#[test]
fn pieces_keep_nothing() {
    let plan = PlanText::new()
        .deferred_part(0, &[0])
        .fragment("", None, &[1])
        .view_with(0, "Query", &[0], "me: User -> 1 users: [User] -> 2 @1")
        .view(1, "User", "name: String age: Int")
        .view(2, "User", "name: String age: Int")
        .root(
            "accounts",
            &[],
            "is Query { me: User -> 1 is User { name: String age: Int } users: [User] -> 2 is User { name: String age: Int } }",
        )
        .build();
    let data = r#"{"data":{"me":{"name":"Ada","age":1},"users":[{"name":"Bo","age":2}]}}"#;
    let pieces = run_in_pieces(plan, vec![ok(data)], &Setting::default());
    expect![[r#"
        {"data":{"me":{"name":"Ada","age":1}},"pending":[{"id":"0","path":[]}],"hasNext":true}
        {"incremental":[{"id":"0","data":{"users":[{"name":"Bo","age":2}]}}],"completed":[{"id":"0"}],"hasNext":false}"#]].assert_eq(&pieces.texts.join("\n"));
}

#[test]
fn fragments_that_defer_nothing_keep_nothing() {
    let plan = PlanText::new()
        .fragment("", None, &[])
        .view(0, "Query", "me: User -> 1")
        .view_with(1, "User", &[0], "name: String age: Int")
        .root("accounts", &[], "is Query { me: User -> 1 is User { name: String age: Int } }")
        .build();
    let pieces = run_in_pieces(plan, vec![ok(r#"{"data":{"me":{"name":"Ada","age":1}}}"#)], &Setting::default());
    expect![[r#"{"data":{"me":{"name":"Ada","age":1}},"hasNext":false}"#]].assert_eq(&pieces.texts.join("\n"));
}
