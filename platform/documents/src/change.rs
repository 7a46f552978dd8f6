//! What a command does to one document, for both backends: the rules of versions, and the limits.

use hansa_relational::time_text;
use serde_json::Value as Json;

use crate::{CollectionSpec, StoreError, record::Record};

/// A larger document is refused.
const DOCUMENT_BYTES_MAX: usize = 1 << 20;
/// Events that wait in one document to be published.
const OUTBOX_MAX: usize = 10_000;
/// Commands with a key that one document remembers, of the last 72 hours.
const RECORDS_MAX: usize = 500;

#[derive(Debug, Clone)]
pub(crate) enum Change {
    Insert {
        id: String,
        version: i64,
        content: Json,
    },
    Replace {
        id: String,
        expected_version: i64,
        content: Json,
    },
    Delete {
        id: String,
        expected_version: i64,
    },
    /// Only the answer is written.
    Keep {
        id: String,
    },
}

/// What becomes of a document's content.
#[derive(Debug)]
pub(crate) enum Content {
    Same,
    Gone,
    New(Json),
}

/// What stands beside a document's content, as it was and as it will be.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub(crate) version: i64,
    pub(crate) is_deleted: bool,
    pub(crate) outbox: Vec<Json>,
    pub(crate) commands: Vec<Record>,
}

impl Change {
    pub(crate) fn id(&self) -> &str {
        match self {
            Change::Insert { id, .. }
            | Change::Replace { id, .. }
            | Change::Delete { id, .. }
            | Change::Keep { id } => id,
        }
    }

    /// The document afterwards, and its content.
    pub(crate) fn apply(self, before: Option<Envelope>) -> Result<(Envelope, Content), StoreError> {
        let (expected_version, content) = match self {
            Change::Insert { version, content, .. } => return inserted(before, version, content),
            Change::Replace { expected_version, content, .. } => (expected_version, Content::New(content)),
            Change::Delete { expected_version, .. } => (expected_version, Content::Gone),
            Change::Keep { .. } => return Ok(kept(before)),
        };
        let document = before.filter(|document| !document.is_deleted).ok_or(StoreError::NotFound)?;
        if document.version != expected_version {
            return Err(StoreError::VersionConflict { current: document.version });
        }
        let version = expected_version + 1;
        Ok((Envelope { version, is_deleted: matches!(content, Content::Gone), ..document }, content))
    }
}

/// Where there is no document, one that is as deleted, and as if it had never had a version.
fn kept(before: Option<Envelope>) -> (Envelope, Content) {
    match before {
        Some(document) => (document, Content::Same),
        None => {
            let (outbox, commands) = (Vec::new(), Vec::new());
            (Envelope { version: 0, is_deleted: true, outbox, commands }, Content::Gone)
        }
    }
}

fn inserted(before: Option<Envelope>, version: i64, content: Json) -> Result<(Envelope, Content), StoreError> {
    let expected = before.as_ref().map_or(0, |document| document.version) + 1;
    let document = match before {
        Some(document) if !document.is_deleted => {
            return Err(StoreError::UniqueViolation { index: "id".to_owned() });
        }
        Some(document) => document,
        None => Envelope { version, is_deleted: false, outbox: Vec::new(), commands: Vec::new() },
    };
    match version == expected {
        true => Ok((Envelope { version, is_deleted: false, ..document }, Content::New(content))),
        false => Err(StoreError::WrongVersion { found: version, expected }),
    }
}

impl Envelope {
    /// `content_bytes`: how large the content is as text.
    pub(crate) fn check_limits(&self, content_bytes: usize) -> Result<(), StoreError> {
        check_limit("size of a document in bytes", content_bytes, DOCUMENT_BYTES_MAX)?;
        check_limit("number of unpublished events of a document", self.outbox.len(), OUTBOX_MAX)?;
        check_limit("number of commands with a key on a document in 72 hours", self.commands.len(), RECORDS_MAX)
    }
}

/// Writes each time of the specification with six digits, as it is compared.
pub(crate) fn with_sortable_times(collection: &CollectionSpec, mut content: Json) -> Result<Json, StoreError> {
    for path in collection.times {
        let found = path.split('.').try_fold(&mut content, |json, part| json.get_mut(part));
        let Some(time @ Json::String(_)) = found else { continue };
        let parsed = time.as_str().and_then(|text| text.parse().ok());
        *time = Json::String(time_text(parsed.ok_or(StoreError::BadValue("a text where a time is specified"))?));
    }
    Ok(content)
}

fn check_limit(what: &'static str, found: usize, limit: usize) -> Result<(), StoreError> {
    if found > limit { Err(StoreError::TooMuch { what, limit }) } else { Ok(()) }
}
