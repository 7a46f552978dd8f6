//! Categories as GraphQL shows them.

use super::{
    attribute::AttributeDefinitionObject,
    filter::{ProductFilter, ProductOrderInput},
    product::{Listing, ProductObject, product_connection},
    reading::reading,
};
use crate::{
    domain::{Category, CategoryId},
    stores::{Condition, Taxonomy},
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Connection, Fault, PageArguments, directives, scalars::DateTime};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub(super) struct CategoryObject {
    category: Arc<Category>,
    taxonomy: Arc<Taxonomy>,
}

impl CategoryObject {
    pub(super) fn find(taxonomy: &Arc<Taxonomy>, id: CategoryId) -> Option<CategoryObject> {
        taxonomy.tree.get(id).map(|category| CategoryObject::new(taxonomy, category))
    }

    pub(super) fn new(taxonomy: &Arc<Taxonomy>, category: &Arc<Category>) -> CategoryObject {
        CategoryObject { category: category.clone(), taxonomy: taxonomy.clone() }
    }

    fn other(&self, category: &Arc<Category>) -> CategoryObject {
        CategoryObject::new(&self.taxonomy, category)
    }
}

/// Where products are sorted in. Categories form a tree.
#[Object(
    name = "Category",
    directive = directives::key::apply("id".into(), None),
    directive = directives::key::apply("nodeId".into(), None)
)]
impl CategoryObject {
    pub(super) async fn id(&self) -> ID {
        self.category.id.to_string().into()
    }

    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.category.id.to_string().into()
    }

    async fn handle(&self) -> &str {
        self.category.handle.as_str()
    }

    async fn name(&self) -> &str {
        self.category.name.as_str()
    }

    async fn description(&self) -> &str {
        self.category.description.as_str()
    }

    /// None for a root.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    async fn parent(&self) -> Option<CategoryObject> {
        CategoryObject::find(&self.taxonomy, self.category.parent?)
    }

    /// From the root to the parent.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn ancestors(&self) -> Vec<CategoryObject> {
        self.taxonomy.tree.ancestors(self.category.id).into_iter().rev().map(|category| self.other(category)).collect()
    }

    /// Those right beneath it, oldest first.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn children(&self) -> Vec<CategoryObject> {
        self.taxonomy.tree.children(Some(self.category.id)).map(|category| self.other(category)).collect()
    }

    /// What attributes its products have: the ancestors' definitions, from the root's on, and its own.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn attribute_definitions(&self) -> Vec<AttributeDefinitionObject> {
        let found = self.taxonomy.tree.definitions(self.category.id).into_iter();
        let object = |(category, definition): (&Arc<Category>, &_)| AttributeDefinitionObject {
            category: self.other(category),
            definition: Clone::clone(definition),
        };
        found.map(object).collect()
    }

    /// Of this category and all beneath it.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a field are its parameters")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        filter: Option<ProductFilter>,
        #[graphql(default)] order_by: ProductOrderInput,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<ProductObject>, Fault>> {
        let condition = Condition::Categories(self.taxonomy.tree.subtree(self.category.id));
        let listing = Listing {
            field: "Category.products",
            parent: Some((self.category.id.to_string(), condition)),
            filter,
            order_by,
            is_of_one_currency: false,
        };
        let arguments = PageArguments { first, after, last, before };
        Some(product_connection(reading(ctx), listing, arguments).await)
    }

    async fn created_at(&self) -> DateTime {
        self.category.created_at.into()
    }

    async fn updated_at(&self) -> DateTime {
        self.category.updated_at.into()
    }

    async fn version(&self) -> i32 {
        super::product::version(self.category.version)
    }
}
