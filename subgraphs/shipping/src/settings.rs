//! What may be set, by environment variables: `HANSA_SHIPPING_*`. README.md lists them.

use hansa_subgraph_host::Mode;
use std::{fmt, time::Duration};

/// How long the sandbox takes from step to step.
const STEP: Duration = Duration::from_secs(2);

/// A secret that is not shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

/// Who carries the parcels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierSettings {
    /// Signs what a carrier tells; without one nobody is believed.
    pub callback_secret: Option<Secret>,
    /// The sandbox carries confirmed shipments by itself, with so long between two steps; `None`: nobody does.
    pub sandbox_step: Option<Duration>,
    /// Somebody has said whether it does.
    pub is_sandbox_set: bool,
}

/// A variable with a value that it cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} is `{value}`: {wanted} is wanted")]
pub struct SettingError {
    pub name: &'static str,
    pub value: String,
    pub wanted: &'static str,
}

impl Default for CarrierSettings {
    fn default() -> Self {
        CarrierSettings { callback_secret: None, sandbox_step: Some(STEP), is_sandbox_set: false }
    }
}

impl CarrierSettings {
    /// From the process's environment.
    pub fn from_environment() -> Result<CarrierSettings, SettingError> {
        CarrierSettings::from_variables(&|name| std::env::var(name).ok())
    }

    /// From variables by their names. The sandbox carries where it is switched on, and where nothing is said and no carrier has
    /// a secret: a carrier's parcels are real.
    pub fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Result<CarrierSettings, SettingError> {
        let secret = variable("HANSA_SHIPPING_CARRIER_SECRET").filter(|secret| !secret.is_empty());
        let name = "HANSA_SHIPPING_SANDBOX_CARRIER";
        let chosen = match variable(name).as_deref() {
            None => None,
            Some("on") => Some(true),
            Some("off") => Some(false),
            Some(value) => return Err(SettingError { name, value: value.to_owned(), wanted: "`on` or `off`" }),
        };
        let name = "HANSA_SHIPPING_SANDBOX_STEP_MS";
        let step = match variable(name) {
            None => STEP,
            Some(value) => match value.trim().parse::<u64>().ok().filter(|step| (1..=86_400_000).contains(step)) {
                Some(step) => Duration::from_millis(step),
                None => return Err(SettingError { name, value, wanted: "a number of milliseconds up to a day" }),
            },
        };
        let sandbox_step = chosen.unwrap_or(secret.is_none()).then_some(step);
        let callback_secret = secret.map(Secret);
        Ok(CarrierSettings { callback_secret, sandbox_step, is_sandbox_set: chosen.is_some() })
    }

    /// What somebody should know who serves with this.
    pub(crate) fn warning(&self, mode: Mode) -> Option<&'static str> {
        let is_unasked = self.sandbox_step.is_some() && !self.is_sandbox_set && mode == Mode::Production;
        is_unasked.then_some(
            "no carrier is set up: the sandbox tells after seconds that each parcel was delivered; set \
             HANSA_SHIPPING_CARRIER_SECRET for a carrier's callbacks, or HANSA_SHIPPING_SANDBOX_CARRIER to `off`, or to `on` \
             where that is what you want",
        )
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}
