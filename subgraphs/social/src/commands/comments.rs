//! Comments.

use super::{CommandError, Done, answered, author, id_of, posts::own_tie};
use crate::{
    CommentAddInput, CommentRemoveInput, Social,
    domain::{
        Action, Comment, Facts, Post,
        ids::{CommentId, PostId},
        refusal::Refusal,
    },
    stores::event_of,
    viewer::Viewer,
};
use hansa_documents::Begun;
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{Caller, Fault};

impl Social {
    /// # Errors
    /// `NOT_FOUND` for a post that the caller does not see, `TEXT_BLANK`, `TEXT_TOO_LONG`, `TEXT_NOT_PRINTABLE`.
    pub async fn comment_add(
        &self,
        caller: &Caller,
        command: &Command,
        input: CommentAddInput,
    ) -> Result<Done<CommentId>, CommandError> {
        let author = author(caller, command)?;
        let write = match self.core.stores.of::<Comment>().begin::<CommentId>(command).await? {
            Begun::Replayed(id) => return Ok(Done::before(id)),
            Begun::Fresh(write) => write,
        };
        let post: PostId = id_of("postId", &input.post_id)?;
        let posts = Viewer::new(&self.core, caller).posts_for(Action::Respond, &[post]).await?;
        let post = posts.get(&post).ok_or(Refusal::NotFound { field: "postId", what: "Post" })?;
        let (comment, event) = Comment::add(command.ids.id(), (post.id, post.author), &author, &input.body)?;
        self.core.own_profile(&author, command).await?;
        let events = vec![event_of(&comment, &event)];
        Ok(answered(write.insert(&comment, events, comment.id).await?))
    }

    /// By its author, or the author of the post.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn comment_remove(
        &self,
        caller: &Caller,
        command: &Command,
        input: CommentRemoveInput,
    ) -> Result<Done<CommentId>, CommandError> {
        caller.user.ok_or_else(Fault::unauthenticated)?;
        let id: CommentId = id_of("commentId", &input.comment_id)?;
        let not_found = || Refusal::NotFound { field: "commentId", what: "Comment" };
        let comment = self.core.stores.get::<Comment>(&id.to_string()).await?.ok_or_else(not_found)?;
        let post = self.core.stores.get::<Post>(&comment.post.to_string()).await?;
        let below_own_post = post.is_some_and(|post| Some(post.author) == caller.user);
        let viewer = Viewer::new(&self.core, caller);
        let decide = |found: Option<Comment>| {
            let may_remove = |comment: &Comment| {
                let tie = own_tie(viewer, comment.author);
                let facts = Facts { standing: comment.standing, tie, below_own_post, ..Facts::default() };
                viewer.is_allowed(Action::RemoveComment, facts)
            };
            Ok(found.filter(may_remove).ok_or_else(not_found)?.remove_by_author())
        };
        self.core.change(command, (&id.to_string(), id), decide).await
    }
}
