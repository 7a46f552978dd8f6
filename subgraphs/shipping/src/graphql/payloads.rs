//! Payloads of mutations, and how refusals look in them.

use super::{address::AddressNode, method::MethodNode, shipment::ShipmentNode};
use crate::domain::Refusal;
use async_graphql::ID;
use hansa_subgraph_host::{Refuse, UserError, payloads};

payloads! {
    DeliveryAddressCreatePayload { address: AddressNode }
    DeliveryAddressUpdatePayload { address: AddressNode }
    DeliveryAddressDeletePayload { deleted_id: ID }
    ShippingMethodCreatePayload { method: MethodNode }
    ShippingMethodUpdatePayload { method: MethodNode }
    LabelCreatePayload { shipment: ShipmentNode }
    ShipmentDispatchPayload { shipment: ShipmentNode }
    ShipmentCancelPayload { shipment: ShipmentNode }
}

impl Refuse for Refusal {
    fn key_reused() -> Refusal {
        Refusal::IdempotencyKeyReused
    }

    fn user_errors(&self) -> Vec<UserError> {
        vec![user_error(self)]
    }
}

fn user_error(refusal: &Refusal) -> UserError {
    let field = match refusal {
        Refusal::IdempotencyKeyReused => return UserError::idempotency_key_reused(),
        Refusal::VersionConflict { current } => return UserError::version_conflict(*current),
        Refusal::AddressInvalid { field, .. } => &format!("address.{field}"),
        Refusal::NotFound("shipment")
        | Refusal::NotConfirmed
        | Refusal::Dispatched
        | Refusal::OrderCancelled
        | Refusal::WrongStatus { .. } => "shipmentId",
        Refusal::NotFound(_) => "id",
        Refusal::Forbidden | Refusal::TooManyAddresses => "",
        Refusal::CodeInvalid | Refusal::CodeTaken => "code",
        Refusal::NameInvalid => "name",
        Refusal::CountriesInvalid => "countries",
        Refusal::PriceInvalid | Refusal::AmountInvalid(_) | Refusal::CurrencyMismatch => "basePrice",
    };
    UserError::new(refusal.code(), field, refusal.to_string())
}
