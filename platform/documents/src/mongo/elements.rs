//! Conditions on an array's elements, for servers that do not look for objects in arrays: they are asked first, on their
//! own, which documents fulfil them.

use std::{borrow::Cow, future::Future, pin::Pin};

use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};

use super::{
    Mongo, ROWS_MAX,
    filter::{field, unwound},
};
use crate::{CollectionSpec, Filter, StoreError, filter::Condition, path::Path};

type FilterFuture<'a> = Pin<Box<dyn Future<Output = Result<Filter, StoreError>> + Send + 'a>>;

impl Mongo {
    /// The filter as this server understands it.
    pub(super) async fn understood<'a>(
        &self,
        collection: &CollectionSpec,
        filter: &'a Filter,
    ) -> Result<Cow<'a, Filter>, StoreError> {
        match self.has_element_match || !looks_at_elements(filter) {
            true => Ok(Cow::Borrowed(filter)),
            false => self.with_ids(collection, filter).await.map(Cow::Owned),
        }
    }

    fn with_ids<'a>(&'a self, collection: &'a CollectionSpec, filter: &'a Filter) -> FilterFuture<'a> {
        Box::pin(async move {
            Ok(match &filter.0 {
                Condition::All(filters) => Filter::and(self.all_with_ids(collection, filters).await?),
                Condition::Any(filters) => Filter::or(self.all_with_ids(collection, filters).await?),
                Condition::Not(filter) => Filter::not(self.with_ids(collection, filter).await?),
                Condition::AnyElement(path, filter) => {
                    Filter::is_in("id", self.having_element(collection, path, filter).await?)
                }
                _ => filter.clone(),
            })
        })
    }

    async fn all_with_ids(&self, collection: &CollectionSpec, filters: &[Filter]) -> Result<Vec<Filter>, StoreError> {
        let mut with_ids = Vec::with_capacity(filters.len());
        for filter in filters {
            with_ids.push(self.with_ids(collection, filter).await?);
        }
        Ok(with_ids)
    }

    async fn having_element(
        &self,
        collection: &CollectionSpec,
        path: &Path,
        filter: &Filter,
    ) -> Result<Vec<String>, StoreError> {
        let array = field(path.checked()?);
        let pipeline = [
            doc! { "$match": { "deleted": false } },
            doc! { "$unwind": format!("${array}") },
            doc! { "$match": unwound(collection, path, filter)? },
            doc! { "$group": { "_id": "$_id" } },
            doc! { "$limit": ROWS_MAX as i64 },
        ];
        let rows: Vec<Document> = self.of(collection).aggregate(pipeline).await?.try_collect().await?;
        Ok(rows.iter().filter_map(|row| row.get_str("_id").ok()).map(str::to_owned).collect())
    }
}

fn looks_at_elements(filter: &Filter) -> bool {
    match &filter.0 {
        Condition::All(filters) | Condition::Any(filters) => filters.iter().any(looks_at_elements),
        Condition::Not(filter) => looks_at_elements(filter),
        Condition::AnyElement(..) => true,
        _ => false,
    }
}
