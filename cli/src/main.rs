//! `hansa`, the one binary: reads the call, runs the command, and turns every outcome into an exit status.
//!
//! A panic is a bug of ours and never reaches the user as one: it becomes a line that says so, and exit status 3.

mod arguments;
mod command_reference;
mod commands;
mod composing;
mod demo;
mod failure;
mod input;
mod listen;
mod output;
mod platform;
mod router_settings;
mod serving;
mod stop_signal;
mod terminal;
mod verifying;

use arguments::Arguments;
use clap::Parser;
use std::{
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    process::ExitCode,
};

fn main() -> ExitCode {
    hansa_allocator::give_memory_back_soon();
    panic::set_hook(Box::new(report_panic));
    // Fails only when a provider is installed already, and nothing runs before this line.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments = Arguments::parse();
    match panic::catch_unwind(AssertUnwindSafe(|| commands::run(arguments.command))) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => {
            output::complain_unless_said(&failure);
            failure.exit_code()
        }
        Err(_) => ExitCode::from(failure::UNDECIDED),
    }
}

/// One line, as a log event where logs have started, so that JSON logs stay JSON.
fn report_panic(panic: &PanicHookInfo<'_>) {
    let description = panic.payload_as_str().unwrap_or("no description");
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    if tracing::dispatcher::has_been_set() {
        tracing::error!(location, "internal error, please report it: {description}");
    } else {
        output::complain(&format!("internal error at {location}, please report it: {description}"));
    }
}
