//! What may be set, by environment variables: `HANSA_SHIPPING_*`. README.md lists them.

use std::{fmt, time::Duration};

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
        CarrierSettings { callback_secret: None, sandbox_step: Some(Duration::from_secs(2)) }
    }
}

impl CarrierSettings {
    /// From the process's environment.
    pub fn from_environment() -> Result<CarrierSettings, SettingError> {
        CarrierSettings::from_variables(&|name| std::env::var(name).ok())
    }

    /// From variables by their names. The sandbox carries, unless it is switched off.
    pub fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Result<CarrierSettings, SettingError> {
        let secret = variable("HANSA_SHIPPING_CARRIER_SECRET").filter(|secret| !secret.is_empty());
        let name = "HANSA_SHIPPING_SANDBOX_CARRIER";
        let is_on = match variable(name).as_deref() {
            None | Some("on") => true,
            Some("off") => false,
            Some(value) => return Err(SettingError { name, value: value.to_owned(), wanted: "`on` or `off`" }),
        };
        let name = "HANSA_SHIPPING_SANDBOX_STEP_MS";
        let step = match variable(name) {
            None => 2_000,
            Some(value) => match value.trim().parse::<u64>().ok().filter(|step| (1..=86_400_000).contains(step)) {
                Some(step) => step,
                None => return Err(SettingError { name, value, wanted: "a number of milliseconds up to a day" }),
            },
        };
        let sandbox_step = is_on.then(|| Duration::from_millis(step));
        Ok(CarrierSettings { callback_secret: secret.map(Secret), sandbox_step })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}
