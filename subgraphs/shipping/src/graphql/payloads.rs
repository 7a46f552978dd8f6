//! Payloads of mutations, and how refusals look in them.

use super::{address::AddressNode, method::MethodNode, shipment::ShipmentNode};
use crate::{
    commands::{CommandError, Done},
    domain::{Refusal, address::DeliveryAddress, ids::DeliveryAddressId, method::ShippingMethod, shipment::Shipment},
};
use async_graphql::{ID, SimpleObject};
use hansa_subgraph_host::{Fault, UserError};

/// Why a mutation has no result.
#[derive(Debug)]
pub(super) enum Failure {
    Expected(UserError),
    Fault(Fault),
}

macro_rules! payloads {
    ($($payload:ident { $field:ident: $node:ty } of $value:ty => $wrap:expr;)+) => {$(
        #[derive(Debug, Default, SimpleObject)]
        pub(crate) struct $payload {
            $field: Option<$node>,
            user_errors: Vec<UserError>,
            /// Whether an earlier mutation with the same idempotency key did it.
            replayed: bool,
        }

        impl $payload {
            pub(super) fn of(done: Result<Done<$value>, Failure>) -> Result<$payload, Fault> {
                let wrap: fn($value) -> $node = $wrap;
                match done {
                    Ok(Done { value, replayed }) => {
                        Ok($payload { $field: Some(wrap(value)), user_errors: Vec::new(), replayed })
                    }
                    Err(Failure::Expected(error)) => {
                        Ok($payload { user_errors: vec![error], ..$payload::default() })
                    }
                    Err(Failure::Fault(fault)) => Err(fault),
                }
            }
        }
    )+};
}

payloads! {
    DeliveryAddressCreatePayload { address: AddressNode } of DeliveryAddress => AddressNode;
    DeliveryAddressUpdatePayload { address: AddressNode } of DeliveryAddress => AddressNode;
    DeliveryAddressDeletePayload { deleted_id: ID } of DeliveryAddressId => |id| id.to_string().into();
    ShippingMethodCreatePayload { method: MethodNode } of ShippingMethod => MethodNode;
    ShippingMethodUpdatePayload { method: MethodNode } of ShippingMethod => MethodNode;
    LabelCreatePayload { shipment: ShipmentNode } of Shipment => ShipmentNode::one;
    ShipmentDispatchPayload { shipment: ShipmentNode } of Shipment => ShipmentNode::one;
    ShipmentCancelPayload { shipment: ShipmentNode } of Shipment => ShipmentNode::one;
}

impl From<UserError> for Failure {
    fn from(error: UserError) -> Failure {
        Failure::Expected(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Expected(user_error(&refusal))
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Failure {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Failed(fault) => Failure::Fault(fault),
        }
    }
}

fn user_error(refusal: &Refusal) -> UserError {
    let field = match refusal {
        Refusal::IdempotencyKeyReused => return UserError::idempotency_key_reused(),
        Refusal::VersionConflict { current } => return UserError::version_conflict(*current),
        Refusal::AddressInvalid { field, .. } => &format!("address.{field}"),
        Refusal::NotFound("shipment") | Refusal::NotConfirmed | Refusal::WrongStatus { .. } => "shipmentId",
        Refusal::NotFound(_) => "id",
        Refusal::Forbidden | Refusal::TooManyAddresses => "",
        Refusal::CodeInvalid | Refusal::CodeTaken => "code",
        Refusal::NameInvalid => "name",
        Refusal::CountriesInvalid => "countries",
        Refusal::PriceInvalid | Refusal::AmountInvalid(_) | Refusal::CurrencyMismatch => "basePrice",
    };
    UserError::new(refusal.code(), field, refusal.to_string())
}
