//! Profiles: made by the first write of their user, whatever it is.

use super::{CommandError, Done, author, part_of};
use crate::{
    ProfileUpdateInput, Social,
    domain::{Author, Profile, ProfileChange, ids::ProfileId},
    social::Core,
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{Caller, Fault};

impl Social {
    /// # Errors
    /// `TEXT_TOO_LONG`, `TEXT_NOT_PRINTABLE`, `VERSION_CONFLICT`.
    pub async fn profile_update(
        &self,
        caller: &Caller,
        command: &Command,
        input: ProfileUpdateInput,
    ) -> Result<Done<ProfileId>, CommandError> {
        let author = author(caller, command)?;
        self.core.own_profile(&author, command).await?;
        let id = Profile::id_of(author.user);
        let change = ProfileChange {
            display_name: input.display_name.as_deref(),
            bio: input.bio.as_deref(),
            is_private: input.is_private,
            expected_version: input.expected_version.map(i64::from),
        };
        let decide = |found: Option<Profile>| {
            let profile = found.unwrap_or_else(|| Profile::create(&author).0);
            profile.update(&change).map(Some)
        };
        self.core.change(command, (&id.to_string(), id), decide).await
    }
}

impl Core {
    /// The profile of who writes; made now, if this is the first time.
    ///
    /// # Errors
    /// A fault where the user was erased.
    pub(super) async fn own_profile(&self, author: &Author, command: &Command) -> Result<Profile, CommandError> {
        let id = Profile::id_of(author.user).to_string();
        if let Some(profile) = self.stores.get::<Profile>(&id).await? {
            return not_erased(profile);
        }
        let command = Command { operation: "profileCreate", ..part_of(command) };
        let decide = |found: Option<Profile>| match found {
            Some(_) => Ok(None),
            None => Ok(Some(Profile::create(author))),
        };
        self.change(&command, (&id, ()), decide).await?;
        let profile = self.stores.get::<Profile>(&id).await?;
        not_erased(profile.ok_or_else(|| Fault::internal("a profile that was just made is missing"))?)
    }
}

/// Tokens outlive their user by some minutes.
fn not_erased(profile: Profile) -> Result<Profile, CommandError> {
    match profile.erased_at {
        None => Ok(profile),
        Some(_) => Err(Fault::unauthenticated().into()),
    }
}
