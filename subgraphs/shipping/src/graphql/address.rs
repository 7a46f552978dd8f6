//! `DeliveryAddress`, and the scalar `CountryCode`.

use super::int;
use crate::domain::{address::DeliveryAddress, country};
use async_graphql::{ID, InputValueError, InputValueResult, Object, Scalar, ScalarType, Value};
use hansa_subgraph_host::{directives, scalars::DateTime};

/// An ISO 3166 code such as `DE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CountryCode(pub(crate) country::CountryCode);

/// An ISO 3166 code such as `DE`.
#[Scalar]
impl ScalarType for CountryCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => text.parse().map(CountryCode).map_err(InputValueError::custom),
            _ => Err(InputValueError::custom("a text such as \"DE\" is wanted")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[derive(Debug, Clone)]
pub(crate) struct AddressNode(pub(super) DeliveryAddress);

/// Where something may be sent. For its owner, and for whoever sends something there.
#[Object(
    name = "DeliveryAddress",
    directive = directives::key::apply("id".to_owned(), None),
    directive = directives::key::apply("nodeId".to_owned(), None)
)]
impl AddressNode {
    pub(super) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The id again, as the key under which `node` knows it.
    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.0.id.to_string().into()
    }

    async fn recipient(&self) -> &str {
        &self.0.lines.recipient
    }

    async fn line1(&self) -> &str {
        &self.0.lines.line1
    }

    async fn line2(&self) -> Option<&str> {
        self.0.lines.line2.as_deref()
    }

    async fn postal_code(&self) -> Option<&str> {
        self.0.lines.postal_code.as_deref()
    }

    async fn city(&self) -> &str {
        &self.0.lines.city
    }

    async fn region(&self) -> Option<&str> {
        self.0.lines.region.as_deref()
    }

    async fn country(&self) -> CountryCode {
        CountryCode(self.0.lines.country)
    }

    async fn phone(&self) -> Option<&str> {
        self.0.lines.phone.as_deref()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Counts changes; give it as `expectedVersion`.
    async fn version(&self) -> i32 {
        int(self.0.version)
    }
}
