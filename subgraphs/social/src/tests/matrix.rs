//! Who may what: every actor does everything to everything, and the table of outcomes is a file.

use super::world::{World, moderator, profile_id, user_id};
use expect_test::expect_file;
use hansa_subgraph_host::{Caller, Policies, testing::user};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fmt::Write as _};

const AUTHOR: u128 = 50;
const FOLLOWER: u128 = 51;
const BLOCKED: u128 = 52;
const STRANGER: u128 = 53;

/// Things of one author, who is private or not, and things that a moderator has removed or not.
struct Things {
    author: u128,
    post: String,
    comment: String,
    review: String,
    profile: String,
    report: String,
}

/// A question, and where its answer is not null if the caller may see it.
const SEEN: [(&str, &str, &str); 9] = [
    ("see post", "query ($post: ID!) { it: post(id: $post) { body } }", "/it"),
    ("see review", "query ($review: ID!) { it: review(id: $review) { body } }", "/it"),
    ("see comment", "query ($c: [_Any!]!) { it: _entities(representations: $c) { __typename } }", "/it/0"),
    ("see profile", "query ($p: [_Any!]!) { it: _entities(representations: $p) { __typename } }", "/it/0"),
    (
        "see posts of user",
        "query ($u: [_Any!]!) { it: _entities(representations: $u) { ... on User { it: posts(first: 1) { nodes { id } } } } }",
        "/it/0/it",
    ),
    (
        "see followers",
        "query ($u: [_Any!]!) { it: _entities(representations: $u) { ... on User { it: followers(first: 1) { nodes { id } } } } }",
        "/it/0/it",
    ),
    (
        "see followed",
        "query ($u: [_Any!]!) { it: _entities(representations: $u) { ... on User { it: following(first: 1) { nodes { id } } } } }",
        "/it/0/it",
    ),
    ("see post in discovery", "{ it: discoveryFeed(first: 1) { nodes { id } } }", "/it/nodes/0"),
    ("see queue", "{ it: moderationQueue(first: 1) { nodes { id } } }", "/it"),
];

const DONE: [&str; 9] = [
    "reactionSet",
    "commentAdd",
    "contentReport",
    "postUpdate",
    "reviewUpdate",
    "moderationDecide",
    "commentRemove",
    "reviewRemove",
    "postRemove",
];

impl Things {
    async fn new(world: &World, author: u128, is_removed: bool) -> Things {
        world.relate(FOLLOWER, "userFollow", author).await;
        let post = world.post(author, "Hello").await;
        let comment = world.comment(author, &post, "First").await;
        let review = world.review(author, author, 4).await;
        let report = world.report(STRANGER + 1, &review).await;
        world.relate(author, "userBlock", BLOCKED).await;
        if is_removed {
            for content in [&comment, &post] {
                let report = world.report(STRANGER + 1, content).await;
                world.decide(&report, "REMOVE").await;
            }
            world.decide(&report, "REMOVE").await;
        }
        Things { author, post, comment, review, profile: profile_id(author), report }
    }

    fn variables(&self) -> Value {
        let one = |type_name: &str, id: &str| json!([{ "__typename": type_name, "id": id }]);
        json!({
            "post": self.post, "review": self.review, "c": one("Comment", &self.comment),
            "p": one("Profile", &self.profile), "u": one("User", &user_id(self.author)),
        })
    }

    fn input(&self, world: &World, mutation: &str) -> Value {
        let version = json!(if mutation == "postUpdate" || mutation == "reviewUpdate" { 1 } else { 0 });
        match mutation {
            "reactionSet" => json!({ "postId": self.post, "kind": "LIKE" }),
            "commentAdd" => json!({ "postId": self.post, "body": "x", "idempotencyKey": world.key() }),
            "contentReport" => json!({ "contentId": self.post, "reason": "OTHER" }),
            "postUpdate" => json!({ "postId": self.post, "body": "x", "expectedVersion": version }),
            "reviewUpdate" => json!({
                "reviewId": self.review, "rating": 1, "title": "x", "body": "x", "expectedVersion": version,
            }),
            "moderationDecide" => json!({ "reportId": self.report, "decision": "DISMISS", "reason": "x" }),
            "commentRemove" => json!({ "commentId": self.comment }),
            "reviewRemove" => json!({ "reviewId": self.review }),
            _ => json!({ "postId": self.post }),
        }
    }
}

/// The outcome of a mutation: `yes`, its user error, or its top-level error.
async fn outcome(world: &World, caller: &Caller, mutation: &str, input: Value) -> String {
    let input_type = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query =
        format!("mutation ($input: {input_type}!) {{ it: {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
    let response = world.ask(caller, &query, json!({ "input": input })).await;
    let code = response.pointer("/data/it/userErrors/0/code").or_else(|| response.pointer("/errors/0/extensions/code"));
    code.and_then(Value::as_str).unwrap_or("yes").to_owned()
}

/// What one actor may, in a world of its own: some of it destroys things.
async fn outcomes(caller: &Caller, is_private: bool, is_removed: bool) -> Vec<String> {
    let world = World::new().await;
    let things = Things::new(&world, AUTHOR, is_removed).await;
    if is_private {
        world.make_private(AUTHOR).await;
    }
    let mut outcomes = Vec::new();
    for (_, query, pointer) in SEEN {
        let response = world.ask(caller, query, things.variables()).await;
        let is_seen = response["data"].pointer(pointer).is_some_and(|found| !found.is_null());
        outcomes.push(if is_seen { "yes" } else { "no" }.to_owned());
    }
    for mutation in DONE {
        outcomes.push(outcome(&world, caller, mutation, things.input(&world, mutation)).await);
    }
    outcomes
}

#[tokio::test]
async fn the_matrix_of_actors_and_operations_is_as_expected() {
    let actors = [
        ("visitor", Caller::visitor()),
        ("stranger", user(STRANGER)),
        ("follower", user(FOLLOWER)),
        ("blocked", user(BLOCKED)),
        ("moderator", moderator()),
        ("author", user(AUTHOR)),
    ];
    let mut table = String::new();
    for (name, is_private, is_removed) in [("public", false, false), ("private", true, false), ("removed", false, true)]
    {
        let names: Vec<&str> = actors.iter().map(|(actor, _)| *actor).collect();
        writeln!(table, "{name} | {}", names.join(" | ")).unwrap();
        let mut rows: Vec<String> =
            SEEN.iter().map(|(operation, ..)| *operation).chain(DONE).map(str::to_owned).collect();
        for (_, caller) in &actors {
            let outcomes = outcomes(caller, is_private, is_removed).await;
            rows.iter_mut().zip(outcomes).for_each(|(row, outcome)| *row += &format!(" | {outcome}"));
        }
        writeln!(table, "{}\n", rows.join("\n")).unwrap();
    }
    expect_file!["matrix.txt"].assert_eq(&table);
}

#[test]
fn policies_are_about_actions_that_are_asked() {
    use crate::domain::Action;
    let policies = Policies::parse(include_str!("../policies.cedar")).unwrap();
    let named: BTreeSet<String> = policies.actions().into_iter().collect();
    let asked: BTreeSet<String> = Action::ALL.iter().map(|action| action.as_str().to_owned()).collect();
    assert_eq!(named, asked);
}
