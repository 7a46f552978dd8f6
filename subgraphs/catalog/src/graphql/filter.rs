//! What clients may filter products by, and its check: bounded, and only what the caller may see.

use super::{product::ProductStatusObject, reading::Reading};
use crate::{
    commands::{currency_text, decimal_text},
    domain::{CategoryTree, Number, ProductStatus},
    stores::{AttributeCondition, Condition, NumberRange, ProductOrder, ProductSearch, Statuses},
};
use async_graphql::{Enum, ID, InputObject};
use hansa_subgraph_host::{
    Fault,
    scalars::{CurrencyCode, Decimal},
};
use hansa_values::Money;
use serde::Serialize;

/// Levels of `and` and `or`.
const DEPTH_MAX: usize = 3;
/// Conditions of all levels.
const CONDITIONS_MAX: usize = 30;
/// Values of one `in`.
const VALUES_MAX: usize = 50;
const TEXT_CHARACTERS_MAX: usize = 100;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Enum)]
#[graphql(name = "ProductOrder")]
pub(super) enum ProductOrderInput {
    /// By time of creation, the latest first.
    #[default]
    Newest,
    /// By the cheapest variant. In one currency only: filter by `price`, or by a vendor.
    PriceAsc,
    /// By the cheapest variant, the dearest first. In one currency only: filter by `price`, or by a vendor.
    PriceDesc,
    /// By the title's small letters.
    Title,
}

/// All that is given must hold. `and` and `or` are nested at most three deep; there are at most 30 conditions.
#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub(super) struct ProductFilter {
    /// Title or description has this text in it; capital and small letters are alike.
    text_contains: Option<String>,
    /// In this category, or in one beneath it.
    category_id: Option<ID>,
    /// In this category, or in one beneath it.
    category_handle: Option<String>,
    vendor_id: Option<ID>,
    price: Option<PriceFilter>,
    attribute: Option<AttributeFilter>,
    /// PUBLISHED where it is not given; the others are of the caller's own tenant. Not within `and` and `or`.
    status: Option<Vec<ProductStatusObject>>,
    and: Option<Vec<ProductFilter>>,
    or: Option<Vec<ProductFilter>>,
}

/// The cheapest variant's price. Both ends belong to it.
#[derive(Debug, Clone, Serialize, InputObject)]
pub(super) struct PriceFilter {
    #[serde(serialize_with = "currency_text")]
    currency_code: CurrencyCode,
    #[serde(serialize_with = "decimal_text")]
    from: Option<Decimal>,
    #[serde(serialize_with = "decimal_text")]
    to: Option<Decimal>,
}

/// An attribute of the product or of one of its variants. At most one kind of condition; none asks whether it is there.
#[derive(Debug, Clone, Serialize, InputObject)]
pub(super) struct AttributeFilter {
    name: String,
    /// A text or a choice, letter for letter.
    eq: Option<String>,
    /// One of these texts or choices, at most 50.
    r#in: Option<Vec<String>>,
    boolean: Option<bool>,
    number: Option<NumberFilter>,
}

/// Both ends belong to it.
#[derive(Debug, Clone, Serialize, InputObject)]
pub(super) struct NumberFilter {
    #[serde(serialize_with = "decimal_text")]
    eq: Option<Decimal>,
    #[serde(serialize_with = "decimal_text")]
    from: Option<Decimal>,
    #[serde(serialize_with = "decimal_text")]
    to: Option<Decimal>,
}

