//! Inputs of the commands: plain structs, which are the mutations' inputs as well. Ids in them are texts: what is no id
//! of the right kind is the id of nothing.

use crate::domain::{AttributeKind, GivenAttribute, GivenDefinition, GivenMeasures};
use async_graphql::{Enum, ID, InputObject};
use hansa_subgraph_host::{
    MoneyInput,
    scalars::{CurrencyCode, Decimal},
};
use serde::{Serialize, Serializer};

/// What an attribute's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Enum)]
#[graphql(name = "AttributeKind", remote = "AttributeKind")]
pub enum AttributeKindInput {
    /// Any text.
    Text,
    /// A decimal number, perhaps with a unit.
    Number,
    /// Yes or no.
    Boolean,
    /// One of the texts that the definition lists.
    Choice,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct VendorCreateInput {
    /// 2 to 80 lower-case letters and digits, with single hyphens between them. It stays.
    pub handle: String,
    pub name: String,
    #[graphql(default)]
    pub description: String,
    /// What all prices of this vendor are in. It stays.
    #[serde(serialize_with = "currency_text")]
    pub currency_code: CurrencyCode,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// What is not given stays as it is.
#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct VendorUpdateInput {
    pub id: ID,
    /// The version that the change was made for.
    pub expected_version: Option<i32>,
    pub name: Option<String>,
    pub description: Option<String>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// What an attribute of that name is, in a category and all beneath it.
#[derive(Debug, Clone, Serialize, InputObject)]
pub struct AttributeDefinitionInput {
    pub name: String,
    pub kind: AttributeKindInput,
    /// For NUMBER only.
    pub unit: Option<String>,
    /// For CHOICE only, at most 100.
    #[graphql(default)]
    pub choices: Vec<String>,
    /// Whether a product is published only with it.
    #[graphql(default)]
    pub is_required: bool,
}

#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct CategoryCreateInput {
    /// 2 to 80 lower-case letters and digits, with single hyphens between them. It stays.
    pub handle: String,
    pub name: String,
    #[graphql(default)]
    pub description: String,
    /// None: a root.
    pub parent_id: Option<ID>,
    #[graphql(default)]
    pub attribute_definitions: Vec<AttributeDefinitionInput>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// What is not given stays as it is.
#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct CategoryUpdateInput {
    pub id: ID,
    /// The version that the change was made for.
    pub expected_version: Option<i32>,
    pub name: Option<String>,
    pub description: Option<String>,
    /// All that the category has from now on. Products are checked when they change next.
    pub attribute_definitions: Option<Vec<AttributeDefinitionInput>>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct CategoryMoveInput {
    pub id: ID,
    /// The version that the change was made for.
    pub expected_version: Option<i32>,
    /// None: to the roots.
    pub parent_id: Option<ID>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A free-form attribute: exactly one of `text`, `number` and `boolean`.
#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct AttributeInput {
    pub name: String,
    /// Also a choice.
    pub text: Option<String>,
    #[serde(serialize_with = "decimal_text")]
    pub number: Option<Decimal>,
    pub boolean: Option<bool>,
    /// Of the number; where the category defines one, it can be left out.
    pub unit: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct VariantInput {
    /// The vendor's own number, unique for the vendor.
    pub sku: String,
    pub title: String,
    /// In the vendor's currency.
    #[serde(serialize_with = "money_text")]
    pub price: MoneyInput,
    pub weight_grams: Option<i32>,
    pub width_mm: Option<i32>,
    pub height_mm: Option<i32>,
    pub depth_mm: Option<i32>,
    #[graphql(default)]
    pub attributes: Vec<AttributeInput>,
}

#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct ProductCreateInput {
    pub vendor_id: ID,
    pub title: String,
    /// 2 to 80 lower-case letters and digits, with single hyphens between them. None: what the title gives.
    pub handle: Option<String>,
    #[graphql(default)]
    pub description: String,
    pub category_id: Option<ID>,
    #[graphql(default)]
    pub attributes: Vec<AttributeInput>,
    #[graphql(default)]
    pub variants: Vec<VariantInput>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// What is not given stays as it is.
#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct ProductUpdateInput {
    pub id: ID,
    /// The version that the change was made for.
    pub expected_version: Option<i32>,
    /// Changes only before the first publication.
    pub handle: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub category_id: Option<ID>,
    /// All that the product has from now on.
    pub attributes: Option<Vec<AttributeInput>>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct ProductPublishInput {
    pub id: ID,
    /// The version that the change was made for.
    pub expected_version: Option<i32>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct ProductArchiveInput {
    pub id: ID,
    /// The version that the change was made for.
    pub expected_version: Option<i32>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct VariantAddInput {
    pub product_id: ID,
    pub variant: VariantInput,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// What is not given stays as it is; prices change by `priceSet`.
#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct VariantUpdateInput {
    pub id: ID,
    /// The version of the variant that the change was made for.
    pub expected_version: Option<i32>,
    pub sku: Option<String>,
    pub title: Option<String>,
    pub weight_grams: Option<i32>,
    pub width_mm: Option<i32>,
    pub height_mm: Option<i32>,
    pub depth_mm: Option<i32>,
    /// All that the variant has from now on.
    pub attributes: Option<Vec<AttributeInput>>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct VariantRemoveInput {
    pub id: ID,
    /// The version of the variant that the change was made for.
    pub expected_version: Option<i32>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct PriceSetInput {
    pub variant_id: ID,
    /// In the vendor's currency.
    #[serde(serialize_with = "money_text")]
    pub price: MoneyInput,
    /// The version of the variant that the change was made for.
    pub expected_version: Option<i32>,
    /// 16 to 128 printable ASCII characters: repeating the mutation with the same key does nothing more.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

pub(crate) fn decimal_text<S: Serializer>(number: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    number.as_ref().map(|number| &number.0).serialize(serializer)
}

pub(crate) fn currency_text<S: Serializer>(currency: &CurrencyCode, serializer: S) -> Result<S::Ok, S::Error> {
    currency.0.serialize(serializer)
}

fn money_text<S: Serializer>(money: &MoneyInput, serializer: S) -> Result<S::Ok, S::Error> {
    (&money.amount.0, money.currency_code.0).serialize(serializer)
}

/// As the domain reads them.
pub(super) fn given_attributes(inputs: &[AttributeInput]) -> Vec<GivenAttribute<'_>> {
    inputs.iter().map(AttributeInput::given).collect()
}

/// As the domain reads them.
pub(super) fn given_definitions(inputs: &[AttributeDefinitionInput]) -> Vec<GivenDefinition<'_>> {
    inputs.iter().map(AttributeDefinitionInput::given).collect()
}

impl AttributeInput {
    fn given(&self) -> GivenAttribute<'_> {
        let AttributeInput { name, text, number, boolean, unit } = self;
        let number = number.as_ref().map(|number| number.0.as_str());
        GivenAttribute { name, text: text.as_deref(), number, boolean: *boolean, unit: unit.as_deref() }
    }
}

impl AttributeDefinitionInput {
    fn given(&self) -> GivenDefinition<'_> {
        let AttributeDefinitionInput { name, kind, unit, choices, is_required } = self;
        let kind = AttributeKind::from(*kind);
        GivenDefinition { name, kind, unit: unit.as_deref(), choices, is_required: *is_required }
    }
}

impl VariantInput {
    pub(super) fn measures(&self) -> GivenMeasures {
        let VariantInput { weight_grams, width_mm, height_mm, depth_mm, .. } = self;
        given_measures([*weight_grams, *width_mm, *height_mm, *depth_mm])
    }
}

impl VariantUpdateInput {
    pub(super) fn measures(&self) -> GivenMeasures {
        let VariantUpdateInput { weight_grams, width_mm, height_mm, depth_mm, .. } = self;
        given_measures([*weight_grams, *width_mm, *height_mm, *depth_mm])
    }
}

fn given_measures(measures: [Option<i32>; 4]) -> GivenMeasures {
    let [weight_grams, width_mm, height_mm, depth_mm] = measures.map(|measure| measure.map(i64::from));
    GivenMeasures { weight_grams, width_mm, height_mm, depth_mm }
}
