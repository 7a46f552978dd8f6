//! What people do with each other: follows, posts, comments, reactions, reviews, reports.

use super::{
    content::{Content, ReasonText},
    goods::ProductState,
    phrases::{Words, one, popular},
    world::{World, between},
};
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use std::collections::HashSet;

const FOLLOWS: usize = 1_500;
const POSTS: usize = 700;
const COMMENTS: usize = 900;
const REACTIONS: usize = 1_500;
const REVIEWS: usize = 1_500;
/// The first login's: a buyer, whose home feed is full.
const BUYER: usize = 0;
/// Nobody with this login has reviewed the first product, so that everybody can try it.
const FIRST_PRODUCT: usize = 0;
const REACTION_KINDS: [&str; 3] = ["LIKE", "LOVE", "LAUGH"];

#[derive(Debug)]
pub(crate) struct Follow {
    pub(crate) follower: usize,
    pub(crate) followed: usize,
    /// Whether a private profile is to say yes first.
    pub(crate) needs_answer: bool,
    pub(crate) is_accepted: bool,
    pub(crate) at: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) author: usize,
    pub(crate) body: String,
    pub(crate) tags: Vec<String>,
    pub(crate) products: Vec<usize>,
    pub(crate) at: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct Comment {
    pub(crate) post: usize,
    pub(crate) author: usize,
    pub(crate) body: String,
    pub(crate) at: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct Reaction {
    pub(crate) post: usize,
    pub(crate) person: usize,
    pub(crate) kind: &'static str,
    pub(crate) at: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct Review {
    pub(crate) product: usize,
    pub(crate) author: usize,
    pub(crate) rating: u8,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) at: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) reporter: usize,
    pub(crate) subject: ReportSubject,
    pub(crate) reason: ReasonText,
    pub(crate) note: String,
    pub(crate) at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportSubject {
    Post(usize),
    Comment(usize),
    Review(usize),
}

pub(super) fn follows(world: &World, rng: &mut Rng) -> Vec<Follow> {
    let mut pairs = HashSet::new();
    let mut follows = Vec::with_capacity(FOLLOWS);
    while follows.len() < FOLLOWS {
        let follower = if follows.len() < 24 { BUYER } else { rng.usize(..world.people.len()) };
        let followed = crowd(world, rng);
        if follower == followed || !pairs.insert((follower, followed)) {
            continue;
        }
        let needs_answer = world.people[followed].is_private;
        let is_accepted = !needs_answer || rng.u8(..3) > 0;
        follows.push(Follow { follower, followed, needs_answer, is_accepted, at: between(rng, 61, 74) });
    }
    follows
}

/// Somebody of the crowd, the first ones more often: whoever is followed by many also writes much.
fn crowd(world: &World, rng: &mut Rng) -> usize {
    let logins = world.people.iter().take_while(|person| person.password.is_some()).count();
    logins + popular(rng, world.people.len() - logins)
}

pub(super) fn posts(world: &World, content: &Content, rng: &mut Rng) -> Vec<Post> {
    let texts = &content.community;
    let mut posts: Vec<Post> = (0..POSTS).map(|_| post(world, content, rng)).collect();
    for spam in &texts.spam {
        let vendor = &world.merchants[1].vendors[0].name;
        let (author, at) = (world.people.len() - 1 - posts.len() % 7, between(rng, 150, 178));
        posts.push(Post {
            author,
            body: spam.text.replace("{vendor}", vendor),
            tags: Vec::new(),
            products: Vec::new(),
            at,
        });
    }
    posts.sort_by_key(|post| post.at);
    posts
}

fn post(world: &World, content: &Content, rng: &mut Rng) -> Post {
    let product = published(world, rng);
    let author = crowd(world, rng);
    let texts = &content.community.posts[root_of(world, product)];
    let pieces = [
        one(rng, &texts.openings).as_str(),
        one(rng, &content.community.middles).as_str(),
        one(rng, &content.community.closings).as_str(),
    ];
    let text = pieces.join(" ");
    let body = words(world, product, author).filled(rng, text.trim_end());
    let mut tags = texts.tags.clone();
    rng.shuffle(&mut tags);
    tags.truncate(rng.usize(1..=2));
    let mut products = vec![product];
    if rng.u8(..6) == 0 {
        products.push(published(world, rng));
        products.dedup();
    }
    Post { author, body, tags, products, at: between(rng, 76, 178) }
}

pub(super) fn comments(world: &World, content: &Content, rng: &mut Rng) -> Vec<Comment> {
    let texts = &content.community.comments;
    let mut comments = Vec::with_capacity(COMMENTS);
    while comments.len() < COMMENTS {
        let (post, author) = (popular(rng, world.posts.len()), crowd(world, rng));
        let written = &world.posts[post];
        // Only followers see what a private person writes.
        if world.people[written.author].is_private || author == written.author {
            continue;
        }
        let body = one(rng, texts).replace("{city}", &world.people[written.author].city);
        let at = written.at + TimeDelta::milliseconds(rng.i64(120_000..172_800_000));
        comments.push(Comment { post, author, body, at });
    }
    comments.sort_by_key(|comment| comment.at);
    comments
}

pub(super) fn reactions(world: &World, rng: &mut Rng) -> Vec<Reaction> {
    let mut pairs = HashSet::new();
    let mut reactions = Vec::with_capacity(REACTIONS);
    while reactions.len() < REACTIONS {
        let (post, person) = (popular(rng, world.posts.len()), crowd(world, rng));
        let written = &world.posts[post];
        if world.people[written.author].is_private || !pairs.insert((post, person)) {
            continue;
        }
        let kind = REACTION_KINDS[popular(rng, REACTION_KINDS.len())];
        let at = written.at + TimeDelta::milliseconds(rng.i64(30_000..259_200_000));
        reactions.push(Reaction { post, person, kind, at });
    }
    reactions
}

pub(super) fn reviews(world: &World, content: &Content, rng: &mut Rng) -> Vec<Review> {
    let mut pairs = HashSet::new();
    let mut reviews = Vec::with_capacity(REVIEWS);
    while reviews.len() < REVIEWS {
        let product = published(world, rng);
        let author = match reviews.len() {
            0..6 => BUYER,
            _ => crowd(world, rng),
        };
        let sells = world.merchants[world.products[product].vendor.0].staff.iter().any(|(person, _)| *person == author);
        let is_kept_free = author == BUYER && product == FIRST_PRODUCT;
        if sells || is_kept_free || !pairs.insert((product, author)) {
            continue;
        }
        let rating = rating(product, rng);
        let texts = &content.community.reviews[&rating];
        let title = one(rng, &texts.titles).clone();
        let text = one(rng, &texts.texts).clone();
        let body = words(world, product, author).filled(rng, &text);
        reviews.push(Review { product, author, rating, title, body, at: between(rng, 80, 178) });
    }
    reviews
}

/// Most are happy; some products have fewer friends than others.
fn rating(product: usize, rng: &mut Rng) -> u8 {
    let weakness = (product % 5) as u8 * 2;
    match rng.u8(..100) {
        luck if luck < 2 + weakness => 1,
        luck if luck < 7 + weakness * 2 => 2,
        luck if luck < 18 + weakness * 2 => 3,
        luck if luck < 45 + weakness * 2 => 4,
        _ => 5,
    }
}

/// What the moderator finds open: spam, some of the angriest reviews, a comment.
pub(super) fn reports(world: &World, content: &Content, rng: &mut Rng) -> Vec<Report> {
    let texts = &content.community;
    let mut reports = Vec::new();
    let mut report = |subject, author, (reason, note): (ReasonText, &String)| {
        let mut reporters = HashSet::from([author]);
        for _ in 0..rng.usize(1..=2) {
            let reporter = crowd(world, rng);
            if reporters.insert(reporter) {
                reports.push(Report { reporter, subject, reason, note: note.clone(), at: between(rng, 181, 182) });
            }
        }
    };
    let spam = world.posts.iter().enumerate().filter(|(_, post)| post.products.is_empty());
    for ((place, post), text) in spam.zip(texts.spam.iter().cycle()) {
        // Posts are sorted by time, so their texts tell which is which.
        let opening = post.body.split(' ').next();
        let text = texts.spam.iter().find(|spam| spam.text.split(' ').next() == opening).unwrap_or(text);
        report(ReportSubject::Post(place), post.author, (text.reason, &text.note));
    }
    let angry = world.reviews.iter().enumerate().filter(|(_, review)| review.rating == 1);
    for ((place, review), note) in angry.zip(&texts.review_reports) {
        report(ReportSubject::Review(place), review.author, (ReasonText::Misleading, note));
    }
    let last = world.comments.iter().enumerate().rev();
    for ((place, comment), note) in last.zip(&texts.comment_reports) {
        report(ReportSubject::Comment(place), comment.author, (ReasonText::Other, note));
    }
    reports
}

fn published(world: &World, rng: &mut Rng) -> usize {
    loop {
        let product = rng.usize(..world.products.len());
        if world.products[product].state == ProductState::Published {
            return product;
        }
    }
}

/// The handle of the root above the product's category.
fn root_of(world: &World, product: usize) -> &str {
    let mut category = &world.categories[world.products[product].category];
    while let Some(parent) = category.parent {
        category = &world.categories[parent];
    }
    &category.handle
}

fn words(world: &World, product: usize, author: usize) -> Words<'_> {
    let product = &world.products[product];
    let (merchant, vendor) = product.vendor;
    Words {
        product: &product.title,
        vendor: &world.merchants[merchant].vendors[vendor].name,
        city: &world.people[author].city,
        praise: &product.praise,
        complaint: &product.complaint,
    }
}
