//! Lists below many parents at once.

use super::counts::{is_active, is_published};
use crate::{
    domain::{
        Action, Comment, Post, Relationship, RelationshipState, Report, ReportState, Review, Standing,
        ids::{PostId, ProductId},
    },
    pages::{self, Found},
    stores::Kept,
    viewer::Viewer,
};
use hansa_documents::{Filter, Order};
use hansa_subgraph_host::{Connection, Fault, Page};
use hansa_values::UserId;
use std::{collections::HashMap, hash::Hash};

/// What the first reviews of a product are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, async_graphql::Enum)]
pub(crate) enum ReviewOrder {
    Newest,
    Oldest,
    HighestRating,
    LowestRating,
}

impl ReviewOrder {
    fn order(self) -> Order {
        match self {
            ReviewOrder::Newest => Order::descending("created_at"),
            ReviewOrder::Oldest => Order::ascending("created_at"),
            ReviewOrder::HighestRating => Order::descending("rating"),
            ReviewOrder::LowestRating => Order::ascending("rating"),
        }
    }
}

/// Pages by parent.
pub(crate) type Pages<K, N> = HashMap<K, Connection<N>>;

impl Viewer<'_> {
    /// Oldest first, below posts that the caller was seen to see.
    pub(crate) async fn comments_of(self, posts: &[PostId], page: &Page) -> Result<Pages<PostId, Comment>, Fault> {
        let filter = |post: &PostId| Filter::and([Filter::eq("post", post.to_string()), is_published()]);
        let found = self.lists::<Comment, _>(posts, filter, Order::ascending("created_at"), page).await?;
        let mut sight = self.sight(documents(&found).map(|comment| comment.author)).await?;
        Ok(judged(found, page, |comment| sight.allows(Action::SeeComment, comment.author, comment.standing)))
    }

    pub(crate) async fn reviews_of(
        self,
        products: &[ProductId],
        order: ReviewOrder,
        page: &Page,
    ) -> Result<Pages<ProductId, Review>, Fault> {
        let filter = |product: &ProductId| Filter::and([Filter::eq("product", product.to_string()), is_published()]);
        let found = self.lists::<Review, _>(products, filter, order.order(), page).await?;
        let mut sight = self.sight(documents(&found).map(|review| review.author)).await?;
        Ok(judged(found, page, |review| sight.allows(Action::SeeReview, review.author, review.standing)))
    }

    pub(crate) async fn posts_about(
        self,
        products: &[ProductId],
        page: &Page,
    ) -> Result<Pages<ProductId, Post>, Fault> {
        let filter =
            |product: &ProductId| Filter::and([Filter::contains("products", product.to_string()), is_published()]);
        let found = self.lists::<Post, _>(products, filter, Order::descending("created_at"), page).await?;
        let mut sight = self.sight(documents(&found).map(|post| post.author)).await?;
        Ok(judged(found, page, |post| sight.allows(Action::SeePost, post.author, post.standing)))
    }

    /// Authors whose posts the caller may not see are missing.
    pub(crate) async fn posts_by(self, authors: &[UserId], page: &Page) -> Result<Pages<UserId, Post>, Fault> {
        let authors = self.open_authors(authors).await?;
        let filter = |author: &UserId| Filter::and([Filter::eq("author", author.to_string()), is_published()]);
        let found = self.lists::<Post, _>(&authors, filter, Order::descending("created_at"), page).await?;
        let mut sight = self.sight(documents(&found).map(|post| post.author)).await?;
        Ok(judged(found, page, |post| sight.allows(Action::SeePost, post.author, post.standing)))
    }

    /// Those who follow; users whose followers the caller may not see are missing. Whom somebody follows is theirs to show,
    /// so a follower counts whose activity the caller may see.
    pub(crate) async fn followers_of(self, users: &[UserId], page: &Page) -> Result<Pages<UserId, UserId>, Fault> {
        let users = self.open_authors(users).await?;
        let filter = |user: &UserId| Filter::and([Filter::eq("to", user.to_string()), is_active()]);
        self.related(&users, filter, page, (Action::SeeActivity, |relationship| relationship.from)).await
    }

    /// Those who are followed; users whose list the caller may not see are missing.
    pub(crate) async fn followed_by(self, users: &[UserId], page: &Page) -> Result<Pages<UserId, UserId>, Fault> {
        let users = self.open_authors(users).await?;
        let filter = |user: &UserId| Filter::and([Filter::eq("from", user.to_string()), is_active()]);
        self.related(&users, filter, page, (Action::SeeActivity, |relationship| relationship.to)).await
    }

    /// Those who have asked to follow this user, who is the caller.
    pub(crate) async fn follow_requests(self, user: UserId, page: &Page) -> Result<Connection<UserId>, Fault> {
        let pending = || Filter::eq("state", RelationshipState::Pending.as_str());
        let filter = |user: &UserId| Filter::and([Filter::eq("to", user.to_string()), pending()]);
        let mut pages =
            self.related(&[user], filter, page, (Action::SeeProfile, |relationship| relationship.from)).await?;
        pages.remove(&user).ok_or_else(|| Fault::internal("a list that was asked for is missing"))
    }

    /// Those whom this user, who is the caller, has blocked; they are hidden everywhere else.
    pub(crate) async fn blocked_users(self, user: UserId, page: &Page) -> Result<Connection<UserId>, Fault> {
        let state = RelationshipState::Blocked.as_str();
        let filter = Filter::and([Filter::eq("from", user.to_string()), Filter::eq("state", state)]);
        let find = pages::find_of(filter, &[Order::descending("since")], page)?;
        let blocks = self.core.stores.find::<Relationship>(&find).await?;
        Ok(pages::map(pages::page_of(pages::found(&find, blocks, |_| true)?, page), |block| block.to))
    }

    /// Reports that nobody has decided, oldest first.
    pub(crate) async fn moderation_queue(self, page: &Page) -> Result<Connection<Report>, Fault> {
        let filter = Filter::eq("state", ReportState::Open.as_str());
        let find = pages::find_of(filter, &[Order::ascending("created_at")], page)?;
        let reports = self.core.stores.find::<Report>(&find).await?;
        Ok(pages::page_of(pages::found(&find, reports, |_| true)?, page))
    }

    /// Those of the users whose posts and relationships the caller may see.
    async fn open_authors(self, users: &[UserId]) -> Result<Vec<UserId>, Fault> {
        let mut sight = self.sight(users.iter().copied()).await?;
        let may_see = |user: &UserId| sight.allows(Action::SeeActivity, *user, Standing::Published);
        Ok(users.iter().copied().filter(may_see).collect())
    }

    /// The other side of each relationship, where the caller may do this with it; of the caller's own, where the caller may
    /// see who it is.
    async fn related(
        self,
        users: &[UserId],
        filter: impl Fn(&UserId) -> Filter,
        page: &Page,
        (action, other): (Action, fn(&Relationship) -> UserId),
    ) -> Result<Pages<UserId, UserId>, Fault> {
        let found = self.lists::<Relationship, _>(users, filter, Order::descending("since"), page).await?;
        let mut sight = self.sight(documents(&found).map(other)).await?;
        let see = |relationship: &Relationship| {
            let is_own = [relationship.from, relationship.to].map(Some).contains(&self.caller.user);
            let action = if is_own { Action::SeeProfile } else { action };
            sight.allows(action, other(relationship), Standing::Published)
        };
        let pages = judged(found, page, see);
        Ok(pages
            .into_iter()
            .map(|(user, page)| (user, pages::map(page, |relationship| other(&relationship))))
            .collect())
    }

    /// One list for each parent, in one read.
    async fn lists<D: Kept, K: Copy + Eq + Hash>(
        self,
        parents: &[K],
        filter: impl Fn(&K) -> Filter,
        order: Order,
        page: &Page,
    ) -> Result<HashMap<K, Found<D>>, Fault> {
        let find = |parent: &K| pages::find_of(filter(parent), std::slice::from_ref(&order), page);
        let finds = parents.iter().map(find).collect::<Result<Vec<_>, Fault>>()?;
        let lists = self.core.stores.find_each::<D>(&finds).await?;
        let mut found = HashMap::with_capacity(parents.len());
        for ((parent, find), documents) in parents.iter().zip(&finds).zip(lists) {
            found.insert(*parent, pages::found(find, documents, |_| true)?);
        }
        Ok(found)
    }
}

fn documents<K, D>(found: &HashMap<K, Found<D>>) -> impl Iterator<Item = &D> {
    found.values().flat_map(|found| found.rows.iter().map(|row| &row.document))
}

fn judged<K: Eq + Hash, D>(
    found: HashMap<K, Found<D>>,
    page: &Page,
    mut is_wanted: impl FnMut(&D) -> bool,
) -> Pages<K, D> {
    let mut judge = |mut found: Found<D>| {
        for row in &mut found.rows {
            row.is_wanted = is_wanted(&row.document);
        }
        pages::page_of(found, page)
    };
    found.into_iter().map(|(parent, found)| (parent, judge(found))).collect()
}
