//! Who calls: what the verified passport says, and nothing else.

use hansa_event_sourcing::Actor;
use hansa_passport::Claims;
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

    pub(crate) fn of_passport(claims: &Claims) -> Caller {
        Caller {
            subject: claims.subject.clone(),
            user: claims.subject.as_deref().and_then(|subject| subject.parse().ok()),
            tenant: claims.tenant.as_deref().and_then(|tenant| tenant.parse().ok()),
            username: claims.username.clone(),
            session: claims.session.clone(),
            roles: claims.roles.clone(),
            scopes: claims.scopes.clone(),
            client: claims.client.clone(),
        }
    }

    /// The claims of a passport for this caller.
    pub fn claims(&self) -> Claims {
        Claims {
            subject: self.subject.clone(),
            tenant: self.tenant.map(|tenant| tenant.to_string()),
            roles: self.roles.clone(),
            scopes: self.scopes.clone(),
            username: self.username.clone(),
            session: self.session.clone(),
            client: self.client.clone(),
        }
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

    /// Whose commands these are: the user's, or the key's, each with its own idempotency keys.
    pub fn actor(&self) -> Actor {
        let key = self.subject.clone().filter(|_| self.user.is_none());
        Actor { user: self.user, tenant: self.tenant, key }
    }
}

#[cfg(test)]
mod tests {
    use super::Caller;

    #[test]
    fn two_keys_of_a_tenant_are_two_actors() {
        let tenant = "tenant_00000000000000000000000001";
        let caller = |subject: &str| Caller {
            subject: Some(subject.to_owned()),
            user: subject.parse().ok(),
            tenant: tenant.parse().ok(),
            ..Caller::default()
        };
        let scope = |subject: &str| caller(subject).actor().scope();
        for subject in ["apikey_00000000000000000000000001", "user_00000000000000000000000001"] {
            assert_eq!(scope(subject), format!("{tenant}/{subject}"));
        }
        assert_ne!(scope("apikey_00000000000000000000000001"), scope("apikey_00000000000000000000000002"));
        assert_eq!(Caller::visitor().actor().scope(), "-/-");
    }
}
