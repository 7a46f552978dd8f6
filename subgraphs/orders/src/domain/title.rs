//! Titles: trimmed, and never empty.

use super::Refusal;
use serde::Serialize;

const CHARACTERS_MAX: usize = 120;

/// What an item is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Title(String);

impl Title {
    pub fn parse(text: &str) -> Result<Title, Refusal> {
        let text = text.trim();
        let is_good = (1..=CHARACTERS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if is_good { Ok(Title(text.to_owned())) } else { Err(Refusal::TitleInvalid) }
    }

    /// One that was parsed before it was stored.
    pub(crate) fn kept(text: String) -> Title {
        Title(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
