//! Every user error code of this context, reached by each mutation that can give it, as README.md lists them.

use super::world::{ANNA, BEN, CARA, World, moderator, product_id, text, user_id};
use hansa_subgraph_host::{Caller, testing::user};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Mutation and code.
type Reached = BTreeSet<(String, String)>;

struct Refused<'a> {
    world: &'a World,
    reached: Reached,
}

impl Refused<'_> {
    async fn by(&mut self, caller: &Caller, mutation: &str, code: &str, input: Value) {
        let payload = self.world.mutate(caller, (mutation, input), "").await;
        let errors = payload["userErrors"].as_array().unwrap();
        let codes: Vec<String> = errors.iter().map(|error| text(error, "/code")).collect();
        assert_eq!(codes, [code], "{mutation}: {payload}");
        let message = text(&errors[0], "/message");
        assert!(!message.is_empty() && !message.ends_with('.'), "{message}");
        if !errors[0]["field"].is_null() {
            assert_eq!(errors[0]["field"][0], "input", "{payload}");
        }
        self.reached.insert((mutation.to_owned(), code.to_owned()));
    }

    /// Texts of a field that are not fine.
    async fn texts(&mut self, mutation: &str, input: &Value, (field, chars_max): (&str, usize)) {
        let with = |text: String| {
            let mut input = input.clone();
            input[field] = json!(text);
            if input.get("idempotencyKey").is_some() {
                input["idempotencyKey"] = json!(self.world.key());
            }
            input
        };
        let is_needed = !matches!(field, "note" | "displayName" | "bio");
        let cases = [
            ("TEXT_BLANK", with(" \n ".to_owned())),
            ("TEXT_TOO_LONG", with("x".repeat(chars_max + 1))),
            ("TEXT_NOT_PRINTABLE", with("a\u{0}b".to_owned())),
        ];
        for (code, input) in cases.into_iter().skip(usize::from(!is_needed)) {
            let caller = if mutation == "moderationDecide" { moderator() } else { user(ANNA) };
            self.by(&caller, mutation, code, input).await;
        }
    }
}

async fn of_posts(refused: &mut Refused<'_>, post: &str) {
    let world = refused.world;
    for (mutation, rest) in [
        ("postPublish", json!({ "body": "x", "idempotencyKey": "" })),
        ("postUpdate", json!({ "postId": post, "body": "x", "expectedVersion": 1 })),
    ] {
        refused.texts(mutation, &rest, ("body", 4_000)).await;
        let many: Vec<String> = (0..11).map(|number| format!("t{number}")).collect();
        let products: Vec<String> = (0..11).map(product_id).collect();
        for (code, field, value) in [
            ("TAG_INVALID", "tags", json!(["two words"])),
            ("TOO_MANY_TAGS", "tags", json!(many)),
            ("TOO_MANY_PRODUCTS", "productIds", json!(products)),
            ("NOT_FOUND", "productIds", json!(["x"])),
        ] {
            let mut input = rest.clone();
            input[field] = value;
            if mutation == "postPublish" {
                input["idempotencyKey"] = json!(world.key());
            }
            refused.by(&user(ANNA), mutation, code, input).await;
        }
    }
    let change = json!({ "postId": post, "body": "x", "expectedVersion": 9 });
    refused.by(&user(ANNA), "postUpdate", "VERSION_CONFLICT", change.clone()).await;
    refused.by(&user(BEN), "postUpdate", "NOT_FOUND", change).await;
    refused.by(&user(BEN), "postRemove", "NOT_FOUND", json!({ "postId": post })).await;
    refused.by(&user(BEN), "reactionSet", "NOT_FOUND", json!({ "postId": "x", "kind": "LIKE" })).await;
    let input = json!({ "postId": post, "body": "x", "idempotencyKey": "" });
    refused.texts("commentAdd", &input, ("body", 1_000)).await;
    let input = json!({ "postId": "x", "body": "x", "idempotencyKey": world.key() });
    refused.by(&user(ANNA), "commentAdd", "NOT_FOUND", input).await;
    refused.by(&user(ANNA), "commentRemove", "NOT_FOUND", json!({ "commentId": "x" })).await;
}

async fn of_reviews(refused: &mut Refused<'_>, review: &str) {
    let world = refused.world;
    let submit = world.review_input(7, 4);
    let update = json!({ "reviewId": review, "rating": 4, "title": "x", "body": "x", "expectedVersion": 1 });
    for (mutation, input) in [("reviewSubmit", &submit), ("reviewUpdate", &update)] {
        refused.texts(mutation, input, ("title", 120)).await;
        refused.texts(mutation, input, ("body", 4_000)).await;
        let mut bad = input.clone();
        bad["rating"] = json!(6);
        if mutation == "reviewSubmit" {
            bad["idempotencyKey"] = json!(world.key());
        }
        refused.by(&user(ANNA), mutation, "RATING_OUT_OF_RANGE", bad).await;
    }
    refused.by(&user(ANNA), "reviewSubmit", "REVIEW_EXISTS", world.review_input(7, 4)).await;
    let mut nothing = world.review_input(7, 4);
    nothing["productId"] = json!("x");
    refused.by(&user(ANNA), "reviewSubmit", "NOT_FOUND", nothing).await;
    refused.by(&user(BEN), "reviewUpdate", "NOT_FOUND", update.clone()).await;
    let mut stale = update;
    stale["expectedVersion"] = json!(2);
    refused.by(&user(ANNA), "reviewUpdate", "VERSION_CONFLICT", stale).await;
    refused.by(&user(BEN), "reviewRemove", "NOT_FOUND", json!({ "reviewId": review })).await;
}

