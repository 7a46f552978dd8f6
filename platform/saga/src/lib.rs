//! The saga: to be written.
