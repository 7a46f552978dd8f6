//! A vendor as it is stored.

use crate::domain::Vendor;
use hansa_documents::{CollectionSpec, Document, Index};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct VendorDocument(pub(super) Vendor);

impl Document for VendorDocument {
    const COLLECTION: CollectionSpec = CollectionSpec {
        name: "vendors",
        indexes: &[Index::unique("handle", &["handle"]), Index::plain("tenant", &["tenant"])],
        times: &["created_at", "updated_at"],
    };

    fn id(&self) -> String {
        self.0.id.to_string()
    }

    fn version(&self) -> i64 {
        self.0.version
    }
}
