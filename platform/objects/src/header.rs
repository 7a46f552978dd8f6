//! The line at the start of an object's file: a mark, the content's SHA-256, its type, and spaces up to a fixed length.

use aws_lc_rs::digest;

use crate::ObjectsError;

const MARK: &str = "hansa-object-1";
const TYPE_BYTES_MAX: usize = 100;

/// Length of the line.
pub(crate) const LENGTH: usize = 192;

/// A media type, such as `text/plain; charset=utf-8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentType(String);

impl ContentType {
    pub fn new(text: impl Into<String>) -> Result<ContentType, ObjectsError> {
        let text = text.into();
        let is_printable = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let has_parts = text.split_once('/').is_some_and(|(kind, rest)| !kind.is_empty() && !rest.is_empty());
        match is_printable && has_parts && text.trim() == text && text.len() <= TYPE_BYTES_MAX {
            true => Ok(ContentType(text)),
            false => Err(ObjectsError::ContentType),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// SHA-256 in lower-case hexadecimal digits.
pub(crate) fn sha256(content: &[u8]) -> String {
    digest::digest(&digest::SHA256, content).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn write(sha256: &str, content_type: &ContentType) -> Vec<u8> {
    let mut line = format!("{MARK} {sha256} {}", content_type.0).into_bytes();
    line.resize(LENGTH - 1, b' ');
    line.push(b'\n');
    line
}

/// `None` if this is no such line.
pub(crate) fn read(line: &[u8]) -> Option<(String, ContentType)> {
    let text = std::str::from_utf8(line.get(..LENGTH)?).ok()?.strip_suffix('\n')?;
    let (sha256, content_type) = text.strip_prefix(MARK)?.strip_prefix(' ')?.split_once(' ')?;
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| Some((sha256.to_owned(), ContentType::new(content_type.trim_end()).ok()?)))?
}
