//! Reactions.

use super::{CommandError, Done, author, id_of};
use crate::{
    ReactionSetInput, Social,
    domain::{Action, Reaction, ids::PostId, refusal::Refusal},
    viewer::Viewer,
};
use hansa_documents::Begun;
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;

impl Social {
    /// Sets, replaces or takes back the caller's one reaction.
    ///
    /// # Errors
    /// `NOT_FOUND` for a post that the caller does not see.
    pub async fn reaction_set(
        &self,
        caller: &Caller,
        command: &Command,
        input: ReactionSetInput,
    ) -> Result<Done<PostId>, CommandError> {
        let author = author(caller, command)?;
        let write = match self.core.stores.of::<Reaction>().begin::<PostId>(command).await? {
            Begun::Replayed(id) => return Ok(Done::before(id)),
            Begun::Fresh(write) => write,
        };
        let post: PostId = id_of("postId", &input.post_id)?;
        let posts = Viewer::new(&self.core, caller).posts_for(Action::Respond, &[post]).await?;
        if !posts.contains_key(&post) {
            return Err(Refusal::NotFound { field: "postId", what: "Post" }.into());
        }
        self.core.own_profile(&author, command).await?;
        let decide = |found: Option<Reaction>| {
            let reaction = found.unwrap_or_else(|| Reaction::none(post, author.user, command.now));
            Ok(reaction.set(input.kind, command.now))
        };
        self.core.change_begun((command, write), (&Reaction::id_of(post, author.user), post), decide).await
    }
}
