//! Variants: what is bought and shipped. They live in their product, so that a change of both is one write.

use super::{Attribute, Label, Measures, PriceChange, Refusal, product::VariantFacts};
use hansa_values::{EntityKind, Id, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub type VariantId = Id<Variant>;

/// The vendor's own number of a variant; unique for the vendor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Sku(String);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    pub id: VariantId,
    /// Counts the changes of this variant alone.
    pub version: i64,
    pub sku: Sku,
    pub title: Label,
    pub price: Money,
    /// The last ones, newest first.
    pub price_history: Vec<PriceChange>,
    pub measures: Measures,
    pub attributes: Vec<Attribute>,
}

#[derive(Debug, Clone)]
pub struct NewVariant {
    pub id: VariantId,
    pub sku: Sku,
    pub title: Label,
    pub price: Money,
    pub measures: Measures,
    pub attributes: Vec<Attribute>,
}

/// What is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct VariantChanges {
    pub sku: Option<Sku>,
    pub title: Option<Label>,
    pub measures: Option<Measures>,
    pub attributes: Option<Vec<Attribute>>,
}

impl EntityKind for Variant {
    const PREFIX: &'static str = "variant";
    const TYPE_NAME: &'static str = "ProductVariant";
}

impl Sku {
    const CHARACTERS_MAX: usize = 64;

    pub fn new(text: &str) -> Result<Sku, Refusal> {
        let is_good = (1..=Self::CHARACTERS_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
        if is_good { Ok(Sku(text.to_owned())) } else { Err(Refusal::SkuInvalid) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Variant {
    pub const COUNT_MAX: usize = 100;
    pub const TITLE_CHARACTERS_MAX: usize = 120;
    pub const PRICE_HISTORY_MAX: usize = 20;

    pub fn title(text: &str) -> Result<Label, Refusal> {
        Label::new(text, "a title", Self::TITLE_CHARACTERS_MAX)
    }

    pub(super) fn facts(&self) -> VariantFacts {
        let Measures { weight_grams, width_mm, height_mm, depth_mm } = self.measures;
        VariantFacts {
            variant_id: self.id,
            sku: self.sku.clone(),
            title: self.title.clone(),
            price: self.price,
            attributes: self.attributes.clone(),
            weight_grams,
            width_mm,
            height_mm,
            depth_mm,
        }
    }

    pub(super) fn new(new: NewVariant) -> Variant {
        let NewVariant { id, sku, title, price, measures, attributes } = new;
        Variant { id, version: 1, sku, title, price, price_history: Vec::new(), measures, attributes }
    }
}
