//! The context through its front door: GraphQL over its own schema, with embedded stores in a folder of each test.

mod bad_input;
mod erasures;
mod events;
mod feeds;
mod keys;
mod matrix;
mod moderation;
mod posts;
mod privacy;
mod published;
mod purchases;
mod reads;
mod refusals;
mod reviews;
mod schema;
mod shelves;
mod world;
