//! Whether a profile is private. Social asks for it; identity keeps it, because it is the user's and not the profile's.

use crate::{
    Identity,
    domain::{Refusal, User},
    facts::{self, Fact},
    outcome::{Done, Outcome},
    tables::users,
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;

/// Input of `privacySet`.
#[derive(Debug, Clone, Copy)]
pub struct PrivacySet {
    pub is_private: bool,
    pub expected_version: Option<i64>,
}

impl Identity {
    pub async fn privacy_set(&self, caller: &Caller, command: &Command, input: PrivacySet) -> Outcome<User> {
        let id = self.signed_in(caller, command.now).await?;
        let mut unit = self.begin(command).await?;
        let mut user = users::by_id(&mut unit, id).await?.ok_or(Refusal::Unauthenticated)?;
        let Some(event) = user.set_privacy(input.is_private, input.expected_version)? else {
            return Ok(Done::now(user));
        };
        users::set_privacy(&mut unit, &user).await?;
        facts::record(&mut unit, command, Fact::of_user(&user, &event)).await?;
        unit.commit(&()).await?;
        Ok(Done::now(user))
    }
}
