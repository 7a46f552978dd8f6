//! Composes again when what it read has changed. Looks at everything each time, as the router does with its supergraph:
//! files on every kind of disk and running subgraphs alike, without a promise of the system to be told.

use crate::composing::{
    attempt::Attempt,
    inputs::{InputReader, Inputs},
};
use hansa_composition::ComposeOptions;
use std::time::Duration;
use tokio::{task::spawn_blocking, time::sleep};

/// An editor may be in the middle of writing: a change counts when it is still the same after this time.
const SETTLING: Duration = Duration::from_millis(50);
const SETTLING_LOOKS_MAX: usize = 20;

#[derive(Debug)]
pub(crate) struct Watch {
    reader: InputReader,
    options: ComposeOptions,
    interval: Duration,
    last: Option<Inputs>,
}

impl Watch {
    pub(crate) fn new(reader: InputReader, options: ComposeOptions, interval: Duration) -> Watch {
        Watch { reader: reader.keeping_answers(), options, interval, last: None }
    }

    /// The first time at once, then as soon as there is a difference.
    pub(crate) async fn next(&mut self) -> Attempt {
        let inputs = self.changed().await;
        let options = self.options.clone();
        let composing = spawn_blocking(move || Attempt::new(inputs, &options));
        match composing.await {
            Ok(attempt) => attempt,
            Err(failure) => match failure.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // Only the runtime's end cancels it, and that ends this wait, too.
                Err(_) => std::future::pending().await,
            },
        }
    }

    async fn changed(&mut self) -> Inputs {
        if self.last.is_none() {
            let inputs = self.reader.read().await;
            return self.last.insert(inputs).clone();
        }
        loop {
            sleep(self.interval).await;
            let mut inputs = self.reader.read().await;
            if self.last.as_ref() == Some(&inputs) {
                continue;
            }
            for _ in 0..SETTLING_LOOKS_MAX {
                sleep(SETTLING).await;
                let again = self.reader.read().await;
                if again == inputs {
                    break;
                }
                inputs = again;
            }
            if self.last.as_ref() != Some(&inputs) {
                return self.last.insert(inputs).clone();
            }
        }
    }
}
