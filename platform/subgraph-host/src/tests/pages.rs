//! Pages and cursors, forward and backward, and every way to ask for them wrongly.

use super::small_subgraph::small_subgraph;
use crate::{Caller, CursorKey, CursorValue, QueryFingerprint, testing::execute};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const QUERY: &str = "query($first: Int, $after: String, $last: Int, $before: String, $filter: ThingFilter) {
  things(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    edges { cursor node { number } } nodes { number }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}";

async fn ask(variables: Value) -> Value {
    execute(&small_subgraph(), &Caller::visitor(), QUERY, variables).await
}

async fn page(variables: Value) -> Value {
    let answer = ask(variables).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["things"].clone()
}

async fn problem(variables: Value) -> String {
    let answer = ask(variables.clone()).await;
    assert_eq!(answer["data"]["things"], Value::Null, "{variables}");
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{answer}");
    assert_eq!(errors[0]["path"], json!(["things"]));
    assert_eq!(errors[0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    errors[0]["message"].as_str().unwrap().to_owned()
}

fn numbers(page: &Value) -> Vec<i64> {
    page["nodes"].as_array().unwrap().iter().map(|node| node["number"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn pages_forward_from_start_to_end() {
    let (mut seen, mut after, mut pages) = (Vec::new(), Value::Null, 0);
    loop {
        let page = page(json!({ "first": 100, "after": after })).await;
        pages += 1;
        seen.extend(numbers(&page));
        assert_eq!(page["pageInfo"]["hasPreviousPage"], pages > 1);
        assert_eq!(page["pageInfo"]["startCursor"], page["edges"][0]["cursor"]);
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(pages, 3);
    assert_eq!(seen, (0..250).collect::<Vec<_>>());
}

#[tokio::test]
async fn pages_backward_in_the_lists_own_order() {
    let last = page(json!({ "last": 3 })).await;
    assert_eq!(numbers(&last), [247, 248, 249]);
    assert_eq!(last["pageInfo"]["hasNextPage"], false);
    assert_eq!(last["pageInfo"]["hasPreviousPage"], true);
    let before = page(json!({ "last": 2, "before": last["pageInfo"]["startCursor"] })).await;
    assert_eq!(numbers(&before), [245, 246]);
    assert_eq!(before["pageInfo"]["hasNextPage"], true);
    let onward = page(json!({ "first": 1, "after": before["pageInfo"]["endCursor"] })).await;
    assert_eq!(numbers(&onward), [247]);
}

#[tokio::test]
async fn an_empty_page_has_no_cursors() {
    let empty = page(json!({ "first": 5, "filter": { "numberAtLeast": 250 } })).await;
    let ends = json!({ "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    assert_eq!(empty, json!({ "edges": [], "nodes": [], "pageInfo": ends }));
}

#[tokio::test]
async fn counts_only_when_asked() {
    let query = "{ things(first: 1, filter: { numberAtLeast: 50 }) { totalCount } }";
    let answer = execute(&small_subgraph(), &Caller::visitor(), query, json!({})).await;
    assert_eq!(answer["data"]["things"]["totalCount"], 200);
}

#[tokio::test]
async fn says_what_is_wrong_with_a_page() {
    assert_eq!(problem(json!({})).await, "give `first` or `last`: how many are wanted, 1 to 100");
    assert_eq!(problem(json!({ "first": 1, "last": 1 })).await, "give `first` or `last`, not both");
    assert_eq!(problem(json!({ "first": 0 })).await, "`first` is 1 to 100, not 0");
    assert_eq!(problem(json!({ "first": -1 })).await, "`first` is 1 to 100, not -1");
    assert_eq!(problem(json!({ "first": 101 })).await, "`first` is 1 to 100, not 101");
    assert_eq!(problem(json!({ "last": i32::MIN })).await, "`last` is 1 to 100, not -2147483648");
    assert_eq!(problem(json!({ "last": 101 })).await, "`last` is 1 to 100, not 101");
    let text = "`before` goes with `last`; with `first`, give `after`";
    assert_eq!(problem(json!({ "first": 1, "before": "x" })).await, text);
    let text = "`after` goes with `first`; with `last`, give `before`";
    assert_eq!(problem(json!({ "last": 1, "after": "x" })).await, text);
}

#[tokio::test]
async fn refuses_cursors_that_were_changed() {
    let text = "this is no cursor that we gave: it was changed or cut on its way";
    let good = page(json!({ "first": 1 })).await["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    let bytes = URL_SAFE_NO_PAD.decode(&good).unwrap();
    for index in 1..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        let cursor = URL_SAFE_NO_PAD.encode(changed);
        assert_eq!(problem(json!({ "first": 1, "after": cursor })).await, text, "byte {index}");
    }
    for length in [1, 2, 9, 24, bytes.len() - 1] {
        let cursor = URL_SAFE_NO_PAD.encode(&bytes[..length]);
        assert_eq!(problem(json!({ "first": 1, "after": cursor })).await, text, "{length} bytes");
    }
    let foreign = CursorKey::new(b"another key").encode(
        QueryFingerprint::of("Query.things", &Value::Null),
        &CursorValue { sort_values: vec![json!(3)], id: "x".to_owned() },
    );
    for cursor in ["", "é", "====", &foreign, &"A".repeat(100_000), &format!("{good}=")] {
        assert_eq!(problem(json!({ "first": 1, "after": cursor })).await, text);
    }
}

#[tokio::test]
async fn refuses_cursors_of_other_versions_and_other_queries() {
    let good = page(json!({ "first": 1 })).await["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    let mut bytes = URL_SAFE_NO_PAD.decode(&good).unwrap();
    let text = "this cursor is of another version; start at the first page again";
    for version in [0, 1, 3, 255] {
        bytes[0] = version;
        let other = URL_SAFE_NO_PAD.encode(&bytes);
        assert_eq!(problem(json!({ "first": 1, "after": other })).await, text, "{version}");
    }
    let text = "this cursor belongs to another query: its field, filter or order differ from this one's";
    let filtered = json!({ "first": 1, "after": good, "filter": { "numberAtLeast": 5 } });
    assert_eq!(problem(filtered).await, text);
    assert_eq!(numbers(&page(json!({ "first": 1, "after": good })).await), [1]);
}

#[test]
fn a_cursor_is_one_text_for_one_row() {
    let (key, query) = (CursorKey::new(b"k"), QueryFingerprint::of("Query.things", &("a", 1)));
    let row = CursorValue { sort_values: vec![json!("ä\n"), json!(null), json!(-1.5)], id: "thing_1".to_owned() };
    let cursor = key.encode(query, &row);
    assert_eq!(key.encode(query, &row), cursor);
    assert_eq!(key.decode(query, &cursor).unwrap(), row);
    assert!(key.decode(QueryFingerprint::of("Query.others", &("a", 1)), &cursor).is_err());
    assert!(key.decode(QueryFingerprint::of("Query.things", &("a", 2)), &cursor).is_err());
}

#[test]
fn a_cursor_shows_nothing_of_its_row() {
    let (key, query) = (CursorKey::new(b"k"), QueryFingerprint::of("Query.things", &()));
    let row = |id: &str, value: &str| CursorValue { sort_values: vec![json!(value)], id: id.to_owned() };
    let bytes = |row: &CursorValue| URL_SAFE_NO_PAD.decode(key.encode(query, row)).unwrap();
    let cursor = bytes(&row("thing_1", "2026-01-02"));
    for part in [&b"thing"[..], b"2026", b"[["] {
        assert!(!cursor.windows(part.len()).any(|window| window == part), "{cursor:?}");
    }
    // One other letter, and nothing behind the query's name is alike but by chance.
    let other = bytes(&row("thing_2", "2026-01-02"));
    assert_eq!((cursor.len(), &cursor[..9]), (other.len(), &other[..9]));
    let alike = cursor[9..].iter().zip(&other[9..]).filter(|(one, other)| one == other).count();
    assert!(alike < 8, "{alike} of {} bytes", cursor.len());
}