async fn of_relationships(refused: &mut Refused<'_>) {
    let mutations =
        ["userFollow", "userUnfollow", "userBlock", "userUnblock", "followRequestAccept", "followRequestDecline"];
    for mutation in mutations {
        refused.by(&user(ANNA), mutation, "NOT_FOUND", json!({ "userId": "x" })).await;
        refused.by(&user(ANNA), mutation, "SELF_NOT_ALLOWED", json!({ "userId": user_id(ANNA) })).await;
    }
    refused.world.relate(ANNA, "userBlock", BEN).await;
    refused.by(&user(ANNA), "userFollow", "BLOCKED_BY_VIEWER", json!({ "userId": user_id(BEN) })).await;
    refused.world.relate(ANNA, "userUnblock", BEN).await;
    for number in 1_000..2_000 {
        refused.world.relate(CARA, "userFollow", number).await;
    }
    for mutation in ["userFollow", "userBlock"] {
        refused.by(&user(CARA), mutation, "TOO_MANY_RELATIONSHIPS", json!({ "userId": user_id(BEN) })).await;
    }
    let feed = "{ homeFeed(first: 1) { nodes { id } } }";
    let seen = refused.world.data(&user(CARA), feed, json!({})).await;
    assert_eq!(seen["homeFeed"]["nodes"], json!([]), "as many as one may follow are not too many to ask for");
    refused.world.relate(CARA, "userFollow", 1_000).await;
    refused.world.relate(CARA, "userBlock", 1_000).await;
}

async fn of_moderation(refused: &mut Refused<'_>, (post, review): (&str, &str)) {
    let world = refused.world;
    let about = |content: &str| json!({ "contentId": content, "reason": "SPAM" });
    refused.by(&user(ANNA), "contentReport", "NOT_FOUND", about("x")).await;
    refused.by(&user(ANNA), "contentReport", "OWN_CONTENT", about(post)).await;
    let of_ben = world.post(BEN, "Hm").await;
    let report = world.report(ANNA, &of_ben).await;
    refused.by(&user(ANNA), "contentReport", "REPORT_EXISTS", about(&of_ben)).await;
    refused.texts("contentReport", &about(&of_ben), ("note", 500)).await;
    let decide = json!({ "reportId": report, "decision": "DISMISS", "reason": "fine" });
    refused.by(&user(ANNA), "moderationDecide", "NOT_FOUND", decide.clone()).await;
    refused.texts("moderationDecide", &decide, ("reason", 500)).await;
    world.decide(&report, "DISMISS").await;
    refused.by(&moderator(), "moderationDecide", "ALREADY_DECIDED", decide).await;
    for content in [post, review] {
        let report = world.report(BEN, content).await;
        world.decide(&report, "REMOVE").await;
    }
    let change = json!({ "postId": post, "body": "x", "expectedVersion": 2 });
    refused.by(&user(ANNA), "postUpdate", "CONTENT_REMOVED", change).await;
    let change = json!({ "reviewId": review, "rating": 4, "title": "x", "body": "x", "expectedVersion": 2 });
    refused.by(&user(ANNA), "reviewUpdate", "CONTENT_REMOVED", change).await;
}

async fn of_profiles(refused: &mut Refused<'_>) {
    refused.texts("profileUpdate", &json!({}), ("displayName", 80)).await;
    refused.texts("profileUpdate", &json!({}), ("bio", 500)).await;
    let stale = json!({ "bio": "x", "expectedVersion": 99 });
    refused.by(&user(ANNA), "profileUpdate", "VERSION_CONFLICT", stale).await;
}

#[tokio::test]
async fn every_code_of_the_page_is_reached_and_no_other() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    let review = world.review(ANNA, 7, 4).await;
    let mut refused = Refused { world: &world, reached: Reached::new() };
    of_profiles(&mut refused).await;
    of_posts(&mut refused, &post).await;
    of_reviews(&mut refused, &review).await;
    of_relationships(&mut refused).await;
    of_moderation(&mut refused, (&post, &review)).await;
    world.archive(8).await;
    refused.by(&user(BEN), "reviewSubmit", "PRODUCT_ARCHIVED", world.review_input(8, 4)).await;
    let page = include_str!("../../README.md");
    let listed: Reached = page.lines().filter_map(listed_codes).flatten().collect();
    assert_eq!(refused.reached, listed, "README.md, \"User errors\"");
}

/// A row such as ``| `postRemove` | `NOT_FOUND` |``.
fn listed_codes(line: &str) -> Option<Vec<(String, String)>> {
    let (mutation, codes) = line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | ")?;
    let codes = codes.split(", ").map(|code| code.trim_matches('`').to_owned());
    codes
        .map(|code| code.chars().all(|c| c.is_ascii_uppercase() || c == '_').then(|| (mutation.to_owned(), code)))
        .collect()
}
