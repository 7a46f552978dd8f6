//! What can be searched among products, and how it is asked of the store.

use super::product_document::{boolean_key, lowest_price_key, name_key, text_key, title_key};
use crate::domain::{CategoryId, Number, Product, ProductStatus, VendorId};
use hansa_documents::{Filter, Order};
use hansa_subgraph_host::CursorValue;
use hansa_values::{CurrencyCode, TenantId};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::HashSet;

/// A checked search.
#[derive(Debug, Clone)]
pub(crate) struct ProductSearch {
    pub(crate) statuses: Statuses,
    pub(crate) condition: Condition,
    pub(crate) order: ProductOrder,
}

/// Which states of products are wanted and may be seen.
#[derive(Debug, Clone)]
pub(crate) struct Statuses {
    pub(crate) is_published_wanted: bool,
    /// Of the caller's own tenant, where the caller may see them.
    pub(crate) own: Option<(TenantId, Vec<ProductStatus>)>,
}

#[derive(Debug, Clone)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    TextContains(String),
    Categories(Vec<CategoryId>),
    Vendor(VendorId),
    /// The lowest price, in minor units.
    Price {
        currency: CurrencyCode,
        from: Option<i64>,
        to: Option<i64>,
    },
    Attribute {
        name: String,
        condition: AttributeCondition,
    },
}

#[derive(Debug, Clone)]
pub(crate) enum AttributeCondition {
    Present,
    TextIn(Vec<String>),
    Boolean(bool),
    Number(NumberRange),
}

/// Both ends belong to it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NumberRange {
    pub(crate) from: Option<Number>,
    pub(crate) to: Option<Number>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum ProductOrder {
    Newest,
    PriceAscending,
    PriceDescending,
    Title,
}

impl ProductSearch {
    /// Nobody finds what suspended tenants have published.
    pub(super) fn filter(&self, suspended: &HashSet<TenantId>) -> Filter {
        Filter::and([self.statuses.filter(suspended), self.condition.filter()])
    }
}

impl Statuses {
    fn filter(&self, suspended: &HashSet<TenantId>) -> Filter {
        let published = || {
            let published = Filter::eq("product.status", ProductStatus::Published.as_str());
            if suspended.is_empty() {
                return published;
            }
            let of_suspended = Filter::is_in("product.tenant", suspended.iter().map(ToString::to_string));
            Filter::and([published, Filter::not(of_suspended)])
        };
        let own = self.own.as_ref().filter(|(_, statuses)| !statuses.is_empty()).map(|(tenant, statuses)| {
            let statuses = statuses.iter().map(|status| status.as_str());
            Filter::and([Filter::eq("product.tenant", tenant.to_string()), Filter::is_in("product.status", statuses)])
        });
        match (self.is_published_wanted, own) {
            (true, None) => published(),
            (true, Some(own)) => Filter::or([published(), own]),
            (false, Some(own)) => own,
            (false, None) => Filter::or([]),
        }
    }
}

impl Condition {
    fn filter(&self) -> Filter {
        match self {
            Condition::All(conditions) => Filter::and(conditions.iter().map(Condition::filter)),
            Condition::Any(conditions) => Filter::or(conditions.iter().map(Condition::filter)),
            Condition::TextContains(text) => Filter::text_contains("search.text", text.to_lowercase()),
            Condition::Categories(ids) => Filter::is_in("product.category", ids.iter().map(ToString::to_string)),
            Condition::Vendor(id) => Filter::eq("product.vendor", id.to_string()),
            Condition::Price { currency, from, to } => {
                let from = Filter::gte("search.lowest_price", from.unwrap_or(0).max(0));
                let to = to.map(|to| Filter::lte("search.lowest_price", to));
                let currency = Filter::eq("product.currency", currency.as_str());
                Filter::and([currency, from].into_iter().chain(to))
            }
            Condition::Attribute { name, condition } => condition.filter(name),
        }
    }
}

impl AttributeCondition {
    fn filter(&self, name: &str) -> Filter {
        const KEYS: &str = "search.attributes";
        match self {
            AttributeCondition::Present => Filter::contains(KEYS, name_key(name)),
            AttributeCondition::TextIn(texts) => {
                Filter::contains_any(KEYS, texts.iter().map(|text| text_key(name, text)))
            }
            AttributeCondition::Boolean(boolean) => Filter::contains(KEYS, boolean_key(name, *boolean)),
            AttributeCondition::Number(NumberRange { from, to }) => {
                let from = from.map(|from| Filter::gte("millionths", from.millionths));
                let to = to.map(|to| Filter::lte("millionths", to.millionths));
                let one = Filter::and([Filter::eq("name", name)].into_iter().chain(from).chain(to));
                // The name alone is in an index.
                Filter::and([Filter::contains(KEYS, name_key(name)), Filter::any_element("search.numbers", one)])
            }
        }
    }
}

impl ProductOrder {
    /// [`ProductOrder::Newest`] is by id alone, from the end.
    pub(super) fn fields(self) -> Vec<Order> {
        match self {
            ProductOrder::Newest => Vec::new(),
            ProductOrder::PriceAscending => vec![Order::ascending("search.lowest_price")],
            ProductOrder::PriceDescending => vec![Order::descending("search.lowest_price")],
            ProductOrder::Title => vec![Order::ascending("search.title")],
        }
    }

    /// Where a product stands in this order.
    pub(crate) fn place_of(self, product: &Product) -> CursorValue {
        let sort_values = match self {
            ProductOrder::Newest => Vec::new(),
            ProductOrder::PriceAscending | ProductOrder::PriceDescending => vec![Json::from(lowest_price_key(product))],
            ProductOrder::Title => vec![Json::from(title_key(product))],
        };
        CursorValue { sort_values, id: product.id.to_string() }
    }
}
