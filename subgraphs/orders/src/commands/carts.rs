//! Carts.

use super::{CartChange, CommandError, Done, buyer};
use crate::{
    Orders,
    access::cart_resource,
    domain::{Refusal, Refused, cart::Cart, ids::VariantId, offer::Offer},
    jobs,
    tables::{carts, offers},
};
use hansa_event_sourcing::Command;
use hansa_messaging::is_erased;
use hansa_relational::Begun;
use hansa_subgraph_host::Caller;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Lines of one command.
const LINES_AT_ONCE_MAX: usize = 50;

/// A cart is the buyer's only one: a repetition needs to know nothing.
#[derive(Debug, Serialize, Deserialize)]
struct Changed {}

impl Orders {
    /// Changes the caller's cart, which is made when it is first needed.
    pub async fn cart_change(
        &self,
        caller: &Caller,
        command: &Command,
        change: CartChange,
    ) -> Result<Done<Cart>, CommandError> {
        let owner = buyer(caller)?;
        if !self.access.allows(caller, "cartWrite", &cart_resource(None, owner)) {
            return Err(Refusal::Forbidden.into());
        }
        let variants = variants_of(&change)?;
        let mut unit = match self.db.begin::<Changed>(command).await? {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(Changed {}) => {
                let cart = carts::of_buyer(&self.db, owner).await?;
                let value = cart.unwrap_or_else(|| Cart::new((command.ids.id(), owner), command.now));
                return Ok(Done { value, replayed: true });
            }
        };
        // Without a cart there is no checkout, and no order.
        if is_erased(&mut unit, owner).await? {
            return Err(Refusal::Unauthenticated.into());
        }
        let cart = carts::of_buyer_in(&mut unit, owner).await?;
        let mut cart = cart.unwrap_or_else(|| Cart::new((command.ids.id(), owner), command.now));
        let wanted = variants.into_iter().chain(cart.lines.iter().map(|line| line.variant));
        let offers = offers::by_variants(&mut unit, wanted.collect::<Vec<_>>()).await?;
        apply(&mut cart, &change, (&offers, command))?;
        let is_new = cart.version == 0;
        cart.touch(command.now);
        carts::write(&mut unit, &cart).await?;
        if is_new {
            jobs::watch_cart(&mut unit, &cart).await?;
        }
        unit.commit(&Changed {}).await?;
        Ok(Done { value: cart, replayed: false })
    }
}

/// Variants that are new to the cart, perhaps.
fn variants_of(change: &CartChange) -> Result<Vec<VariantId>, Refused> {
    let CartChange::Add(add) = change else { return Ok(Vec::new()) };
    if !(1..=LINES_AT_ONCE_MAX).contains(&add.lines.len()) {
        return Err(Refusal::TooManyLines { max: LINES_AT_ONCE_MAX }.at("lines"));
    }
    let parsed = add.lines.iter().enumerate().map(|(index, line)| {
        line.variant_id.parse().map_err(|_| Refusal::VariantUnknown.at(format!("lines.{index}.variantId")))
    });
    parsed.collect()
}

fn apply(
    cart: &mut Cart,
    change: &CartChange,
    (offers, command): (&HashMap<VariantId, Offer>, &Command),
) -> Result<(), Refused> {
    match change {
        CartChange::Add(add) => {
            for (index, line) in add.lines.iter().enumerate() {
                let at = |field: &str| format!("lines.{index}.{field}");
                let variant = line.variant_id.parse::<VariantId>().ok().and_then(|id| offers.get(&id));
                let offer = variant.ok_or_else(|| Refusal::VariantUnknown.at(at("variantId")))?;
                let added = cart.add(command.ids.id(), offer, line.quantity);
                added.map_err(|refusal| match refusal {
                    Refusal::QuantityInvalid { .. } => refusal.at(at("quantity")),
                    Refusal::CartFull { .. } => refusal.at("lines"),
                    other => other.at(at("variantId")),
                })?;
            }
            Ok(())
        }
        CartChange::Update(update) => {
            let id = update.id.parse().map_err(|_| Refusal::NotFound("line").at("id"))?;
            let line = cart.lines.iter().find(|line| line.id == id);
            let price = line.and_then(|line| offers.get(&line.variant)).map(|offer| offer.price);
            let set = cart.set(id, update.quantity, price);
            set.map_err(|refusal| {
                let field = if matches!(refusal, Refusal::QuantityInvalid { .. }) { "quantity" } else { "id" };
                refusal.at(field)
            })
        }
        CartChange::Remove(remove) => {
            if !(1..=LINES_AT_ONCE_MAX).contains(&remove.ids.len()) {
                return Err(Refusal::TooManyLines { max: LINES_AT_ONCE_MAX }.at("ids"));
            }
            let at = |index: usize, refusal: Refusal| refusal.at(format!("ids.{index}"));
            let ids = remove
                .ids
                .iter()
                .enumerate()
                .map(|(index, id)| id.parse().map_err(|_| at(index, Refusal::NotFound("line"))));
            let ids: Vec<_> = ids.collect::<Result<_, Refused>>()?;
            cart.remove(&ids).map_err(|(index, refusal)| at(index, refusal))
        }
        CartChange::Clear => {
            cart.lines.clear();
            Ok(())
        }
    }
}
