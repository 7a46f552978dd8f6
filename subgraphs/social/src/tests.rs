//! The context through its front door: GraphQL over its own schema, with embedded stores in a folder of each test.

mod feeds;
mod moderation;
mod posts;
mod privacy;
mod reviews;
mod schema;
mod world;
