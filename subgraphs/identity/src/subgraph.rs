//! The subgraph: schema, loaders and the public key set, wired.

use crate::{
    Identity,
    erasure::MailErasure,
    graphql::{Changes, Entity, Mutation, Node, Query, TenantLoader, UserLoader},
};
use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};
use hansa_event_sourcing::Published;
use hansa_messaging::{FileShredding, Listener, Workers};
use hansa_subgraph_host::{Services, Subgraph, SubgraphBuilder};

/// The subgraph's name.
pub const NAME: &str = "identity";

/// Types that `node(id:)` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] = &[("user", "User"), ("tenant", "Tenant"), ("membership", "Membership")];

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[
    Published {
        aggregate: "user",
        events: &[
            ("registered", 1),
            ("password_changed", 1),
            ("password_reset", 1),
            ("privacy_changed", 1),
            ("updated", 1),
            ("erased", 1),
        ],
    },
    Published { aggregate: "session", events: &[("created", 1), ("tenant_switched", 1), ("revoked", 1)] },
    Published { aggregate: "tenant", events: &[("created", 1), ("updated", 1), ("suspended", 1), ("reinstated", 1)] },
    Published { aggregate: "membership", events: &[("granted", 1), ("roles_changed", 1), ("revoked", 1)] },
    Published { aggregate: "api_key", events: &[("created", 1), ("revoked", 1)] },
    Published { aggregate: "key", events: &[("rotated", 1)] },
];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = &[];

/// The SDL that composition reads. Needs no store.
pub fn sdl() -> String {
    builder().sdl()
}

fn builder() -> SubgraphBuilder<Query, Mutation, Entity, Changes> {
    Subgraph::build_with(NAME, Query, Mutation, Changes).register::<Node>()
}

impl Identity {
    /// What a host serves, and what it runs beside it: the relay that publishes the context's events, and what erasures leave for later.
    pub fn subgraph(&self) -> Subgraph {
        let (users, tenants) = (self.clone(), self.clone());
        let Services { bus, clock, ids, .. } = &self.services;
        builder()
            .data(self.clone())
            .loader(move |_| UserLoader(users.clone()))
            .loader(move |_| TenantLoader(tenants.clone()))
            .public_routes(Router::new().route("/.well-known/jwks.json", get(jwks)).with_state(self.clone()))
            .workers(
                Workers::new(NAME, bus, &self.db, (clock, ids))
                    .jobs(MailErasure(self.clone()))
                    .jobs(FileShredding::new(&self.db, (clock, ids))),
            )
            .finish(&self.services)
    }
}

/// The public halves of the keys that sign access tokens. A new key is here a minute before it signs.
async fn jwks(State(identity): State<Identity>) -> impl IntoResponse {
    let now = identity.clock.now();
    identity.rotate_old_signing_key(now).await;
    let headers = [(header::CONTENT_TYPE, "application/jwk-set+json"), (header::CACHE_CONTROL, "public, max-age=30")];
    (headers, identity.keys.public_jwks(now))
}
