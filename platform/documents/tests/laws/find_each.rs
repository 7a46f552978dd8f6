//! Several finds at once find what each finds alone.

use hansa_documents::{Documents, Filter, Find, Order, StoreError};

use super::{
    posts::{Post, post},
    world::put,
};

pub(crate) async fn many_finds_are_as_each_alone(store: &Documents) {
    let posts = store.collection::<Post>();
    let authors: Vec<String> = (0..130).map(|number| format!("author{number}")).collect();
    let all: Vec<Post> = (0..390usize)
        .map(|number| Post {
            author: authors[number % 130].clone(),
            rating: [Some(1.5), None, Some(3.0)][number / 130],
            ..post(&format!("{number:03}"))
        })
        .collect();
    put(&posts, &all).await;
    let orders = [Order::descending("rating"), Order::ascending("rating"), Order::descending("writtenAt")];
    for (order, limit) in orders.into_iter().flat_map(|order| [(order.clone(), 1), (order, 5)]) {
        let find = |author: &String| Find::new(Filter::eq("author", author), limit).order_by([order.clone()]);
        // More than fit in one question; one author is nobody, one is there twice.
        let mut finds: Vec<Find> = authors.iter().map(find).collect();
        finds.extend([find(&"nobody".to_owned()), find(&authors[0])]);
        for find in finds.iter_mut().take(20) {
            let first = posts.find(&Find { limit: 1, ..find.clone() }).await.unwrap();
            find.after = Some(find.place_of(&first[0]).unwrap());
        }
        let found = posts.find_each(&finds).await.unwrap();
        assert_eq!(found.len(), finds.len());
        for (find, found) in finds.iter().zip(found) {
            assert_eq!(found, posts.find(find).await.unwrap(), "{find:?}");
        }
    }
    assert_eq!(posts.find_each(&[]).await.unwrap(), Vec::<Vec<Post>>::new());
    let wrong = [Find::new(Filter::all(), 1), Find::new(Filter::eq("a'b", 1), 1)];
    assert!(matches!(posts.find_each(&wrong).await, Err(StoreError::BadPath(_))));
}
