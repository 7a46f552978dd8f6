//! What may be set, by environment variables: `HANSA_PAYMENTS_*`. README.md lists them.

use hansa_subgraph_host::Mode;
use std::{fmt, time::Duration};

/// Says that the sandbox is wanted.
const SANDBOX: &str = "HANSA_PAYMENTS_SANDBOX";

/// What an operator is told who may not know that nobody pays.
const NO_MONEY_MOVES: &str = "payments uses its sandbox: orders are paid in name only, and NO MONEY MOVES. Set \
    HANSA_PAYMENTS_STRIPE_KEY to the key of a provider, or HANSA_PAYMENTS_SANDBOX=on where this is what you want";

/// A secret that is not shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

/// Who moves the money.
#[derive(Debug, Clone, PartialEq)]
pub enum ProviderSettings {
    Sandbox(SandboxSettings),
    Stripe(StripeSettings),
}

/// How the sandbox behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct SandboxSettings {
    /// Somebody has said that it is to be used, and knows that it moves no money.
    pub is_wanted: bool,
    /// Before each answer.
    pub delay: Duration,
    /// The same keys meet the same faults.
    pub seed: u64,
    /// Of 100 authorisations so many are declined.
    pub decline_percent: u64,
    /// Of 100 calls so many are done, and their answers are lost.
    pub lost_answer_percent: u64,
    /// Of 100 calls so many are not done when they are sent first, and never answered.
    pub lost_call_percent: u64,
    /// How long a lost answer cannot be asked for.
    pub unknown_for: Duration,
    /// Of 100 calls so many are told by webhook too, at once and once more.
    pub webhook_percent: u64,
    /// How late the second webhook is.
    pub webhook_late: Duration,
}

/// A Stripe-compatible provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeSettings {
    pub url: String,
    pub key: Secret,
    /// Signs webhooks; without one none is taken.
    pub webhook_secret: Option<Secret>,
}

/// All settings of this context.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentsSettings {
    pub provider: ProviderSettings,
    /// Calls of the provider at the same time.
    pub calls_max: usize,
    /// How long a call may take.
    pub call_time_max: Duration,
    /// The platform's part of what vendors sell, in hundredths of a percent.
    pub fee_basis_points: u32,
}

/// A variable with a value that it cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} is `{value}`: {wanted} is wanted")]
pub struct SettingError {
    pub name: String,
    pub value: String,
    pub wanted: &'static str,
}

impl Default for SandboxSettings {
    fn default() -> Self {
        SandboxSettings {
            is_wanted: false,
            delay: Duration::ZERO,
            seed: 1,
            decline_percent: 0,
            lost_answer_percent: 0,
            lost_call_percent: 0,
            unknown_for: Duration::from_secs(3),
            webhook_percent: 0,
            webhook_late: Duration::from_secs(5),
        }
    }
}

impl Default for PaymentsSettings {
    fn default() -> Self {
        PaymentsSettings {
            provider: ProviderSettings::Sandbox(SandboxSettings::default()),
            calls_max: 32,
            call_time_max: Duration::from_secs(10),
            fee_basis_points: 1_000,
        }
    }
}

impl PaymentsSettings {
    /// From the process's environment.
    pub fn from_environment() -> Result<PaymentsSettings, SettingError> {
        PaymentsSettings::from_variables(&|name| std::env::var(name).ok())
    }

