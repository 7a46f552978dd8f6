//! Which documents a filter finds, and what is counted.

use chrono::{DateTime, Utc};
use hansa_documents::{Collection, Documents, Filter, Find, Group, StoreError, Value};
use serde_json::json;

use super::{
    posts::{Fact, Post, post},
    world::put,
};

/// Ids of what a filter finds, in one text.
async fn found(posts: &Collection<Post>, filter: Filter) -> String {
    let found = posts.find(&Find::new(filter.clone(), 100)).await.unwrap();
    assert_eq!(posts.count(&filter).await.unwrap(), found.len() as i64);
    found.into_iter().map(|post| post.id).collect()
}

async fn check(posts: &Collection<Post>, cases: impl IntoIterator<Item = (Filter, &str)>) {
    for (filter, ids) in cases {
        assert_eq!(found(posts, filter.clone()).await, ids, "{filter:?}");
    }
}

fn fact(name: &str, value: serde_json::Value) -> Fact {
    Fact { name: name.to_owned(), value }
}

/// Four posts: likes 1, 2, 3, 10; ratings 0.5, 2, none, none.
async fn four(store: &Documents) -> Collection<Post> {
    let posts = store.collection::<Post>();
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    put(
        &posts,
        &[
            Post { likes: 1, rating: Some(0.5), tags: texts(&["red", "big"]), ..post("a") },
            Post {
                likes: 2,
                rating: Some(2.0),
                handle: Some("Hello_World".to_owned()),
                tags: texts(&["red"]),
                ..post("b")
            },
            Post {
                likes: 3,
                author: "bert".to_owned(),
                facts: vec![fact("colour", json!("red")), fact("weight", json!(5))],
                ..post("c")
            },
            Post {
                likes: 10,
                author: "Örn".to_owned(),
                facts: vec![fact("colour", json!("blue")), fact("weight", json!("red")), fact("new", json!(true))],
                written_at: "2026-01-02T03:04:05.5Z".parse().unwrap(),
                ..post("d")
            },
        ],
    )
    .await;
    posts
}

pub(crate) async fn comparisons(store: &Documents) {
    let posts = four(store).await;
    let cases = [
        (Filter::all(), "abcd"),
        (Filter::eq("author", "anna"), "ab"),
        (Filter::eq("author", "Anna"), ""),
        (Filter::eq("id", "c"), "c"),
        (Filter::eq("likes", 10i64), "d"),
        (Filter::eq("likes", 10.0), "d"),
        (Filter::eq("likes", "10"), ""),
        (Filter::eq("rating", 2i64), "b"),
        (Filter::lt("likes", 2i64), "a"),
        (Filter::lte("likes", 2i64), "ab"),
        (Filter::gt("likes", 2i64), "cd"),
        (Filter::gte("likes", 2.5), "cd"),
        (Filter::gt("author", "anna"), "cd"),
        (Filter::lt("author", "b"), "ab"),
        (Filter::gt("likes", "0"), ""),
        (Filter::lt("likes", "9"), ""),
        (Filter::gt("author", 0i64), ""),
        (Filter::is_in("likes", [1i64, 3, 99]), "ac"),
        (Filter::is_in("author", ["anna", "bert"]), "abc"),
        (Filter::is_in("author", Vec::<String>::new()), ""),
    ];
    check(&posts, cases).await;
}

pub(crate) async fn what_is_missing_is_nothing(store: &Documents) {
    let posts = four(store).await;
    let cases = [
        (Filter::is_null("rating"), "cd"),
        (Filter::eq("rating", Value::Null), "cd"),
        (Filter::eq("rating", None::<f64>), "cd"),
        (Filter::is_null("no.such.field"), "abcd"),
        (Filter::eq("nothing", 1i64), ""),
        (Filter::lt("rating", 100i64), "ab"),
        (Filter::lt("rating", Value::Null), ""),
        (Filter::gte("rating", Value::Null), ""),
        (Filter::not(Filter::eq("rating", 2i64)), "acd"),
        (Filter::not(Filter::lt("rating", 1i64)), "bcd"),
        (Filter::not(Filter::is_null("rating")), "ab"),
        (Filter::not(Filter::not(Filter::eq("rating", 2i64))), "b"),
        (Filter::is_in("rating", [Value::Null, Value::Real(0.5)]), "acd"),
        (Filter::not(Filter::is_in("rating", [0.5])), "bcd"),
        (Filter::not(Filter::is_in("rating", Vec::<f64>::new())), "abcd"),
    ];
    check(&posts, cases).await;
}

