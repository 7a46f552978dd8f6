//! Identity through its front door: GraphQL over HTTP, with the passports that a router would mint.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod authorisation;
mod codes;
mod erasing;
mod keys;
mod members;
mod opening;
mod passwords;
mod reading;
mod registering;
mod schema;
mod sessions;
mod subscriptions;
mod suspending;
mod throttling;
mod updating;
mod world;

#[test]
fn all_of_it_on_postgres() {
    hansa_testkit::run_second_pass("all_of_it_on_postgres");
}
