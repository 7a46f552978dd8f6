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
use hansa_documents::Filter;
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
        let (author, other) = self.core.pair(caller, command, &input.user_id).await?;
        let core = &self.core;
        let back = core.stores.get::<Relationship>(&Relationship::id_of(other, author.user)).await?;
        let has_blocked = back.is_some_and(|back| back.state == RelationshipState::Blocked);
        core.has_room(&author, other).await?;
        let profile = core.stores.get::<Profile>(&Profile::id_of(other).to_string()).await?;
        let is_private = profile.is_some_and(|profile| profile.is_private);
        let followed = Followed { is_private, has_blocked };
        core.relate(command, (author.user, other), other, |one| one.follow(followed, command.now)).await
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
        let (author, other) = self.core.pair(caller, command, &input.user_id).await?;
        self.core.relate(command, (author.user, other), other, |one| Ok(one.unfollow(command.now))).await
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
        let (author, other) = self.core.pair(caller, command, &input.user_id).await?;
        self.core.has_room(&author, other).await?;
        let done = self.core.relate(command, (author.user, other), other, |one| Ok(one.block(command.now))).await?;
        // Long after the first time, they may have made up.
        if !done.is_replayed {
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
        let (author, other) = self.core.pair(caller, command, &input.user_id).await?;
        // A follow that was written while the block was made must not come back to life.
        let block = self.core.stores.get::<Relationship>(&Relationship::id_of(author.user, other)).await?;
        if block.is_some_and(|block| block.state == RelationshipState::Blocked) {
            self.core.end_follow(command, (other, author.user)).await?;
        }
        self.core.relate(command, (author.user, other), other, |one| Ok(one.unblock(command.now))).await
    }

    /// # Errors
    /// `NOT_FOUND` where nobody asks, `SELF_NOT_ALLOWED`.
    pub async fn follow_request_accept(
        &self,
        caller: &Caller,
        command: &Command,
        input: FollowRequestAcceptInput,
    ) -> Result<Done<UserId>, CommandError> {
        let (author, other) = self.core.pair(caller, command, &input.user_id).await?;
        self.core.relate(command, (other, author.user), other, |one| one.accept(command.now)).await
    }

    /// # Errors
    /// `NOT_FOUND` where nobody asks, `SELF_NOT_ALLOWED`.
    pub async fn follow_request_decline(
        &self,
        caller: &Caller,
        command: &Command,
        input: FollowRequestDeclineInput,
    ) -> Result<Done<UserId>, CommandError> {
        let (author, other) = self.core.pair(caller, command, &input.user_id).await?;
        self.core.relate(command, (other, author.user), other, |one| one.decline(command.now)).await
    }
}

impl Core {
    async fn pair(&self, caller: &Caller, command: &Command, other: &ID) -> Result<(Author, UserId), CommandError> {
        let author = author(caller, command)?;
        let other = user_of(other)?;
        if other == author.user {
            return Err(Refusal::SelfNotAllowed.into());
        }
        self.own_profile(&author, command).await?;
        Ok((author, other))
    }

    async fn relate(
        &self,
        command: &Command,
        (from, to): (UserId, UserId),
        payload: UserId,
        decide: impl Fn(Relationship) -> Result<Decided, Refusal> + Send + Sync,
    ) -> Result<Done<UserId>, CommandError> {
        let decide =
            |found: Option<Relationship>| decide(found.unwrap_or_else(|| Relationship::none(from, to, command.now)));
        self.change(command, (&Relationship::id_of(from, to), payload), decide).await
    }

    /// The other side's follow, as part of a block.
    async fn end_follow(&self, command: &Command, (from, to): (UserId, UserId)) -> Result<(), CommandError> {
        self.relate(&part_of(command), (from, to), to, |one| Ok(one.unfollow(command.now))).await?;
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