pub(crate) async fn joined_filters(store: &Documents) {
    let posts = four(store).await;
    let (low, anna) = (|| Filter::lt("likes", 2i64), || Filter::eq("author", "anna"));
    let cases = [
        (Filter::and([]), "abcd"),
        (Filter::or([]), ""),
        (Filter::and([low(), anna()]), "a"),
        (Filter::or([low(), anna()]), "ab"),
        (Filter::not(Filter::or([low(), anna()])), "cd"),
        (Filter::and([Filter::not(low()), anna()]), "b"),
        (Filter::and([Filter::or([low(), Filter::eq("id", "d")]), Filter::or([anna(), Filter::eq("id", "d")])]), "ad"),
        (Filter::or([Filter::eq("rating", 2i64), Filter::is_null("rating")]), "bcd"),
    ];
    check(&posts, cases).await;
}

pub(crate) async fn arrays_and_their_elements(store: &Documents) {
    let posts = four(store).await;
    let element =
        |name: &str, filter| Filter::any_element("facts", Filter::and([Filter::eq("name", name.to_owned()), filter]));
    let cases = [
        (Filter::contains("tags", "red"), "ab"),
        (Filter::contains("tags", "re"), ""),
        (Filter::contains_any("tags", ["big", "none"]), "a"),
        (Filter::contains_any("tags", ["red", "big"]), "ab"),
        (Filter::contains_any("tags", Vec::<String>::new()), ""),
        (Filter::not(Filter::contains("tags", "red")), "cd"),
        // Without an index, and of a field that is no array.
        (Filter::contains("author", "anna"), "ab"),
        (Filter::contains("nothing", "red"), ""),
        (element("colour", Filter::eq("value", "red")), "c"),
        (element("weight", Filter::gte("value", 5i64)), "c"),
        (element("weight", Filter::gte("value", 6i64)), ""),
        (element("new", Filter::eq("value", true)), "d"),
        (Filter::any_element("facts", Filter::eq("value", "red")), "cd"),
        (Filter::any_element("facts", Filter::is_null("other")), "cd"),
        (Filter::not(Filter::any_element("facts", Filter::all())), "ab"),
        // Elements that are no objects have no fields.
        (Filter::any_element("tags", Filter::is_null("name")), "ab"),
        (Filter::any_element("tags", Filter::eq("name", "red")), ""),
        (Filter::any_element("facts", Filter::any_element("value", Filter::all())), "cd"),
    ];
    check(&posts, cases).await;
}

pub(crate) async fn texts_within_texts(store: &Documents) {
    let posts = four(store).await;
    let cases = [
        (Filter::text_contains("author", "NN"), "ab"),
        (Filter::text_contains("handle", "hello_w"), "b"),
        (Filter::text_contains("handle", "%"), ""),
        (Filter::text_contains("handle", "o.W"), ""),
        (Filter::text_contains("author", "Ör"), "d"),
        (Filter::text_contains("author", ""), "abcd"),
        (Filter::text_contains("likes", "1"), ""),
        (Filter::not(Filter::text_contains("handle", "hello")), "acd"),
    ];
    check(&posts, cases).await;
}

pub(crate) async fn times(store: &Documents) {
    let posts = four(store).await;
    let time = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let cases = [
        (Filter::eq("writtenAt", time("2026-01-02T03:04:05Z")), "abc"),
        (Filter::gt("writtenAt", time("2026-01-02T03:04:05Z")), "d"),
        (Filter::lt("writtenAt", time("2026-01-02T03:04:05.4Z")), "abc"),
        (Filter::lte("writtenAt", time("2026-01-02T04:04:05.5+01:00")), "abcd"),
    ];
    check(&posts, cases).await;
}

