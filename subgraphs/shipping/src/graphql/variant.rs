//! `ProductVariant`: the catalog's, with what it costs to send one.

use super::{address::CountryCode, method::ShippingQuote, shipping};
use crate::{
    domain::{
        country,
        ids::VariantId,
        method::{Measures, ShippingMethod},
    },
    tables::methods,
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Fault, Siblings, directives};
use serde::Deserialize;
use std::sync::Arc;

/// A variant as the router sends it: by its id, and what a field requires.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VariantRepresentation {
    id: String,
    weight_grams: Option<i32>,
    width_mm: Option<i32>,
    height_mm: Option<i32>,
    depth_mm: Option<i32>,
}

/// A variant, of which this context knows the id, and what came with it.
#[derive(Debug, Clone)]
pub(crate) struct VariantNode {
    id: VariantId,
    weight_grams: Option<i32>,
    width_mm: Option<i32>,
    height_mm: Option<i32>,
    depth_mm: Option<i32>,
    siblings: Arc<Siblings<VariantId>>,
}

impl VariantNode {
    /// One that only refers to the catalog's.
    pub(super) fn bare(id: VariantId) -> VariantNode {
        let siblings = Siblings::new([id]);
        VariantNode { id, weight_grams: None, width_mm: None, height_mm: None, depth_mm: None, siblings }
    }

    /// Variants that came together, in their order; `None` for what is no id of a variant.
    pub(super) fn all(wanted: Vec<VariantRepresentation>) -> Vec<Option<VariantNode>> {
        let ids: Vec<Option<VariantId>> = wanted.iter().map(|one| one.id.parse().ok()).collect();
        let siblings = Siblings::new(ids.iter().flatten().copied());
        let node = |(id, wanted): (Option<VariantId>, VariantRepresentation)| {
            let VariantRepresentation { weight_grams, width_mm, height_mm, depth_mm, .. } = wanted;
            Some(VariantNode { id: id?, weight_grams, width_mm, height_mm, depth_mm, siblings: siblings.clone() })
        };
        ids.into_iter().zip(wanted).map(node).collect()
    }

    fn measures(&self) -> Measures {
        let known = |measure: Option<i32>| measure.map_or(0, i64::from).max(0);
        Measures {
            weight_grams: known(self.weight_grams),
            width_mm: known(self.width_mm),
            height_mm: known(self.height_mm),
            depth_mm: known(self.depth_mm),
        }
    }
}

#[Object(name = "ProductVariant", directive = directives::key::apply("id".to_owned(), None))]
impl VariantNode {
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    #[graphql(directive = directives::external::apply())]
    async fn weight_grams(&self) -> Option<i32> {
        self.weight_grams
    }

    #[graphql(directive = directives::external::apply())]
    async fn width_mm(&self) -> Option<i32> {
        self.width_mm
    }

    #[graphql(directive = directives::external::apply())]
    async fn height_mm(&self) -> Option<i32> {
        self.height_mm
    }

    #[graphql(directive = directives::external::apply())]
    async fn depth_mm(&self) -> Option<i32> {
        self.depth_mm
    }

    /// What it costs to send one of it alone: with the way of shipping of this code, or with the cheapest of the platform's.
    /// Null where none delivers there.
    #[graphql(directive = directives::requires::apply("weightGrams widthMm heightMm depthMm".to_owned()))]
    async fn shipping_quote(
        &self,
        ctx: &Context<'_>,
        country: CountryCode,
        method: Option<String>,
    ) -> Option<Result<ShippingQuote, Fault>> {
        let methods = match self.siblings.ask("methods", methods::active(&shipping(ctx).db)).await {
            Ok(methods) => methods,
            Err(fault) => return Some(Err(fault)),
        };
        let grams = self.measures().chargeable_grams();
        let is_wanted = |candidate: &ShippingMethod| match &method {
            Some(code) => candidate.code.as_str() == code,
            None => candidate.tenant.is_none(),
        };
        quotes(&methods, country.0, grams).into_iter().find(|quote| is_wanted(&quote.method.0)).map(Ok)
    }
}

/// What so many grams cost with each way of shipping to a country: the cheapest first, and those of one currency together.
pub(super) fn quotes(methods: &[ShippingMethod], country: country::CountryCode, grams: i64) -> Vec<ShippingQuote> {
    let mut prices: Vec<_> = methods
        .iter()
        .filter(|method| method.delivers_to(country))
        .filter_map(|method| Some((method, method.price(grams)?)))
        .collect();
    prices.sort_by_key(|(method, price)| (price.currency, price.minor_units, method.code.clone()));
    prices.into_iter().filter_map(|(method, _)| ShippingQuote::of(method.clone(), grams)).collect()
}
