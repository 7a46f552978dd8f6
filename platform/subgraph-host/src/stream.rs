//! From a request to a stream of answers: one for each event of a subscription, one for a query or mutation.

use crate::{
    Answer, ErrorCode, Fault, GraphqlRequest, RequestContext, Subgraph,
    answer::{answer_of, executed_without_data},
    fault::INTERNAL_TEXT,
    per_event::IsStream,
};
use async_graphql::Response;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use std::{panic::AssertUnwindSafe, time::Duration};
use tokio::time::{Instant, timeout_at};

/// How long a stream may last. Whose rights end sooner is the router's to know.
const STREAM_TIME_MAX: Duration = Duration::from_secs(60 * 60);

struct Running {
    responses: BoxStream<'static, std::thread::Result<Response>>,
    ends_at: Instant,
}

impl Subgraph {
    /// Executes one request, event by event. An answer that is refused is the only one. The work goes on only while the
    /// stream is asked for more, and ends when it is dropped.
    pub fn stream(&self, request: GraphqlRequest, context: RequestContext) -> BoxStream<'static, Answer> {
        let trace_id = context.trace_id().to_owned();
        let name = self.name;
        let responses = match self.executable(request, context) {
            Ok(mut executed) => {
                executed.data.insert(IsStream);
                let responses = AssertUnwindSafe((self.execute_stream)(executed)).catch_unwind().boxed();
                let running = Running { responses, ends_at: Instant::now() + STREAM_TIME_MAX };
                stream::unfold(Some(running), next).boxed()
            }
            Err(error) => stream::iter([Response::from_errors(vec![error])]).boxed(),
        };
        responses.map(move |response| answer_of(response, &trace_id, name)).boxed()
    }
}

async fn next(running: Option<Running>) -> Option<(Response, Option<Running>)> {
    let mut running = running?;
    match timeout_at(running.ends_at, running.responses.next()).await {
        Ok(Some(Ok(response))) => Some((response, Some(running))),
        Ok(Some(Err(_))) => {
            // The panic hook has said where.
            tracing::error!("a resolver panicked");
            Some((executed_without_data(Fault::new(ErrorCode::Internal, INTERNAL_TEXT)), None))
        }
        Ok(None) => None,
        Err(_) => {
            let text = format!("a stream lasts {} s at most; subscribe again", STREAM_TIME_MAX.as_secs());
            Some((executed_without_data(Fault::new(ErrorCode::Timeout, text)), None))
        }
    }
}
