//! `Review`.

use super::{int, product::ProductNode, user::UserNode, viewer};
use crate::{
    domain::{Review, Standing, ids::ProductId},
    pages::map,
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{
    Connection, Fault, Siblings,
    directives::{inaccessible, key, provides},
    scalars::DateTime,
};
use hansa_values::UserId;
use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::Arc,
};

/// A review that the caller may see.
#[derive(Debug, Clone)]
pub(crate) struct ReviewNode {
    review: Arc<Review>,
    batch: Arc<Batch>,
}

/// Reviews that came together: their products and authors.
#[derive(Debug)]
struct Batch {
    products: Arc<Siblings<ProductId>>,
    authors: Arc<Siblings<UserId>>,
    purchases: Arc<Siblings<(UserId, ProductId)>>,
}

impl Batch {
    fn new(reviews: &[&Review]) -> Arc<Batch> {
        Arc::new(Batch {
            products: Siblings::new(reviews.iter().map(|review| review.product)),
            authors: Siblings::new(reviews.iter().map(|review| review.author)),
            purchases: Siblings::new(reviews.iter().map(|review| (review.author, review.product))),
        })
    }
}

impl ReviewNode {
    /// Reviews that came together.
    pub(super) fn all<K: Eq + Hash>(found: HashMap<K, Review>) -> HashMap<K, ReviewNode> {
        let batch = Batch::new(&found.values().collect::<Vec<_>>());
        let node = |review| ReviewNode { review: Arc::new(review), batch: batch.clone() };
        found.into_iter().map(|(id, review)| (id, node(review))).collect()
    }

    /// All reviews of all pages are siblings.
    pub(super) fn pages<K: Eq + Hash>(pages: HashMap<K, Connection<Review>>) -> HashMap<K, Connection<ReviewNode>> {
        let reviews = pages.values().flat_map(|page| page.edges.iter().map(|edge| &edge.node));
        let batch = Batch::new(&reviews.collect::<Vec<_>>());
        let node = |review| ReviewNode { review: Arc::new(review), batch: batch.clone() };
        pages.into_iter().map(|(parent, page)| (parent, map(page, node))).collect()
    }
}

#[Object(
    name = "Review",
    directive = key::apply("id".into(), None),
    directive = key::apply("nodeId".into(), None)
)]
impl ReviewNode {
    pub(super) async fn id(&self) -> ID {
        self.review.id.to_string().into()
    }

    #[graphql(directive = inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.review.id.to_string().into()
    }

    #[graphql(directive = provides::apply("username".into()))]
    async fn author(&self) -> Option<UserNode> {
        Some(UserNode::author(self.review.author, &self.review.username, &self.batch.authors))
    }

    async fn product(&self) -> Option<ProductNode> {
        Some(ProductNode::new(self.review.product, &self.batch.products))
    }

    /// 1 to 5.
    async fn rating(&self) -> i32 {
        self.review.rating
    }

    async fn title(&self) -> &str {
        &self.review.title
    }

    async fn body(&self) -> &str {
        &self.review.body
    }

    /// Whether its author has bought the product and got it. Null for a moment, when that cannot be told.
    async fn is_verified_purchase(&self, ctx: &Context<'_>) -> Option<Result<bool, Fault>> {
        let purchases = &self.batch.purchases;
        let own = (self.review.author, self.review.product);
        let found = purchases.ask("purchases", viewer(ctx).purchases(&purchases.ids)).await;
        Some(found.map(|found: Arc<HashSet<(UserId, ProductId)>>| found.contains(&own)))
    }

    async fn created_at(&self) -> DateTime {
        self.review.created_at.into()
    }

    async fn edited_at(&self) -> Option<DateTime> {
        self.review.edited_at.map(DateTime::from)
    }

    /// A moderator has removed it: only its author and moderators see it now.
    async fn is_removed(&self) -> bool {
        self.review.standing != Standing::Published
    }

    /// Why a moderator has removed it.
    async fn removal_reason(&self) -> Option<&str> {
        self.review.removal.as_ref().map(|removal| removal.reason.as_str())
    }

    async fn version(&self) -> i32 {
        int(self.review.version)
    }
}