/// Checks a filter in its order; `is_of_one_currency` where prices are comparable without it.
pub(super) async fn checked_search(
    reading: &Reading,
    filter: Option<&ProductFilter>,
    (order_by, is_of_one_currency): (ProductOrderInput, bool),
) -> Result<ProductSearch, Fault> {
    let order = match order_by {
        ProductOrderInput::Newest => ProductOrder::Newest,
        ProductOrderInput::PriceAsc => ProductOrder::PriceAscending,
        ProductOrderInput::PriceDesc => ProductOrder::PriceDescending,
        ProductOrderInput::Title => ProductOrder::Title,
    };
    let is_by_price = matches!(order, ProductOrder::PriceAscending | ProductOrder::PriceDescending);
    let has_one_currency = is_of_one_currency || filter.is_some_and(ProductFilter::has_one_currency);
    if is_by_price && !has_one_currency {
        let text =
            "amounts of different currencies have no order: give `filter.price.currencyCode` or `filter.vendorId`";
        return Err(Fault::bad_input(text));
    }
    let statuses = checked_statuses(reading, filter.and_then(|filter| filter.status.as_deref()));
    let Some(filter) = filter else {
        return Ok(ProductSearch { statuses, condition: Condition::All(Vec::new()), order });
    };
    let mut conditions_left = CONDITIONS_MAX;
    filter.check_size(0, &mut conditions_left)?;
    let taxonomy = if filter.asks_for_category() { Some(reading.taxonomy().await?) } else { None };
    let condition = filter.condition(taxonomy.as_ref().map(|taxonomy| &taxonomy.tree))?;
    Ok(ProductSearch { statuses, condition, order })
}

fn checked_statuses(reading: &Reading, wanted: Option<&[ProductStatusObject]>) -> Statuses {
    let Some(wanted) = wanted else { return Statuses { is_published_wanted: true, own: None } };
    let wanted = |status: ProductStatus| wanted.iter().any(|wanted| ProductStatus::from(*wanted) == status);
    let own = reading.caller.tenant.map(|tenant| {
        let unpublished = [ProductStatus::Draft, ProductStatus::Archived].into_iter();
        let seen = |status: &ProductStatus| wanted(*status) && reading.may_read_status(tenant, *status);
        (tenant, unpublished.filter(seen).collect())
    });
    Statuses { is_published_wanted: wanted(ProductStatus::Published), own }
}

impl ProductFilter {
    fn has_one_currency(&self) -> bool {
        self.price.is_some() || self.vendor_id.is_some()
    }

    fn nested(&self) -> impl Iterator<Item = &ProductFilter> {
        self.and.iter().chain(&self.or).flatten()
    }

    fn asks_for_category(&self) -> bool {
        let here = self.category_id.is_some() || self.category_handle.is_some();
        here || self.nested().any(ProductFilter::asks_for_category)
    }

    fn check_size(&self, depth: usize, conditions_left: &mut usize) -> Result<(), Fault> {
        let here = [
            self.text_contains.is_some(),
            self.category_id.is_some(),
            self.category_handle.is_some(),
            self.vendor_id.is_some(),
            self.price.is_some(),
            self.attribute.is_some(),
        ];
        let count = here.into_iter().filter(|is_given| *is_given).count().max(1);
        let too_many = || Fault::bad_input(format!("a filter has at most {CONDITIONS_MAX} conditions"));
        *conditions_left = conditions_left.checked_sub(count).ok_or_else(too_many)?;
        if self.nested().next().is_some() && depth == DEPTH_MAX {
            return Err(Fault::bad_input(format!("`and` and `or` are nested at most {DEPTH_MAX} deep")));
        }
        for filter in self.nested() {
            if filter.status.is_some() {
                return Err(Fault::bad_input("`status` stands in the outermost filter only"));
            }
            filter.check_size(depth + 1, conditions_left)?;
        }
        Ok(())
    }

