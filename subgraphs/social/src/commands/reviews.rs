//! Reviews. Whether there is such a product, and whether its author bought it, is not known here.

use super::{CommandError, Done, answered, author, id_of, posts::own_tie};
use crate::{
    ReviewRemoveInput, ReviewSubmitInput, ReviewUpdateInput, Social,
    domain::{Action, Facts, Review, ReviewContent, ShelvedProduct, ids::ReviewId, refusal::Refusal},
    stores::event_of,
    viewer::Viewer,
};
use hansa_documents::{Begun, StoreError};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{Caller, Fault};

impl Social {
    /// # Errors
    /// `NOT_FOUND` for what is no id of a product, `RATING_OUT_OF_RANGE`, `TEXT_BLANK`, `TEXT_TOO_LONG`,
    /// `TEXT_NOT_PRINTABLE`, `PRODUCT_ARCHIVED`, `REVIEW_EXISTS`.
    pub async fn review_submit(
        &self,
        caller: &Caller,
        command: &Command,
        input: ReviewSubmitInput,
    ) -> Result<Done<ReviewId>, CommandError> {
        let author = author(caller, command)?;
        let write = match self.core.stores.of::<Review>().begin::<ReviewId>(command).await? {
            Begun::Replayed(id) => return Ok(Done::before(id)),
            Begun::Fresh(write) => write,
        };
        let product = id_of("productId", &input.product_id)?;
        let content = ReviewContent::new(input.rating, &input.title, &input.body)?;
        let shelved = self.core.stores.get::<ShelvedProduct>(&product.to_string()).await?;
        if shelved.is_some_and(|product| product.is_archived) {
            return Err(Refusal::ProductArchived.into());
        }
        self.core.own_profile(&author, command).await?;
        let (review, event) = Review::submit(command.ids.id(), product, &author, content);
        let events = vec![event_of(&review, &event)];
        match write.insert(&review, events, review.id).await {
            Err(StoreError::UniqueViolation { index }) if index == Review::ONE_FOR_EACH_BUYER => {
                Err(Refusal::ReviewExists.into())
            }
            other => Ok(answered(other?)),
        }
    }

    /// # Errors
    /// `NOT_FOUND`, `RATING_OUT_OF_RANGE`, `TEXT_BLANK`, `TEXT_TOO_LONG`, `TEXT_NOT_PRINTABLE`, `CONTENT_REMOVED`,
    /// `VERSION_CONFLICT`.
    pub async fn review_update(
        &self,
        caller: &Caller,
        command: &Command,
        input: ReviewUpdateInput,
    ) -> Result<Done<ReviewId>, CommandError> {
        caller.user.ok_or_else(Fault::unauthenticated)?;
        let id: ReviewId = id_of("reviewId", &input.review_id)?;
        let content = ReviewContent::new(input.rating, &input.title, &input.body)?;
        let expected = i64::from(input.expected_version);
        let viewer = Viewer::new(&self.core, caller);
        let decide =
            |found: Option<Review>| own_review(found, viewer)?.edit(content.clone(), expected, command.now).map(Some);
        self.core.change(command, (&id.to_string(), id), decide).await
    }

    /// # Errors
    /// `NOT_FOUND`.
    pub async fn review_remove(
        &self,
        caller: &Caller,
        command: &Command,
        input: ReviewRemoveInput,
    ) -> Result<Done<ReviewId>, CommandError> {
        caller.user.ok_or_else(Fault::unauthenticated)?;
        let id: ReviewId = id_of("reviewId", &input.review_id)?;
        let viewer = Viewer::new(&self.core, caller);
        let decide = |found: Option<Review>| Ok(own_review(found, viewer)?.remove_by_author());
        self.core.change(command, (&id.to_string(), id), decide).await
    }
}

fn own_review(found: Option<Review>, viewer: Viewer<'_>) -> Result<Review, Refusal> {
    let may_change = |review: &Review| {
        let facts = Facts { standing: review.standing, tie: own_tie(viewer, review.author), ..Facts::default() };
        viewer.is_allowed(Action::Change, facts)
    };
    found.filter(may_change).ok_or(Refusal::NotFound { field: "reviewId", what: "Review" })
}
