//! How far the load is: a bar on a terminal, a line at the beginning and the end elsewhere.

use crate::output;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{self, IsTerminal},
    time::Instant,
};

#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    started: Instant,
}

impl Progress {
    pub(super) fn new(things: usize) -> Progress {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(things as u64);
            let style = ProgressStyle::with_template("Loading the demo {wide_bar} {percent:>3} %");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        if bar.is_none() {
            output::report(&format!("Loading the demo: {things} things to make\n"));
        }
        Progress { bar, started: Instant::now() }
    }

    pub(super) fn step(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    pub(super) fn finish(&self, is_complete: bool) {
        let seconds = self.started.elapsed().as_secs_f64();
        match &self.bar {
            Some(bar) => bar.finish_and_clear(),
            None if is_complete => output::report(&format!("Loaded the demo in {seconds:.1} s\n")),
            None => {}
        }
    }
}
