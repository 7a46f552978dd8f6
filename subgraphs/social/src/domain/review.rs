//! A review of a product: one for each author and product. Reviews are public, whatever the author's profile says.

use super::{
    Author, RemovedBy, Standing,
    ids::{ProductId, ReviewId},
    refusal::{Refusal, is_current},
    removal::Removal,
    text::{self, Lines},
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) const RATING_MIN: i32 = 1;
pub(crate) const RATING_MAX: i32 = 5;
pub(crate) const TITLE_CHARS_MAX: usize = 120;
pub(crate) const BODY_CHARS_MAX: usize = 4_000;
/// The slot of the one review that counts; a review that its author removed has its own id there instead.
const CURRENT: &str = "current";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Review {
    pub id: ReviewId,
    pub author: UserId,
    pub username: String,
    pub product: ProductId,
    pub rating: i32,
    pub title: String,
    pub body: String,
    pub standing: Standing,
    pub removal: Option<Removal>,
    /// Unique together with author and product. What a moderator removed keeps it: nobody tries again.
    pub slot: String,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// What a review says, checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReviewContent {
    rating: i32,
    title: String,
    body: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum ReviewEvent {
    Published { review: ReviewId, product: ProductId, author: UserId, rating: i32, title: String, body: String },
    Edited { review: ReviewId, product: ProductId, author: UserId, rating: i32, title: String, body: String },
    Removed { review: ReviewId, product: ProductId, author: UserId, rating: i32, by: RemovedBy },
}

/// How many reviews there are, and the sum of their ratings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    pub count: i64,
    pub sum: i64,
}

impl EventContent for ReviewEvent {
    fn event_type(&self) -> &'static str {
        match self {
            ReviewEvent::Published { .. } => "published",
            ReviewEvent::Edited { .. } => "edited",
            ReviewEvent::Removed { .. } => "removed",
        }
    }
}

impl ReviewContent {
    pub(crate) fn new(rating: i32, title: &str, body: &str) -> Result<ReviewContent, Refusal> {
        if !(RATING_MIN..=RATING_MAX).contains(&rating) {
            return Err(Refusal::RatingOutOfRange { found: rating });
        }
        let title = text::checked("title", title, (TITLE_CHARS_MAX, Lines::One))?;
        let body = text::checked("body", body, (BODY_CHARS_MAX, Lines::Many))?;
        Ok(ReviewContent { rating, title, body })
    }
}

impl Review {
    pub(crate) fn submit(
        id: ReviewId,
        product: ProductId,
        author: &Author,
        content: ReviewContent,
    ) -> (Review, ReviewEvent) {
        let ReviewContent { rating, title, body } = content;
        let review = Review {
            id,
            author: author.user,
            username: author.username.clone(),
            product,
            rating,
            title: title.clone(),
            body: body.clone(),
            standing: Standing::Published,
            removal: None,
            slot: CURRENT.to_owned(),
            created_at: author.now,
            edited_at: None,
            version: 1,
        };
        (review, ReviewEvent::Published { review: id, product, author: author.user, rating, title, body })
    }

    pub(crate) fn edit(
        mut self,
        content: ReviewContent,
        expected_version: i64,
        now: DateTime<Utc>,
    ) -> Result<(Review, ReviewEvent), Refusal> {
        if self.standing != Standing::Published {
            return Err(Refusal::ContentRemoved);
        }
        is_current(self.version, Some(expected_version))?;
        let ReviewContent { rating, title, body } = content;
        (self.rating, self.title, self.body) = (rating, title.clone(), body.clone());
        self.edited_at = Some(now);
        self.version += 1;
        let (review, product, author) = (self.id, self.product, self.author);
        Ok((self, ReviewEvent::Edited { review, product, author, rating, title, body }))
    }

    /// What an author removes loses its text, and makes room for another; `None` when it is removed already.
    pub(crate) fn remove_by_author(mut self) -> Option<(Review, ReviewEvent)> {
        if self.standing == Standing::RemovedByAuthor {
            return None;
        }
        // One who could submit again after a moderator's removal would only have to remove it once more.
        if self.standing == Standing::Published {
            self.slot = self.id.to_string();
        }
        self.standing = Standing::RemovedByAuthor;
        (self.title, self.body) = Default::default();
        Some(self.removed(RemovedBy::Author))
    }

    pub(crate) fn remove_by_moderator(mut self, removal: Removal) -> Option<(Review, ReviewEvent)> {
        if self.standing != Standing::Published {
            return None;
        }
        self.standing = Standing::RemovedByModerator;
        self.removal = Some(removal);
        Some(self.removed(RemovedBy::Moderator))
    }

    fn removed(mut self, by: RemovedBy) -> (Review, ReviewEvent) {
        self.version += 1;
        let (review, product, author, rating) = (self.id, self.product, self.author, self.rating);
        (self, ReviewEvent::Removed { review, product, author, rating, by })
    }
}

impl Tally {
    /// With one digit behind the point, halves rounded up; `None` without reviews.
    pub(crate) fn average(self) -> Option<f64> {
        let tenths = (self.sum * 20 + self.count).checked_div(self.count * 2)?;
        Some(tenths as f64 / 10.0)
    }
}
