//! `User`: identity's, with what the community knows of them.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{pages, post::PostNode, profile::ProfileNode, viewer};
use crate::domain::{Profile, RelationshipState, ids::ProfileId};
use crate::pages::map;
use async_graphql::{Context, Enum, ID, Object};
use hansa_subgraph_host::{
    Connection, Fault, PageArguments, Siblings,
    directives::{authenticated, external, key},
};
use hansa_values::UserId;
use std::{collections::HashMap, sync::Arc};

/// A user, whom this context knows by id, and those who wrote something by name too.
#[derive(Debug, Clone)]
pub(crate) struct UserNode {
    id: UserId,
    username: Option<String>,
    siblings: Arc<Siblings<UserId>>,
}

/// What the caller is to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ViewerRelationship {
    Following,
    /// Has asked to follow a private profile.
    Requested,
    Blocking,
}

impl ViewerRelationship {
    fn of(state: RelationshipState) -> Option<ViewerRelationship> {
        match state {
            RelationshipState::Active | RelationshipState::Unheard => Some(ViewerRelationship::Following),
            RelationshipState::Pending | RelationshipState::UnheardRequest => Some(ViewerRelationship::Requested),
            RelationshipState::Blocked => Some(ViewerRelationship::Blocking),
            RelationshipState::Ended => None,
        }
    }
}

impl UserNode {
    pub(super) fn new(id: UserId, siblings: &Arc<Siblings<UserId>>) -> UserNode {
        UserNode { id, username: None, siblings: siblings.clone() }
    }

    /// One who wrote something.
    pub(super) fn author(id: UserId, username: &str, siblings: &Arc<Siblings<UserId>>) -> UserNode {
        UserNode { id, username: Some(username.to_owned()), siblings: siblings.clone() }
    }

    /// Users that came together.
    pub(super) fn all(ids: impl IntoIterator<Item = UserId>) -> HashMap<UserId, UserNode> {
        let siblings = Siblings::new(ids);
        siblings.ids.iter().map(|id| (*id, UserNode::new(*id, &siblings))).collect()
    }

    /// A page of users, none of whom is known to be still there.
    pub(super) fn page(ids: Connection<UserId>) -> Connection<Option<UserNode>> {
        let siblings = Siblings::new(ids.edges.iter().map(|edge| edge.node));
        map(ids, |id| Some(UserNode::new(id, &siblings)))
    }
}

#[Object(name = "User", directive = key::apply("id".into(), None))]
impl UserNode {
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    #[graphql(directive = external::apply())]
    async fn username(&self) -> Result<&str, Fault> {
        self.username.as_deref().ok_or_else(|| Fault::internal("a username was asked for where it is not provided"))
    }

    /// Null until the user has written anything.
    async fn profile(&self, ctx: &Context<'_>) -> Option<Result<ProfileNode, Fault>> {
        let viewer = viewer(ctx);
        let ids: Vec<ProfileId> = self.siblings.ids.iter().map(|user| Profile::id_of(*user)).collect();
        let profiles = self.siblings.ask("profile", viewer.profiles(&ids)).await;
        let node = |profile: &Profile| ProfileNode::new(profile.clone(), &self.siblings);
        profiles.map(|profiles| profiles.get(&Profile::id_of(self.id)).map(node)).transpose()
    }

    /// Null where the caller may not see them. Newest first.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn followers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<Option<UserNode>>, Fault>> {
        self.followers_page(ctx, PageArguments { first, after, last, before }).await.transpose()
    }

    /// Whom the user follows. Null where the caller may not see them. Newest first.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn following(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<Option<UserNode>>, Fault>> {
        self.following_page(ctx, PageArguments { first, after, last, before }).await.transpose()
    }

    #[graphql(directive = authenticated::apply())]
    async fn is_followed_by_viewer(&self, ctx: &Context<'_>) -> Option<Result<bool, Fault>> {
        let viewer = viewer(ctx);
        viewer.caller.user?;
        let relationships = self.siblings.ask("relationship", viewer.own_relationships(&self.siblings.ids)).await;
        let follows = |known: Arc<HashMap<_, _>>| {
            let state = known.get(&self.id).copied();
            state.and_then(ViewerRelationship::of) == Some(ViewerRelationship::Following)
        };
        Some(relationships.map(follows))
    }

    /// What the caller is to the user: follows, has asked to, or blocks. Null for nothing.
    #[graphql(directive = authenticated::apply())]
    async fn viewer_relationship(&self, ctx: &Context<'_>) -> Option<Result<ViewerRelationship, Fault>> {
        let viewer = viewer(ctx);
        let relationships = self.siblings.ask("relationship", viewer.own_relationships(&self.siblings.ids)).await;
        relationships.map(|known| ViewerRelationship::of(*known.get(&self.id)?)).transpose()
    }

    /// Null where the caller may not see them. Newest first.
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
}

impl UserNode {
    async fn followers_page(
        &self,
        ctx: &Context<'_>,
        arguments: PageArguments,
    ) -> Result<Option<Connection<Option<UserNode>>>, Fault> {
        let (viewer, question) = (viewer(ctx), pages::question("followers", &arguments));
        let page = pages::page_below(viewer, self.siblings.ids.len(), ("User.followers", &()), arguments)?;
        let load = async { Ok::<_, Fault>(users(viewer.followers_of(&self.siblings.ids, &page).await?)) };
        Ok(self.siblings.ask(question, load).await?.get(&self.id).cloned())
    }

    async fn following_page(
        &self,
        ctx: &Context<'_>,
        arguments: PageArguments,
    ) -> Result<Option<Connection<Option<UserNode>>>, Fault> {
        let (viewer, question) = (viewer(ctx), pages::question("following", &arguments));
        let page = pages::page_below(viewer, self.siblings.ids.len(), ("User.following", &()), arguments)?;
        let load = async { Ok::<_, Fault>(users(viewer.followed_by(&self.siblings.ids, &page).await?)) };
        Ok(self.siblings.ask(question, load).await?.get(&self.id).cloned())
    }

    async fn posts_page(
        &self,
        ctx: &Context<'_>,
        arguments: PageArguments,
    ) -> Result<Option<Connection<PostNode>>, Fault> {
        let (viewer, question) = (viewer(ctx), pages::question("posts", &arguments));
        let page = pages::page_below(viewer, self.siblings.ids.len(), ("User.posts", &()), arguments)?;
        let load = async { Ok::<_, Fault>(PostNode::pages(viewer.posts_by(&self.siblings.ids, &page).await?)) };
        Ok(self.siblings.ask(question, load).await?.get(&self.id).cloned())
    }
}

/// All users of all pages are siblings.
fn users(pages: HashMap<UserId, Connection<UserId>>) -> HashMap<UserId, Connection<Option<UserNode>>> {
    let siblings = Siblings::new(pages.values().flat_map(|page| page.edges.iter().map(|edge| edge.node)));
    let page = |page: Connection<UserId>| map(page, |id| Some(UserNode::new(id, &siblings)));
    pages.into_iter().map(|(user, users)| (user, page(users))).collect()
}
