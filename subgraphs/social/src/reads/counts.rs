//! Grouped reads: reactions, ratings, followers.

use crate::{
    domain::{
        Delivery, Post, Reaction, Relationship, RelationshipState, Review, Standing, Tally,
        ids::{PostId, ProductId},
        reaction::ReactionKind,
    },
    viewer::Viewer,
};
use hansa_documents::{Filter, Find, Group, StoreError};
use hansa_values::{EntityKind, Id, UserId};
use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};

/// Posts whose reactions are counted by one read: each may have one count of each kind, and an answer of the store has at
/// most 10,000.
const POSTS_AT_ONCE: usize = 1_500;

/// Buyers with products that are looked for by one read, and how many deliveries it gives.
const PURCHASES_AT_ONCE: usize = 1_000;
const DELIVERIES_AT_ONCE: u32 = 1_000;

impl Viewer<'_> {
    /// How often each reaction was given, most often first; posts without reactions are missing.
    pub(crate) async fn reaction_counts(
        self,
        posts: &[PostId],
    ) -> Result<HashMap<PostId, Vec<(ReactionKind, i64)>>, StoreError> {
        let mut counts: HashMap<PostId, Vec<(ReactionKind, i64)>> = HashMap::new();
        for posts in posts.chunks(POSTS_AT_ONCE) {
            let filter = Filter::and([is_one_of("post", posts), Filter::not(Filter::is_null("kind"))]);
            for group in self.core.stores.count_by::<Reaction>(&["post", "kind"], &filter).await? {
                let name = group.keys.get(1).and_then(|key| key.as_str());
                let kind = ReactionKind::ALL.into_iter().find(|kind| Some(kind.as_str()) == name);
                if let (Some(post), Some(kind)) = (key_of(&group), kind) {
                    counts.entry(post).or_default().push((kind, group.count));
                }
            }
        }
        for counts in counts.values_mut() {
            counts.sort_by_key(|(kind, count)| (-count, *kind));
        }
        Ok(counts)
    }

    /// The caller's own reactions.
    pub(crate) async fn own_reactions(self, posts: &[PostId]) -> Result<HashMap<PostId, ReactionKind>, StoreError> {
        let Some(user) = self.caller.user else { return Ok(HashMap::new()) };
        let ids: Vec<String> = posts.iter().map(|post| Reaction::id_of(*post, user)).collect();
        let found = self.core.stores.texts::<Reaction>(&ids).await?;
        Ok(found.into_values().filter_map(|reaction| Some((reaction.post, reaction.kind?))).collect())
    }

    /// Of all reviews that stand, whoever asks.
    pub(crate) async fn ratings(self, products: &[ProductId]) -> Result<HashMap<ProductId, Tally>, StoreError> {
        let filter = Filter::and([is_one_of("product", products), is_published()]);
        let groups = self.core.stores.sum_by::<Review>("rating", &["product"], &filter).await?;
        let tally = |group: Group| {
            let sum = group.sum.as_i64().unwrap_or_default();
            Some((key_of(&group)?, Tally { count: group.count, sum }))
        };
        Ok(groups.into_iter().filter_map(tally).collect())
    }

    /// Which of these have got the product that they review.
    pub(crate) async fn purchases(
        self,
        buyers: &[(UserId, ProductId)],
    ) -> Result<HashSet<(UserId, ProductId)>, StoreError> {
        let keys: HashMap<String, (UserId, ProductId)> =
            buyers.iter().map(|(buyer, product)| (Delivery::bought_by(*buyer, *product), (*buyer, *product))).collect();
        let mut bought = HashSet::new();
        let mut open: Vec<String> = keys.keys().cloned().collect();
        open.sort();
        // Of one who buys the same again and again, there are many deliveries: those that are found are not looked for again.
        while !open.is_empty() {
            let some: Vec<String> = open.iter().take(PURCHASES_AT_ONCE).cloned().collect();
            let find = Find::new(Filter::contains_any("bought", some.clone()), DELIVERIES_AT_ONCE);
            let found = self.core.stores.find::<Delivery>(&find).await?;
            let is_all = found.len() < DELIVERIES_AT_ONCE as usize;
            let texts: HashSet<String> = found.into_iter().flat_map(|delivery| delivery.bought).collect();
            bought.extend(some.iter().filter(|text| texts.contains(*text)).filter_map(|text| keys.get(text)));
            open.retain(|text| !texts.contains(text) && !(is_all && some.contains(text)));
        }
        Ok(bought)
    }

    pub(crate) async fn follower_counts(self, users: &[UserId]) -> Result<HashMap<UserId, i64>, StoreError> {
        let filter = Filter::and([is_one_of("to", users), is_active()]);
        Ok(counts(self.core.stores.count_by::<Relationship>(&["to"], &filter).await?))
    }

    /// Who is followed by somebody they have blocked counts, so that it does not tell.
    pub(crate) async fn following_counts(self, users: &[UserId]) -> Result<HashMap<UserId, i64>, StoreError> {
        let states = [RelationshipState::Active, RelationshipState::Unheard].map(RelationshipState::as_str);
        let filter = Filter::and([is_one_of("from", users), Filter::is_in("state", states)]);
        Ok(counts(self.core.stores.count_by::<Relationship>(&["from"], &filter).await?))
    }

    pub(crate) async fn post_counts(self, users: &[UserId]) -> Result<HashMap<UserId, i64>, StoreError> {
        let filter = Filter::and([is_one_of("author", users), is_published()]);
        Ok(counts(self.core.stores.count_by::<Post>(&["author"], &filter).await?))
    }

    /// What the caller is to each of these users, where it is something.
    pub(crate) async fn own_relationships(
        self,
        users: &[UserId],
    ) -> Result<HashMap<UserId, RelationshipState>, StoreError> {
        let Some(user) = self.caller.user else { return Ok(HashMap::new()) };
        let ids: Vec<String> = users.iter().map(|other| Relationship::id_of(user, *other)).collect();
        let found = self.core.stores.texts::<Relationship>(&ids).await?;
        Ok(found.into_values().map(|relationship| (relationship.to, relationship.state)).collect())
    }
}

pub(super) fn is_published() -> Filter {
    Filter::eq("standing", Standing::Published.as_str())
}

pub(super) fn is_active() -> Filter {
    Filter::eq("state", RelationshipState::Active.as_str())
}

pub(super) fn is_one_of<K: EntityKind>(path: &'static str, ids: &[Id<K>]) -> Filter {
    Filter::is_in(path, ids.iter().map(Id::to_string))
}

fn key_of<K: EntityKind>(group: &Group) -> Option<Id<K>> {
    group.keys.first().and_then(|key| key.as_str()).and_then(|text| Id::from_str(text).ok())
}

fn counts<K: EntityKind>(groups: Vec<Group>) -> HashMap<Id<K>, i64> {
    groups.into_iter().filter_map(|group| Some((key_of(&group)?, group.count))).collect()
}
