//! `PaymentsItem`, and the interface under which `node` finds it.

use crate::domain::item::PaymentsItem;
use async_graphql::{ID, Interface, Object};
use hansa_subgraph_host::{directives, scalars::DateTime};

/// Something with an id, which `node` finds again.
#[derive(Debug, Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Unique among everything."))]
pub(crate) enum Node {
    Item(ItemObject),
}

#[derive(Debug, Clone)]
pub(crate) struct ItemObject(pub(crate) PaymentsItem);

/// An item of a tenant.
#[Object(
    name = "PaymentsItem",
    directive = directives::key::apply("id".to_owned(), None),
    directive = directives::key::apply("nodeId".to_owned(), None)
)]
impl ItemObject {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The id again, as the key under which `node` knows it.
    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.0.id.to_string().into()
    }

    async fn title(&self) -> &str {
        self.0.title.as_str()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Counts changes; give it as `expectedVersion`.
    async fn version(&self) -> i32 {
        i32::try_from(self.0.version).unwrap_or(i32::MAX)
    }
}
