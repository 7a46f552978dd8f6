//! Ways of shipping that the marketplace offers to all its merchants.

use super::{LoadError, Step, identity::People, progress::Progress};
use crate::demo::world::opening;
use chrono::TimeDelta;
use hansa_shipping::{CommandError, Shipping, ShippingMethodCreate};
use hansa_values::Money;

/// Code, name, and cents: to begin with, and for each kilogram.
const METHODS: [(&str, &str, i64, i64); 2] =
    [("standard", "Standard, three to five days", 390, 60), ("express", "Express, the next day", 990, 150)];
const COUNTRIES: [&str; 10] = ["AT", "BE", "CH", "DE", "DK", "FI", "FR", "NL", "NO", "SE"];

/// The marketplace's own tenant.
const PLATFORM: usize = 0;

pub(super) async fn load(shipping: &Shipping, people: &People, progress: &Progress) -> Result<(), LoadError> {
    let operator = &people.owners[PLATFORM];
    for (number, (code, name, base, per_kg)) in METHODS.into_iter().enumerate() {
        let step = Step::new("shippingMethodCreate", number, opening() + TimeDelta::hours(12));
        let euros = |minor_units| Money { minor_units, currency: super::catalog::euro().0 };
        let countries = COUNTRIES.iter().map(|code| code.parse().expect("the constants are countries of ISO 3166"));
        let input = ShippingMethodCreate {
            code: code.to_owned(),
            name: name.to_owned(),
            base_price: euros(base),
            price_per_kg: euros(per_kg),
            countries: countries.collect(),
            is_platforms: true,
        };
        let made = shipping.method_create(operator, &step.command(operator), input).await;
        made.map_err(|error| refused(&step, &error))?;
        progress.step();
    }
    Ok(())
}

fn refused(step: &Step, error: &CommandError) -> LoadError {
    match error {
        CommandError::Refused(refusal) => step.failed(format!("{refusal:?}")),
        CommandError::Failed(fault) => step.broke(fault),
    }
}
