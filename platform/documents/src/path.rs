//! Paths of fields. They become part of query texts, so only names are let through.

use std::borrow::Cow;

use crate::StoreError;

const BYTES_MAX: usize = 200;

/// `outer.inner`, each part a name of letters, digits and underscores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(Cow<'static, str>);

impl Path {
    pub(crate) fn new(path: impl Into<Cow<'static, str>>) -> Path {
        Path(path.into())
    }

    /// The path, if it is one.
    pub(crate) fn checked(&self) -> Result<&str, StoreError> {
        let is_name = |part: &str| {
            part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        match self.0.len() <= BYTES_MAX && self.0.split('.').all(is_name) {
            true => Ok(&self.0),
            false => Err(StoreError::BadPath(self.0.chars().take(BYTES_MAX).collect())),
        }
    }
}
