//! The category tree: moves, inheritance, and what would break it.

use crate::world::{World, merchant, platform, texts};
use hansa_subgraph_host::Caller;
use serde_json::json;

async fn move_to(world: &World, id: &str, parent: Option<&str>) -> Vec<String> {
    world.refused(&platform(), "categoryMove", json!({ "id": id, "parentId": parent })).await
}

#[tokio::test]
async fn categories_move_with_all_beneath_them() {
    let world = World::new().await;
    let home = world.category("home", None).await;
    let light = world.category("light", Some(&home)).await;
    world.category("lamps", Some(&light)).await;
    let sport = world.category("sport", None).await;
    assert_eq!(move_to(&world, &light, Some(&sport)).await, Vec::<String>::new());
    let query = "{ categories { handle children { handle } }
        categoryByHandle(handle: \"lamps\") { parent { handle version } ancestors { handle } } }";
    let seen = world.see(query).await;
    assert_eq!(texts(&seen["categories"], "/handle"), ["home", "sport"]);
    assert_eq!(seen["categories"][1]["children"], json!([{ "handle": "light" }]));
    assert_eq!(texts(&seen["categoryByHandle"]["ancestors"], "/handle"), ["sport", "light"]);
    assert_eq!(seen["categoryByHandle"]["parent"]["version"], 2);
    assert_eq!(move_to(&world, &light, None).await, Vec::<String>::new());
    let seen = world.see("{ categories { handle } }").await;
    assert_eq!(texts(&seen["categories"], "/handle"), ["home", "light", "sport"]);
}

#[tokio::test]
async fn nothing_stands_beneath_itself() {
    let world = World::new().await;
    let one = world.category("one", None).await;
    let two = world.category("two", Some(&one)).await;
    let three = world.category("three", Some(&two)).await;
    for below in [&one, &two, &three] {
        assert_eq!(move_to(&world, &one, Some(below)).await, ["CATEGORY_CYCLE at input.parentId"]);
    }
}

#[tokio::test]
async fn two_moves_at_once_make_no_cycle() {
    let world = World::new().await;
    for round in 0..10 {
        let one = world.category(&format!("one-{round}"), None).await;
        let two = world.category(&format!("two-{round}"), None).await;
        let (first, second) = tokio::join!(move_to(&world, &one, Some(&two)), move_to(&world, &two, Some(&one)));
        let refused: Vec<String> = [first, second].concat();
        assert_eq!(refused, ["CATEGORY_CYCLE at input.parentId"]);
    }
}

#[tokio::test]
async fn the_tree_has_bounds() {
    let world = World::new().await;
    let mut parent = world.category("level-1", None).await;
    let top = world.category("top", None).await;
    for level in 2..=8 {
        parent = world.category(&format!("level-{level}"), Some(&parent)).await;
    }
    let deep = json!({ "handle": "level-9", "name": "Too deep", "parentId": parent });
    assert_eq!(world.refused(&platform(), "categoryCreate", deep).await, ["CATEGORY_TOO_DEEP at input.parentId"]);
    let seen = world.see("{ categoryByHandle(handle: \"level-1\") { id } }").await;
    let first = seen["categoryByHandle"]["id"].as_str().unwrap();
    assert_eq!(move_to(&world, first, Some(&top)).await, ["CATEGORY_TOO_DEEP at input.parentId"]);
    let definitions: Vec<_> = (0..31).map(|n| json!({ "name": n.to_string(), "kind": "TEXT" })).collect();
    let many = json!({ "handle": "many", "name": "Many", "attributeDefinitions": definitions });
    let errors = world.refused(&platform(), "categoryCreate", many).await;
    assert_eq!(errors, ["LIMIT_REACHED at input.attributeDefinitions"]);
}

#[tokio::test]
async fn definitions_are_inherited_and_not_repeated() {
    let world = World::new().await;
    let colour = json!({ "name": "colour", "kind": "CHOICE", "choices": ["red", "blue"], "isRequired": true });
    let home = world.category_with("home", None, json!([colour])).await;
    let watts = json!({ "name": "power", "kind": "NUMBER", "unit": "W" });
    let lamps = world.category_with("lamps", Some(&home), json!([watts])).await;
    let query = "{ categoryByHandle(handle: \"lamps\") {
        attributeDefinitions { name kind unit choices isRequired category { handle } } } }";
    let seen = world.see(query).await;
    let expected = json!([
        { "name": "colour", "kind": "CHOICE", "unit": null, "choices": ["red", "blue"], "isRequired": true,
          "category": { "handle": "home" } },
        { "name": "power", "kind": "NUMBER", "unit": "W", "choices": [], "isRequired": false,
          "category": { "handle": "lamps" } },
    ]);
    assert_eq!(seen["categoryByHandle"]["attributeDefinitions"], expected);
    let again = json!({ "id": lamps, "attributeDefinitions": [colour] });
    let twice = ["DEFINITION_TWICE at input.attributeDefinitions"];
    assert_eq!(world.refused(&platform(), "categoryUpdate", again).await, twice);
    let above = json!({ "id": home, "attributeDefinitions": [colour, watts] });
    assert_eq!(world.refused(&platform(), "categoryUpdate", above).await, twice);
    let other = world.category_with("other", None, json!([watts])).await;
    assert_eq!(move_to(&world, &lamps, Some(&other)).await, twice);
    let seen = world.see(query).await;
    assert_eq!(seen["categoryByHandle"]["attributeDefinitions"], expected);
}

