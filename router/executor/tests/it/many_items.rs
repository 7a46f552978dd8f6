//! What waits to be delivered is not looked through whenever a fetch has ended.

use crate::{
    plan_text::PlanText,
    scripted::{Setting, after, ok, run_in_pieces},
};
use std::time::{Duration, Instant};

const ITEMS: usize = 50_000;
/// All of one fragment, besides the first.
const FETCHES: usize = 3_000;
/// Looking at each item after each fetch takes many times as long.
const LONG: Duration = Duration::from_secs(10);

/// `{ users { id ... @defer { name } } }`, where the fragment waits for thousands of fetches of another part too.
#[test]
fn of_a_fragment_that_has_not_ended() {
    let mut plan = PlanText::new()
        .deferred_part(0, &[0])
        .deferred_part(0, &[0])
        .fragment("", None, &[1, 2])
        .view(0, "Query", "users: [User!]! -> 1")
        .view_with(1, "User", &[0], "id: ID name: String @1")
        .root("accounts", &[], "is Query { users: [User!]! -> 1 is User { id: ID! name: String } }");
    for _ in 0..FETCHES {
        plan = plan.root("accounts", &[], "is Query { me: User -> 2 is User { id: ID! } }").in_part(2);
    }
    let users = vec![r#"{"id":"1","name":"Ada"}"#; ITEMS].join(",");
    let mut answers = vec![ok(format!(r#"{{"data":{{"users":[{users}]}}}}"#))];
    answers.extend((0..FETCHES).map(|_| after(2, r#"{"data":{"me":null}}"#)));
    let began = Instant::now();
    let pieces = run_in_pieces(plan.build(), answers, &Setting::default());
    let took = began.elapsed();
    assert!(took < LONG, "{took:?}");
    assert_eq!(pieces.payloads.len(), 2);
    let delivered = pieces.texts[1].matches(r#""data":{"name":"Ada"}"#).count();
    assert_eq!(delivered, ITEMS);
}