    /// What is to be said at the start in this mode.
    pub(crate) fn warning(&self, mode: Mode) -> Option<&'static str> {
        match (&self.provider, mode) {
            (ProviderSettings::Sandbox(sandbox), Mode::Production) if !sandbox.is_wanted => Some(NO_MONEY_MOVES),
            _ => None,
        }
    }

    /// From variables by their names. A sandbox is used where there is no key of a provider.
    pub fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Result<PaymentsSettings, SettingError> {
        let defaults = PaymentsSettings::default();
        let number = |name: &str, default: u64, range: (u64, u64, &'static str)| number(variable, name, default, range);
        let milliseconds = (0, 3_600_000, "a number of milliseconds up to an hour");
        let key = variable("HANSA_PAYMENTS_STRIPE_KEY").filter(|key| !key.is_empty());
        let provider = match (key, is_sandbox_wanted(variable)?) {
            (Some(_), true) => {
                let wanted = "one of it and HANSA_PAYMENTS_STRIPE_KEY, and not both,";
                return Err(SettingError { name: SANDBOX.to_owned(), value: "on".to_owned(), wanted });
            }
            (Some(key), false) => ProviderSettings::Stripe(stripe(variable, key)?),
            (None, is_wanted) => ProviderSettings::Sandbox(sandbox(variable, is_wanted)?),
        };
        let call_time = number("HANSA_PAYMENTS_CALL_TIMEOUT_MS", millis(defaults.call_time_max), milliseconds)?;
        let calls_max = number("HANSA_PAYMENTS_CALLS_MAX", 32, (1, 1_000, "a number from 1 to 1000"))?;
        let points = (0, 10_000, "hundredths of a percent, from 0 to 10000");
        let fee = number("HANSA_PAYMENTS_FEE_BASIS_POINTS", u64::from(defaults.fee_basis_points), points)?;
        Ok(PaymentsSettings {
            provider,
            calls_max: usize::try_from(calls_max).unwrap_or(defaults.calls_max),
            call_time_max: Duration::from_millis(call_time.max(1)),
            fee_basis_points: u32::try_from(fee).unwrap_or(defaults.fee_basis_points),
        })
    }
}

fn is_sandbox_wanted(variable: &dyn Fn(&str) -> Option<String>) -> Result<bool, SettingError> {
    let Some(value) = variable(SANDBOX) else { return Ok(false) };
    match value.trim() {
        "on" => Ok(true),
        "" | "off" => Ok(false),
        _ => Err(SettingError { name: SANDBOX.to_owned(), value, wanted: "`on` or `off`" }),
    }
}

fn sandbox(variable: &dyn Fn(&str) -> Option<String>, is_wanted: bool) -> Result<SandboxSettings, SettingError> {
    let defaults = SandboxSettings::default();
    let percent = |name: &str| number(variable, name, 0, (0, 100, "a percentage from 0 to 100"));
    let duration = |name: &str, default: Duration| {
        number(variable, name, millis(default), (0, 3_600_000, "a number of milliseconds up to an hour"))
            .map(Duration::from_millis)
    };
    Ok(SandboxSettings {
        is_wanted,
        delay: duration("HANSA_PAYMENTS_SANDBOX_DELAY_MS", defaults.delay)?,
        seed: number(variable, "HANSA_PAYMENTS_SANDBOX_SEED", defaults.seed, (0, u64::MAX, "a whole number"))?,
        decline_percent: percent("HANSA_PAYMENTS_SANDBOX_DECLINE_PERCENT")?,
        lost_answer_percent: percent("HANSA_PAYMENTS_SANDBOX_LOST_ANSWER_PERCENT")?,
        lost_call_percent: percent("HANSA_PAYMENTS_SANDBOX_LOST_CALL_PERCENT")?,
        unknown_for: duration("HANSA_PAYMENTS_SANDBOX_UNKNOWN_MS", defaults.unknown_for)?,
        webhook_percent: percent("HANSA_PAYMENTS_SANDBOX_WEBHOOK_PERCENT")?,
        webhook_late: duration("HANSA_PAYMENTS_SANDBOX_WEBHOOK_LATE_MS", defaults.webhook_late)?,
    })
}

fn stripe(variable: &dyn Fn(&str) -> Option<String>, key: String) -> Result<StripeSettings, SettingError> {
    let name = "HANSA_PAYMENTS_STRIPE_URL";
    let url = variable(name).unwrap_or_else(|| "https://api.stripe.com".to_owned());
    let url = url.trim_end_matches('/').to_owned();
    let is_http = url.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    });
    if !is_http {
        let wanted = "a URL with http:// or https://";
        return Err(SettingError { name: name.to_owned(), value: url, wanted });
    }
    let webhook_secret = variable("HANSA_PAYMENTS_STRIPE_WEBHOOK_SECRET").filter(|secret| !secret.is_empty());
    Ok(StripeSettings { url, key: Secret(key), webhook_secret: webhook_secret.map(Secret) })
}

fn number(
    variable: &dyn Fn(&str) -> Option<String>,
    name: &str,
    default: u64,
    (least, most, wanted): (u64, u64, &'static str),
) -> Result<u64, SettingError> {
    let Some(value) = variable(name) else { return Ok(default) };
    let read = value.trim().parse().ok().filter(|number| (least..=most).contains(number));
    read.ok_or_else(|| SettingError { name: name.to_owned(), value: value.clone(), wanted })
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}
