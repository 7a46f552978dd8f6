//! Pages put together are the whole list, in any order, from either end.

use hansa_documents::{Documents, Filter, Find, Order, StoreError, Value};

use super::{
    posts::{Post, post},
    world::put,
};

const UP: bool = false;
const DOWN: bool = true;

pub(crate) async fn pages_follow_each_other_in_any_order(store: &Documents) {
    let posts = store.collection::<Post>();
    let all: Vec<Post> = (0..23i64)
        .map(|number| Post {
            likes: number * 7 % 4,
            rating: [None, Some(1.5), None, Some(-2.0), Some(1.0)][number as usize % 5],
            written_at: chrono::DateTime::from_timestamp_millis(1_767_323_045_000 + number * 13 % 6 * 100).unwrap(),
            author: ["anna", "bert"][number as usize % 2].to_owned(),
            ..post(&format!("{:02}", number * 5 % 23))
        })
        .collect();
    put(&posts, &all).await;
    let orders: [&[(&str, bool)]; 13] = [
        &[],
        &[("likes", UP)],
        &[("likes", DOWN)],
        &[("rating", UP)],
        &[("rating", DOWN)],
        &[("writtenAt", DOWN)],
        &[("rating", UP), ("writtenAt", DOWN)],
        &[("rating", DOWN), ("likes", UP)],
        &[("likes", DOWN), ("rating", DOWN)],
        &[("nothing", UP)],
        &[("nothing", DOWN), ("likes", UP)],
        &[("id", DOWN)],
        &[("author", UP), ("writtenAt", UP)],
    ];
    for order in orders {
        for filter in [Filter::all(), Filter::eq("author", "anna")] {
            let find = Find::new(filter, 100).order_by(order.iter().map(|(path, is_descending)| match is_descending {
                true => Order::descending(*path),
                false => Order::ascending(*path),
            }));
            let whole = posts.find(&find).await.unwrap();
            let expected = sorted(&find, order, if whole.len() == 23 { all.clone() } else { whole.clone() });
            assert_eq!(whole, expected, "{order:?}");
            let mut backwards = whole.clone();
            backwards.reverse();
            for (find, expected) in [(find.clone(), whole), (find.reversed(), backwards)] {
                for limit in [1, 4, 30] {
                    let mut found: Vec<Post> = Vec::new();
                    loop {
                        let after = found.last().map(|post| find.place_of(post).unwrap());
                        let page = posts.find(&Find { limit, ..find.clone() }.after(after)).await.unwrap();
                        if page.is_empty() {
                            break;
                        }
                        assert!(page.len() <= limit as usize);
                        found.extend(page);
                    }
                    assert_eq!(found, expected, "{find:?}");
                }
            }
        }
    }
}

/// By the places themselves: the first that differ decide, and null comes before all.
fn sorted(find: &Find, order: &[(&str, bool)], mut all: Vec<Post>) -> Vec<Post> {
    let downwards: Vec<bool> = order.iter().map(|(_, is_descending)| *is_descending).collect();
    all.sort_by(|one, other| {
        let (one, other) = (find.place_of(one).unwrap(), find.place_of(other).unwrap());
        let last = downwards.last().copied().unwrap_or_default();
        let mut pairs = one.iter().zip(&other).zip(downwards.iter().copied().chain([last]));
        let differing = pairs.find(|((one, other), _)| one != other);
        let Some(((one, other), is_descending)) = differing else { return std::cmp::Ordering::Equal };
        let ordering = match (one, other) {
            (Value::Null, _) => std::cmp::Ordering::Less,
            (_, Value::Null) => std::cmp::Ordering::Greater,
            (Value::Text(one), Value::Text(other)) => one.cmp(other),
            (Value::Time(one), Value::Time(other)) => one.cmp(other),
            (one, other) => one.as_f64().unwrap().total_cmp(&other.as_f64().unwrap()),
        };
        if is_descending { ordering.reverse() } else { ordering }
    });
    all
}

pub(crate) async fn places_are_checked(store: &Documents) {
    let posts = store.collection::<Post>();
    let find = Find::new(Filter::all(), 10).order_by([Order::ascending("likes")]);
    for after in [vec![], vec![Value::Null], vec![1i64.into(), "a".into(), "b".into()]] {
        let error = posts.find(&find.clone().after(Some(after))).await.unwrap_err();
        assert!(matches!(error, StoreError::BadValue(_)), "{error}");
    }
    let time = Value::Time(chrono::DateTime::UNIX_EPOCH);
    let error = posts.find(&find.clone().after(Some(vec![time, "a".into()]))).await.unwrap_err();
    assert!(matches!(error, StoreError::NoTime(_)), "{error}");
    let error = posts.find(&find.order_by([Order::ascending("a'b")])).await.unwrap_err();
    assert!(matches!(error, StoreError::BadPath(_)), "{error}");
    let json = serde_json::to_string(&vec![Value::Null, 1i64.into(), 1.5.into(), "a".into(), true.into()]).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Value>>(&json).unwrap().len(), 5);
}

pub(crate) async fn many_finds_at_once_find_what_each_does(store: &Documents) {
    let posts = store.collection::<Post>();
    let all: Vec<Post> = (0..130i64)
        .map(|number| Post {
            likes: number % 3,
            rating: (number % 2 == 0).then_some(1.0),
            ..post(&format!("{number:03}"))
        })
        .collect();
    put(&posts, &all).await;
    let finds: Vec<Find> = (0..120i64)
        .map(|number| {
            let find = Find::new(Filter::eq("likes", number % 5), 101).order_by([Order::descending("rating")]);
            let after = (number % 4 == 0).then(|| vec![Value::Real(1.0), "060".into()]);
            find.after(after)
        })
        .collect();
    let together = posts.find_each(&finds).await.unwrap();
    assert_eq!(together.len(), finds.len());
    for (find, found) in finds.iter().zip(together) {
        assert_eq!(found, posts.find(find).await.unwrap(), "{find:?}");
    }
    // As many rows as pages of a hundred below a hundred parents have.
    let everything: Vec<Find> = (0..100).map(|_| Find::new(Filter::all(), 101)).collect();
    assert!(posts.find_each(&everything).await.unwrap().iter().all(|list| list.len() == 101));
    assert!(posts.find_each(&[]).await.unwrap().is_empty());
}
