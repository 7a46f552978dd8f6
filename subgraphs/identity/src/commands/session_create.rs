//! Signing in with a password. Unknown logins and wrong passwords look alike, in the answer and in time.

use crate::{
    AccessToken, Identity,
    domain::{Email, EndReason, Refusal, Session, User, Username},
    facts::{self, Fact},
    identity::{bearer_of, end_sessions},
    outcome::{CommandError, Done, Outcome},
    secrets::{RefreshToken, Secret},
    tables::{
        memberships, refresh_tokens, sessions,
        users::{self, Credentials},
    },
    throttle::{COMPARED_BY_CLIENT, SIGN_IN_BY_CLIENT, SIGN_IN_BY_LOGIN_AND_CLIENT, SIGN_IN_BY_USER, client_of},
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;
use hansa_values::{TenantId, UserId};
use std::fmt;

/// A user has no more live sessions; the oldest end.
const SESSIONS_MAX: usize = 50;

/// Input of `sessionCreate`.
#[derive(Clone)]
pub struct SessionCreate {
    /// Username or e-mail address.
    pub login: String,
    pub password: String,
    /// The acting tenant. Without one: the one that the user founded or switched to last, or none. Never one that others made
    /// them a member of.
    pub tenant: Option<TenantId>,
}

/// A session with its tokens, which are shown now and never again.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub user: User,
    pub session: Session,
    pub access_token: AccessToken,
    pub refresh_token: Secret,
}

impl Identity {
    pub async fn session_create(&self, caller: &Caller, command: &Command, input: SessionCreate) -> Outcome<SignedIn> {
        let known = self.authenticate(caller, command, &input).await?;
        let user = &known.user;
        let tenant = self.tenant_to_act_in(user.id, input.tenant).await?;
        let (session, event) = Session::start(command.ids.id(), user.id, tenant, command.now);
        let refresh_token = RefreshToken::generate().map_err(CommandError::internal)?;
        self.rotate_old_signing_key(command.now).await;
        let mut unit = self.begin(command).await?;
        // Once more: a password that was changed while it was compared opens nothing.
        let now = users::credentials_by_id(&mut unit, user.id).await?.ok_or(Refusal::CredentialsInvalid)?;
        if now.password_hash != known.password_hash {
            return Err(Refusal::CredentialsInvalid.into());
        }
        let live = sessions::live_of(&mut unit, user.id, command.now).await?;
        let oldest = live.into_iter().skip(SESSIONS_MAX - 1);
        end_sessions(&mut unit, command, oldest, EndReason::TooMany).await?;
        sessions::forget_expired(&mut unit, command.now).await?;
        sessions::insert(&mut unit, &session).await?;
        refresh_tokens::insert(&mut unit, session.id, &refresh_token).await?;
        facts::record(&mut unit, command, Fact::of_session(&session, &event).by(user.id)).await?;
        let access_token = self.access_token(bearer_of(&mut unit, user, &session).await?, command)?;
        unit.commit(&()).await?;
        Ok(Done::now(SignedIn { user: known.user, session, access_token, refresh_token: refresh_token.text() }))
    }

    /// Every call is an attempt, so that many in one request are many. Right ones are taken back where guessing is limited,
    /// and count where hashing is. Name and address of a user have one limit over all clients; from one client they have
    /// two, because its using up one would tell that the other belongs to the same user.
    async fn authenticate(
        &self,
        caller: &Caller,
        command: &Command,
        input: &SessionCreate,
    ) -> Result<Credentials, CommandError> {
        let login = Login::of(&input.login);
        let client = client_of(caller);
        let login_and_client = format!("{}\n{}", client.unwrap_or_default(), login.text());
        self.throttle.count_client(SIGN_IN_BY_CLIENT, caller, command.now).await?;
        self.throttle.count_client(COMPARED_BY_CLIENT, caller, command.now).await?;
        self.throttle.count(SIGN_IN_BY_LOGIN_AND_CLIENT, &login_and_client, command.now).await?;
        let known = match &login {
            Login::Possible(login) => users::credentials(&self.db, login).await?,
            Login::Impossible(_) => None,
        };
        let user = known.as_ref().map_or_else(|| login.text().to_owned(), |known| known.user.id.to_string());
        self.throttle.count(SIGN_IN_BY_USER, &user, command.now).await?;
        let hash = known.as_ref().and_then(|known| known.password_hash.as_deref());
        let is_right = self.passwords.is_right(client, &input.password, hash).await?;
        let known = known.filter(|_| is_right).ok_or(Refusal::CredentialsInvalid)?;
        self.throttle.forgive(SIGN_IN_BY_LOGIN_AND_CLIENT, &login_and_client).await;
        self.throttle.forgive_client(SIGN_IN_BY_CLIENT, caller).await;
        Ok(known)
    }

    /// # Errors
    /// `NOT_FOUND` for a tenant that the user is no member of, `TENANT_SUSPENDED` for one in which nobody can act.
    async fn tenant_to_act_in(&self, user: UserId, wanted: Option<TenantId>) -> Result<Option<TenantId>, CommandError> {
        match wanted {
            Some(tenant) => match memberships::of(&self.db, tenant, user).await? {
                Some(membership) => {
                    self.refuse_suspended(&self.db, membership.tenant, "tenantId").await?;
                    Ok(Some(membership.tenant))
                }
                None => Err(Refusal::NotFound { field: "tenantId" }.into()),
            },
            None => Ok(memberships::last_chosen_by(&self.db, user).await?),
        }
    }
}

/// A login as the store has it, or one that nobody can have: not looked up, and in all else treated alike.
enum Login {
    Possible(String),
    Impossible(String),
}

impl Login {
    fn of(text: &str) -> Login {
        let email = Email::parse(text).map(|email| email.as_str().to_owned());
        match email.or_else(|_| Username::parse(text.trim()).map(|username| username.to_string())) {
            Ok(login) => Login::Possible(login),
            Err(_) => Login::Impossible(text.to_owned()),
        }
    }

    fn text(&self) -> &str {
        match self {
            Login::Possible(text) | Login::Impossible(text) => text,
        }
    }
}

impl fmt::Debug for SessionCreate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionCreate").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}
