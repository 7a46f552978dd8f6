//! Weight and size of a variant, as it is packed: whole grams and millimetres.

use super::{Checks, Refusal, Refusals};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measures {
    pub weight_grams: Option<i64>,
    pub width_mm: Option<i64>,
    pub height_mm: Option<i64>,
    pub depth_mm: Option<i64>,
}

/// Measures as they are given; what is not given stays as it was.
#[derive(Debug, Clone, Copy, Default)]
pub struct GivenMeasures {
    pub weight_grams: Option<i64>,
    pub width_mm: Option<i64>,
    pub height_mm: Option<i64>,
    pub depth_mm: Option<i64>,
}

impl Measures {
    /// A hundred tonnes.
    const GRAMS_MAX: i64 = 100_000_000;
    /// A hundred metres.
    const MILLIMETRES_MAX: i64 = 100_000;

    pub fn with(self, given: GivenMeasures) -> Result<Measures, Refusals> {
        let mut checks = Checks::default();
        let mut check = |field, what, max, given: Option<i64>, before: Option<i64>| match given {
            Some(value) if !(0..=max).contains(&value) => {
                checks.take::<()>(field, Err(Refusal::MeasureInvalid { what, max }));
                None
            }
            given => given.or(before),
        };
        let measures = Measures {
            weight_grams: check("weightGrams", "a weight", Self::GRAMS_MAX, given.weight_grams, self.weight_grams),
            width_mm: check("widthMm", "a width", Self::MILLIMETRES_MAX, given.width_mm, self.width_mm),
            height_mm: check("heightMm", "a height", Self::MILLIMETRES_MAX, given.height_mm, self.height_mm),
            depth_mm: check("depthMm", "a depth", Self::MILLIMETRES_MAX, given.depth_mm, self.depth_mm),
        };
        checks.finish(Some(measures))
    }
}
