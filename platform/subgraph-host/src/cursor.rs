//! Cursors: where a page starts, sealed and bound to the query that gave them. Rows that a caller may not see are passed
//! over, but a page may end at one: so a cursor shows nothing of the row it stands for.
//!
//! A cursor is a version byte, eight bytes that say which query it belongs to, and, encrypted and authenticated together
//! with these, the sort values and the id of a row as JSON; all in base64 for URLs. The same row of the same query has
//! always the same cursor. Whoever has two learns whether they are of the same row, and how long its values are.

use crate::Fault;
use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest, hmac,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::Value;
use std::{fmt, sync::Arc};

const VERSION: u8 = 2;
const FINGERPRINT_BYTES: usize = 8;
/// Version and fingerprint, which stand before what is encrypted.
const HEAD_BYTES: usize = 1 + FINGERPRINT_BYTES;
/// What the key is derived for: nothing else that is made of the same secret has it.
const PURPOSE: &[u8] = b"hansa cursors, AES-256-GCM-SIV";
const TEXT_BYTES_MAX: usize = 4096;

/// Seals cursors. The same key opens them, in all processes of a context.
#[derive(Clone)]
pub struct CursorKey(Arc<LessSafeKey>);

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
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), PURPOSE);
        let key = UnboundKey::new(&AES_256_GCM_SIV, derived.as_ref()).expect("a SHA-256 is as long as the key");
        CursorKey(Arc::new(LessSafeKey::new(key)))
    }

    pub fn encode(&self, query: QueryFingerprint, row: &CursorValue) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&query.0);
        let head = Aad::from(bytes.clone());
        let mut place = serde_json::to_vec(&(&row.sort_values, &row.id)).expect("JSON values serialise");
        let sealed = self.0.seal_in_place_append_tag(nonce(), head, &mut place);
        sealed.expect("a place is much shorter than what can be encrypted at once");
        bytes.append(&mut place);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// # Errors
    /// Bad input, which says whether the cursor is broken, of another version, or of another query.
    pub fn decode(&self, query: QueryFingerprint, cursor: &str) -> Result<CursorValue, Fault> {
        let broken = || Fault::bad_input("this is no cursor that we gave: it was changed or cut on its way");
        if cursor.len() > TEXT_BYTES_MAX {
            return Err(broken());
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| broken())?;
        match bytes.first() {
            Some(&VERSION) => {}
            Some(_) => {
                return Err(Fault::bad_input("this cursor is of another version; start at the first page again"));
            }
            None => return Err(broken()),
        }
        let (head, sealed) = bytes.split_at_mut_checked(HEAD_BYTES).ok_or_else(broken)?;
        let place = self.0.open_in_place(nonce(), Aad::from(&*head), sealed).map_err(|_| broken())?;
        if head[1..] != query.0 {
            let text = "this cursor belongs to another query: its field, filter or order differ from this one's";
            return Err(Fault::bad_input(text));
        }
        let (sort_values, id) = serde_json::from_slice(place).map_err(|_| broken())?;
        Ok(CursorValue { sort_values, id })
    }
}

/// Always the same, so that cursors can be compared: this cipher is made for it, and shows equality only.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}
