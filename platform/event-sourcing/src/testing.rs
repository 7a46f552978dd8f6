//! How aggregates and events are tested: given/when/then, and the examples and schemas in `schema/events`.

mod accepting;
mod examples;
mod given;
mod schemas;

pub use examples::{Example, consumed, published, readable};
pub use given::{Decided, Given, given};
