//! Categories as GraphQL shows them.

use super::{
    attribute::AttributeDefinitionObject,
    filter::{ProductFilter, ProductOrderInput},
    product::{Listing, ProductObject, products_below},
    reading::reading,
};
use crate::{
    domain::{Category, CategoryId, CategoryTree},
    stores::{Condition, Taxonomy},
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Connection, Fault, PageArguments, Siblings, directives, scalars::DateTime};
use std::sync::Arc;

/// A category among those that were asked for with it.
#[derive(Debug, Clone)]
pub(super) struct CategoryObject {
    category: Arc<Category>,
    taxonomy: Arc<Taxonomy>,
    siblings: Arc<Siblings<CategoryId>>,
}

impl CategoryObject {
    /// One of these siblings.
    pub(super) fn find(
        (taxonomy, siblings): (&Arc<Taxonomy>, &Arc<Siblings<CategoryId>>),
        id: CategoryId,
    ) -> Option<CategoryObject> {
        let category = taxonomy.tree.get(id)?.clone();
        Some(CategoryObject { category, taxonomy: taxonomy.clone(), siblings: siblings.clone() })
    }

    /// One alone.
    pub(super) fn new(taxonomy: &Arc<Taxonomy>, category: &Arc<Category>) -> CategoryObject {
        let siblings = Siblings::new([category.id]);
        CategoryObject { category: category.clone(), taxonomy: taxonomy.clone(), siblings }
    }

    /// Those of the ids that are there.
    pub(super) fn all(taxonomy: &Arc<Taxonomy>, ids: &[CategoryId]) -> Vec<CategoryObject> {
        let siblings = Siblings::new(ids.iter().copied());
        ids.iter().filter_map(|id| CategoryObject::find((taxonomy, &siblings), *id)).collect()
    }

    /// Others, which are siblings of what this one's siblings lead to in the same way.
    async fn others(
        &self,
        way: &str,
        lead: impl Fn(&CategoryTree, CategoryId) -> Vec<CategoryId>,
    ) -> Result<Vec<CategoryObject>, Fault> {
        let tree = &self.taxonomy.tree;
        let all = async { Ok::<_, Fault>(Siblings::new(self.siblings.ids.iter().flat_map(|id| lead(tree, *id)))) };
        let siblings = self.siblings.ask(way, all).await?;
        let found = lead(tree, self.category.id).into_iter();
        Ok(found.filter_map(|id| CategoryObject::find((&self.taxonomy, &siblings), id)).collect())
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
    async fn parent(&self) -> Option<Result<CategoryObject, Fault>> {
        let parent = |tree: &CategoryTree, id| tree.get(id).and_then(|category| category.parent).into_iter().collect();
        self.others("parent", parent).await.map(|mut found| found.pop()).transpose()
    }

    /// From the root to the parent.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn ancestors(&self) -> Result<Vec<CategoryObject>, Fault> {
        let ancestors =
            |tree: &CategoryTree, id| tree.ancestors(id).into_iter().rev().map(|category| category.id).collect();
        self.others("ancestors", ancestors).await
    }

    /// Those right beneath it, oldest first.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn children(&self) -> Result<Vec<CategoryObject>, Fault> {
        let children = |tree: &CategoryTree, id| tree.children(Some(id)).map(|category| category.id).collect();
        self.others("children", children).await
    }

    /// What attributes its products have: the ancestors' definitions, from the root's on, and its own.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn attribute_definitions(&self) -> Vec<AttributeDefinitionObject> {
        let found = self.taxonomy.tree.definitions(self.category.id).into_iter();
        let object = |(category, definition): (&Arc<Category>, &_)| AttributeDefinitionObject {
            category: CategoryObject::new(&self.taxonomy, category),
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
        let listing = Listing { field: "Category.products", filter, order_by, is_of_one_currency: false };
        let condition = |id| Condition::Categories(self.taxonomy.tree.subtree(id));
        let arguments = PageArguments { first, after, last, before };
        let parent = (&*self.siblings, self.category.id);
        Some(products_below(reading(ctx), listing, parent, condition, arguments).await)
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