    /// `tree` is there if a category is asked for. What is not known to exist is a condition that nothing fulfils.
    fn condition(&self, tree: Option<&CategoryTree>) -> Result<Condition, Fault> {
        let mut all = Vec::new();
        if let Some(text) = &self.text_contains {
            all.push(Condition::TextContains(checked_text("textContains", text)?));
        }
        if let Some(id) = &self.category_id {
            let id = id.parse().ok().filter(|id| tree.is_some_and(|tree| tree.get(*id).is_some()));
            let subtree = id.zip(tree).map(|(id, tree)| tree.subtree(id));
            all.push(Condition::Categories(subtree.unwrap_or_default()));
        }
        if let Some(handle) = &self.category_handle {
            let found = tree.and_then(|tree| tree.by_handle(handle).map(|category| tree.subtree(category.id)));
            all.push(Condition::Categories(found.unwrap_or_default()));
        }
        if let Some(id) = &self.vendor_id {
            all.push(id.parse().map_or(Condition::Any(Vec::new()), Condition::Vendor));
        }
        if let Some(price) = &self.price {
            all.push(price.condition()?);
        }
        if let Some(attribute) = &self.attribute {
            all.push(attribute.condition()?);
        }
        let conditions = |filters: &Vec<ProductFilter>| -> Result<Vec<Condition>, Fault> {
            filters.iter().map(|filter| filter.condition(tree)).collect()
        };
        all.extend(self.and.as_ref().map(conditions).transpose()?.map(Condition::All));
        all.extend(self.or.as_ref().map(conditions).transpose()?.map(Condition::Any));
        Ok(Condition::All(all))
    }
}

impl PriceFilter {
    fn condition(&self) -> Result<Condition, Fault> {
        let currency = self.currency_code.0;
        let end = |field: &str, amount: &Option<Decimal>| {
            let parse = |amount: &Decimal| {
                let money = Money::parse(&amount.0, currency).map(|money| money.minor_units);
                money.map_err(|error| Fault::bad_input(format!("`price.{field}`: {error}")))
            };
            amount.as_ref().map(parse).transpose()
        };
        Ok(Condition::Price { currency, from: end("from", &self.from)?, to: end("to", &self.to)? })
    }
}

impl AttributeFilter {
    fn condition(&self) -> Result<Condition, Fault> {
        let name = checked_text("attribute.name", &self.name)?;
        let condition = match (&self.eq, &self.r#in, self.boolean, &self.number) {
            (None, None, None, None) => AttributeCondition::Present,
            (Some(text), None, None, None) => AttributeCondition::TextIn(vec![text.clone()]),
            (None, Some(texts), None, None) if texts.len() <= VALUES_MAX => AttributeCondition::TextIn(texts.clone()),
            (None, Some(_), None, None) => {
                return Err(Fault::bad_input(format!("`attribute.in` has at most {VALUES_MAX} values")));
            }
            (None, None, Some(boolean), None) => AttributeCondition::Boolean(boolean),
            (None, None, None, Some(number)) => AttributeCondition::Number(number.range()?),
            _ => return Err(Fault::bad_input("`attribute` has one of `eq`, `in`, `boolean` and `number`")),
        };
        Ok(Condition::Attribute { name, condition })
    }
}

impl NumberFilter {
    fn range(&self) -> Result<NumberRange, Fault> {
        let parse = |number: &Decimal| {
            Number::parse(&number.0).map_err(|refusal| Fault::bad_input(format!("`attribute.number`: {refusal}")))
        };
        let [eq, from, to] = [&self.eq, &self.from, &self.to];
        let [eq, from, to] = [eq, from, to].map(|number| number.as_ref().map(parse).transpose());
        match (eq?, from?, to?) {
            (Some(number), None, None) => Ok(NumberRange { from: Some(number), to: Some(number) }),
            (None, from, to) => Ok(NumberRange { from, to }),
            _ => Err(Fault::bad_input("`attribute.number` has `eq`, or an end or two")),
        }
    }
}

fn checked_text(field: &str, text: &str) -> Result<String, Fault> {
    match text.chars().count() {
        1..=TEXT_CHARACTERS_MAX => Ok(text.to_owned()),
        _ => Err(Fault::bad_input(format!("`{field}` has 1 to {TEXT_CHARACTERS_MAX} characters"))),
    }
}
