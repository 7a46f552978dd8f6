//! Running subgraphs, asked for their SDL, once or again and again.
//!
//! Who looks again and again must not wait for one that hangs, in a debugger for example: its earlier answer is taken,
//! and the new one when it comes.

use crate::{composing::inputs::Unavailable, failure::with_causes};
use hansa_server::{SdlClient, SdlError, SdlRequest};
use std::{collections::BTreeMap, future, mem, panic::resume_unwind, sync::Arc, time::Duration};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, timeout_at},
};

/// Subgraphs asked at the same time.
const ASKED_MAX: usize = 16;

/// How long one look waits for a subgraph of which there is an earlier answer.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) request: SdlRequest,
}

/// Both where an earlier answer stands in for one that failed.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) sdl: Option<String>,
    pub(super) failure: Option<Unavailable>,
}

#[derive(Debug)]
pub(super) struct RunningSubgraphs {
    client: Arc<SdlClient>,
    places: Arc<Semaphore>,
    keeps_answers: bool,
    answers: BTreeMap<Key, Answered>,
    /// Have yet to answer.
    pending: BTreeMap<Key, Pending>,
}

/// Name and URL.
type Key = (String, String);

#[derive(Debug)]
struct Pending {
    request: SdlRequest,
    /// One task, which ends with its owner.
    answering: JoinSet<Result<String, SdlError>>,
}

impl RunningSubgraphs {
    pub(super) fn new(keeps_answers: bool) -> RunningSubgraphs {
        RunningSubgraphs {
            client: Arc::default(),
            places: Arc::new(Semaphore::new(ASKED_MAX)),
            keeps_answers,
            answers: BTreeMap::new(),
            pending: BTreeMap::new(),
        }
    }

    /// Asks all at the same time and gives their answers in the same order.
    pub(super) async fn ask(&mut self, asked: Vec<Asked>) -> Vec<Answered> {
        let mut pending = mem::take(&mut self.pending);
        let until = Instant::now() + PATIENCE;
        let mut started = Vec::with_capacity(asked.len());
        for Asked { name, url, request } in asked {
            let key = (name, url);
            match pending.remove(&key).filter(|pending| pending.request == request) {
                // It had its time.
                Some(late) => started.push((key, late, Instant::now())),
                None => started.push((key, self.start(request), until)),
            }
        }
        let mut answered = Vec::with_capacity(started.len());
        for (key, pending, until) in started {
            answered.push(self.answer(key, pending, until).await);
        }
        answered
    }

    fn start(&self, request: SdlRequest) -> Pending {
        let (places, client, asked) = (self.places.clone(), self.client.clone(), request.clone());
        let mut answering = JoinSet::new();
        answering.spawn(async move {
            let _place = places.acquire_owned().await;
            client.ask(&asked).await
        });
        Pending { request, answering }
    }

    async fn answer(&mut self, key: Key, mut pending: Pending, until: Instant) -> Answered {
        let Some(earlier) = self.answers.get(&key).cloned() else {
            let result = pending.answer().await;
            return self.take(key, result);
        };
        match timeout_at(until, pending.answer()).await {
            Ok(result) => self.take(key, result),
            Err(_) => {
                self.pending.insert(key, pending);
                earlier
            }
        }
    }

    fn take(&mut self, key: Key, result: Result<String, SdlError>) -> Answered {
        let answered = match result {
            Ok(sdl) => Answered { sdl: Some(sdl), failure: None },
            Err(error) => Answered {
                sdl: self.answers.get(&key).and_then(|earlier| earlier.sdl.clone()),
                failure: Some(Unavailable {
                    may_pass: error.may_pass(),
                    reason: with_causes(&error),
                    subgraph: key.0.clone(),
                    url: key.1.clone(),
                }),
            },
        };
        if self.keeps_answers && answered.sdl.is_some() {
            self.answers.insert(key, answered.clone());
        }
        answered
    }
}

impl Pending {
    async fn answer(&mut self) -> Result<String, SdlError> {
        match self.answering.join_next().await {
            Some(Ok(result)) => result,
            Some(Err(failure)) if failure.is_panic() => resume_unwind(failure.into_panic()),
            // Only the runtime's end cancels it, and that ends this wait, too.
            Some(Err(_)) | None => future::pending().await,
        }
    }
}
