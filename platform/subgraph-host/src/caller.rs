//! Who calls: what the verified passport says, and nothing else.

use hansa_event_sourcing::Actor;
use hansa_values::{TenantId, UserId};

/// The caller of one request. A visitor has neither subject nor tenant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// A user's id or an API key's; `None` for visitors.
    pub subject: Option<String>,
    /// `None` for visitors and API keys.
    pub user: Option<UserId>,
    /// The acting tenant.
    pub tenant: Option<TenantId>,
    pub username: Option<String>,
    /// Id of the session that the access token belongs to.
    pub session: Option<String>,
    /// Roles in the acting tenant.
    pub roles: Vec<String>,
    /// What the caller may do in the acting tenant.
    pub scopes: Vec<String>,
    /// Where the request came from, as the router saw it: an address. For limits, not for rights.
    pub client: Option<String>,
}

impl Caller {
    pub fn visitor() -> Caller {
        Caller::default()
    }

    pub fn is_authenticated(&self) -> bool {
        self.subject.is_some()
    }

    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|has| has == scope)
    }

    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|has| has == role)
    }

    /// Whose commands these are.
    pub fn actor(&self) -> Actor {
        Actor { user: self.user, tenant: self.tenant }
    }
}
