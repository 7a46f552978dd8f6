//! The category tree as it is stored: one document, so that a move is one write and cannot make a cycle.

use crate::domain::CategoryTree;
use hansa_documents::{CollectionSpec, Document};
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct TaxonomyDocument {
    /// Of the whole; categories count their own.
    pub(super) version: i64,
    pub(super) categories: CategoryTree,
}

impl TaxonomyDocument {
    pub(super) const ID: &'static str = "taxonomy";
}

impl Document for TaxonomyDocument {
    const COLLECTION: CollectionSpec = CollectionSpec { name: "taxonomies", indexes: &[], times: &[] };

    fn id(&self) -> String {
        Self::ID.to_owned()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
