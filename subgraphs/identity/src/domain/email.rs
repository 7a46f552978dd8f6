//! E-mail addresses: personal data. `Debug` does not show them, so that no log does.

use crate::domain::Refusal;
use std::fmt;

/// One address in its normalised form: at most 255 bytes, lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Takes blanks off the ends and makes all letters lower case: two accounts whose addresses differ in case only would
    /// be one mailbox at every provider there is.
    pub fn parse(text: &str) -> Result<Email, Refusal> {
        let address = text.trim().to_lowercase();
        if is_address(&address) { Ok(Email(address)) } else { Err(Refusal::EmailInvalid) }
    }

    /// What the store keeps was checked when it came in.
    pub(crate) fn kept(text: String) -> Email {
        Email(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A plausible address; only a mail that arrives proves one. Nothing here can end a header line.
fn is_address(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"@<>()[]\\,;:\"".contains(c);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    address.len() <= 255
        && (1..=64).contains(&local.len())
        && local.chars().all(is_plain)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

impl fmt::Debug for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Email(…)")
    }
}
