//! Follows and blocks.

use super::{CommandError, Done, author, part_of, user_of};
use crate::{
    FollowRequestAcceptInput, FollowRequestDeclineInput, Social, UserBlockInput, UserFollowInput, UserUnblockInput,
    UserUnfollowInput,
    domain::{
        Author, Profile, Relationship, RelationshipState,
        refusal::Refusal,
        relationship::{Decided, Followed, RELATIONSHIPS_MAX},
    },
    social::Core,
};
use async_graphql::ID;
use hansa_documents::{Begun, Filter, Write};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;
use hansa_values::UserId;

impl Social {
    /// Follows at once, or asks to follow where the profile is private. Whether there is such a user is not known here. Who
    /// has blocked the caller hears nothing of it, and the caller not of that.
    ///
    /// # Errors
    /// `NOT_FOUND`, `SELF_NOT_ALLOWED`, `BLOCKED_BY_VIEWER`, `TOO_MANY_RELATIONSHIPS`.
    pub async fn user_follow(
        &self,
        caller: &Caller,
        command: &Command,
        input: UserFollowInput,
    ) -> Result<Done<UserId>, CommandError> {
        let Pair { author, other, write, profile } = match self.core.pair(caller, command, &input.user_id).await? {
            Started::Before(done) => return Ok(done),
            Started::Now(pair) => pair,
        };
        let core = &self.core;
        let back = core.stores.get::<Relationship>(&Relationship::id_of(other, author.user)).await?;
        let has_blocked = back.is_some_and(|back| back.state == RelationshipState::Blocked);
        core.has_room(&author, other).await?;
        let is_private = profile.is_some_and(|profile| profile.is_private);
        let followed = Followed { is_private, has_blocked };
        core.relate((command, write), (author.user, other), other, |one| one.follow(followed, command.now)).await
    }

    /// Ends a follow, or takes back a request.
    ///
    /// # Errors
    /// `NOT_FOUND`, `SELF_NOT_ALLOWED`.
    pub async fn user_unfollow(
        &self,
        caller: &Caller,
        command: &Command,
        input: UserUnfollowInput,
    ) -> Result<Done<UserId>, CommandError> {
        let Pair { author, other, write, .. } = match self.core.pair(caller, command, &input.user_id).await? {
            Started::Before(done) => return Ok(done),
            Started::Now(pair) => pair,
        };
        self.core.relate((command, write), (author.user, other), other, |one| Ok(one.unfollow(command.now))).await
    }

    /// Hides both from each other, and ends their follows.
    ///
    /// # Errors
    /// `NOT_FOUND`, `SELF_NOT_ALLOWED`, `TOO_MANY_RELATIONSHIPS`.
    pub async fn user_block(
        &self,
        caller: &Caller,
        command: &Command,
        input: UserBlockInput,
    ) -> Result<Done<UserId>, CommandError> {
        let Pair { author, other, write, .. } = match self.core.pair(caller, command, &input.user_id).await? {
            Started::Before(done) => return Ok(done),
            Started::Now(pair) => pair,
        };
        self.core.has_room(&author, other).await?;
        let done =
            self.core.relate((command, write), (author.user, other), other, |one| Ok(one.block(command.now))).await?;
        // Long after the first time, they may have made up.
        if !done.replayed {
            self.core.end_follow(command, (other, author.user)).await?;
        }
        Ok(done)
    }

    /// # Errors
    /// `NOT_FOUND`, `SELF_NOT_ALLOWED`.
    pub async fn user_unblock(
        &self,
        caller: &Caller,
        command: &Command,
        input: UserUnblockInput,
    ) -> Result<Done<UserId>, CommandError> {
        let Pair { author, other, write, .. } = match self.core.pair(caller, command, &input.user_id).await? {
            Started::Before(done) => return Ok(done),
            Started::Now(pair) => pair,
        };
        // A follow that was written while the block was made must not come back to life.
        let block = self.core.stores.get::<Relationship>(&Relationship::id_of(author.user, other)).await?;
        if block.is_some_and(|block| block.state == RelationshipState::Blocked) {
            self.core.end_follow(command, (other, author.user)).await?;
        }
        self.core.relate((command, write), (author.user, other), other, |one| Ok(one.unblock(command.now))).await
    }

