//! A post: what somebody tells their followers, about products or not.

use super::{
    Author, RemovedBy, Standing,
    ids::{PostId, ProductId},
    refusal::{Refusal, is_current},
    removal::Removal,
    text::{self, Lines},
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) const BODY_CHARS_MAX: usize = 4_000;
pub(crate) const TAGS_MAX: usize = 10;
pub(crate) const TAG_CHARS_MAX: usize = 50;
pub(crate) const PRODUCTS_MAX: usize = 10;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Post {
    pub id: PostId,
    pub author: UserId,
    pub username: String,
    pub body: String,
    pub tags: Vec<String>,
    pub products: Vec<ProductId>,
    pub standing: Standing,
    pub removal: Option<Removal>,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// What a post says, checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PostContent {
    body: String,
    tags: Vec<String>,
    products: Vec<ProductId>,
}

/// Texts of private profiles are in no event: whoever listens may show what it hears.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum PostEvent {
    Published { post: PostId, author: UserId, products: Vec<ProductId>, public: Option<PublicPost> },
    Edited { post: PostId, author: UserId, products: Vec<ProductId>, public: Option<PublicPost> },
    Removed { post: PostId, author: UserId, by: RemovedBy },
}

/// What everybody may read of a post.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct PublicPost {
    pub body: String,
    pub tags: Vec<String>,
}

impl EventContent for PostEvent {
    fn event_type(&self) -> &'static str {
        match self {
            PostEvent::Published { .. } => "published",
            PostEvent::Edited { .. } => "edited",
            PostEvent::Removed { .. } => "removed",
        }
    }
}

impl PostContent {
    /// Products that are named twice are one, though two of the ten; tags that differ in case are one.
    pub(crate) fn new(body: &str, tags: &[String], products: &[ProductId]) -> Result<PostContent, Refusal> {
        let body = text::checked("body", body, (BODY_CHARS_MAX, Lines::Many))?;
        if products.len() > PRODUCTS_MAX {
            return Err(Refusal::TooManyProducts { found: products.len() });
        }
        let mut distinct = Vec::new();
        for product in products {
            if !distinct.contains(product) {
                distinct.push(*product);
            }
        }
        Ok(PostContent { body, tags: normalised_tags(tags)?, products: distinct })
    }

    fn public(&self, is_private: bool) -> Option<PublicPost> {
        (!is_private).then(|| PublicPost { body: self.body.clone(), tags: self.tags.clone() })
    }
}

/// Without `#`, in lower case, each once, in the order in which they were given.
fn normalised_tags(tags: &[String]) -> Result<Vec<String>, Refusal> {
    let mut normalised: Vec<String> = Vec::new();
    for tag in tags {
        let name = tag.trim();
        let name = name.strip_prefix('#').unwrap_or(name).to_lowercase();
        let is_good = (1..=TAG_CHARS_MAX).contains(&name.chars().count())
            && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        if !is_good {
            return Err(Refusal::TagInvalid {
                tag: tag.chars().take(TAG_CHARS_MAX).filter(|c| !c.is_control()).collect(),
            });
        }
        if !normalised.contains(&name) {
            normalised.push(name);
        }
        // Asked here, so that a million tags cost no more than eleven.
        if normalised.len() > TAGS_MAX {
            return Err(Refusal::TooManyTags { found: tags.len() });
        }
    }
    Ok(normalised)
}

impl Post {
    pub(crate) fn publish(id: PostId, author: &Author, content: PostContent, is_private: bool) -> (Post, PostEvent) {
        let public = content.public(is_private);
        let PostContent { body, tags, products } = content;
        let event = PostEvent::Published { post: id, author: author.user, products: products.clone(), public };
        let post = Post {
            id,
            author: author.user,
            username: author.username.clone(),
            body,
            tags,
            products,
            standing: Standing::Published,
            removal: None,
            created_at: author.now,
            edited_at: None,
            version: 1,
        };
        (post, event)
    }

    pub(crate) fn edit(
        mut self,
        content: PostContent,
        (is_private, expected_version): (bool, i64),
        now: DateTime<Utc>,
    ) -> Result<(Post, PostEvent), Refusal> {
        if self.standing != Standing::Published {
            return Err(Refusal::ContentRemoved);
        }
        is_current(self.version, Some(expected_version))?;
        let public = content.public(is_private);
        let PostContent { body, tags, products } = content;
        (self.body, self.tags, self.products) = (body, tags, products);
        self.edited_at = Some(now);
        self.version += 1;
        let products = self.products.clone();
        let event = PostEvent::Edited { post: self.id, author: self.author, products, public };
        Ok((self, event))
    }

    /// What an author removes loses its text; `None` when it is removed already.
    pub(crate) fn remove_by_author(mut self) -> Option<(Post, PostEvent)> {
        if self.standing == Standing::RemovedByAuthor {
            return None;
        }
        self.standing = Standing::RemovedByAuthor;
        (self.body, self.tags, self.products) = Default::default();
        Some(self.removed(RemovedBy::Author))
    }

    pub(crate) fn remove_by_moderator(mut self, removal: Removal) -> Option<(Post, PostEvent)> {
        if self.standing != Standing::Published {
            return None;
        }
        self.standing = Standing::RemovedByModerator;
        self.removal = Some(removal);
        Some(self.removed(RemovedBy::Moderator))
    }

    fn removed(mut self, by: RemovedBy) -> (Post, PostEvent) {
        self.version += 1;
        let event = PostEvent::Removed { post: self.id, author: self.author, by };
        (self, event)
    }
}
