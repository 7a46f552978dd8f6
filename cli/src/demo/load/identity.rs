//! Users, tenants and memberships.

use super::{LoadError, Step, all, progress::Progress};
use crate::demo::{
    World,
    crowd::{Merchant, Person},
};
use hansa_identity::{CommandError, Identity, MembershipGrant, PlatformTenantCreate, Role, TenantCreate, UserRegister};
use hansa_subgraph_host::Caller;
use hansa_values::{TenantId, UserId};

/// Who acts in the other contexts.
#[derive(Debug)]
pub(super) struct People {
    /// By their place in the world; without a tenant.
    pub(super) everybody: Vec<Caller>,
    /// Owners, acting for their tenants; by the merchant's place.
    pub(super) owners: Vec<Caller>,
}

pub(super) async fn load(identity: &Identity, world: &World, progress: &Progress) -> Result<People, LoadError> {
    let people = world.people.iter().enumerate();
    let everybody = all(people.map(|(number, person)| register(identity, number, person)), progress).await?;
    let merchants = world.merchants.iter().enumerate();
    let owners = merchants.map(|(number, merchant)| found(identity, (number, merchant), (world, &everybody)));
    let owners = all(owners, progress).await?;
    Ok(People { everybody, owners })
}

async fn register(identity: &Identity, number: usize, person: &Person) -> Result<Caller, LoadError> {
    let step = Step::new("userRegister", number, person.registered_at);
    let visitor = Caller::visitor();
    let input = UserRegister {
        username: person.username.clone(),
        email: person.email.clone(),
        password: person.password.clone(),
        is_private: person.is_private,
    };
    let registered = identity.user_register(&visitor, &step.command(&visitor), input).await;
    let user = registered.map_err(|error| refused(&step, error))?.value;
    Ok(Caller {
        subject: Some(user.id.to_string()),
        user: Some(user.id),
        username: Some(user.username.to_string()),
        ..Caller::default()
    })
}

/// Makes a tenant with its members; the answer is its owner.
async fn found(
    identity: &Identity,
    (number, merchant): (usize, &Merchant),
    (world, everybody): (&World, &[Caller]),
) -> Result<Caller, LoadError> {
    let step = Step::new("tenantCreate", number, merchant.created_at);
    let Some((founder, _)) = merchant.staff.first() else { return Err(step.failed("nobody works there")) };
    let founder = &everybody[*founder];
    let owner = founder.user.ok_or_else(|| step.failed("its founder is no user"))?;
    let (handle, name) = (merchant.handle.clone(), merchant.name.clone());
    let command = step.command(founder);
    let founded = match merchant.is_platform {
        true => identity.platform_tenant_create(&command, PlatformTenantCreate { handle, name, owner }).await,
        false => identity.tenant_create(founder, &command, TenantCreate { handle, name }).await,
    };
    let tenant = founded.map_err(|error| refused(&step, error))?.value.id;
    let owner = acting(identity, &step, owner, tenant).await?;
    for (place, (person, roles)) in merchant.staff.iter().enumerate().skip(1) {
        let step = Step::new("membershipGrant", number * 10 + place, merchant.created_at);
        let roles = roles.iter().filter_map(|role| role.parse::<Role>().ok()).collect();
        let input = MembershipGrant { username: world.people[*person].username.clone(), roles };
        let granted = identity.membership_grant(&owner, &step.command(&owner), input).await;
        let member = granted.map_err(|error| refused(&step, error))?.value.user;
        // The ones with a login act in it as soon as they sign in.
        if world.people[*person].password.is_some() {
            let chosen = identity.tenant_choose(&step.command(&owner), member, tenant).await;
            chosen.map_err(|error| refused(&step, error))?;
        }
    }
    Ok(owner)
}

async fn acting(identity: &Identity, step: &Step, user: UserId, tenant: TenantId) -> Result<Caller, LoadError> {
    identity.caller_of(user, Some(tenant)).await.map_err(|error| refused(step, error))
}

fn refused(step: &Step, error: CommandError) -> LoadError {
    match error {
        CommandError::Refused(refusal) => step.failed(refusal),
        CommandError::Failed(fault) => step.broke(&fault),
    }
}
