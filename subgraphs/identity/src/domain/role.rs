//! Roles of memberships, and the scopes that they give in a tenant of one kind. Tokens carry both.

use crate::domain::Refusal;
use std::{collections::BTreeSet, fmt, str::FromStr};

/// What a member is in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Owner,
    Admin,
    Editor,
    Moderator,
    Member,
}

/// What a tenant is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TenantKind {
    /// Sells.
    Merchant,
    /// Runs the marketplace.
    Platform,
}

/// What somebody may do in the acting tenant. Policies and the router's directives look at these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    CatalogTaxonomy,
    CatalogWrite,
    IdentityOperate,
    InventoryRead,
    InventoryWrite,
    OrdersFulfil,
    OrdersRead,
    PaymentsOperate,
    PaymentsRead,
    PaymentsWrite,
    ShippingOperate,
    ShippingWrite,
    SocialModerate,
    TenantAdmin,
    TenantRead,
}

/// At least one role, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(BTreeSet<Role>);

/// Each scope once, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(BTreeSet<Scope>);

/// A text that names nothing of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name of a role, a scope or a kind of tenant")]
pub struct UnknownName(String);

impl Role {
    pub const ALL: [Role; 5] = [Role::Owner, Role::Admin, Role::Editor, Role::Moderator, Role::Member];

    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "OWNER",
            Role::Admin => "ADMIN",
            Role::Editor => "EDITOR",
            Role::Moderator => "MODERATOR",
            Role::Member => "MEMBER",
        }
    }
}

impl TenantKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            TenantKind::Merchant => "MERCHANT",
            TenantKind::Platform => "PLATFORM",
        }
    }
}

impl Scope {
    pub const ALL: [Scope; 15] = [
        Scope::CatalogTaxonomy,
        Scope::CatalogWrite,
        Scope::IdentityOperate,
        Scope::InventoryRead,
        Scope::InventoryWrite,
        Scope::OrdersFulfil,
        Scope::OrdersRead,
        Scope::PaymentsOperate,
        Scope::PaymentsRead,
        Scope::PaymentsWrite,
        Scope::ShippingOperate,
        Scope::ShippingWrite,
        Scope::SocialModerate,
        Scope::TenantAdmin,
        Scope::TenantRead,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::CatalogTaxonomy => "catalog:taxonomy",
            Scope::CatalogWrite => "catalog:write",
            Scope::IdentityOperate => "identity:operate",
            Scope::InventoryRead => "inventory:read",
            Scope::InventoryWrite => "inventory:write",
            Scope::OrdersFulfil => "orders:fulfil",
            Scope::OrdersRead => "orders:read",
            Scope::PaymentsOperate => "payments:operate",
            Scope::PaymentsRead => "payments:read",
            Scope::PaymentsWrite => "payments:write",
            Scope::ShippingOperate => "shipping:operate",
            Scope::ShippingWrite => "shipping:write",
            Scope::SocialModerate => "social:moderate",
            Scope::TenantAdmin => "tenant:admin",
            Scope::TenantRead => "tenant:read",
        }
    }

    /// Whether a member with this role of a tenant of this kind has the scope.
    fn is_given_to(self, role: Role, kind: TenantKind) -> bool {
        let leads = matches!(role, Role::Owner | Role::Admin);
        match (self, kind) {
            (Scope::TenantRead, _) => true,
            (Scope::TenantAdmin, _) => leads,
            (Scope::CatalogWrite | Scope::InventoryRead | Scope::InventoryWrite, TenantKind::Merchant) => {
                leads || role == Role::Editor
            }
            (Scope::SocialModerate, TenantKind::Platform) => leads || role == Role::Moderator,
            (Scope::CatalogTaxonomy, TenantKind::Platform) => leads,
            (Scope::PaymentsRead | Scope::PaymentsWrite, TenantKind::Merchant) => leads,
            (Scope::ShippingWrite, TenantKind::Merchant) => leads || role == Role::Editor,
            (Scope::OrdersFulfil | Scope::OrdersRead, TenantKind::Merchant) => leads || role == Role::Editor,
            (Scope::OrdersFulfil | Scope::OrdersRead, TenantKind::Platform) => false,
            (Scope::IdentityOperate | Scope::PaymentsOperate | Scope::ShippingOperate, TenantKind::Platform) => leads,
            (Scope::CatalogWrite | Scope::InventoryRead | Scope::InventoryWrite, TenantKind::Platform)
            | (Scope::SocialModerate | Scope::CatalogTaxonomy, TenantKind::Merchant) => false,
            (Scope::PaymentsRead | Scope::PaymentsWrite | Scope::ShippingWrite, TenantKind::Platform)
            | (Scope::IdentityOperate | Scope::PaymentsOperate | Scope::ShippingOperate, TenantKind::Merchant) => false,
        }
    }
}

impl Roles {
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Result<Roles, Refusal> {
        let roles: BTreeSet<Role> = roles.into_iter().collect();
        if roles.is_empty() { Err(Refusal::RolesInvalid) } else { Ok(Roles(roles)) }
    }

    pub fn owner() -> Roles {
        Roles(BTreeSet::from([Role::Owner]))
    }

    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    pub fn iter(&self) -> impl Iterator<Item = Role> {
        self.0.iter().copied()
    }

    pub fn scopes(&self, kind: TenantKind) -> Scopes {
        let is_given = |scope: &Scope| self.iter().any(|role| scope.is_given_to(role, kind));
        Scopes(Scope::ALL.into_iter().filter(is_given).collect())
    }
}

impl Scopes {
    pub fn new(scopes: impl IntoIterator<Item = Scope>) -> Scopes {
        Scopes(scopes.into_iter().collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is_within(&self, others: &Scopes) -> bool {
        self.0.is_subset(&others.0)
    }

    pub fn both(&self, others: &Scopes) -> Scopes {
        Scopes(self.0.intersection(&others.0).copied().collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }
}

impl FromStr for Role {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Role, UnknownName> {
        Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

impl FromStr for TenantKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<TenantKind, UnknownName> {
        let kinds = [TenantKind::Merchant, TenantKind::Platform];
        kinds.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

impl FromStr for Scope {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Scope, UnknownName> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// Names with blanks between them, as tokens and the store have them.
impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Scope::as_str).collect();
        formatter.write_str(&names.join(" "))
    }
}

impl FromStr for Scopes {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Scopes, UnknownName> {
        text.split_whitespace().map(str::parse).collect::<Result<_, _>>().map(Scopes)
    }
}

/// Names with blanks between them, as the store has them.
impl fmt::Display for Roles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Role::as_str).collect();
        formatter.write_str(&names.join(" "))
    }
}

impl FromStr for Roles {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Roles, UnknownName> {
        let roles = text.split_whitespace().map(str::parse).collect::<Result<BTreeSet<_>, _>>()?;
        if roles.is_empty() { Err(UnknownName(String::new())) } else { Ok(Roles(roles)) }
    }
}
