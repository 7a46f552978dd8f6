//! Ways of shipping: a tenant's own, and the platform's. Orders keep a copy of them from their events.

use super::{Changed, CommandError, Done, expect_version};
use crate::{
    Shipping,
    domain::{
        Refusal,
        country::CountryCode,
        event::{MethodEvent, MethodFacts},
        ids::ShippingMethodId,
        method::{MethodCode, ShippingMethod, checked_countries, checked_name, checked_prices},
    },
    shipping::method_resource,
    tables::methods,
};
use hansa_event_sourcing::{Command, DomainEvent};
use hansa_relational::{Begun, StoreError, UnitOfWork};
use hansa_subgraph_host::Caller;
use hansa_values::Money;
use serde::Serialize;

/// Input of `shippingMethodCreate`.
#[derive(Debug, Clone, Serialize)]
pub struct ShippingMethodCreate {
    pub code: String,
    pub name: String,
    pub base_price: Money,
    pub price_per_kg: Money,
    pub countries: Vec<CountryCode>,
    /// The platform's, and not the acting tenant's.
    pub is_platforms: bool,
}

/// Input of `shippingMethodUpdate`; what is `None` stays as it is.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ShippingMethodUpdate {
    /// As the client gave it.
    pub id: String,
    pub name: Option<String>,
    pub base_price: Option<Money>,
    pub price_per_kg: Option<Money>,
    pub countries: Option<Vec<CountryCode>>,
    pub is_active: Option<bool>,
    pub expected_version: Option<i64>,
}

impl Shipping {
    pub async fn method_create(
        &self,
        caller: &Caller,
        command: &Command,
        input: ShippingMethodCreate,
    ) -> Result<Done<ShippingMethod>, CommandError> {
        let tenant = if input.is_platforms { None } else { Some(caller.tenant.ok_or(Refusal::Forbidden)?) };
        if !self.may(caller, "methodWrite", &method_resource(tenant)) {
            return Err(Refusal::Forbidden.into());
        }
        let code = MethodCode::new(&input.code)?;
        let name = checked_name(&input.name)?;
        checked_prices(input.base_price, input.price_per_kg)?;
        let countries = checked_countries(input.countries)?;
        let mut unit = match self.db.begin::<Changed<ShippingMethodId>>(command).await? {
            Begun::Replayed(Changed { id }) => return self.method_before(id).await,
            Begun::Fresh(unit) => unit,
        };
        if methods::by_code(&mut unit, code.as_str()).await?.is_some() {
            return Err(Refusal::CodeTaken.into());
        }
        let method = ShippingMethod {
            id: command.ids.id(),
            code,
            tenant,
            name,
            base_price: input.base_price,
            price_per_kg: input.price_per_kg,
            countries,
            is_active: true,
            created_at: command.now,
            version: 1,
        };
        match write(&mut unit, &method, &MethodEvent::Created(facts(&method))).await {
            // Made in the meantime.
            Err(StoreError::UniqueViolation { constraint }) if constraint == "methods_code" => {
                return Err(Refusal::CodeTaken.into());
            }
            written => written?,
        }
        unit.commit(&Changed { id: method.id }).await?;
        Ok(Done { value: method, replayed: false })
    }

    pub async fn method_update(
        &self,
        caller: &Caller,
        command: &Command,
        input: ShippingMethodUpdate,
    ) -> Result<Done<ShippingMethod>, CommandError> {
        let id: ShippingMethodId = input.id.parse().map_err(|_| Refusal::NotFound("way of shipping"))?;
        let mut unit = match self.db.begin::<Changed<ShippingMethodId>>(command).await? {
            Begun::Replayed(Changed { id }) => return self.method_before(id).await,
            Begun::Fresh(unit) => unit,
        };
        let found = methods::by_id(&mut unit, id).await?.ok_or(Refusal::NotFound("way of shipping"))?;
        if !self.may(caller, "methodWrite", &method_resource(found.tenant)) {
            return Err(Refusal::Forbidden.into());
        }
        expect_version(input.expected_version, found.version)?;
        let mut method = changed(found.clone(), input)?;
        if method != found {
            method.version += 1;
            write(&mut unit, &method, &MethodEvent::Updated(facts(&method))).await?;
        }
        unit.commit(&Changed { id }).await?;
        Ok(Done { value: method, replayed: false })
    }

    async fn method_before(&self, id: ShippingMethodId) -> Result<Done<ShippingMethod>, CommandError> {
        let method = methods::by_id(&self.db, id).await?.ok_or(Refusal::NotFound("way of shipping"))?;
        Ok(Done { value: method, replayed: true })
    }
}

fn changed(mut method: ShippingMethod, input: ShippingMethodUpdate) -> Result<ShippingMethod, Refusal> {
    let currency = method.base_price.currency;
    method.name = input.name.as_deref().map(checked_name).transpose()?.unwrap_or(method.name);
    method.base_price = input.base_price.unwrap_or(method.base_price);
    method.price_per_kg = input.price_per_kg.unwrap_or(method.price_per_kg);
    method.is_active = input.is_active.unwrap_or(method.is_active);
    if let Some(countries) = input.countries {
        method.countries = checked_countries(countries)?;
    }
    if method.base_price.currency != currency {
        return Err(Refusal::CurrencyMismatch);
    }
    checked_prices(method.base_price, method.price_per_kg)?;
    Ok(method)
}

async fn write(unit: &mut UnitOfWork, method: &ShippingMethod, event: &MethodEvent) -> Result<(), StoreError> {
    methods::write(unit, method).await?;
    let stream = (method.id.to_string(), method.version);
    unit.record(DomainEvent::new("shipping_method", stream, method.tenant, event));
    Ok(())
}

fn facts(method: &ShippingMethod) -> MethodFacts {
    MethodFacts {
        code: method.code.as_str().to_owned(),
        name: method.name.clone(),
        currency: method.base_price.currency,
        base_price: method.base_price,
        price_per_kg: method.price_per_kg,
        countries: method.countries.iter().map(ToString::to_string).collect(),
        is_active: method.is_active,
    }
}
