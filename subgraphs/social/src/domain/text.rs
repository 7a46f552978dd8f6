//! Texts that people write: trimmed, bounded, without control characters.

use super::refusal::Refusal;

/// Whether a text may have several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    One,
    Many,
}

/// The trimmed text, with 1 to `chars_max` characters.
pub(crate) fn checked(field: &'static str, text: &str, (chars_max, lines): (usize, Lines)) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::TextBlank { field });
    }
    let found = text.chars().count();
    if found > chars_max {
        return Err(Refusal::TextTooLong { field, found, max: chars_max });
    }
    let may_stand = |c: char| !c.is_control() || lines == Lines::Many && matches!(c, '\n' | '\t');
    match text.chars().all(may_stand) {
        true => Ok(text.to_owned()),
        false => Err(Refusal::TextNotPrintable { field }),
    }
}

/// Like [`checked`], but nothing is as good as an empty text.
pub(crate) fn optional(
    field: &'static str,
    text: Option<&str>,
    bounds: (usize, Lines),
) -> Result<Option<String>, Refusal> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => checked(field, text, bounds).map(Some),
    }
}
