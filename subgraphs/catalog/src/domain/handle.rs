//! Handles: the readable names in links. Unique on the platform for each kind of thing that has them.

use super::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Handle(String);

impl Handle {
    const CHARACTERS_MIN: usize = 2;
    const CHARACTERS_MAX: usize = 80;

    pub fn new(text: &str) -> Result<Handle, Refusal> {
        let is_good = (Self::CHARACTERS_MIN..=Self::CHARACTERS_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && text.split('-').all(|part| !part.is_empty());
        if is_good { Ok(Handle(text.to_owned())) } else { Err(Refusal::HandleInvalid) }
    }

    /// What a title gives: its Latin letters and digits in lower case. A title with fewer than two gives none.
    pub fn from_title(title: &str) -> Result<Handle, Refusal> {
        let mut text = String::new();
        for character in title.chars().flat_map(char::to_lowercase).map(without_accent) {
            match character {
                Some(letter) if text.len() < Self::CHARACTERS_MAX => text.push(letter),
                None if !text.is_empty() && !text.ends_with('-') && text.len() < Self::CHARACTERS_MAX => text.push('-'),
                _ => {}
            }
        }
        Handle::new(text.trim_end_matches('-'))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The letter that a handle has for a letter of Western European languages; `None` for what separates words.
fn without_accent(character: char) -> Option<char> {
    match character {
        'a'..='z' | '0'..='9' => Some(character),
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'æ' => Some('a'),
        'ç' => Some('c'),
        'è' | 'é' | 'ê' | 'ë' => Some('e'),
        'ì' | 'í' | 'î' | 'ï' => Some('i'),
        'ñ' => Some('n'),
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'œ' => Some('o'),
        'ß' => Some('s'),
        'ù' | 'ú' | 'û' | 'ü' => Some('u'),
        'ý' | 'ÿ' => Some('y'),
        _ => None,
    }
}
