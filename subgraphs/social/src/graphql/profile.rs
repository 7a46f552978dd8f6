//! `Profile`.

use super::{int, user::UserNode, viewer};
use crate::domain::Profile;
use async_graphql::{Context, ID, Object};
use hansa_documents::StoreError;
use hansa_subgraph_host::{
    Fault, Siblings,
    directives::{inaccessible, key},
    scalars::DateTime,
};
use hansa_values::UserId;
use std::{collections::HashMap, sync::Arc};

/// A profile that the caller may see.
#[derive(Debug, Clone)]
pub(crate) struct ProfileNode {
    profile: Arc<Profile>,
    siblings: Arc<Siblings<UserId>>,
}

impl ProfileNode {
    pub(super) fn new(profile: Profile, siblings: &Arc<Siblings<UserId>>) -> ProfileNode {
        ProfileNode { profile: Arc::new(profile), siblings: siblings.clone() }
    }

    /// Profiles that came together.
    pub(super) fn all<K: Eq + std::hash::Hash>(found: HashMap<K, Profile>) -> HashMap<K, ProfileNode> {
        let siblings = Siblings::new(found.values().map(|profile| profile.user));
        found.into_iter().map(|(id, profile)| (id, ProfileNode::new(profile, &siblings))).collect()
    }

    async fn count(
        &self,
        question: &str,
        load: impl Future<Output = Result<HashMap<UserId, i64>, StoreError>>,
    ) -> Result<i32, Fault> {
        let counts = self.siblings.ask(question, load).await?;
        Ok(int(counts.get(&self.profile.user).copied().unwrap_or_default()))
    }
}

/// What a user says about themselves. It has the user's uuid.
#[Object(
    name = "Profile",
    directive = key::apply("id".into(), None),
    directive = key::apply("nodeId".into(), None)
)]
impl ProfileNode {
    pub(super) async fn id(&self) -> ID {
        self.profile.id.to_string().into()
    }

    #[graphql(directive = inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.profile.id.to_string().into()
    }

    async fn user(&self) -> Option<UserNode> {
        Some(UserNode::new(self.profile.user, &self.siblings))
    }

    /// Null until the user has chosen one: show the username.
    async fn display_name(&self) -> Option<&str> {
        self.profile.display_name.as_deref()
    }

    async fn bio(&self) -> Option<&str> {
        self.profile.bio.as_deref()
    }

    /// Whether posts, followers and followed users are for accepted followers only.
    async fn is_private(&self) -> bool {
        self.profile.is_private
    }

    async fn follower_count(&self, ctx: &Context<'_>) -> Option<Result<i32, Fault>> {
        Some(self.count("followerCount", viewer(ctx).follower_counts(&self.siblings.ids)).await)
    }

    async fn following_count(&self, ctx: &Context<'_>) -> Option<Result<i32, Fault>> {
        Some(self.count("followingCount", viewer(ctx).following_counts(&self.siblings.ids)).await)
    }

    async fn post_count(&self, ctx: &Context<'_>) -> Option<Result<i32, Fault>> {
        Some(self.count("postCount", viewer(ctx).post_counts(&self.siblings.ids)).await)
    }

    async fn created_at(&self) -> DateTime {
        self.profile.created_at.into()
    }

    async fn version(&self) -> i32 {
        int(self.profile.version)
    }
}
