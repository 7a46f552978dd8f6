//! Checkouts.

use super::{CheckoutCreate, CommandError, Done, buyer};
use crate::{
    Orders,
    access::cart_resource,
    domain::{
        Refusal, Refused,
        cart::Cart,
        checkout::{Checkout, Quote},
        ids::CheckoutId,
    },
    tables::{carts, checkouts, offers},
};
use hansa_event_sourcing::Command;
use hansa_relational::{Begun, UnitOfWork};
use hansa_subgraph_host::Caller;
use hansa_values::{AnyId, UserId};
use serde::{Deserialize, Serialize};

/// What a repetition needs to know of the first time.
#[derive(Debug, Serialize, Deserialize)]
struct Created {
    checkout: CheckoutId,
}

impl Orders {
    /// Freezes the prices of the caller's cart.
    pub async fn checkout_create(
        &self,
        caller: &Caller,
        command: &Command,
        input: CheckoutCreate,
    ) -> Result<Done<Checkout>, CommandError> {
        let owner = buyer(caller)?;
        if !self.access.allows(caller, "cartRead", &cart_resource(None, owner)) {
            return Err(Refusal::Forbidden.into());
        }
        let address = AnyId::parse(&input.delivery_address_id).filter(|id| id.prefix == "address");
        address.ok_or_else(|| Refusal::AddressInvalid.at("deliveryAddressId"))?;
        let mut unit = match self.db.begin::<Created>(command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(Created { checkout }) => {
                let found = checkouts::by_id(&self.db, checkout).await?.ok_or(Refusal::NotFound("checkout"))?;
                return Ok(Done { value: found, replayed: true });
            }
        };
        let quote = quoted(&mut unit, owner, &input).await?;
        let checkout = Checkout::new((command.ids.id(), owner), quote, command.now);
        checkouts::insert(&mut unit, &checkout).await?;
        unit.commit(&Created { checkout: checkout.id }).await?;
        Ok(Done { value: checkout, replayed: false })
    }
}

async fn quoted(unit: &mut UnitOfWork, owner: UserId, input: &CheckoutCreate) -> Result<Quote, CommandError> {
    let cart: Option<Cart> = carts::of_buyer_in(unit, owner).await?;
    let cart = cart.filter(|cart| cart.expires_at > unit.command().now).ok_or(Refusal::CartEmpty)?;
    let variants: Vec<_> = cart.lines.iter().map(|line| line.variant).collect();
    let offers = offers::by_variants(&mut *unit, variants).await?;
    let method = offers::shipping_method(&mut *unit, &input.shipping_method).await?;
    let unknown = || Refusal::ShippingMethodUnknown.at("shippingMethod");
    let method = method.ok_or_else(unknown)?;
    let quote = Quote::of(&cart, &offers, (&method, input.delivery_address_id.clone()));
    Ok(quote.map_err(|refusal| match refusal {
        Refusal::ShippingMethodUnknown => unknown(),
        other => Refused::from(other),
    })?)
}
