//! A member of the acting tenant gets other roles.

use crate::{
    Identity,
    domain::{Membership, MembershipId, Refusal, Role, Roles},
    facts::{self, Fact},
    outcome::{Done, Outcome},
    tables::memberships,
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::Caller;

/// Input of `membershipRolesSet`.
#[derive(Debug, Clone)]
pub struct MembershipRolesSet {
    pub membership: MembershipId,
    pub roles: Vec<Role>,
    pub expected_version: i64,
}

impl Identity {
    pub async fn membership_roles_set(
        &self,
        caller: &Caller,
        command: &Command,
        input: MembershipRolesSet,
    ) -> Outcome<Membership> {
        self.asking(caller, "manageMembers", command.now).await?;
        let roles = Roles::new(input.roles)?;
        let mut unit = self.begin(command).await?;
        // All within the unit of work: two who unmake each other would leave no OWNER otherwise.
        let standing = self.acting(&mut unit, caller, "manageMembers").await?;
        let membership = memberships::by_id(&mut unit, input.membership).await?;
        let membership = membership.filter(|membership| membership.tenant == standing.tenant.id);
        let mut membership = membership.ok_or(Refusal::NotFound { field: "membershipId" })?;
        let owners = memberships::count_owners(&mut unit, membership.tenant).await?;
        let event = membership.set_roles(roles, input.expected_version, &standing.roles, owners)?;
        memberships::update(&mut unit, &membership).await?;
        facts::record(&mut unit, command, Fact::of_membership(&membership, &event)).await?;
        unit.commit(&()).await?;
        Ok(Done::now(membership))
    }
}
