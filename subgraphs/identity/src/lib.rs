//! Bounded context: users, sessions, tenants, memberships, API keys.

mod domain;
