//! Keys: where an object is, always below its tenant.

use std::fmt;

use hansa_values::TenantId;

const BYTES_MAX: usize = 500;
const SEGMENT_BYTES_MAX: usize = 100;

/// A tenant's object, or, without a tenant, one of the platform. The text is `folder/name`: small letters, digits,
/// `.`, `_` and `-`, so that every file system keeps them apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    tenant: Option<TenantId>,
    text: String,
}

/// Why a text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a key has 1 to {BYTES_MAX} bytes")]
    Length,
    #[error("each part of a key has 1 to {SEGMENT_BYTES_MAX} bytes; slashes only stand between parts")]
    Segment,
    #[error("parts of a key do not begin with a point")]
    Point,
    #[error("a key has small letters of ASCII, digits, `.`, `_`, `-`, and slashes between its parts")]
    Character,
}

impl ObjectKey {
    pub fn new(tenant: Option<TenantId>, text: impl Into<String>) -> Result<ObjectKey, KeyError> {
        let text = text.into();
        check(&text)?;
        Ok(ObjectKey { tenant, text })
    }

    pub fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    /// The part that is the tenant's choice.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// `<tenant or ->/<text>`.
impl fmt::Display for ObjectKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", folder_of(self.tenant), self.text)
    }
}

/// The folder of a tenant's objects.
pub(crate) fn folder_of(tenant: Option<TenantId>) -> String {
    tenant.map_or_else(|| "-".to_owned(), |tenant| tenant.to_string())
}

fn check(text: &str) -> Result<(), KeyError> {
    if text.is_empty() || text.len() > BYTES_MAX {
        return Err(KeyError::Length);
    }
    for segment in text.split('/') {
        if segment.is_empty() || segment.len() > SEGMENT_BYTES_MAX {
            return Err(KeyError::Segment);
        }
        if segment.starts_with('.') {
            return Err(KeyError::Point);
        }
        let is_good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if !segment.bytes().all(is_good) {
            return Err(KeyError::Character);
        }
    }
    Ok(())
}
