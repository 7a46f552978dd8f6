//! Objects (bytes) by tenant and key, in a local directory.
