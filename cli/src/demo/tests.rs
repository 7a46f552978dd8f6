//! The demo's world holds together: everything that is named exists, and the same seed gives the same world.

use super::{
    Content, World,
    goods::{AttributeKind, AttributeValue, ProductState},
};
use std::collections::{BTreeMap, HashSet};

#[test]
fn is_the_same_each_time() {
    let world = || format!("{:?}", World::new(&Content::read()));
    assert_eq!(world(), world());
}

#[test]
fn reads_like_a_shop_and_its_community() {
    let world = World::new(&Content::read());
    let vendors: usize = world.merchants.iter().map(|merchant| merchant.vendors.len()).sum();
    assert!((10..=15).contains(&vendors), "{vendors}");
    assert_eq!(world.merchants.len(), 9);
    assert!(world.categories.len() >= 60 && world.products.len() >= 300 && world.people.len() >= 300);
    assert!(world.posts.len() >= 700 && world.reviews.len() >= 1_500);
    let drafts = world.products.iter().filter(|product| product.state == ProductState::Draft).count();
    let archived = world.products.iter().filter(|product| product.state == ProductState::Archived).count();
    assert!(drafts >= 5 && archived == 1, "{drafts} {archived}");
    assert!(world.people.iter().any(|person| person.is_private));
    assert!(world.reports.len() >= 5);
}

#[test]
fn attributes_are_as_their_category_defines_them() {
    let world = World::new(&Content::read());
    for product in &world.products {
        let definitions = &world.categories[product.category].attributes;
        for attribute in &product.attributes {
            let definition = definitions.iter().find(|definition| definition.name == attribute.name).unwrap();
            let fits = match (&definition.kind, &attribute.value) {
                (AttributeKind::Choice(choices), AttributeValue::Text(text)) => choices.contains(text),
                (AttributeKind::Number, AttributeValue::Number(number)) => number.parse::<f64>().is_ok(),
                (AttributeKind::Boolean, AttributeValue::Boolean(_)) => true,
                _ => false,
            };
            assert!(fits, "{}: {attribute:?} {definition:?}", product.title);
        }
        assert!((1..=6).contains(&product.variants.len()), "{product:?}");
        assert!(product.variants.iter().all(|variant| variant.cents > 0), "{product:?}");
    }
}

#[test]
fn no_text_has_a_gap() {
    let world = World::new(&Content::read());
    let posts = world.posts.iter().map(|post| &post.body);
    let comments = world.comments.iter().map(|comment| &comment.body);
    let reviews = world.reviews.iter().flat_map(|review| [&review.title, &review.body]);
    for text in posts.chain(comments).chain(reviews) {
        assert!(!text.is_empty() && !text.contains(['{', '}']) && !text.contains("  "), "{text}");
        assert_eq!(text.trim(), text);
    }
}

#[test]
fn everybody_reviews_a_product_once_and_not_their_own() {
    let world = World::new(&Content::read());
    let pairs: HashSet<(usize, usize)> = world.reviews.iter().map(|review| (review.product, review.author)).collect();
    assert_eq!(pairs.len(), world.reviews.len());
    for review in &world.reviews {
        let (merchant, _) = world.products[review.product].vendor;
        assert!(world.merchants[merchant].staff.iter().all(|(person, _)| *person != review.author));
    }
    let mut ratings: BTreeMap<u8, usize> = BTreeMap::new();
    for review in &world.reviews {
        *ratings.entry(review.rating).or_default() += 1;
    }
    assert_eq!(ratings.len(), 5, "{ratings:?}");
    assert!(ratings[&5] > ratings[&1] * 3, "{ratings:?}");
}

#[test]
fn nothing_is_said_before_its_author_is_there() {
    let world = World::new(&Content::read());
    let registered = |person: usize| world.people[person].registered_at;
    assert!(world.posts.iter().all(|post| post.at > registered(post.author)));
    assert!(world.comments.iter().all(|comment| comment.at > world.posts[comment.post].at));
    assert!(world.reviews.iter().all(|review| review.at > world.products[review.product].created_at));
    for merchant in &world.merchants {
        assert!(merchant.staff.iter().all(|(person, _)| registered(*person) < merchant.created_at), "{merchant:?}");
    }
}

#[test]
fn only_logins_have_passwords() {
    let content = Content::read();
    let world = World::new(&content);
    let names: Vec<&str> = content.people.logins.iter().map(|login| login.username.as_str()).collect();
    assert_eq!(names, ["ada", "berta", "emil", "mod", "root"]);
    for person in &world.people {
        assert_eq!(person.password.is_some(), names.contains(&person.username.as_str()), "{}", person.username);
    }
}

#[test]
fn the_small_one_is_a_beginning_of_the_whole() {
    let (whole, small) = (World::new(&Content::read()), World::small(&Content::read()));
    assert_eq!(format!("{:?}", small.people), format!("{:?}", whole.people), "who can sign in, and everybody else");
    assert!(small.thing_count() * 4 < whole.thing_count(), "{} {}", small.thing_count(), whole.thing_count());
    for (small, whole) in small.products.iter().zip(&whole.products) {
        assert_eq!(format!("{small:?}"), format!("{whole:?}"));
    }
    for (post, of_whole) in small.posts.iter().zip(&whole.posts) {
        assert_eq!((&post.body, post.at), (&of_whole.body, of_whole.at));
        assert!(post.products.iter().all(|product| *product < small.products.len()));
    }
}
