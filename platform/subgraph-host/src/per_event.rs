//! Events of a subscription are answered like requests of their own: with loaders that nobody has used before, and within
//! the time of an answer.

use crate::{ErrorCode, Fault, RequestContext, answer::executed_without_data};
use async_graphql::{
    Data, Response, async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};
use std::{sync::Arc, time::Duration};

/// Makes what each request, and each event, has its own of.
pub(crate) type PerRequest = Arc<dyn Fn(&RequestContext, &mut Data) + Send + Sync>;

/// In the data of what is executed as a stream.
#[derive(Debug)]
pub(crate) struct IsStream;

#[derive(Clone)]
pub(crate) struct PerEvent {
    pub(crate) per_request: Vec<PerRequest>,
    pub(crate) time_max: Duration,
}

impl ExtensionFactory for PerEvent {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for PerEvent {
    async fn execute(&self, ctx: &ExtensionContext<'_>, name: Option<&str>, next: NextExecute<'_>) -> Response {
        if ctx.data_opt::<IsStream>().is_none() {
            return next.run(ctx, name).await;
        }
        let request = ctx.data_unchecked::<RequestContext>();
        let mut data = Data::default();
        for insert in &self.per_request {
            insert(request, &mut data);
        }
        match tokio::time::timeout(self.time_max, next.run_with_data(ctx, name, data)).await {
            Ok(response) => response,
            Err(_) => {
                let text = format!("the event took longer than {} ms", self.time_max.as_millis());
                executed_without_data(Fault::new(ErrorCode::Timeout, text))
            }
        }
    }
}
