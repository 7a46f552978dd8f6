//! `Product`: the catalog's, with what people say about it. `Vendor` and `Tenant` are here only for what
//! `isReviewableByViewer` requires.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{int, pages, post::PostNode, review::ReviewNode, viewer};
use crate::{
    domain::{Tally, ids::ProductId},
    reads::ReviewOrder,
};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use hansa_subgraph_host::{
    Connection, Fault, PageArguments, Siblings,
    directives::{authenticated, external, key, requires},
};
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc};

// The owners describe these three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ProductStatus {
    Draft,
    Published,
    Archived,
}

#[derive(Debug, Clone, PartialEq, Deserialize, SimpleObject)]
#[graphql(name = "Tenant", directive = key::apply("id".into(), Some(false)))]
pub(crate) struct TenantNode {
    id: ID,
}

#[derive(Debug, Clone, PartialEq, Deserialize, SimpleObject)]
#[graphql(name = "Vendor", directive = key::apply("id".into(), Some(false)))]
pub(crate) struct VendorNode {
    #[serde(default)]
    id: ID,
    #[graphql(directive = external::apply())]
    tenant: Option<TenantNode>,
}

/// A product as the router sends it: by its id, and what a field requires.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ProductRepresentation {
    id: String,
    status: Option<ProductStatus>,
    vendor: Option<VendorNode>,
}

/// A product, of which this context knows only the id.
#[derive(Debug, Clone)]
pub(crate) struct ProductNode {
    id: ProductId,
    status: Option<ProductStatus>,
    vendor: Option<VendorNode>,
    siblings: Arc<Siblings<ProductId>>,
}

/// What all reviews say together.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ProductRating {
    /// 1.0 to 5.0, with one digit behind the point; null without reviews.
    average: Option<f64>,
    count: i32,
}

impl ProductNode {
    pub(super) fn new(id: ProductId, siblings: &Arc<Siblings<ProductId>>) -> ProductNode {
        ProductNode { id, status: None, vendor: None, siblings: siblings.clone() }
    }

    /// Products that came together, in their order; `None` for what is no id of a product.
    pub(super) fn all(wanted: Vec<ProductRepresentation>) -> Vec<Option<ProductNode>> {
        let ids: Vec<Option<ProductId>> = wanted.iter().map(|one| one.id.parse().ok()).collect();
        let siblings = Siblings::new(ids.iter().flatten().copied());
        let node = |(id, wanted): (Option<ProductId>, ProductRepresentation)| {
            let ProductRepresentation { status, vendor, .. } = wanted;
            Some(ProductNode { id: id?, status, vendor, siblings: siblings.clone() })
        };
        ids.into_iter().zip(wanted).map(node).collect()
    }
}

#[Object(name = "Product", directive = key::apply("id".into(), None))]
impl ProductNode {
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    #[graphql(directive = external::apply())]
    async fn status(&self) -> Result<ProductStatus, Fault> {
        self.status.ok_or_else(|| Fault::internal("a status was asked for where it is not known"))
    }

    #[graphql(directive = external::apply())]
    async fn vendor(&self) -> Option<&VendorNode> {
        self.vendor.as_ref()
    }

    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(default_with = "ReviewOrder::Newest")] order_by: ReviewOrder,
    ) -> Option<Result<Connection<ReviewNode>, Fault>> {
        self.reviews_page(ctx, order_by, PageArguments { first, after, last, before }).await.transpose()
    }

    /// Of all reviews, whoever asks.
    async fn rating(&self, ctx: &Context<'_>) -> Option<Result<ProductRating, Fault>> {
        let ratings = self.siblings.ask("rating", viewer(ctx).ratings(&self.siblings.ids)).await;
        let own = |ratings: Arc<HashMap<ProductId, Tally>>| {
            let tally = ratings.get(&self.id).copied().unwrap_or_default();
            ProductRating { average: tally.average(), count: int(tally.count) }
        };
        Some(ratings.map(own))
    }

    /// Posts about it, newest first.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn posts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<PostNode>, Fault>> {
        self.posts_page(ctx, PageArguments { first, after, last, before }).await.transpose()
    }

    /// Whether the caller may review it: it is published, and not sold by the caller's acting tenant.
    #[graphql(
        directive = authenticated::apply(),
        directive = requires::apply("status vendor { tenant { id } }".into())
    )]
    async fn is_reviewable_by_viewer(&self, ctx: &Context<'_>) -> Option<bool> {
        let caller = viewer(ctx).caller;
        caller.user?;
        let status = self.status?;
        let seller = self.vendor.as_ref().and_then(|vendor| vendor.tenant.as_ref());
        let is_own = match (caller.tenant, seller) {
            (Some(tenant), Some(seller)) => seller.id.as_str() == tenant.to_string(),
            _ => false,
        };
        Some(status == ProductStatus::Published && !is_own)
    }
}

impl ProductNode {
    async fn reviews_page(
        &self,
        ctx: &Context<'_>,
        order: ReviewOrder,
        arguments: PageArguments,
    ) -> Result<Option<Connection<ReviewNode>>, Fault> {
        let (viewer, products) = (viewer(ctx), &self.siblings);
        let question = pages::question(&format!("reviews {order:?}"), &arguments);
        let page = pages::page_below(viewer, products.ids.len(), ("Product.reviews", &order), arguments)?;
        let load = async { Ok::<_, Fault>(ReviewNode::pages(viewer.reviews_of(&products.ids, order, &page).await?)) };
        Ok(products.ask(question, load).await?.get(&self.id).cloned())
    }

    async fn posts_page(
        &self,
        ctx: &Context<'_>,
        arguments: PageArguments,
    ) -> Result<Option<Connection<PostNode>>, Fault> {
        let (viewer, products) = (viewer(ctx), &self.siblings);
        let question = pages::question("posts", &arguments);
        let page = pages::page_below(viewer, products.ids.len(), ("Product.posts", &()), arguments)?;
        let load = async { Ok::<_, Fault>(PostNode::pages(viewer.posts_about(&products.ids, &page).await?)) };
        Ok(products.ask(question, load).await?.get(&self.id).cloned())
    }
}
