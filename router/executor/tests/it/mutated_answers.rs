//! Whatever becomes of an answer's bytes, the response is JSON with `data`, other subgraphs' data is kept, and nothing
//! panics.

use crate::{
    plan_text::{LookupText, PlanText},
    random::Random,
    scripted::{Setting, ok, run_prepared},
    supergraph::SUPERGRAPH,
};
use expect_test::expect;
use hansa_executor::PreparedPlan;
use serde_json::Value;

const USERS: &str = r#"{"data":{"users":[{"id":"1","tags":["a",null],"media":[{"__typename":"Book","title":"T"}]},{"id":2,"tags":[],"media":[]},{"id":"1","tags":["a"],"media":null}]},"errors":[{"message":"no media","path":["users",2,"media"]}]}"#;

const CREDIT: &str = r#"{"errors":[{"message":"no city","path":["_entities",1,"home","city"],"extensions":{"code":"X"}},{"message":"half","path":["_entities"]}],"data":{"_entities":[{"__typename":"User","credit":7,"home":{"city":"A","zip":"\u00e4"}},{"__typename":"User","credit":null,"home":{"city":null,"zip":"2"}}]}}"#;

#[test]
fn are_survived() {
    let plan = PlanText::new()
        .view(0, "Query", "users: [User!] -> 1 kept: Int")
        .view(1, "User", "id: ID! tags: [String] media: [Medium] -> 2 credit: Int home: Place! -> 3")
        .view(2, "Book", "__typename title: String")
        .view(2, "Film", "__typename")
        .view(3, "Place", "city: String! zip: String")
        .root("stock", &[], "is Query { kept: Int }")
        .root(
            "accounts",
            &[],
            "is Query { users: [User!] -> 1 is User #0 { id: ID! tags: [String] media: [Medium] -> 2 typename ( Book { title: String } ) } }",
        )
        .entities(
            "stock",
            &[1],
            &[LookupText::users(1, &[0], "typename ( User { credit: Int home: Place -> 3 is Place { city: String! zip: String } } )")],
        )
        .build();
    let plan = PreparedPlan::new(plan, &SUPERGRAPH);
    let whole = vec![ok(r#"{"data":{"kept":1}}"#), ok(USERS), ok(CREDIT)];
    expect![[r#"{"data":{"users":null,"kept":1},"errors":[{"message":"no media","path":["users",2,"media"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"accounts"}},{"message":"no city","path":["users",1,"home","city"],"extensions":{"code":"X","service":"stock"}},{"message":"half","path":["users",1,"credit"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"stock"}}]}"#]].assert_eq(&run_prepared(&plan, whole, &Setting::default()).response);
    let mut random = Random(0xbad);
    for _ in 0..5_000 {
        let mut texts = [USERS.as_bytes().to_vec(), CREDIT.as_bytes().to_vec()];
        for _ in 0..=random.below(3) {
            let index = random.below(2);
            texts[index] = random.mutate(&texts[index]);
        }
        let [users, credit] = texts;
        let shown = format!("{}\n{}", String::from_utf8_lossy(&users), String::from_utf8_lossy(&credit));
        let answers = vec![ok(r#"{"data":{"kept":1}}"#), ok(users), ok(credit)];
        let response = run_prepared(&plan, answers, &Setting::default()).response;
        let response: Value = serde_json::from_str(&response).expect("responses are JSON");
        assert_eq!(response["data"]["kept"], 1, "{shown}");
    }
}