#[tokio::test]
async fn says_what_is_wrong_with_a_category() {
    let world = World::new().await;
    let id = world.category("taken", None).await;
    let vendor = world.vendor(&merchant(1), "one").await;
    let definitions = json!([
        { "name": "a", "kind": "CHOICE" },
        { "name": "b", "kind": "TEXT", "choices": ["x"] },
        { "name": "c", "kind": "TEXT", "unit": "kg" },
        { "name": "d", "kind": "CHOICE", "choices": ["x", "x"] },
        { "name": "", "kind": "TEXT" },
        { "name": "a", "kind": "TEXT" },
    ]);
    let input = json!({ "handle": "a", "name": "", "parentId": vendor, "attributeDefinitions": definitions });
    let errors = world.refused(&platform(), "categoryCreate", input).await;
    let expected = [
        "HANDLE_INVALID at input.handle",
        "TEXT_INVALID at input.name",
        "NOT_FOUND at input.parentId",
        "DEFINITION_INVALID at input.attributeDefinitions.0",
        "DEFINITION_INVALID at input.attributeDefinitions.1",
        "DEFINITION_INVALID at input.attributeDefinitions.2",
        "DEFINITION_INVALID at input.attributeDefinitions.3",
        "TEXT_INVALID at input.attributeDefinitions.4.name",
        "DEFINITION_TWICE at input.attributeDefinitions.5.name",
    ];
    assert_eq!(errors, expected);
    let taken = json!({ "handle": "taken", "name": "Second" });
    assert_eq!(world.refused(&platform(), "categoryCreate", taken.clone()).await, ["HANDLE_TAKEN at input.handle"]);
    for caller in [merchant(1), Caller::visitor()] {
        assert_eq!(world.refused(&caller, "categoryCreate", taken.clone()).await, ["FORBIDDEN"]);
        assert_eq!(world.refused(&caller, "categoryMove", json!({ "id": id })).await, ["NOT_FOUND at input.id"]);
        assert_eq!(world.refused(&caller, "categoryUpdate", json!({ "id": id })).await, ["NOT_FOUND at input.id"]);
    }
    let stale = json!({ "id": id, "expectedVersion": 7 });
    let conflict = ["VERSION_CONFLICT at input.expectedVersion"];
    assert_eq!(world.refused(&platform(), "categoryUpdate", stale.clone()).await, conflict);
    assert_eq!(world.refused(&platform(), "categoryMove", stale).await, conflict);
}
