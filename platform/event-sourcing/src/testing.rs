//! How aggregates and events are tested: given/when/then, and the examples and schemas in `schema/events`.

mod accepting;
mod examples;
mod given;
mod schemas;

pub use examples::{Example, consumed, made_up, published, readable, reads};
pub use given::{Decided, Given, given};
