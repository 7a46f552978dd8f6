//! Of suspended tenants nothing is for sale. Orders that were placed go on: whoever bought gets what was bought, or the money.

use super::kind;
use crate::tables::suspensions;
use hansa_messaging::{Consumer, HandleFuture, Listening, ProjectedTable, ReceivedEvent};
use hansa_relational::{Direction, Keyset, UnitOfWork};
use hansa_values::TenantId;
use serde::Deserialize;

pub(crate) const NAME: &str = "tenant-suspensions";

pub(crate) const LISTENING: &[Listening] =
    &[Listening { context: "identity", aggregate: "tenant", events: &[("suspended", 1), ("reinstated", 1)] }];

/// Of identity's tenants.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TenantTold {
    tenant_id: TenantId,
}

/// The consumer.
#[derive(Debug)]
pub(crate) struct Suspensions;

impl Consumer for Suspensions {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn projects_into(&self) -> &'static [ProjectedTable] {
        const KEY: Keyset = Keyset::new(&[("tenant_id", Direction::Ascending)]);
        &[ProjectedTable { name: "tenant_suspensions", key: KEY }]
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let TenantTold { tenant_id } = event.content()?;
            let told = (kind(event).1 == "suspended", event.event.stream_version);
            Ok(suspensions::write(unit, tenant_id, told).await?)
        })
    }
}
