//! Cursors: where a page starts, signed and bound to the query that gave them.
//!
//! A cursor is a version byte, eight bytes that say which query it belongs to, the sort values and the id of a row as
//! JSON, and half an HMAC; all in base64 for URLs.

use crate::Fault;
use aws_lc_rs::{constant_time, digest, hmac};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::Value;
use std::fmt;

const VERSION: u8 = 1;
const FINGERPRINT_BYTES: usize = 8;
const MAC_BYTES: usize = 16;
const TEXT_BYTES_MAX: usize = 4096;

/// Signs cursors. The same key reads them, in all processes of a context.
#[derive(Clone)]
pub struct CursorKey(hmac::Key);

impl fmt::Debug for CursorKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CursorKey")
    }
}

/// Where a row stands in the order of its list.
#[derive(Debug, Clone, PartialEq)]
pub struct CursorValue {
    /// In the order of the list's sort fields.
    pub sort_values: Vec<Value>,
    /// What decides between rows whose sort values are equal.
    pub id: String,
}

/// Which list a cursor belongs to: the field, and all arguments that change which rows it has or their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryFingerprint([u8; FINGERPRINT_BYTES]);

impl QueryFingerprint {
    /// `field` with its type, such as `Query.products`; `arguments` are filter and order, and the parent's id if any.
    pub fn of(field: &str, arguments: &impl Serialize) -> QueryFingerprint {
        let text =
            serde_json::to_vec(&(field, arguments)).expect("filters and orders are plain data, which serialises");
        let hash = digest::digest(&digest::SHA256, &text);
        let mut fingerprint = [0; FINGERPRINT_BYTES];
        fingerprint.copy_from_slice(&hash.as_ref()[..FINGERPRINT_BYTES]);
        QueryFingerprint(fingerprint)
    }
}

impl CursorKey {
    pub fn new(secret: &[u8]) -> CursorKey {
        CursorKey(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    pub fn encode(&self, query: QueryFingerprint, row: &CursorValue) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&query.0);
        let place = serde_json::to_vec(&(&row.sort_values, &row.id));
        bytes.extend_from_slice(&place.expect("JSON values serialise"));
        let mac = hmac::sign(&self.0, &bytes);
        bytes.extend_from_slice(&mac.as_ref()[..MAC_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// # Errors
    /// Bad input, which says whether the cursor is broken, of another version, or of another query.
    pub fn decode(&self, query: QueryFingerprint, cursor: &str) -> Result<CursorValue, Fault> {
        let broken = || Fault::bad_input("this is no cursor that we gave: it was changed or cut on its way");
        if cursor.len() > TEXT_BYTES_MAX {
            return Err(broken());
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| broken())?;
        match bytes.first() {
            Some(&VERSION) => {}
            Some(_) => {
                return Err(Fault::bad_input("this cursor is of another version; start at the first page again"));
            }
            None => return Err(broken()),
        }
        if bytes.len() < 1 + FINGERPRINT_BYTES + MAC_BYTES {
            return Err(broken());
        }
        let (signed, mac) = bytes.split_at(bytes.len() - MAC_BYTES);
        let expected = hmac::sign(&self.0, signed);
        constant_time::verify_slices_are_equal(&expected.as_ref()[..MAC_BYTES], mac).map_err(|_| broken())?;
        let (fingerprint, place) = signed[1..].split_at(FINGERPRINT_BYTES);
        if fingerprint != query.0 {
            let text = "this cursor belongs to another query: its field, filter or order differ from this one's";
            return Err(Fault::bad_input(text));
        }
        let (sort_values, id) = serde_json::from_slice(place).map_err(|_| broken())?;
        Ok(CursorValue { sort_values, id })
    }
}
