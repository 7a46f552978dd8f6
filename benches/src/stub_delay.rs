//! Delays of stubs, more exact than the runtime's timer, whose ticks of a millisecond would be a quarter of the shortest.
//!
//! One thread sleeps until the next answer is due and wakes the stub that waits for it.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tokio::sync::Notify;

/// How long a stub waits before it answers.
#[derive(Debug, Clone)]
pub struct Delay {
    clock: Arc<Clock>,
    duration: Duration,
}

/// Ends its thread when the last stub is gone.
#[derive(Debug)]
pub struct Clock {
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct State {
    due: Mutex<Due>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Due {
    next_number: u64,
    waiting: BinaryHeap<Reverse<Waiting>>,
    is_over: bool,
}

#[derive(Debug)]
struct Waiting {
    at: Instant,
    number: u64,
    wake: Arc<Notify>,
}

impl Clock {
    pub fn start() -> std::io::Result<Arc<Clock>> {
        let state = Arc::new(State::default());
        let own = state.clone();
        let thread = std::thread::Builder::new().name("stub-delays".to_owned()).spawn(move || own.run())?;
        Ok(Arc::new(Clock { state, thread: Some(thread) }))
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.state.due.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
        self.state.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // It does not panic.
            let _ = thread.join();
        }
    }
}

impl Delay {
    pub fn new(clock: Arc<Clock>, duration: Duration) -> Delay {
        Delay { clock, duration }
    }

    pub async fn wait(&self) {
        let wake = Arc::new(Notify::new());
        {
            let mut due = self.clock.state.due.lock().unwrap_or_else(PoisonError::into_inner);
            let waiting = Waiting { at: Instant::now() + self.duration, number: due.next_number, wake: wake.clone() };
            due.next_number += 1;
            due.waiting.push(Reverse(waiting));
        }
        self.clock.state.changed.notify_one();
        wake.notified().await;
    }
}

impl State {
    fn run(&self) {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        while !due.is_over {
            let now = Instant::now();
            match due.waiting.peek() {
                Some(Reverse(first)) if first.at <= now => {
                    if let Some(Reverse(first)) = due.waiting.pop() {
                        first.wake.notify_one();
                    }
                }
                Some(Reverse(first)) => {
                    let pause = first.at - now;
                    due = self.changed.wait_timeout(due, pause).unwrap_or_else(PoisonError::into_inner).0;
                }
                None => due = self.changed.wait(due).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Waiting) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Waiting) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Waiting) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
