//! The demo's world: who there is, what they sell, what they write, and when. Things are known by their place in these
//! lists; their ids come from the commands that make them.

use super::{
    community::{Comment, Follow, Post, Reaction, Report, Review},
    content::Content,
    crowd::{Merchant, Person},
    goods::{Category, Product},
    phrases::chance,
};
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

const SMALL_PRODUCTS: usize = 40;
const SMALL_PROFILES: usize = 24;
const SMALL_POSTS: usize = 20;

/// Everything, in the order in which it can be made.
#[derive(Debug)]
pub(crate) struct World {
    /// Those with a login first.
    pub(crate) people: Vec<Person>,
    /// So many of them, the first, have said something about themselves.
    pub(crate) profiles: usize,
    /// The platform's own tenant first.
    pub(crate) merchants: Vec<Merchant>,
    /// Parents first.
    pub(crate) categories: Vec<Category>,
    pub(crate) products: Vec<Product>,
    pub(crate) follows: Vec<Follow>,
    pub(crate) posts: Vec<Post>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) reactions: Vec<Reaction>,
    pub(crate) reviews: Vec<Review>,
    pub(crate) reports: Vec<Report>,
}

impl World {
    pub(crate) fn new(content: &Content) -> World {
        let people = super::crowd::people(content);
        let merchants = super::crowd::merchants(content, &people);
        let categories = super::goods::categories(content);
        let products = super::goods::products(content);
        let mut world = World {
            profiles: people.len(),
            people,
            merchants,
            categories,
            products,
            follows: Vec::new(),
            posts: Vec::new(),
            comments: Vec::new(),
            reactions: Vec::new(),
            reviews: Vec::new(),
            reports: Vec::new(),
        };
        world.follows = super::community::follows(&world, &mut chance("follows"));
        world.posts = super::community::posts(&world, content, &mut chance("posts"));
        world.comments = super::community::comments(&world, content, &mut chance("comments"));
        world.reactions = super::community::reactions(&world, &mut chance("reactions"));
        world.reviews = super::community::reviews(&world, content, &mut chance("reviews"));
        world.reports = super::community::reports(&world, content, &mut chance("reports"));
        world
    }

    /// A part of it that is made quickly where each command is a walk to a server: everybody, few products, hardly a text.
    /// What is in both is the same, down to the ids: those are made of places in these lists, so only ends are cut off.
    pub(crate) fn small(content: &Content) -> World {
        let mut world = World::new(content);
        world.products.truncate(SMALL_PRODUCTS);
        world.profiles = SMALL_PROFILES;
        world.follows.clear();
        world.posts.truncate(SMALL_POSTS);
        for post in &mut world.posts {
            post.products.retain(|product| *product < SMALL_PRODUCTS);
        }
        world.comments.clear();
        world.reactions.clear();
        world.reviews.clear();
        world.reports.clear();
        world
    }

    /// How many things there are to make, for a progress bar.
    pub(crate) fn thing_count(&self) -> usize {
        let goods = self.categories.len() + self.products.len();
        let people = self.people.len() + self.profiles + self.merchants.len() * 2 + self.follows.len();
        let writing = self.posts.len() + self.comments.len() + self.reactions.len();
        let stocked =
            2 + self.merchants.len() + self.products.iter().map(|product| product.variants.len()).sum::<usize>();
        goods + people + writing + stocked + self.reviews.len() + self.reports.len()
    }
}

/// The first day: the market opens.
pub(super) fn opening() -> DateTime<Utc> {
    DateTime::from_timestamp(1_756_713_600, 0).expect("1 September 2025 is a time")
}

/// Some time between two days after the opening, with a time of day at which people write.
pub(super) fn between(rng: &mut Rng, first_day: i64, last_day: i64) -> DateTime<Utc> {
    let day = rng.i64(first_day..=last_day);
    opening() + TimeDelta::days(day) + TimeDelta::milliseconds(rng.i64(6 * 3_600_000..22 * 3_600_000))
}
