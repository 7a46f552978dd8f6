//! Categories and products.

use super::{
    content::{AttributeText, CategoryText, Content, KindText, OptionsText, ProductText, ValueText},
    phrases::{chance, one},
    world::between,
};
use chrono::{DateTime, Utc};
use fastrand::Rng;
use std::collections::HashMap;

/// One product in so many stays a draft.
const DRAFT_EVERY: usize = 40;
const ARCHIVED: usize = 17;
/// Options that make a variant dearer from value to value.
const DEARER: [&str; 8] = ["weight", "set", "volume", "length", "diameter", "width", "size", "format"];
/// Sizes that cost the same.
const CLOTHES: [&str; 3] = ["XS", "S", "36-38"];

#[derive(Debug)]
pub(crate) struct Category {
    pub(crate) handle: String,
    pub(crate) name: String,
    pub(crate) parent: Option<usize>,
    pub(crate) attributes: Vec<AttributeDefinition>,
}

#[derive(Debug)]
pub(crate) struct AttributeDefinition {
    pub(crate) name: String,
    pub(crate) unit: Option<String>,
    pub(crate) kind: AttributeKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AttributeKind {
    Number,
    Boolean,
    Choice(Vec<String>),
}

#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) category: usize,
    /// Merchant and vendor, as in [`super::World`].
    pub(crate) vendor: (usize, usize),
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) state: ProductState,
    pub(crate) created_at: DateTime<Utc>,
    /// What buyers like about such things, and what they do not.
    pub(crate) praise: Vec<String>,
    pub(crate) complaint: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProductState {
    Draft,
    Published,
    Archived,
}

#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) value: AttributeValue,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AttributeValue {
    Number(String),
    Boolean(bool),
    Text(String),
}

#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) sku: String,
    pub(crate) title: String,
    /// None where the category has an attribute of this name.
    pub(crate) option: Option<Attribute>,
    pub(crate) cents: i64,
    pub(crate) grams: i64,
    /// Width, height, depth.
    pub(crate) millimetres: [i64; 3],
}

pub(super) fn categories(content: &Content) -> Vec<Category> {
    let places = places(content.categories.iter().map(|category| category.handle.as_str()));
    let parent = |text: &CategoryText| text.parent.as_deref().map(|parent| places[parent]);
    let category = |text: &CategoryText| Category {
        handle: text.handle.clone(),
        name: text.name.clone(),
        parent: parent(text),
        attributes: text.attributes.iter().map(AttributeDefinition::new).collect(),
    };
    content.categories.iter().map(category).collect()
}

pub(super) fn products(content: &Content) -> Vec<Product> {
    let mut vendors = HashMap::new();
    // The platform comes first, and sells nothing.
    for (merchant, text) in (1..).zip(&content.merchants) {
        vendors.extend(text.vendors.iter().enumerate().map(|(index, vendor)| (&vendor.handle, (merchant, index))));
    }
    let mut products = Vec::new();
    for (category, text) in content.categories.iter().enumerate() {
        for (index, product) in text.products.iter().enumerate() {
            let rng = &mut chance(&product.title);
            let vendor = vendors[&text.vendors[index % text.vendors.len()]];
            let state = match products.len() {
                ARCHIVED => ProductState::Archived,
                number if number % DRAFT_EVERY == DRAFT_EVERY - 1 => ProductState::Draft,
                _ => ProductState::Published,
            };
            products.push(Product {
                title: product.title.clone(),
                text: description(text, product, rng),
                category,
                vendor,
                attributes: text.attributes.iter().map(|attribute| Attribute::drawn(attribute, rng)).collect(),
                variants: variants(text, product, products.len(), rng),
                state,
                created_at: between(rng, 62, 75),
                praise: text.praise.clone(),
                complaint: text.complaint.clone(),
            });
        }
    }
    products
}

fn places<'a>(handles: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    handles.enumerate().map(|(index, handle)| (handle, index)).collect()
}

fn description(category: &CategoryText, product: &ProductText, rng: &mut Rng) -> String {
    let mut notes: Vec<&String> = category.notes.iter().collect();
    rng.shuffle(&mut notes);
    let notes = notes.into_iter().take(rng.usize(1..=2)).map(String::as_str);
    std::iter::once(product.text.as_str()).chain(notes).collect::<Vec<_>>().join(" ")
}

/// One to six, in the order of the option's values.
fn variants(category: &CategoryText, product: &ProductText, number: usize, rng: &mut Rng) -> Vec<Variant> {
    let none = OptionsText { name: "version".to_owned(), values: vec![ValueText::Text("standard".to_owned())] };
    let options = category.options.as_ref().unwrap_or(&none);
    let most = options.values.len().min(6);
    let count = if rng.u8(..5) == 0 { 1 } else { rng.usize(2.min(most)..=most) };
    let is_dearer = DEARER.contains(&options.name.as_str()) && !CLOTHES.contains(&options.values[0].text().as_str());
    let is_defined = category.attributes.iter().any(|attribute| attribute.name == options.name);
    let grams = rng.i64(category.grams[0]..=category.grams[1]);
    let millimetres = [rng.i64(8..60) * 10, rng.i64(4..50) * 10, rng.i64(2..40) * 10];
    let prefix: String = category.handle.chars().filter(char::is_ascii_alphabetic).take(4).collect();
    let variant = |(index, value): (usize, &ValueText)| {
        let step = if is_dearer { index as i64 } else { 0 };
        // The last ten cents go, as in shops.
        let cents = product.price * (100 + step * 28) / 10 * 10 - if product.price < 100 { 10 } else { 0 };
        Variant {
            sku: format!("{}-{number:03}-{}", prefix.to_uppercase(), index + 1),
            title: value.text(),
            option: (!is_defined)
                .then(|| Attribute { name: options.name.clone(), value: AttributeValue::Text(value.text()) }),
            cents,
            grams: grams * (100 + step * 25) / 100,
            millimetres,
        }
    };
    options.values.iter().take(count).enumerate().map(variant).collect()
}

impl AttributeDefinition {
    fn new(text: &AttributeText) -> AttributeDefinition {
        let kind = match text.kind {
            KindText::Integer | KindText::Decimal => AttributeKind::Number,
            KindText::Boolean => AttributeKind::Boolean,
            KindText::Text => AttributeKind::Choice(text.values.iter().map(ValueText::text).collect()),
        };
        AttributeDefinition { name: text.name.clone(), unit: text.unit.clone(), kind }
    }
}

impl Attribute {
    fn drawn(attribute: &AttributeText, rng: &mut Rng) -> Attribute {
        let value = one(rng, &attribute.values);
        let value = match (attribute.kind, value) {
            (KindText::Boolean, ValueText::Boolean(value)) => AttributeValue::Boolean(*value),
            (KindText::Integer | KindText::Decimal, value) => AttributeValue::Number(value.text()),
            (_, value) => AttributeValue::Text(value.text()),
        };
        Attribute { name: attribute.name.clone(), value }
    }
}

impl ValueText {
    pub(super) fn text(&self) -> String {
        match self {
            ValueText::Boolean(value) => value.to_string(),
            ValueText::Integer(value) => value.to_string(),
            ValueText::Text(value) => value.clone(),
        }
    }
}
