//! Identity through its front door: GraphQL over HTTP, with the passports that a router would mint.

mod authorisation;
mod codes;
mod keys;
mod members;
mod opening;
mod passwords;
mod reading;
mod registering;
mod schema;
mod sessions;
mod throttling;
mod world;