pub(crate) async fn what_is_bound_is_never_text(store: &Documents) {
    let posts = four(store).await;
    for evil in ["' OR '1' = '1", "'); DROP TABLE posts; --", "$1", "\""] {
        let cases = [
            (Filter::eq("author", evil), ""),
            (Filter::is_in("author", [evil]), ""),
            (Filter::contains("tags", evil), ""),
            (Filter::text_contains("author", evil), ""),
        ];
        check(&posts, cases).await;
        assert!(posts.get(evil).await.unwrap().is_none());
        assert!(posts.get_many(&[evil]).await.unwrap().is_empty());
    }
    assert_eq!(found(&posts, Filter::all()).await, "abcd");
}

pub(crate) async fn wrong_paths_and_values_are_refused(store: &Documents) {
    let posts = four(store).await;
    let long = "x".repeat(201);
    for path in ["", ".", "a.", ".a", "a..b", "a b", "a'b", "a\")", "a[0]", "1a", "é", "$", "*", &long] {
        for filter in [
            Filter::eq(path.to_owned(), 1i64),
            Filter::is_in(path.to_owned(), [1i64]),
            Filter::is_null(path.to_owned()),
            Filter::text_contains(path.to_owned(), "x"),
            Filter::contains(path.to_owned(), 1i64),
            Filter::any_element(path.to_owned(), Filter::all()),
            Filter::any_element("facts", Filter::not(Filter::eq(path.to_owned(), 1i64))),
        ] {
            let error = posts.count(&filter).await.unwrap_err();
            assert!(matches!(error, StoreError::BadPath(_)), "{path}: {error}");
        }
    }
    let now = chrono::DateTime::UNIX_EPOCH;
    for filter in [
        Filter::gt("author", now),
        Filter::is_in("author", [now]),
        Filter::any_element("facts", Filter::eq("writtenAt", now)),
    ] {
        let error = posts.count(&filter).await.unwrap_err();
        assert!(matches!(error, StoreError::NoTime(_)), "{error}");
    }
    for value in [f64::NAN, f64::INFINITY] {
        let error = posts.count(&Filter::eq("likes", value)).await.unwrap_err();
        assert!(matches!(error, StoreError::BadValue(_)), "{error}");
    }
    for filter in
        [Filter::eq("author", "anna\0"), Filter::text_contains("author", "\0"), Filter::contains("tags", "\0")]
    {
        assert_eq!(posts.count(&filter).await.unwrap(), 0);
    }
    assert!(posts.get("a\0").await.unwrap().is_none());
    let many = Filter::is_in("likes", 0..10_001i64);
    let many_lists = Filter::or((0..21).map(|_| Filter::is_in("likes", 0..100i64)));
    let deep = (0..101).fold(Filter::all(), |filter, _| Filter::and([filter]));
    let wide = Filter::or((0..20_000).map(|_| Filter::is_null("likes")));
    for filter in [many, many_lists, wide, deep] {
        let error = posts.count(&filter).await.unwrap_err();
        assert!(matches!(error, StoreError::TooMuch { .. }), "{error}");
    }
}

