//! Carts and quotes: limits, prices, what a checkout holds the buyer to.

use super::{eur, id};
use crate::domain::{
    Refusal,
    cart::Cart,
    checkout::{Checkout, Quote},
    ids::VariantId,
    offer::{Offer, ShippingMethod},
};
use chrono::{DateTime, TimeDelta};
use hansa_values::Money;
use std::collections::HashMap;

fn offer(number: u128) -> Offer {
    Offer {
        variant_id: id(number),
        product_id: id(number),
        tenant_id: id(number),
        vendor_id: id(number),
        sku: format!("sku-{number}"),
        title: format!("Thing {number}"),
        price: eur(1250),
        weight_grams: 300,
        is_for_sale: true,
    }
}

fn method() -> ShippingMethod {
    let (base_price, price_per_kg) = (490, 199);
    ShippingMethod {
        code: "standard".into(),
        name: "Standard".into(),
        currency: eur(0).currency,
        base_price,
        price_per_kg,
    }
}

fn cart(lines: &[(u128, i64)]) -> Cart {
    let mut cart = Cart::new((id(1), id(7)), DateTime::UNIX_EPOCH);
    for (number, quantity) in lines {
        cart.add(id(*number), &offer(*number), *quantity).unwrap();
    }
    cart
}

fn offers(changed: impl IntoIterator<Item = Offer>) -> HashMap<VariantId, Offer> {
    let all = (1..=60).map(offer).chain(changed);
    all.map(|offer| (offer.variant_id, offer)).collect()
}

fn quote(cart: &Cart, offers: &HashMap<VariantId, Offer>) -> Result<Quote, Refusal> {
    Quote::of(cart, offers, (&method(), "address_1".to_owned()))
}

fn checkout(lines: &[(u128, i64)]) -> Checkout {
    Checkout::new((id(3), id(7)), quote(&cart(lines), &offers([])).unwrap(), DateTime::UNIX_EPOCH)
}

#[test]
fn a_line_has_1_to_99_and_a_cart_50_lines() {
    let max = 99;
    for quantity in [i64::MIN, -1, 0, 100, i64::MAX] {
        assert_eq!(cart(&[]).add(id(1), &offer(1), quantity), Err(Refusal::QuantityInvalid { max }));
        assert_eq!(cart(&[(1, 1)]).set(id(1), quantity, None), Err(Refusal::QuantityInvalid { max }));
    }
    let mut full = cart(&(1..=50).map(|number| (number, 1)).collect::<Vec<_>>());
    assert_eq!(full.add(id(51), &offer(51), 1), Err(Refusal::CartFull { max: 50 }));
    // More of what is there is no line more.
    assert_eq!(full.add(id(52), &offer(50), 98), Ok(()));
    assert_eq!(full.add(id(53), &offer(50), 1), Err(Refusal::QuantityInvalid { max }));
    let gone = Offer { is_for_sale: false, ..offer(1) };
    assert_eq!(cart(&[]).add(id(1), &gone, 1), Err(Refusal::NotForSale));
    assert_eq!(cart(&[]).set(id(1), 1, None), Err(Refusal::NotFound("line")));
    assert_eq!(cart(&[(1, 1)]).remove(&[id(1), id(1)]), Err((1, Refusal::NotFound("line"))));
}

#[test]
fn a_quote_adds_up_and_weighs() {
    let quote = quote(&cart(&[(1, 2), (2, 1)]), &offers([])).unwrap();
    assert_eq!((quote.items_total, quote.shipping_total, quote.total), (eur(3750), eur(490 + 180), eur(4420)));
    // 900 g at 1.99 a kilogram are 1.791, which is paid as 1.80.
    assert_eq!(method().price(0), Some(eur(490)));
    assert_eq!(method().price(1), Some(eur(491)));
    let dear = ShippingMethod { base_price: i64::MAX, ..method() };
    assert_eq!(dear.price(1), None);
}

#[test]
fn a_cart_that_cannot_be_priced_says_why() {
    let usd = Money { minor_units: 5, currency: "USD".parse().unwrap() };
    let mixed = Refusal::CurrencyMixed(eur(0).currency, usd.currency);
    let cases = [
        (cart(&[]), offers([]), Refusal::CartEmpty),
        (cart(&[(1, 1), (2, 1)]), offers([Offer { price: usd, ..offer(2) }]), mixed),
        (cart(&[(1, 1)]), offers([Offer { price: usd, ..offer(1) }]), Refusal::ShippingMethodUnknown),
        (cart(&[(1, 1)]), offers([Offer { is_for_sale: false, ..offer(1) }]), Refusal::NotForSale),
        (cart(&[(1, 1)]), HashMap::new(), Refusal::NotForSale),
        (cart(&[(1, 2)]), offers([Offer { price: eur(i64::MAX), ..offer(1) }]), Refusal::TotalTooLarge),
        (cart(&[(1, 9)]), offers([Offer { weight_grams: i64::MAX, ..offer(1) }]), Refusal::TotalTooLarge),
    ];
    for (cart, offers, refusal) in cases {
        assert_eq!(quote(&cart, &offers), Err(refusal));
    }
    let free = ShippingMethod { base_price: 0, price_per_kg: 0, ..method() };
    let gift = offers([Offer { price: eur(0), ..offer(1) }]);
    let nothing = Quote::of(&cart(&[(1, 1)]), &gift, (&free, "address_1".to_owned()));
    assert_eq!(nothing, Err(Refusal::NothingToPay));
}

#[test]
fn a_checkout_holds_for_half_an_hour_and_for_its_prices() {
    let (checkout, now) = (checkout(&[(1, 2)]), DateTime::UNIX_EPOCH);
    let hash = checkout.quote_hash.clone();
    assert_eq!(checkout.check(&hash, &offers([]), now), Ok(()));
    let late = now + TimeDelta::minutes(30);
    assert_eq!(checkout.check(&hash, &offers([]), late), Err(Refusal::CheckoutExpired));
    assert_eq!(checkout.check("another", &offers([]), now), Err(Refusal::QuoteStale));
    let dearer = offers([Offer { price: eur(1251), ..offer(1) }]);
    assert_eq!(checkout.check(&hash, &dearer, now), Err(Refusal::QuoteStale));
    let gone = offers([Offer { is_for_sale: false, ..offer(1) }]);
    assert_eq!(checkout.check(&hash, &gone, now), Err(Refusal::NotForSale));
    let placed = Checkout { order: Some(id(1)), ..checkout };
    assert_eq!(placed.check(&hash, &offers([]), now), Err(Refusal::CheckoutAlreadyPlaced));
}

#[test]
fn a_quote_hash_tells_everything_apart() {
    let base = checkout(&[(1, 2)]);
    assert_eq!(base.quote_hash, checkout(&[(1, 2)]).quote_hash);
    let address = Quote { delivery_address_id: "address_2".into(), ..base.quote.clone() };
    for other in [checkout(&[(1, 3)]).quote, checkout(&[(2, 2)]).quote, address] {
        assert_ne!(base.quote_hash, other.hash());
    }
}

#[test]
fn a_payment_method_is_a_token_and_never_a_card() {
    for good in ["tok_visa", "pm_1A-b", "a", &"x".repeat(100)] {
        assert!(Checkout::payment_method(good).is_ok(), "{good}");
    }
    for bad in ["", "4111111111111111", "4111-1111-1111-1111", "tok visa", "tok'", &"x".repeat(101)] {
        assert!(Checkout::payment_method(bad).is_err(), "{bad}");
    }
}
