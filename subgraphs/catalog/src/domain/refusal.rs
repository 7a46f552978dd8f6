//! Why a command is refused, and at which part of its input. Every reason has one code; the context's README lists them.

use super::{AttributeKind, ProductStatus};
use hansa_values::{CurrencyCode, MoneyError};

/// One reason, and where in the input it stands; no place means the command as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub field: Vec<String>,
    pub refusal: Refusal,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such {0}, or you may not change it")]
    NotFound(&'static str),
    #[error("this needs the scope {0} in the acting tenant")]
    Forbidden(&'static str),
    #[error("it was changed meanwhile: its version is {current}")]
    VersionConflict { current: i64 },
    #[error("the tenant is suspended: nothing of it is published until the platform reinstates it")]
    TenantSuspended,
    #[error("a handle has 2 to 80 lower-case letters and digits, with single hyphens between them")]
    HandleInvalid,
    #[error("the handle `{0}` is taken")]
    HandleTaken(String),
    #[error("the handle stays as it is once the product was published: links lead to it")]
    HandleFixed,
    #[error("{what} has 1 to {characters_max} characters, one of them visible, and no control characters")]
    TextInvalid { what: &'static str, characters_max: usize },
    #[error("the vendor's prices are in {vendor}, not in {given}")]
    CurrencyMismatch { vendor: CurrencyCode, given: CurrencyCode },
    #[error("this is no price: {0}")]
    PriceInvalid(MoneyError),
    #[error("a price is not negative")]
    PriceNegative,
    #[error("a SKU has 1 to 64 letters, digits, hyphens, underscores, dots or slashes")]
    SkuInvalid,
    #[error("another variant of this vendor has the SKU `{0}`")]
    SkuTaken(String),
    #[error("{what} is a whole number from 0 to {max}")]
    MeasureInvalid { what: &'static str, max: i64 },
    #[error("there is room for {max} {what}")]
    LimitReached { what: &'static str, max: usize },
    #[error("the {what} is at most {limit}")]
    TooMuch { what: &'static str, limit: usize },
    #[error("an attribute has exactly one of text, number and boolean, and a unit only beside a number")]
    AttributeInvalid,
    #[error("a number has at most 12 digits before the point and 6 behind it")]
    NumberInvalid,
    #[error("there are two attributes called `{0}`")]
    AttributeTwice(String),
    #[error("the category says that `{name}` is of kind {wanted}")]
    AttributeKindMismatch { name: String, wanted: AttributeKind },
    #[error("the category has no choice `{choice}` for `{name}`")]
    AttributeChoiceUnknown { name: String, choice: String },
    #[error("the category measures `{name}` {}", match unit { Some(unit) => format!("in {unit}"), None => "without a unit".to_owned() })]
    AttributeUnitMismatch { name: String, unit: Option<String> },
    #[error("the category wants `{0}`: give it to the product, or to each of its variants")]
    AttributeMissing(String),
    #[error("a definition has choices exactly when its kind is CHOICE, each once, and a unit only when it is NUMBER")]
    DefinitionInvalid,
    #[error("`{0}` is defined twice on the way from the root to a category")]
    DefinitionTwice(String),
    #[error("a category cannot stand beneath itself")]
    CategoryCycle,
    #[error("categories are nested at most {0} deep")]
    CategoryTooDeep(usize),
    #[error("a product that is {0} cannot do this")]
    WrongStatus(ProductStatus),
    #[error("a product is published with at least one variant")]
    VariantMissing,
    #[error("a published product keeps at least one variant")]
    LastVariant,
    #[error("a product is published in a category")]
    CategoryMissing,
}

impl Refusal {
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NotFound(_) => "NOT_FOUND",
            Refusal::Forbidden(_) => "FORBIDDEN",
            Refusal::VersionConflict { .. } => "VERSION_CONFLICT",
            Refusal::HandleInvalid => "HANDLE_INVALID",
            Refusal::HandleTaken(_) => "HANDLE_TAKEN",
            Refusal::HandleFixed => "HANDLE_FIXED",
            Refusal::TenantSuspended => "TENANT_SUSPENDED",
            Refusal::TextInvalid { .. } => "TEXT_INVALID",
            Refusal::CurrencyMismatch { .. } => "CURRENCY_MISMATCH",
            Refusal::PriceInvalid(_) | Refusal::PriceNegative => "PRICE_INVALID",
            Refusal::SkuInvalid => "SKU_INVALID",
            Refusal::SkuTaken(_) => "SKU_TAKEN",
            Refusal::MeasureInvalid { .. } => "MEASURE_INVALID",
            Refusal::LimitReached { .. } | Refusal::TooMuch { .. } => "LIMIT_REACHED",
            Refusal::AttributeInvalid | Refusal::NumberInvalid => "ATTRIBUTE_INVALID",
            Refusal::AttributeTwice(_) => "ATTRIBUTE_TWICE",
            Refusal::AttributeKindMismatch { .. } => "ATTRIBUTE_KIND_MISMATCH",
            Refusal::AttributeChoiceUnknown { .. } => "ATTRIBUTE_CHOICE_UNKNOWN",
            Refusal::AttributeUnitMismatch { .. } => "ATTRIBUTE_UNIT_MISMATCH",
            Refusal::AttributeMissing(_) => "ATTRIBUTE_MISSING",
            Refusal::DefinitionInvalid => "DEFINITION_INVALID",
            Refusal::DefinitionTwice(_) => "DEFINITION_TWICE",
            Refusal::CategoryCycle => "CATEGORY_CYCLE",
            Refusal::CategoryTooDeep(_) => "CATEGORY_TOO_DEEP",
            Refusal::WrongStatus(_) => "WRONG_STATUS",
            Refusal::VariantMissing | Refusal::LastVariant => "VARIANT_MISSING",
            Refusal::CategoryMissing => "CATEGORY_MISSING",
        }
    }

    pub fn at(self, field: &str) -> Refused {
        Refused { field: vec![field.to_owned()], refusal: self }
    }
}

impl Refused {
    /// The same, seen from the object or list around it.
    pub fn within(mut self, outer: &str) -> Refused {
        self.field.insert(0, outer.to_owned());
        self
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused { field: Vec::new(), refusal }
    }
}

impl From<Refusal> for Vec<Refused> {
    fn from(refusal: Refusal) -> Vec<Refused> {
        vec![refusal.into()]
    }
}

impl From<Refused> for Vec<Refused> {
    fn from(refused: Refused) -> Vec<Refused> {
        vec![refused]
    }
}

/// Collects what is wrong with an input, so that its author learns all of it at once.
#[derive(Debug, Default)]
pub struct Checks {
    found: Vec<Refused>,
}

impl Checks {
    pub fn take<T>(&mut self, field: &str, checked: Result<T, Refusal>) -> Option<T> {
        checked.map_err(|refusal| self.found.push(refusal.at(field))).ok()
    }

    pub fn take_within<T>(&mut self, outer: &str, checked: Result<T, Vec<Refused>>) -> Option<T> {
        checked.map_err(|found| self.found.extend(found.into_iter().map(|refused| refused.within(outer)))).ok()
    }

    /// What knows its own places.
    pub fn take_here<T>(&mut self, checked: Result<T, Vec<Refused>>) -> Option<T> {
        checked.map_err(|found| self.found.extend(found)).ok()
    }

    pub fn refuse(&mut self, refused: impl Into<Refused>) {
        self.found.push(refused.into());
    }

    /// The value, which is there when nothing was found.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Refused>> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(self.found),
        }
    }
}
