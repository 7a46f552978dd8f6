//! Registering. Unique indexes decide between registrations at the same time, not a look beforehand.

use crate::{
    Identity,
    domain::{Email, Password, Refusal, User, UserEvent, Username},
    facts::{self, Fact},
    outcome::{CommandError, Done, Outcome},
    tables::users,
    throttle::{REGISTER_BY_CLIENT, client_of},
};
use hansa_event_sourcing::Command;
use hansa_relational::Begun;
use hansa_subgraph_host::Caller;
use hansa_values::UserId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Input of `userRegister`.
#[derive(Clone)]
pub struct UserRegister {
    pub username: String,
    pub email: String,
    /// `None`: cannot sign in until a reset sets one. Only for callers inside the process.
    pub password: Option<String>,
    pub is_private: bool,
}

/// What an idempotency key stands for: not the password, whose plain hash could be tried at leisure. It is compared by
/// the hash that is stored anyway.
#[derive(Serialize)]
pub(crate) struct KeyedInput<'a> {
    username: &'a str,
    email: &'a str,
    is_private: bool,
}

#[derive(Serialize, Deserialize)]
struct Registered {
    user: UserId,
}

impl UserRegister {
    pub(crate) fn keyed(&self) -> KeyedInput<'_> {
        KeyedInput { username: &self.username, email: &self.email, is_private: self.is_private }
    }
}

impl Identity {
    pub async fn user_register(&self, caller: &Caller, command: &Command, input: UserRegister) -> Outcome<User> {
        let username = Username::parse(&input.username)?;
        let email = Email::parse(&input.email)?;
        let password = match input.password.clone() {
            Some(password) => Some(Password::choose(password, &username).map_err(|flaw| flaw.of("password"))?),
            None => None,
        };
        self.throttle.count_client(REGISTER_BY_CLIENT, caller, command.now).await?;
        let user = User {
            id: command.ids.id(),
            username,
            email,
            is_private: input.is_private,
            created_at: command.now,
            version: 1,
        };
        if command.idempotency_key.is_none() {
            self.refuse_taken(&user).await?;
        }
        let hash = match password {
            Some(password) => Some(self.passwords.hash(client_of(caller), password).await?),
            None => None,
        };
        let mut unit = match self.db.begin::<Registered>(command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(registered) => return self.registered_before(caller, registered, input.password).await,
        };
        let event = UserEvent::Registered { is_private: user.is_private, can_sign_in: hash.is_some() };
        users::insert(&mut unit, &user, hash).await.map_err(users::taken)?;
        facts::record(&mut unit, command, Fact::of_user(&user, &event).by(user.id)).await?;
        unit.commit(&Registered { user: user.id }).await?;
        Ok(Done::now(user))
    }

    /// Saves a hash where the answer is plain. The index still has the last word.
    async fn refuse_taken(&self, user: &User) -> Result<(), CommandError> {
        if users::by_username(&self.db, &user.username).await?.is_some() {
            return Err(Refusal::UsernameTaken.into());
        }
        if users::by_email(&self.db, &user.email).await?.is_some() {
            return Err(Refusal::EmailTaken.into());
        }
        Ok(())
    }

    async fn registered_before(
        &self,
        caller: &Caller,
        registered: Registered,
        password: Option<String>,
    ) -> Outcome<User> {
        let known = users::credentials_by_id(&self.db, registered.user).await?;
        let known = known.ok_or(Refusal::IdempotencyKeyReused)?;
        let is_same = match password {
            Some(password) => {
                self.passwords.is_right(client_of(caller), &password, known.password_hash.as_deref()).await?
            }
            None => known.password_hash.is_none(),
        };
        if is_same { Ok(Done::before(known.user)) } else { Err(Refusal::IdempotencyKeyReused.into()) }
    }
}

impl fmt::Debug for UserRegister {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("UserRegister").field("username", &self.username).finish_non_exhaustive()
    }
}
