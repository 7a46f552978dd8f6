//! A member goes: sent away by those who manage members, or by their own will.

use crate::{
    Identity,
    domain::{Membership, MembershipId, Refusal},
    facts::{self, Fact},
    identity::tenant_resource,
    outcome::{Done, Outcome},
    standing::{as_now, standing_of},
    tables::memberships,
};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{Caller, Resource};

impl Identity {
    /// Gives what the membership was.
    pub async fn membership_revoke(&self, caller: &Caller, command: &Command, id: MembershipId) -> Outcome<Membership> {
        self.signed_in(caller, command.now).await?;
        let missing = Refusal::NotFound { field: "membershipId" };
        let mut unit = self.begin(command).await?;
        // The token may be from before the caller was demoted.
        let standing = standing_of(&mut unit, caller).await?;
        let caller = &as_now(caller, standing.as_ref());
        let membership = memberships::by_id(&mut unit, id).await?;
        let membership =
            membership.filter(|membership| self.may(caller, "readMembership", &membership_resource(membership)));
        let mut membership = membership.ok_or(missing)?;
        let by = if self.may(caller, "leave", &membership_resource(&membership)) {
            None
        } else if self.may(caller, "manageMembers", &tenant_resource(membership.tenant)) {
            Some(standing.ok_or(Refusal::Forbidden)?.roles)
        } else {
            return Err(Refusal::Forbidden.into());
        };
        let owners = memberships::count_owners(&mut unit, membership.tenant).await?;
        let event = membership.revoke(by.as_ref(), owners)?;
        memberships::delete(&mut unit, id).await?;
        facts::record(&mut unit, command, Fact::of_membership(&membership, &event)).await?;
        unit.commit(&()).await?;
        Ok(Done::now(membership))
    }
}

/// The membership as policies see it.
pub(crate) fn membership_resource(membership: &Membership) -> Resource {
    Resource::new("Membership", membership.id).with("tenant", membership.tenant).with("user", membership.user)
}
