//! Which tenants are suspended, as identity tells: one document for each tenant of which it has told anything. They are few, and
//! every read of products asks, so that they are kept in memory; another process hears of them, and is seen soon enough.

use hansa_documents::{Begun, Collection, CollectionSpec, Document, Filter, Find, StoreError};
use hansa_event_sourcing::Command;
use hansa_values::TenantId;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How old what is kept may be.
const KEPT: Duration = Duration::from_secs(2);
const READ_AT_ONCE: u32 = 1_000;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SuspensionDocument {
    tenant: TenantId,
    is_suspended: bool,
    /// Of the tenant, when it was told.
    told_version: i64,
    version: i64,
}

impl Document for SuspensionDocument {
    const COLLECTION: CollectionSpec = CollectionSpec { name: "suspensions", indexes: &[], times: &[] };

    fn id(&self) -> String {
        self.tenant.to_string()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

/// Clones share what is kept.
#[derive(Debug, Clone)]
pub(crate) struct Suspensions {
    documents: Collection<SuspensionDocument>,
    kept: Arc<Mutex<Option<Kept>>>,
}

#[derive(Debug, Clone)]
struct Kept {
    tenants: Arc<HashSet<TenantId>>,
    read_at: Instant,
}

impl Suspensions {
    pub(super) fn new(documents: Collection<SuspensionDocument>) -> Suspensions {
        Suspensions { documents, kept: Arc::default() }
    }

    /// All that are suspended.
    pub(crate) async fn now(&self) -> Result<Arc<HashSet<TenantId>>, StoreError> {
        let kept = self.kept().clone();
        if let Some(kept) = kept.filter(|kept| kept.read_at.elapsed() < KEPT) {
            return Ok(kept.tenants);
        }
        let read_at = Instant::now();
        let mut tenants = HashSet::new();
        let mut find = Find::new(Filter::eq("is_suspended", true), READ_AT_ONCE);
        loop {
            let found = self.documents.find(&find).await?;
            tenants.extend(found.iter().map(|document| document.tenant));
            match found.last() {
                Some(last) if found.len() == READ_AT_ONCE as usize => find.after = Some(find.place_of(last)?),
                _ => break,
            }
        }
        let tenants = Arc::new(tenants);
        *self.kept() = Some(Kept { tenants: tenants.clone(), read_at });
        Ok(tenants)
    }

    /// As it was when products were last read.
    pub(crate) fn has(&self, tenant: TenantId) -> bool {
        self.kept().as_ref().is_some_and(|kept| kept.tenants.contains(&tenant))
    }

    /// Keeps what was told, under the command of the event. What was told late changes nothing.
    pub(crate) async fn hear(
        &self,
        command: &Command,
        tenant: TenantId,
        (is_suspended, told_version): (bool, i64),
    ) -> Result<(), StoreError> {
        let Begun::Fresh(write) = self.documents.begin::<()>(command).await? else { return Ok(()) };
        let known = self.documents.get(&tenant).await?;
        let version = known.as_ref().map_or(0, |known| known.version);
        if known.is_some_and(|known| known.told_version >= told_version) {
            return Ok(());
        }
        let document = SuspensionDocument { tenant, is_suspended, told_version, version: version + 1 };
        super::put(write, &document, Vec::new(), ()).await?;
        *self.kept() = None;
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
