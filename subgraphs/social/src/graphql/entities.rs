//! `_entities`: one batch for each type.

use super::{
    comment::CommentNode,
    post::PostNode,
    product::{ProductNode, ProductRepresentation},
    profile::ProfileNode,
    review::ReviewNode,
    user::UserNode,
    viewer,
};
use async_graphql::{Context, Union};
use hansa_subgraph_host::{Entities, Fault, Representations};
use std::{collections::HashMap, hash::Hash};

/// What others refer to.
#[derive(Debug, Clone, Union)]
#[graphql(name = "_Entity")]
pub(crate) enum Entity {
    Profile(ProfileNode),
    Post(PostNode),
    Comment(CommentNode),
    Review(ReviewNode),
    User(UserNode),
    Product(ProductNode),
}

impl Entities for Entity {
    fn batches<'a>(ctx: &'a Context<'_>, wanted: Representations<'a, Self>) -> Representations<'a, Self> {
        let viewer = viewer(ctx);
        wanted
            .by_id(async move |ids| loaded(ProfileNode::all(viewer.profiles(&ids).await?)), Entity::Profile)
            .by_id(async move |ids| loaded(PostNode::all(viewer.posts(&ids).await?)), Entity::Post)
            .by_id(async move |ids| loaded(CommentNode::all(viewer.comments(&ids).await?)), Entity::Comment)
            .by_id(async move |ids| loaded(ReviewNode::all(viewer.reviews(&ids).await?)), Entity::Review)
            .by_id(async move |ids| loaded(UserNode::all(ids)), Entity::User)
            .by_representation("Product", products, Entity::Product)
    }
}

fn loaded<K: Eq + Hash, N>(nodes: HashMap<K, N>) -> Result<HashMap<K, Result<N, Fault>>, Fault> {
    Ok(nodes.into_iter().map(|(id, node)| (id, Ok(node))).collect())
}

async fn products(wanted: Vec<ProductRepresentation>) -> Result<Vec<Option<Result<ProductNode, Fault>>>, Fault> {
    Ok(ProductNode::all(wanted).into_iter().map(|node| node.map(Ok)).collect())
}
