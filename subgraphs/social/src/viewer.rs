//! The caller's eyes: what is loaded through them is there only if the policies let the caller see it. Every path of a
//! query goes through here: root fields, entities, connections and payloads of mutations.

use crate::{
    domain::{
        Action, Audience, Comment, Facts, Post, Profile, Relationship, Report, Review, Standing, Tie,
        ids::{CommentId, PostId, ProfileId, ReportId, ReviewId},
    },
    social::Core,
};
use hansa_documents::StoreError;
use hansa_subgraph_host::{Caller, Resource};
use hansa_values::UserId;
use std::collections::{HashMap, HashSet};

/// Somebody who looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viewer<'a> {
    pub core: &'a Core,
    pub caller: &'a Caller,
}

/// What a viewer may do with the things of some authors.
#[derive(Debug)]
pub(crate) struct Sight<'a> {
    viewer: Viewer<'a>,
    authors: HashMap<UserId, (Tie, Audience)>,
    /// A page asks the same questions again and again.
    decided: HashMap<(Action, Facts), bool>,
}

impl<'a> Viewer<'a> {
    pub(crate) fn new(core: &'a Core, caller: &'a Caller) -> Viewer<'a> {
        Viewer { core, caller }
    }

    /// Two reads, whatever the number of authors; one for visitors.
    pub(crate) async fn sight(self, authors: impl IntoIterator<Item = UserId>) -> Result<Sight<'a>, StoreError> {
        let authors: HashSet<UserId> = authors.into_iter().collect();
        let profiles: Vec<ProfileId> = authors.iter().map(|author| Profile::id_of(*author)).collect();
        let profiles = self.core.stores.many::<Profile, _>(&profiles).await?;
        let relationships = self.relationships(&authors).await?;
        let known = |author: UserId| {
            let audience = match profiles.get(&Profile::id_of(author)) {
                // Nobody's: what is left of them until it is removed is hidden as what somebody blocked is.
                Some(profile) if profile.erased_at.is_some() => return (author, (Tie::Blocked, Audience::Followers)),
                Some(profile) if profile.is_private => Audience::Followers,
                _ => Audience::Everyone,
            };
            let relationship = |from, to| relationships.get(&Relationship::id_of(from, to));
            let both = self.caller.user.map(|user| (relationship(user, author), relationship(author, user)));
            (author, (Tie::between(self.caller.user, author, both.unwrap_or_default()), audience))
        };
        Ok(Sight { viewer: self, authors: authors.into_iter().map(known).collect(), decided: HashMap::new() })
    }

    /// Both directions between the caller and each of these.
    async fn relationships(self, others: &HashSet<UserId>) -> Result<HashMap<String, Relationship>, StoreError> {
        let Some(user) = self.caller.user else { return Ok(HashMap::new()) };
        let others = others.iter().filter(|other| **other != user);
        let pairs: Vec<String> =
            others.flat_map(|other| [Relationship::id_of(user, *other), Relationship::id_of(*other, user)]).collect();
        self.core.stores.texts(&pairs).await
    }

    pub(crate) fn is_allowed(self, action: Action, facts: Facts) -> bool {
        let thing = Resource::new("Thing", "")
            .with("standing", facts.standing.as_str())
            .with("tie", facts.tie.as_str())
            .with("audience", facts.audience.as_str())
            .with("belowOwnPost", facts.below_own_post);
        self.core.policies.is_allowed(self.caller, action.as_str(), &thing)
    }

    /// Whether the caller may do this to a thing that stands and has no author: such as the queue of moderation.
    pub(crate) fn may(self, action: Action) -> bool {
        self.is_allowed(action, Facts::default())
    }

    pub(crate) async fn profiles(self, ids: &[ProfileId]) -> Result<HashMap<ProfileId, Profile>, StoreError> {
        let mut found = self.core.stores.many::<Profile, _>(ids).await?;
        let mut sight = self.sight(found.values().map(|profile| profile.user)).await?;
        found.retain(|_, profile| {
            profile.erased_at.is_none() && sight.allows(Action::SeeProfile, profile.user, Standing::Published)
        });
        Ok(found)
    }

    pub(crate) async fn posts(self, ids: &[PostId]) -> Result<HashMap<PostId, Post>, StoreError> {
        self.posts_for(Action::SeePost, ids).await
    }

    /// The posts with which the caller may do this.
    pub(crate) async fn posts_for(self, action: Action, ids: &[PostId]) -> Result<HashMap<PostId, Post>, StoreError> {
        let mut found = self.core.stores.many::<Post, _>(ids).await?;
        let mut sight = self.sight(found.values().map(|post| post.author)).await?;
        found.retain(|_, post| sight.allows(action, post.author, post.standing));
        Ok(found)
    }

    /// A comment is seen by who sees its post and may see what its author writes.
    pub(crate) async fn comments(self, ids: &[CommentId]) -> Result<HashMap<CommentId, Comment>, StoreError> {
        let mut found = self.core.stores.many::<Comment, _>(ids).await?;
        let posts: HashSet<PostId> = found.values().map(|comment| comment.post).collect();
        let posts = self.posts(&Vec::from_iter(posts)).await?;
        let mut sight = self.sight(found.values().map(|comment| comment.author)).await?;
        found.retain(|_, comment| {
            posts.contains_key(&comment.post) && sight.allows(Action::SeeComment, comment.author, comment.standing)
        });
        Ok(found)
    }

    pub(crate) async fn reviews(self, ids: &[ReviewId]) -> Result<HashMap<ReviewId, Review>, StoreError> {
        let mut found = self.core.stores.many::<Review, _>(ids).await?;
        let mut sight = self.sight(found.values().map(|review| review.author)).await?;
        found.retain(|_, review| sight.allows(Action::SeeReview, review.author, review.standing));
        Ok(found)
    }
}

impl Viewer<'_> {
    /// A report is seen by who filed it, and by moderators.
    pub(crate) async fn report(self, id: ReportId) -> Result<Option<Report>, StoreError> {
        let found = self.core.stores.get::<Report>(&id.to_string()).await?;
        let tie = |report: &Report| if Some(report.reporter) == self.caller.user { Tie::Author } else { Tie::Stranger };
        let may_see =
            |report: &Report| self.is_allowed(Action::SeeReport, Facts { tie: tie(report), ..Facts::default() });
        Ok(found.filter(may_see))
    }
}

impl Sight<'_> {
    /// An author that was not asked for is nobody the caller knows anything about: denied.
    pub(crate) fn allows(&mut self, action: Action, author: UserId, standing: Standing) -> bool {
        let Some((tie, audience)) = self.authors.get(&author).copied() else { return false };
        let facts = Facts { standing, tie, audience, below_own_post: false };
        let viewer = self.viewer;
        *self.decided.entry((action, facts)).or_insert_with(|| viewer.is_allowed(action, facts))
    }

    /// For whom an author writes; `None` for one that was not asked for.
    pub(crate) fn audience(&self, author: UserId) -> Option<Audience> {
        self.authors.get(&author).map(|(_, audience)| *audience)
    }
}
