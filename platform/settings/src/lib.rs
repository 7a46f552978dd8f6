//! Settings files: YAML in which every wrong setting is shown with its key, its place and the nearest right one; values
//! with units; the reference page and JSON Schema of what may be set. Knows no setting itself.

mod mistake;
mod reference;
mod tree;
mod tree_deserializer;
mod units;

pub use mistake::{Mistake, nearest};
pub use reference::{reference_page, schema_text};
pub use tree::{Entry, Node, Place, Value};
pub use units::{ByteSize, Span, deserialize_address, parse_address};
