//! Somebody becomes a member of the acting tenant.

use crate::{
    Identity,
    domain::{Membership, MembershipId, Refusal, Role, Roles, Username, may_grant},
    facts::{self, Fact},
    outcome::{CommandError, Done, Outcome},
    tables::{memberships, users},
};
use hansa_event_sourcing::Command;
use hansa_relational::{Begun, StoreError};
use hansa_subgraph_host::Caller;
use serde::{Deserialize, Serialize};

/// A tenant has no more members.
const MEMBERS_MAX: u32 = 1_000;

/// Input of `membershipGrant`.
#[derive(Debug, Clone)]
pub struct MembershipGrant {
    pub username: String,
    pub roles: Vec<Role>,
}

/// What an idempotency key stands for.
#[derive(Serialize)]
pub(crate) struct KeyedInput<'a> {
    username: &'a str,
    roles: Vec<&'static str>,
}

#[derive(Serialize, Deserialize)]
struct Granted {
    membership: MembershipId,
}

impl MembershipGrant {
    pub(crate) fn keyed(&self) -> KeyedInput<'_> {
        KeyedInput { username: &self.username, roles: self.roles.iter().map(|role| role.as_str()).collect() }
    }
}

impl Identity {
    pub async fn membership_grant(
        &self,
        caller: &Caller,
        command: &Command,
        input: MembershipGrant,
    ) -> Outcome<Membership> {
        self.asking(caller, "manageMembers", command.now).await?;
        let roles = Roles::new(input.roles)?;
        let username = Username::parse(&input.username).map_err(|_| Refusal::NotFound { field: "username" })?;
        let mut unit = match self.db.begin::<Granted>(command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(granted) => {
                self.acting(&self.db, caller, "manageMembers").await?;
                let membership = memberships::by_id(&self.db, granted.membership).await?;
                return Ok(Done::before(membership.ok_or(Refusal::NotFound { field: "username" })?));
            }
        };
        let standing = self.acting(&mut unit, caller, "manageMembers").await?;
        may_grant(&roles, &standing.roles)?;
        let user = users::by_username(&mut unit, &username).await?;
        let user = user.ok_or(Refusal::NotFound { field: "username" })?;
        if memberships::count_of_tenant(&mut unit, standing.tenant.id).await? >= i64::from(MEMBERS_MAX) {
            return Err(Refusal::LimitReached(MEMBERS_MAX).into());
        }
        let membership = Membership {
            id: command.ids.id(),
            tenant: standing.tenant.id,
            user: user.id,
            roles,
            created_at: command.now,
            version: 1,
        };
        memberships::insert(&mut unit, &membership).await.map_err(taken)?;
        facts::record(&mut unit, command, Fact::of_membership(&membership, &membership.granted())).await?;
        unit.commit(&Granted { membership: membership.id }).await?;
        Ok(Done::now(membership))
    }
}

fn taken(error: StoreError) -> CommandError {
    match error {
        StoreError::UniqueViolation { constraint } if constraint == memberships::TENANT_USER => {
            Refusal::AlreadyMember.into()
        }
        other => other.into(),
    }
}
