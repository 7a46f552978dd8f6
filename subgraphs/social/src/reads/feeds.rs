//! Feeds, made when they are read: newest first, by keyset, in few rounds. What the caller may not see is passed over.
//!
//! The home feed looks at the last seven days first, and further back only where they are too short. A page ends where an
//! author would have more than ten posts on it; the rest of them is on the next page, so that no post is lost.

use super::counts::{is_active, is_one_of, is_published};
use crate::{
    domain::{Action, Audience, Post, Relationship, relationship::RELATIONSHIPS_MAX},
    pages::{self, Found, Row},
    viewer::{Sight, Viewer},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_documents::{Filter, Find, Order};
use hansa_subgraph_host::{Connection, Direction, Fault, Page};
use hansa_values::UserId;
use std::collections::HashMap;

/// Posts of one author on one page of the home feed.
const FEED_OF_AUTHOR_MAX: usize = 10;
/// How far back the rounds of a home feed look; after these, without a limit.
const WINDOWS: [TimeDelta; 2] = [TimeDelta::days(7), TimeDelta::days(56)];
/// A page that is not full after so many rounds is given as it is.
const ROUNDS_MAX: usize = 8;

impl Viewer<'_> {
    /// Posts of the caller and of those the caller follows.
    pub(crate) async fn home_feed(
        self,
        user: UserId,
        page: &Page,
        now: DateTime<Utc>,
    ) -> Result<Connection<Post>, Fault> {
        let following = Filter::and([Filter::eq("from", user.to_string()), is_active()]);
        let limit = u32::try_from(RELATIONSHIPS_MAX).unwrap_or(u32::MAX);
        let following = self.core.stores.find::<Relationship>(&Find::new(following, limit)).await?;
        let mut authors: Vec<UserId> = following.into_iter().map(|relationship| relationship.to).collect();
        authors.push(user);
        let posts = || Filter::and([is_one_of("author", &authors), is_published()]);
        let mut rounds = Vec::new();
        if page.direction == Direction::Forward {
            let start = start_of(page).unwrap_or(now);
            let since = |window: &TimeDelta| start.checked_sub_signed(*window);
            rounds.extend(
                WINDOWS.iter().filter_map(since).map(|since| Filter::and([posts(), Filter::gte("created_at", since)])),
            );
        }
        rounds.push(posts());
        let see = |sight: &mut Sight<'_>, post: &Post| sight.allows(Action::SeePost, post.author, post.standing);
        let found = self.scan(&rounds, page, see).await?;
        Ok(pages::page_of(up_to_author_maximum(found), page))
    }

    /// Posts that everybody may see.
    pub(crate) async fn discovery_feed(self, page: &Page) -> Result<Connection<Post>, Fault> {
        let see = |sight: &mut Sight<'_>, post: &Post| {
            sight.audience(post.author) == Some(Audience::Everyone)
                && sight.allows(Action::SeePost, post.author, post.standing)
        };
        let found = self.scan(&[is_published()], page, see).await?;
        Ok(pages::page_of(found, page))
    }

    /// Reads until there is one post more than the page has, the last filter finds no more, or it takes too long. Each
    /// filter finds what those before it find, and more.
    async fn scan(
        self,
        filters: &[Filter],
        page: &Page,
        see: impl Fn(&mut Sight<'_>, &Post) -> bool,
    ) -> Result<Found<Post>, Fault> {
        let order = [Order::descending("created_at")];
        let mut all: Vec<Row<Post>> = Vec::new();
        let mut widest = 0;
        for _ in 0..ROUNDS_MAX {
            let Some(filter) = filters.get(widest) else { break };
            let mut from = page.clone();
            from.start = all.last().map(|row| row.place.clone()).or(from.start);
            let mut find = pages::find_of(filter.clone(), &order, &from)?;
            find.limit *= 2;
            let posts = self.core.stores.find::<Post>(&find).await?;
            let mut sight = self.sight(posts.iter().map(|post| post.author)).await?;
            let found = pages::found(&find, posts, |post| see(&mut sight, post))?;
            all.extend(found.rows);
            if all.iter().filter(|row| row.is_wanted).count() > page.limit {
                return Ok(Found { rows: all, has_more: true });
            }
            if !found.has_more {
                widest += 1;
            }
        }
        Ok(Found { rows: all, has_more: widest < filters.len() })
    }
}

fn start_of(page: &Page) -> Option<DateTime<Utc>> {
    let value = page.start.as_ref()?.sort_values.first()?;
    match serde_json::from_value(value.clone()).ok()? {
        hansa_documents::Value::Time(time) => Some(time),
        _ => None,
    }
}

fn up_to_author_maximum(found: Found<Post>) -> Found<Post> {
    let Found { mut rows, has_more } = found;
    let mut of_author: HashMap<UserId, usize> = HashMap::new();
    let end = rows.iter().position(|row| {
        let count = of_author.entry(row.document.author).or_default();
        *count += usize::from(row.is_wanted);
        *count > FEED_OF_AUTHOR_MAX
    });
    rows.truncate(end.unwrap_or(rows.len()));
    Found { rows, has_more: has_more || end.is_some() }
}
