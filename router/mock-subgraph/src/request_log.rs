//! A bounded log of received requests, for tests that check what a router sent.

use serde_json::Value;
use std::{collections::VecDeque, sync::Mutex, sync::PoisonError};

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedRequest {
    /// Name (lower case) and value of each HTTP header, in the order received; empty for in-process calls.
    pub headers: Vec<(String, String)>,
    /// The GraphQL request object.
    pub body: Value,
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    count_max: usize,
    requests: Mutex<VecDeque<RecordedRequest>>,
}

impl RequestLog {
    pub(crate) fn new(count_max: usize) -> RequestLog {
        RequestLog { count_max, requests: Mutex::default() }
    }

    pub(crate) fn push(&self, headers: &[(String, String)], body: &Value) {
        if self.count_max == 0 {
            return;
        }
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() == self.count_max {
            requests.pop_front();
        }
        requests.push_back(RecordedRequest { headers: headers.to_vec(), body: body.clone() });
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.iter().cloned().collect()
    }
}