pub(crate) async fn counts_and_sums(store: &Documents) {
    let posts = four(store).await;
    let group = |keys: &[Value], count| Group {
        keys: keys.to_vec(),
        count,
        sum: Value::Null,
        average: None,
        minimum: Value::Null,
        maximum: Value::Null,
    };
    let by_author = posts.count_by(&["author"], &Filter::all()).await.unwrap();
    assert_eq!(by_author, [group(&["anna".into()], 2), group(&["bert".into()], 1), group(&["Örn".into()], 1)]);
    let by_two = posts.count_by(&["author", "rating"], &Filter::lt("likes", 3i64)).await.unwrap();
    assert_eq!(by_two, [group(&["anna".into(), 0.5.into()], 1), group(&["anna".into(), 2.0.into()], 1)]);
    assert_eq!(posts.count_by(&[], &Filter::all()).await.unwrap(), [group(&[], 4)]);
    assert_eq!(posts.count_by(&["author"], &Filter::or([])).await.unwrap(), []);
    let likes = posts.sum_by("likes", &["author"], &Filter::eq("author", "anna")).await.unwrap();
    let expected = Group {
        sum: Value::Integer(3),
        average: Some(1.5),
        minimum: Value::Integer(1),
        maximum: Value::Integer(2),
        ..group(&["anna".into()], 2)
    };
    assert_eq!(likes, [expected]);
    let ratings = posts.sum_by("rating", &[], &Filter::all()).await.unwrap();
    assert_eq!((ratings[0].count, &ratings[0].sum, ratings[0].average), (4, &Value::Real(2.5), Some(1.25)));
    // Texts have no sum.
    let authors = posts.sum_by("author", &[], &Filter::all()).await.unwrap();
    assert_eq!(authors, [group(&[], 4)]);
    for error in [
        posts.count_by(&["a'b"], &Filter::all()).await.unwrap_err(),
        posts.sum_by("a'b", &[], &Filter::all()).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::BadPath(_)), "{error}");
    }
}

pub(crate) async fn documents_by_id(store: &Documents) {
    let posts = four(store).await;
    let many = posts.get_many(&["d", "x", "a", "a"]).await.unwrap();
    let mut ids: Vec<&str> = many.keys().map(String::as_str).collect();
    ids.sort();
    assert_eq!((ids, many["a"].likes), (vec!["a", "d"], 1));
    assert!(posts.get_many::<String>(&[]).await.unwrap().is_empty());
    assert_eq!(posts.get("x").await.unwrap(), None);
    assert_eq!(posts.find_one(Filter::eq("handle", "Hello_World")).await.unwrap().unwrap().id, "b");
    let error = posts.get_many(&vec!["x"; 10_001]).await.unwrap_err();
    assert!(matches!(error, StoreError::TooMuch { .. }), "{error}");
}

/// As short ones, and as `not` and groups have it: values of any type, null and what is in no document among them.
pub(crate) async fn long_lists_of_values(store: &Documents) {
    let posts = four(store).await;
    let numbers = |from: i64| (from..from + 5_000).map(Value::Integer).collect::<Vec<_>>();
    let with = |values: &[Value], more: Value| [values, &[more]].concat();
    let cases = [
        (Filter::is_in("likes", 3..10_000i64), "cd"),
        (Filter::is_in("likes", with(&numbers(100), Value::Real(2.0))), "b"),
        (Filter::is_in("rating", with(&numbers(100), Value::Real(0.5))), "a"),
        (Filter::is_in("rating", with(&numbers(100), Value::Null)), "cd"),
        (Filter::not(Filter::is_in("rating", numbers(2))), "acd"),
        (Filter::is_in("author", with(&numbers(0), "Örn".into())), "d"),
        (Filter::is_in("likes", (0..5_000).map(|number| number.to_string())), ""),
        (Filter::is_in("id", (0..5_000).map(|number| format!("{number}\0")).chain(["c".to_owned()])), "c"),
        (Filter::is_in("writtenAt", vec!["2026-01-02T03:04:05.5Z".parse::<DateTime<Utc>>().unwrap(); 101]), "d"),
    ];
    check(&posts, cases).await;
    let ids = Filter::is_in("id", (0..4_000).map(|number| format!("post_{number}")).chain(["a".to_owned()]));
    assert_eq!(posts.count_by(&["author"], &ids).await.unwrap().len(), 1);
    assert_eq!(posts.sum_by("likes", &["author"], &ids).await.unwrap()[0].sum, Value::Integer(1));
    let error = posts.count(&Filter::is_in("likes", vec![f64::NAN; 101])).await.unwrap_err();
    assert!(matches!(error, StoreError::BadValue(_)), "{error}");
}
