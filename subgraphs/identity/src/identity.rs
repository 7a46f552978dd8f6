//! The context, opened: its store, its keys, and what every command needs of them.

use crate::{
    access_token::{self, AccessTokenClaims, Bearer},
    domain::{EndReason, Refusal, Roles, Session, SessionId, User},
    facts::{self, Fact},
    mail_drop::MailDrop,
    outcome::CommandError,
    passwords::Passwords,
    secrets::Secret,
    standing::Standing,
    tables::{memberships, sessions, users},
    throttle::Throttle,
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{Clock, Command, IdSource};
use hansa_messaging::LogFeed;
use hansa_passport::SigningKeys;
use hansa_relational::{Begun, Durability, Migrations, Relational, Source, StoreError, UnitOfWork, migrations};
use hansa_subgraph_host::{Caller, CursorKey, OpenError, Policies, Resource, Services};
use hansa_values::{TenantId, UserId};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Steps of the tables, for both engines.
pub(crate) const MIGRATIONS: Migrations = migrations![
    "0001_people_and_tenants",
    "0002_sessions_and_keys",
    "0003_audit_log",
    "0004_refresh_families",
    "0005_chosen_tenants",
    "0006_erased_users",
    "0007_suspended_tenants"
];

/// The bounded context identity. Clones share everything.
#[derive(Debug, Clone)]
pub struct Identity {
    pub(crate) db: Relational,
    pub(crate) policies: Arc<Policies>,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Throttle,
    pub(crate) keys: SigningKeys,
    /// Held by the one who makes a new key.
    pub(crate) rotating: Arc<Mutex<()>>,
    pub(crate) mail: MailDrop,
    pub(crate) clock: Clock,
    pub(crate) ids: IdSource,
    pub(crate) cursors: CursorKey,
    pub(crate) services: Services,
    /// The log, for subscriptions.
    pub(crate) feed: LogFeed,
}

/// A signed token for the router.
#[derive(Debug, Clone)]
pub struct AccessToken {
    pub token: Secret,
    pub expires_at: DateTime<Utc>,
}

impl Identity {
    /// Opens or makes `identity.sqlite`, `signing-keys.json` and the folder of mails in the context's folder.
    pub async fn open(services: &Services) -> Result<Identity, OpenError> {
        let folder = &services.data_folder;
        let failed = |attempted: &str| {
            let attempted = attempted.to_owned();
            move |cause: Box<dyn std::error::Error + Send + Sync>| OpenError::new(attempted, cause)
        };
        let db = Relational::open(services.database(crate::NAME), &MIGRATIONS).await;
        let db = db.map_err(Into::into).map_err(failed("open identity's database"))?;
        let policies = Policies::parse(include_str!("policies.cedar"));
        let policies = policies.map_err(Into::into).map_err(failed("read identity's policies"))?;
        let passwords = Passwords::new().await.map_err(Into::into).map_err(failed("hash a password"))?;
        let keys_file = folder.join("signing-keys.json");
        let keys = SigningKeys::open(&keys_file, access_token::LIFETIME, services.clock.now());
        let keys = keys.map_err(Into::into).map_err(failed("open identity's signing keys"))?;
        let mail =
            MailDrop::open(folder).await.map_err(Into::into).map_err(failed("open the folder of identity's mails"))?;
        let feed = LogFeed::start(crate::NAME, Arc::new(db.clone()));
        Ok(Identity {
            db,
            policies: Arc::new(policies),
            passwords,
            throttle: Throttle::new(),
            keys,
            rotating: Arc::default(),
            mail,
            clock: services.clock.clone(),
            ids: services.ids.clone(),
            cursors: services.cursors.clone(),
            services: services.clone(),
            feed,
        })
    }

    /// Where state and events are: for whoever publishes them.
    pub fn store(&self) -> &Relational {
        &self.db
    }

    /// Makes commits faster until [`Identity::end_load`]: a power cut may take the last ones away. For a load that is begun anew
    /// when it was broken off: the demo's.
    pub async fn begin_load(&self) -> Result<(), StoreError> {
        self.db.set_durability(Durability::ProcessKill).await
    }

    /// Brings all that was committed to the disk, and every commit from now on.
    pub async fn end_load(&self) -> Result<(), StoreError> {
        self.db.set_durability(Durability::PowerCut).await
    }

    /// Somebody as the router would see them with a token of this tenant: for the demo and for operators, who act
    /// without a session.
    ///
    /// # Errors
    /// `NOT_FOUND` where there is no such user, or no membership of theirs.
    pub async fn caller_of(&self, user: UserId, tenant: Option<TenantId>) -> Result<Caller, CommandError> {
        let user = users::by_id(&self.db, user).await?.ok_or(Refusal::NotFound { field: "user" })?;
        let standing = match tenant {
            Some(tenant) => Some(
                memberships::standing(&self.db, tenant, user.id).await?.ok_or(Refusal::NotFound { field: "tenant" })?,
            ),
            None => None,
        };
        let names = |roles: &Roles| roles.iter().map(|role| role.as_str().to_owned()).collect();
        let scopes = |standing: &Standing| standing.scopes().iter().map(|scope| scope.as_str().to_owned()).collect();
        Ok(Caller {
            subject: Some(user.id.to_string()),
            user: Some(user.id),
            tenant,
            username: Some(user.username.to_string()),
            session: None,
            client: None,
            roles: standing.as_ref().map(|standing| names(&standing.roles)).unwrap_or_default(),
            scopes: standing.as_ref().map(scopes).unwrap_or_default(),
        })
    }

    /// The signed-in user. A token outlives its session by ten minutes at most; commands do not let it.
    pub(crate) async fn signed_in(&self, caller: &Caller, now: DateTime<Utc>) -> Result<UserId, CommandError> {
        let user = caller.user.ok_or(Refusal::Unauthenticated)?;
        if caller.session.is_some() {
            self.session_of(caller, now).await?;
        }
        Ok(user)
    }

    /// The session that the caller's token belongs to.
    pub(crate) async fn session_of(&self, caller: &Caller, now: DateTime<Utc>) -> Result<Session, CommandError> {
        session_in(&self.db, caller, now).await
    }

    /// Whether the policies permit it.
    pub(crate) fn may(&self, caller: &Caller, action: &str, resource: &Resource) -> bool {
        self.policies.is_allowed(caller, action, resource)
    }

    /// Begins a command that has no idempotency key.
    pub(crate) async fn begin(&self, command: &Command) -> Result<UnitOfWork, CommandError> {
        let keyless = Command { idempotency_key: None, ..command.clone() };
        match self.db.begin::<()>(&keyless).await? {
            Begun::Fresh(unit) => Ok(unit),
            Begun::Replayed(()) => Err(CommandError::internal(StoreError::KeyReused)),
        }
    }

    /// Call [`Identity::rotate_old_signing_key`] before, outside of any unit of work.
    pub(crate) fn access_token(&self, bearer: Bearer, command: &Command) -> Result<AccessToken, CommandError> {
        let claims = AccessTokenClaims::new(bearer, command.ids.uuid(), command.now);
        let token = self.keys.sign(&claims, access_token::TYP, command.now).map_err(CommandError::internal)?;
        Ok(AccessToken { token: Secret::from(token), expires_at: command.now + access_token::LIFETIME })
    }
}

/// What a session's token says: the acting tenant only while the user is a member.
pub(crate) async fn bearer_of(source: impl Source, user: &User, session: &Session) -> Result<Bearer, StoreError> {
    let standing = match session.tenant {
        Some(tenant) => memberships::standing(source, tenant, user.id).await?,
        None => None,
    };
    Ok(Bearer {
        subject: user.id.to_string(),
        username: Some(user.username.to_string()),
        session: Some(session.id),
        tenant: standing.as_ref().map(|standing| standing.tenant.id),
        scopes: standing.as_ref().map(Standing::scopes).unwrap_or_default(),
        roles: standing.map(|standing| standing.roles),
    })
}

/// The live session that the caller's token belongs to.
pub(crate) async fn session_in(
    source: impl Source,
    caller: &Caller,
    now: DateTime<Utc>,
) -> Result<Session, CommandError> {
    let (Some(user), Some(session)) = (caller.user, &caller.session) else {
        return Err(Refusal::Unauthenticated.into());
    };
    let id = session.parse::<SessionId>().map_err(|_| Refusal::SessionEnded)?;
    let session = sessions::by_id(source, id).await?;
    let session = session.filter(|session| session.user == user && session.is_live(now));
    Ok(session.ok_or(Refusal::SessionEnded)?)
}

/// Ends these sessions, each with its event.
pub(crate) async fn end_sessions(
    unit: &mut UnitOfWork,
    command: &Command,
    ending: impl IntoIterator<Item = Session>,
    reason: EndReason,
) -> Result<i32, StoreError> {
    let mut ended = 0;
    for mut session in ending {
        let Some(event) = session.end(reason, command.now) else { continue };
        sessions::update(unit, &session).await?;
        facts::record(unit, command, Fact::of_session(&session, &event)).await?;
        ended += 1;
    }
    Ok(ended)
}

/// The tenant as policies see it.
pub(crate) fn tenant_resource(tenant: TenantId) -> Resource {
    Resource::new("Tenant", tenant).with("tenant", tenant)
}

/// The user as policies see them.
pub(crate) fn user_resource(user: UserId) -> Resource {
    Resource::new("User", user).with("user", user)
}
