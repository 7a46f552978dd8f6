//! A user goes, and with them everything that identity knows of the person: by their own will and password, or by the
//! platform's operators. Their id stays, in what others refer to; nothing says any longer whose it was.

use crate::{
    Identity,
    domain::{EndReason, Membership, Refusal, Role, User},
    erasure,
    facts::{self, Fact},
    identity::{end_sessions, session_in, user_resource},
    outcome::{CommandError, Done, Outcome},
    standing::{as_now, standing_of},
    tables::{answers, api_keys, memberships, password_resets, refresh_tokens, sessions, tenants, users},
    throttle::{CHANGE_BY_SESSION, COMPARED_BY_CLIENT, client_of},
};
use hansa_event_sourcing::Command;
use hansa_relational::{Begun, StoreError, UnitOfWork};
use hansa_subgraph_host::Caller;
use hansa_values::UserId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A refusal names no more tenants.
const TENANTS_NAMED: usize = 20;

/// Input of `userErase`.
#[derive(Clone, Default)]
pub struct UserErase {
    /// Without it: the caller.
    pub user: Option<UserId>,
    /// The caller's own, for erasing oneself.
    pub password: Option<String>,
}

/// What an idempotency key stands for: not the password, whose plain hash could be tried at leisure.
#[derive(Serialize)]
pub(crate) struct KeyedInput {
    user: Option<UserId>,
}

#[derive(Serialize, Deserialize)]
struct Erased {
    user: UserId,
}

impl UserErase {
    pub(crate) fn keyed(&self) -> KeyedInput {
        KeyedInput { user: self.user }
    }
}

impl Identity {
    /// Gives whom.
    pub async fn user_erase(&self, caller: &Caller, command: &Command, input: UserErase) -> Outcome<UserId> {
        let asker = match self.signed_in(caller, command.now).await {
            Err(CommandError::Refused(Refusal::SessionEnded)) => return self.erased_before(command).await,
            other => other?,
        };
        let user = input.user.unwrap_or(asker);
        if !self.may(caller, "eraseUser", &user_resource(user)) {
            return Err(Refusal::Forbidden.into());
        }
        let compared = match user == asker {
            true => Some(self.compare_own(caller, command, (user, input.password)).await?),
            false => None,
        };
        let mut unit = match self.db.begin::<Erased>(command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(erased) => return Ok(Done::before(erased.user)),
        };
        // Once more: roles, sessions and passwords may have changed meanwhile.
        let standing = standing_of(&mut unit, caller).await?;
        if !self.may(&as_now(caller, standing.as_ref()), "eraseUser", &user_resource(user)) {
            return Err(Refusal::Forbidden.into());
        }
        if caller.session.is_some() {
            session_in(&mut unit, caller, command.now).await?;
        }
        let Some(known) = users::credentials_by_id(&mut unit, user).await? else {
            return match users::is_erased(&mut unit, user).await? {
                true => Err(Refusal::UserErased.into()),
                false => Err(Refusal::NotFound { field: "userId" }.into()),
            };
        };
        if compared.is_some_and(|compared| compared != known.password_hash) {
            return Err(Refusal::CredentialsInvalid.into());
        }
        erase(&mut unit, command, known.user).await?;
        unit.commit(&Erased { user }).await?;
        Ok(Done::now(user))
    }

    /// A repetition by somebody whom the first call signed out.
    async fn erased_before(&self, command: &Command) -> Outcome<UserId> {
        if command.idempotency_key.is_some()
            && let Begun::Replayed(erased) = self.db.begin::<Erased>(command).await?
        {
            return Ok(Done::before(erased.user));
        }
        Err(Refusal::SessionEnded.into())
    }

    /// The stored hash that the password fits. Attempts count as changes of the password do.
    pub(crate) async fn compare_own(
        &self,
        caller: &Caller,
        command: &Command,
        (user, password): (UserId, Option<String>),
    ) -> Result<Option<String>, CommandError> {
        let session = caller.session.clone().unwrap_or_else(|| user.to_string());
        self.throttle.count(CHANGE_BY_SESSION, &session, command.now).await?;
        self.throttle.count_client(COMPARED_BY_CLIENT, caller, command.now).await?;
        let known = users::credentials_by_id(&self.db, user).await?.ok_or(Refusal::Unauthenticated)?;
        let password = password.ok_or(Refusal::CredentialsInvalid)?;
        match self.passwords.is_right(client_of(caller), &password, known.password_hash.as_deref()).await? {
            true => Ok(known.password_hash),
            false => Err(Refusal::CredentialsInvalid.into()),
        }
    }
}

/// Everything in one commit, but the mails.
async fn erase(unit: &mut UnitOfWork, command: &Command, mut user: User) -> Result<(), CommandError> {
    // First, so that a sign-in or a grant at the same time is either waited for and seen, or finds nobody.
    let event = user.erase();
    users::erase(unit, &user, command.now).await?;
    let of_user = memberships::all_of_user(&mut *unit, user.id).await?;
    refuse_last_owner(unit, &of_user).await?;
    let tenants: Vec<_> = of_user.iter().map(|membership| membership.tenant).collect();
    for mut membership in of_user {
        let event = membership.leave();
        memberships::delete(unit, membership.id).await?;
        facts::record(unit, command, Fact::of_membership(&membership, &event)).await?;
    }
    end_access(unit, command, &user).await?;
    answers::forget_of(unit, user.id, tenants).await?;
    facts::record(unit, command, Fact::of_user(&user, &event)).await?;
    erasure::schedule_rest(unit, user.id).await?;
    Ok(())
}

/// Sessions, their tokens, resets, and the keys that the user made: nobody answers for those any longer.
async fn end_access(unit: &mut UnitOfWork, command: &Command, user: &User) -> Result<(), StoreError> {
    let live = sessions::live_of(&mut *unit, user.id, command.now).await?;
    end_sessions(unit, command, live, EndReason::UserErased).await?;
    refresh_tokens::delete_of(unit, user.id).await?;
    password_resets::delete_of(unit, user.id).await?;
    for mut key in api_keys::unrevoked_of_creator(&mut *unit, user.id).await? {
        let Some(event) = key.revoke(command.now) else { continue };
        api_keys::update(unit, &key).await?;
        facts::record(unit, command, Fact::of_api_key(&key, &event)).await?;
    }
    Ok(())
}

async fn refuse_last_owner(unit: &mut UnitOfWork, of_user: &[Membership]) -> Result<(), CommandError> {
    let mut handles = Vec::new();
    for membership in of_user.iter().filter(|membership| membership.roles.has(Role::Owner)) {
        if memberships::count_owners(&mut *unit, membership.tenant).await? <= 1
            && let Some(tenant) = tenants::by_id(&mut *unit, membership.tenant).await?
        {
            handles.push(tenant.handle.as_str().to_owned());
        }
    }
    let more = handles.len().saturating_sub(TENANTS_NAMED);
    handles.truncate(TENANTS_NAMED);
    let tenants = match (handles.is_empty(), more) {
        (true, _) => return Ok(()),
        (false, 0) => handles.join(", "),
        (false, more) => format!("{} and {more} more", handles.join(", ")),
    };
    Err(Refusal::LastOwnerOf { tenants }.into())
}

impl fmt::Debug for UserErase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("UserErase").field("user", &self.user).finish_non_exhaustive()
    }
}
