//! The context through its front door: GraphQL over its own schema, with embedded stores in a folder of each test.

mod posts;
mod reviews;
mod schema;
mod world;
