//! The context through its schema, its consumers and its workers: what it does, and everything that it refuses.

mod dispatches;
mod entities;
mod flash_sale;
mod mutations;
mod policies;
mod published;
mod queries;
mod random;
mod requests;
mod returns;
mod subscriptions;
mod workers;
mod world;
