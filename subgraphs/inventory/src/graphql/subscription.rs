//! Subscriptions: that something changed, with what clients ask for again through the graph.

use super::variant::{LevelName, VariantObject};
use crate::domain::{AvailabilityChanged, VariantId};
use async_graphql::{Context, ID, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt as _};
use hansa_event_sourcing::RecordedEvent;
use hansa_messaging::{FeedError, FeedEvent, LogFeed};
use hansa_subgraph_host::Fault;
use std::collections::HashSet;

/// More variants at once are another subscription.
const VARIANTS_MAX: usize = 100;

/// The subscription root.
#[derive(Debug)]
pub(crate) struct Changes;

/// There is another level of a variant now.
#[derive(Debug, SimpleObject)]
pub(crate) struct AvailabilityChange {
    /// To come back to, as `after`: everything behind it is still to come.
    position: String,
    variant: VariantObject,
    /// What the change was to. `variant.availability` is what is there by now.
    level: LevelName,
}

#[Subscription(name = "Subscription")]
impl Changes {
    /// Tells when the level of one of these variants, at most 100, has changed: at most five times a second for each, and
    /// the last is always right.
    async fn availability_changed(
        &self,
        ctx: &Context<'_>,
        variant_ids: Vec<ID>,
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<AvailabilityChange, Fault>>, Fault> {
        if variant_ids.len() > VARIANTS_MAX {
            let text = format!("at most {VARIANTS_MAX} variants at once, not {}", variant_ids.len());
            return Err(Fault::bad_input(text));
        }
        // What is no id of a variant never changes.
        let ids = variant_ids.iter().filter_map(|id| id.parse::<VariantId>().ok());
        let wanted: HashSet<String> = ids.map(|id| id.to_string()).collect();
        let is_wanted = move |event: &RecordedEvent| {
            event.aggregate == AvailabilityChanged::AGGREGATE && wanted.contains(&event.stream_id)
        };
        let feed = ctx.data_unchecked::<LogFeed>();
        let events = feed.events(after.as_deref(), is_wanted).await.map_err(Fault::feed)?;
        Ok(events.map(change))
    }
}

fn change(event: Result<FeedEvent, FeedError>) -> Result<AvailabilityChange, Fault> {
    let FeedEvent { position, event } = event.map_err(Fault::feed)?;
    let changed: AvailabilityChanged = serde_json::from_value(event.event.content.clone())?;
    let variant = VariantObject { id: changed.variant_id, known: None };
    Ok(AvailabilityChange { position, variant, level: changed.level.into() })
}
