//! The binary through its front door: calls, exit statuses, signals, and whole queries over real sockets.
//!
//! Every server takes a free port and prints it; what has to become true is polled for, with a deadline.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get fails the test")]

mod canned_server;
mod held_subgraph;
mod http;
mod process;
mod scratch;

mod bad_subgraph;
mod calls;
mod compose_config;
mod compose_introspection;
mod composed;
mod deployment;
mod document_events;
mod event_logs;
mod events;
mod mock;
mod plan;
mod reload;
mod router;
mod settings;
mod stop;
mod up;
mod up_config;
mod verify;
mod verify_outcome;
