//! Inputs of mutations.

use super::address::CountryCode;
use crate::{
    commands::{ShipmentChange, ShippingMethodCreate, ShippingMethodUpdate},
    domain::{Refusal, address::AddressLines},
};
use async_graphql::{ID, InputObject};
use hansa_subgraph_host::MoneyInput;

/// What stands on a parcel.
#[derive(Debug, InputObject)]
pub(crate) struct AddressInput {
    /// 1 to 100 characters.
    recipient: String,
    /// 1 to 100 characters.
    line1: String,
    line2: Option<String>,
    /// At most 20 characters.
    postal_code: Option<String>,
    /// 1 to 100 characters.
    city: String,
    region: Option<String>,
    country: CountryCode,
    /// At most 30 characters.
    phone: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct DeliveryAddressCreateInput {
    pub(super) address: AddressInput,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    pub(super) idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct DeliveryAddressUpdateInput {
    pub(super) id: ID,
    /// All of it.
    pub(super) address: AddressInput,
    /// The version that the change is meant for.
    pub(super) expected_version: Option<i32>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    pub(super) idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct DeliveryAddressDeleteInput {
    pub(super) id: ID,
    /// The version that the change is meant for.
    pub(super) expected_version: Option<i32>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    pub(super) idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct ShippingMethodCreateInput {
    /// 2 to 40 small letters, digits and dashes; it stays.
    code: String,
    /// 1 to 80 characters.
    name: String,
    base_price: MoneyInput,
    /// In the currency of the base price, which stays.
    price_per_kg: MoneyInput,
    countries: Vec<CountryCode>,
    /// Whether it is the platform's, for everybody to sell with, and not the acting tenant's.
    #[graphql(default)]
    is_platforms: bool,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    pub(super) idempotency_key: Option<String>,
}

/// What is not given stays as it is.
#[derive(Debug, InputObject)]
pub(crate) struct ShippingMethodUpdateInput {
    id: ID,
    name: Option<String>,
    base_price: Option<MoneyInput>,
    price_per_kg: Option<MoneyInput>,
    countries: Option<Vec<CountryCode>>,
    /// Whether new orders may use it.
    is_active: Option<bool>,
    /// The version that the change is meant for.
    expected_version: Option<i32>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    pub(super) idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct LabelCreateInput {
    shipment_id: ID,
    /// The version that the change is meant for.
    expected_version: Option<i32>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    pub(super) idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct ShipmentDispatchInput {
    shipment_id: ID,
    /// The version that the change is meant for.
    expected_version: Option<i32>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    pub(super) idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct ShipmentCancelInput {
    shipment_id: ID,
    /// The version that the change is meant for.
    expected_version: Option<i32>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    pub(super) idempotency_key: Option<String>,
}

impl From<AddressInput> for AddressLines {
    fn from(input: AddressInput) -> AddressLines {
        AddressLines {
            recipient: input.recipient,
            line1: input.line1,
            line2: input.line2,
            postal_code: input.postal_code,
            city: input.city,
            region: input.region,
            country: input.country.0,
            phone: input.phone,
        }
    }
}

impl ShippingMethodCreateInput {
    pub(super) fn create(self) -> Result<ShippingMethodCreate, Refusal> {
        Ok(ShippingMethodCreate {
            code: self.code,
            name: self.name,
            base_price: self.base_price.money()?,
            price_per_kg: self.price_per_kg.money()?,
            countries: self.countries.into_iter().map(|country| country.0).collect(),
            is_platforms: self.is_platforms,
        })
    }
}

impl ShippingMethodUpdateInput {
    pub(super) fn update(self) -> Result<ShippingMethodUpdate, Refusal> {
        Ok(ShippingMethodUpdate {
            id: self.id.to_string(),
            name: self.name,
            base_price: self.base_price.map(|price| price.money()).transpose()?,
            price_per_kg: self.price_per_kg.map(|price| price.money()).transpose()?,
            countries: self.countries.map(|countries| countries.into_iter().map(|country| country.0).collect()),
            is_active: self.is_active,
            expected_version: self.expected_version.map(i64::from),
        })
    }
}

macro_rules! shipment_changes {
    ($($input:ty,)+) => {$(
        impl $input {
            pub(super) fn change(&self) -> ShipmentChange {
                ShipmentChange {
                    id: self.shipment_id.to_string(),
                    expected_version: self.expected_version.map(i64::from),
                }
            }
        }
    )+};
}

shipment_changes! { LabelCreateInput, ShipmentDispatchInput, ShipmentCancelInput, }
