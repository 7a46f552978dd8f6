//! Relay, bus, consumers and jobs, together.

mod flow;
mod world;
