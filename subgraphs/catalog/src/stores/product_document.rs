//! A product as it is stored: itself, and beside it what searches ask for.

use crate::domain::{Attribute, AttributeValue, Product, Sku, VendorId};
use hansa_documents::{CollectionSpec, Document, Index};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Stands between the parts of a key. Labels have no control characters.
const SEPARATOR: char = '\u{1f}';

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProductDocument {
    pub(super) product: Product,
    /// Only written: it follows from the product.
    #[serde(skip_deserializing)]
    search: Option<SearchFields>,
}

#[derive(Debug, Serialize)]
struct SearchFields {
    /// In small letters.
    title: String,
    /// Title and description in small letters.
    text: String,
    /// Minor units; -1 without variants.
    lowest_price: i64,
    skus: Vec<String>,
    variants: Vec<String>,
    /// Names, and names with texts or flags, of the product's attributes and its variants'.
    attributes: BTreeSet<String>,
    numbers: Vec<NumberField>,
}

#[derive(Debug, PartialEq, Eq, Hash, Serialize)]
struct NumberField {
    name: String,
    millionths: i64,
}

impl ProductDocument {
    pub(super) fn new(product: Product) -> ProductDocument {
        let search = SearchFields {
            title: title_key(&product),
            text: format!("{}\n{}", product.title.as_str(), product.description.as_str()).to_lowercase(),
            lowest_price: lowest_price_key(&product),
            skus: product.variants.iter().map(|variant| sku_key(product.vendor, &variant.sku)).collect(),
            variants: product.variants.iter().map(|variant| variant.id.to_string()).collect(),
            attributes: all_attributes(&product).flat_map(keys).collect(),
            numbers: numbers(&product),
        };
        ProductDocument { product, search: Some(search) }
    }
}

impl Document for ProductDocument {
    const COLLECTION: CollectionSpec = CollectionSpec {
        name: "products",
        indexes: &[
            Index::unique("handle", &["product.handle"]),
            Index::unique_elements("sku", &["search.skus"]),
            Index::elements("variants", &["search.variants"]),
            Index::elements("attributes", &["search.attributes"]),
            Index::plain("status", &["product.status"]),
            Index::plain("status_title", &["product.status", "search.title"]),
            Index::plain("status_price", &["product.status", "product.currency", "search.lowest_price"]),
            Index::plain("category", &["product.category", "product.status"]),
            Index::plain("vendor", &["product.vendor", "product.status"]),
            Index::plain("vendor_price", &["product.vendor", "product.status", "search.lowest_price"]),
            Index::plain("tenant", &["product.tenant", "product.status"]),
        ],
        times: &["product.created_at", "product.updated_at", "product.published_at"],
    };

    fn id(&self) -> String {
        self.product.id.to_string()
    }

    fn version(&self) -> i64 {
        self.product.version
    }
}

pub(super) fn title_key(product: &Product) -> String {
    product.title.as_str().to_lowercase()
}

pub(super) fn lowest_price_key(product: &Product) -> i64 {
    product.lowest_price().map_or(-1, |price| price.minor_units)
}

pub(super) fn sku_key(vendor: VendorId, sku: &Sku) -> String {
    format!("{vendor}{SEPARATOR}{}", sku.as_str())
}

pub(super) fn name_key(name: &str) -> String {
    name.to_owned()
}

/// Texts and choices are found alike.
pub(super) fn text_key(name: &str, text: &str) -> String {
    format!("{name}{SEPARATOR}text{SEPARATOR}{text}")
}

pub(super) fn boolean_key(name: &str, boolean: bool) -> String {
    format!("{name}{SEPARATOR}boolean{SEPARATOR}{boolean}")
}

fn all_attributes(product: &Product) -> impl Iterator<Item = &Attribute> {
    product.attributes.iter().chain(product.variants.iter().flat_map(|variant| &variant.attributes))
}

fn keys(attribute: &Attribute) -> Vec<String> {
    let name = attribute.name.as_str();
    match &attribute.value {
        AttributeValue::Text(text) | AttributeValue::Choice(text) => vec![name_key(name), text_key(name, text)],
        AttributeValue::Boolean(boolean) => vec![name_key(name), boolean_key(name, *boolean)],
        AttributeValue::Number { .. } => vec![name_key(name)],
    }
}

fn numbers(product: &Product) -> Vec<NumberField> {
    let mut numbers = Vec::new();
    for attribute in all_attributes(product) {
        if let AttributeValue::Number { number, .. } = &attribute.value {
            let field = NumberField { name: attribute.name.as_str().to_owned(), millionths: number.millionths };
            if !numbers.contains(&field) {
                numbers.push(field);
            }
        }
    }
    numbers
}
