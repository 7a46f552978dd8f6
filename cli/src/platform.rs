//! The platform: the bounded contexts of this repository, opened from a data directory and served as subgraphs.

pub(crate) mod contexts;
pub(crate) mod data_directory;
pub(crate) mod examples;
pub(crate) mod keys;
pub(crate) mod servers;
pub(crate) mod supergraph;
