//! The context through its schema.
