//! Objects: bytes by tenant and key, with their type and hash, in a folder of this machine.
//! Each is one file, whose first 192 bytes are a line with hash and type, so that these and the content change as one.

mod error;
mod header;
mod key;
mod objects;
#[cfg(test)]
mod tests;
mod walk;

pub use error::{ObjectsError, OpenError};
pub use header::ContentType;
pub use key::{KeyError, ObjectKey};
pub use objects::{Content, Listed, Metadata, Mode, Object, Objects, OpenOptions};
