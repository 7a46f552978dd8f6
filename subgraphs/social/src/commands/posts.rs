//! Posts.

use super::{CommandError, Done, answered, author, id_of};
use crate::{
    PostPublishInput, PostRemoveInput, PostUpdateInput, Social,
    domain::{
        Action, Facts, Post, PostContent, Tie,
        ids::{PostId, ProductId},
        post::PRODUCTS_MAX,
        refusal::Refusal,
    },
    stores::event_of,
    viewer::Viewer,
};
use async_graphql::ID;
use hansa_documents::Begun;
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{Caller, Fault};
use hansa_values::UserId;

impl Social {
    /// # Errors
    /// `TEXT_BLANK`, `TEXT_TOO_LONG`, `TEXT_NOT_PRINTABLE`, `TAG_INVALID`, `TOO_MANY_TAGS`, `TOO_MANY_PRODUCTS`,
    /// `NOT_FOUND` for what is no id of a product.
    pub async fn post_publish(
        &self,
        caller: &Caller,
        command: &Command,
        input: PostPublishInput,
    ) -> Result<Done<PostId>, CommandError> {
        let author = author(caller, command)?;
        let write = match self.core.stores.of::<Post>().begin::<PostId>(command).await? {
            Begun::Replayed(id) => return Ok(Done::before(id)),
            Begun::Fresh(write) => write,
        };
        let content = PostContent::new(&input.body, &input.tags, &products(&input.product_ids)?)?;
        let profile = self.core.own_profile(&author, command).await?;
        let (post, event) = Post::publish(command.ids.id(), &author, content, profile.is_private);
        let events = vec![event_of(&post, &event)];
        Ok(answered(write.insert(&post, events, post.id).await?))
    }

    /// # Errors
    /// Those of [`Social::post_publish`], and `NOT_FOUND`, `CONTENT_REMOVED`, `VERSION_CONFLICT`.
    pub async fn post_update(
        &self,
        caller: &Caller,
        command: &Command,
        input: PostUpdateInput,
    ) -> Result<Done<PostId>, CommandError> {
        let author = author(caller, command)?;
        let id: PostId = id_of("postId", &input.post_id)?;
        let content = PostContent::new(&input.body, &input.tags, &products(&input.product_ids)?)?;
        let is_private = self.core.own_profile(&author, command).await?.is_private;
        let expected = i64::from(input.expected_version);
        let viewer = Viewer::new(&self.core, caller);
        let decide = |found: Option<Post>| {
            let post = own_post(found, viewer)?;
            post.edit(content.clone(), (is_private, expected), command.now).map(Some)
        };
        self.core.change(command, (&id.to_string(), id), decide).await
    }

    /// # Errors
    /// `NOT_FOUND`.
    pub async fn post_remove(
        &self,
        caller: &Caller,
        command: &Command,
        input: PostRemoveInput,
    ) -> Result<Done<PostId>, CommandError> {
        caller.user.ok_or_else(Fault::unauthenticated)?;
        let id: PostId = id_of("postId", &input.post_id)?;
        let viewer = Viewer::new(&self.core, caller);
        let decide = |found: Option<Post>| Ok(own_post(found, viewer)?.remove_by_author());
        self.core.change(command, (&id.to_string(), id), decide).await
    }
}

fn own_post(found: Option<Post>, viewer: Viewer<'_>) -> Result<Post, Refusal> {
    let may_change = |post: &Post| {
        let facts = Facts { standing: post.standing, tie: own_tie(viewer, post.author), ..Facts::default() };
        viewer.is_allowed(Action::Change, facts)
    };
    found.filter(may_change).ok_or(Refusal::NotFound { field: "postId", what: "Post" })
}

/// Author or stranger: all that matters for who may change a thing.
pub(super) fn own_tie(viewer: Viewer<'_>, author: UserId) -> Tie {
    if viewer.caller.user == Some(author) { Tie::Author } else { Tie::Stranger }
}

/// A long list is refused before anything in it is read.
fn products(ids: &[ID]) -> Result<Vec<ProductId>, Refusal> {
    if ids.len() > PRODUCTS_MAX {
        return Err(Refusal::TooManyProducts { found: ids.len() });
    }
    ids.iter().map(|id| id_of("productIds", id)).collect()
}
