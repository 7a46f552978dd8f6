//! The platform: the bounded contexts of this repository, served as subgraphs.

pub(crate) mod data_directory;
