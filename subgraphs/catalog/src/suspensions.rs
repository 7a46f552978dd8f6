//! What is heard of identity: products of a suspended tenant are seen by nobody but its staff, and none is published, until it
//! is reinstated. The products stay as they are, so that they come back as they were.

use crate::stores::Suspensions;
use hansa_event_sourcing::Command;
use hansa_messaging::{DocumentConsumer, HandleError, HandleFuture, Listening, ReceivedEvent};
use hansa_values::TenantId;
use serde::Deserialize;

pub(crate) const NAME: &str = "tenant-suspensions";

pub(crate) const LISTENING: &[Listening] =
    &[Listening { context: "identity", aggregate: "tenant", events: &[("suspended", 1), ("reinstated", 1)] }];

/// The consumer.
#[derive(Debug)]
pub(crate) struct TenantSuspensions(pub(crate) Suspensions);

/// Of identity's tenants.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TenantTold {
    tenant_id: TenantId,
}

impl DocumentConsumer for TenantSuspensions {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn handle<'a>(&'a self, command: &'a Command, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let TenantTold { tenant_id } = event.content()?;
            let told = (event.event.event_type == "suspended", event.event.stream_version);
            self.0.hear(command, tenant_id, told).await.map_err(|error| HandleError::Retry(error.into()))
        })
    }
}
