//! Page sizes and cursors.

use crate::{
    client::{Client, errors_of},
    system::System,
};
use serde_json::json;

const PAGE: &str = "
    query Page($first: Int, $after: String) {
      products(first: $first, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } }
      categories { id }
    }";

pub(crate) fn first_has_bounds(system: &System) {
    let visitor = Client::visitor(&system.origin);
    for (first, is_good) in
        [(Some(1), true), (Some(100), true), (None, false), (Some(0), false), (Some(-1), false), (Some(101), false)]
    {
        let answer = visitor.answer(PAGE, &json!({ "first": first }));
        assert!(answer["data"]["categories"].is_array(), "the rest of the answer stays: {answer:#}");
        match is_good {
            true => assert_eq!(answer["data"]["products"]["nodes"].as_array().unwrap().len() as i64, first.unwrap()),
            false => {
                assert_eq!(answer["data"]["products"], json!(null), "{first:?}");
                let expected = [("BAD_USER_INPUT".to_owned(), "products".to_owned())];
                assert_eq!(errors_of(&answer), expected, "{first:?}: {answer:#}");
            }
        }
    }
    let both = visitor.answer("{ products(first: 1, last: 1) { nodes { id } } }", &json!({}));
    assert_eq!(errors_of(&both)[0].0, "BAD_USER_INPUT", "{both:#}");
}

pub(crate) fn cursors_are_checked(system: &System) {
    let visitor = Client::visitor(&system.origin);
    let page = visitor.data(PAGE, &json!({ "first": 2 }));
    let cursor = page["products"]["pageInfo"]["endCursor"].as_str().unwrap();
    let next = visitor.data(PAGE, &json!({ "first": 2, "after": cursor }));
    assert_ne!(page["products"]["nodes"], next["products"]["nodes"]);
    let vendors = visitor.data("{ vendors(first: 1) { pageInfo { endCursor } } }", &json!({}));
    let middle = cursor.len() / 2;
    let other = if cursor.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let bad = [
        ("of another list", vendors["vendors"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned()),
        ("with one other character", format!("{}{other}{}", &cursor[..middle], &cursor[middle + 1..])),
        ("cut off", cursor[..cursor.len() - 2].to_owned()),
        ("made up", "bm90IGEgY3Vyc29y".to_owned()),
        ("empty", String::new()),
        ("long", "A".repeat(20_000)),
    ];
    for (what, after) in bad {
        let answer = visitor.answer(PAGE, &json!({ "first": 2, "after": after }));
        assert_eq!(errors_of(&answer), [("BAD_USER_INPUT".to_owned(), "products".to_owned())], "a cursor {what}");
        assert!(answer["data"]["categories"].is_array(), "{answer:#}");
    }
}
