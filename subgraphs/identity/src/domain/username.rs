//! Names by which users are known to others. They never change, so other contexts may keep them.

use crate::domain::Refusal;
use std::fmt;

/// 3 to 50 characters: lower-case ASCII letters, digits, `-`, `_` and `.`; the first and the last a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Upper-case letters become lower-case ones, so that no two users' names differ in nothing else.
    pub fn parse(text: &str) -> Result<Username, Refusal> {
        let name = text.to_ascii_lowercase();
        let is_known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
        let ends_well = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        let is_good = (3..=50).contains(&name.len())
            && name.bytes().all(is_known)
            && ends_well(name.bytes().next())
            && ends_well(name.bytes().next_back());
        if is_good { Ok(Username(name)) } else { Err(Refusal::UsernameInvalid) }
    }

    /// What the store keeps was checked when it came in.
    pub(crate) fn kept(text: String) -> Username {
        Username(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
