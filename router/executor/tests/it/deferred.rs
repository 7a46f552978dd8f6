//! Deferred fragments: what comes when, and what becomes of errors and nulls.

use crate::{
    client::put_together,
    plan_text::{LookupText, PlanText},
    scripted::{Answer, Setting, after, ok, run_in_pieces, unavailable},
};
use expect_test::{Expect, expect};
use hansa_query_planner::plan::QueryPlan;

fn check(plan: QueryPlan, answers: Vec<Answer>, expected: Expect) {
    let pieces = run_in_pieces(plan, answers, &Setting::default());
    expected.assert_eq(&(pieces.texts.join("\n") + "\n"));
    put_together(&pieces);
}

/// `{ me { id name ... @defer(label: "more") { credit home { city } } } }`
fn of_one_object() -> QueryPlan {
    PlanText::new()
        .deferred_part(0, &[0])
        .fragment("more", None, &[1])
        .view(0, "Query", "me: User -> 1")
        .view_with(1, "User", &[0], "id: ID name: String credit: Int @1 home: Place -> 2 @1")
        .view(2, "Place", "city: String!")
        .root("accounts", &[], "is Query { me: User -> 1 is User #0 { id: ID! name: String } }")
        .entities(
            "stock",
            &[0],
            &[LookupText {
                key: "_entities",
                targets: &[0],
                representations: &["User { id* }"],
                shape: 1,
                selection: "row ( User { credit: Int home: Place -> 2 is Place { city: String! } } )",
            }],
        )
        .in_part(1)
        .build()
}

const ME: &str = r#"{"data":{"me":{"id":"1","name":"Ada"}}}"#;

#[test]
fn fields_of_an_object_come_when_their_fetch_has_ended() {
    let more = r#"{"data":{"_entities":[{"credit":7,"home":{"city":"Ulm"}}]}}"#;
    check(of_one_object(), vec![ok(ME), after(5, more)], expect![[r#""#]]);
}

#[test]
fn nothing_is_pending_where_the_object_is_null() {
    check(of_one_object(), vec![ok(r#"{"data":{"me":null}}"#)], expect![[r#""#]]);
}

#[test]
fn a_failed_fetch_costs_its_part_only() {
    check(of_one_object(), vec![ok(ME), unavailable()], expect![[r#""#]]);
}