    /// # Errors
    /// `NOT_FOUND` where nobody asks, `SELF_NOT_ALLOWED`.
    pub async fn follow_request_accept(
        &self,
        caller: &Caller,
        command: &Command,
        input: FollowRequestAcceptInput,
    ) -> Result<Done<UserId>, CommandError> {
        let Pair { author, other, write, .. } = match self.core.pair(caller, command, &input.user_id).await? {
            Started::Before(done) => return Ok(done),
            Started::Now(pair) => pair,
        };
        self.core.relate((command, write), (other, author.user), other, |one| one.accept(command.now)).await
    }

    /// # Errors
    /// `NOT_FOUND` where nobody asks, `SELF_NOT_ALLOWED`.
    pub async fn follow_request_decline(
        &self,
        caller: &Caller,
        command: &Command,
        input: FollowRequestDeclineInput,
    ) -> Result<Done<UserId>, CommandError> {
        let Pair { author, other, write, .. } = match self.core.pair(caller, command, &input.user_id).await? {
            Started::Before(done) => return Ok(done),
            Started::Now(pair) => pair,
        };
        self.core.relate((command, write), (other, author.user), other, |one| one.decline(command.now)).await
    }
}

/// The one who acts and the one it is about, in a command that has begun.
struct Pair {
    author: Author,
    other: UserId,
    write: Write<Relationship, UserId>,
    /// Of the other.
    profile: Option<Profile>,
}

/// A command about two users: new, or done before.
#[expect(clippy::large_enum_variant, reason = "it lives for one match")]
enum Started {
    Before(Done<UserId>),
    Now(Pair),
}

impl Core {
    async fn pair(&self, caller: &Caller, command: &Command, other: &ID) -> Result<Started, CommandError> {
        let author = author(caller, command)?;
        let write = match self.stores.of::<Relationship>().begin::<UserId>(command).await? {
            Begun::Replayed(other) => return Ok(Started::Before(Done::before(other))),
            Begun::Fresh(write) => write,
        };
        let other = user_of(other)?;
        if other == author.user {
            return Err(Refusal::SelfNotAllowed.into());
        }
        self.own_profile(&author, command).await?;
        let profile = self.stores.get::<Profile>(&Profile::id_of(other).to_string()).await?;
        if profile.as_ref().is_some_and(|profile| profile.erased_at.is_some()) {
            return Err(Refusal::NotFound { field: "userId", what: "User" }.into());
        }
        Ok(Started::Now(Pair { author, other, write, profile }))
    }

    async fn relate(
        &self,
        begun: (&Command, Write<Relationship, UserId>),
        (from, to): (UserId, UserId),
        payload: UserId,
        decide: impl Fn(Relationship) -> Result<Decided, Refusal> + Send + Sync,
    ) -> Result<Done<UserId>, CommandError> {
        let now = begun.0.now;
        let decide = |found: Option<Relationship>| decide(found.unwrap_or_else(|| Relationship::none(from, to, now)));
        self.change_begun(begun, (&Relationship::id_of(from, to), payload), decide).await
    }

    /// The other side's follow, as part of a block.
    async fn end_follow(&self, command: &Command, (from, to): (UserId, UserId)) -> Result<(), CommandError> {
        let decide = |found: Option<Relationship>| Ok(found.and_then(|one| one.unfollow(command.now)));
        self.change(&part_of(command), (&Relationship::id_of(from, to), ()), decide).await?;
        Ok(())
    }

    /// Counted before it is written: who does many at once may get a few more.
    async fn has_room(&self, author: &Author, other: UserId) -> Result<(), CommandError> {
        let known = self.stores.get::<Relationship>(&Relationship::id_of(author.user, other)).await?;
        if known.is_some_and(|known| known.state != RelationshipState::Ended) {
            return Ok(());
        }
        let filter = Filter::and([
            Filter::eq("from", author.user.to_string()),
            Filter::is_in("state", RelationshipState::LASTING.map(RelationshipState::as_str)),
        ]);
        let count = self.stores.count::<Relationship>(&filter).await?;
        match usize::try_from(count) {
            Ok(count) if count < RELATIONSHIPS_MAX => Ok(()),
            _ => Err(Refusal::TooManyRelationships.into()),
        }
    }
}
