//! How much there is, as everybody may know it.

use super::VariantId;
use hansa_event_sourcing::EventContent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, time::Duration};

/// So many units are few.
pub(crate) const LOW_STOCK_MAX: i64 = 5;

/// Between two events about one variant there is at least this.
pub(crate) const CHANGES_APART: Duration = Duration::from_millis(200);

#[expect(clippy::enum_variant_names, reason = "they are the names that clients know")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Level {
    InStock,
    LowStock,
    OutOfStock,
}

/// The event `availability.changed`: the only one of its aggregate, whose id is the variant's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AvailabilityChanged {
    pub(crate) variant_id: VariantId,
    pub(crate) level: Level,
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no level of availability")]
pub(crate) struct UnknownLevel(String);

impl Level {
    const ALL: [Level; 3] = [Level::InStock, Level::LowStock, Level::OutOfStock];

    pub(crate) fn of(saleable: i64) -> Level {
        match saleable {
            i64::MIN..=0 => Level::OutOfStock,
            1..=LOW_STOCK_MAX => Level::LowStock,
            _ => Level::InStock,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Level::InStock => "IN_STOCK",
            Level::LowStock => "LOW_STOCK",
            Level::OutOfStock => "OUT_OF_STOCK",
        }
    }
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Level, UnknownLevel> {
        Level::ALL.into_iter().find(|level| level.as_str() == text).ok_or_else(|| UnknownLevel(text.to_owned()))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl AvailabilityChanged {
    pub(crate) const AGGREGATE: &'static str = "availability";
}

impl EventContent for AvailabilityChanged {
    fn event_type(&self) -> &'static str {
        "changed"
    }
}
