//! Passwords on their way in. `Debug` does not show them, and nothing serialises them.

use crate::domain::{Refusal, Username};
use std::fmt;

/// Why a password may not become somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PasswordFlaw(pub(crate) &'static str);

/// A password that may become somebody's: long enough, and not what everybody would try first.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Password(String);

impl Password {
    const CHARACTERS_MIN: usize = 10;
    /// What is longer costs a hash for nothing; a sign-in with more is wrong without one.
    pub(crate) const BYTES_MAX: usize = 128;

    pub(crate) fn choose(text: String, username: &Username) -> Result<Password, PasswordFlaw> {
        let refused = |reason| Err(PasswordFlaw(reason));
        if text.chars().count() < Self::CHARACTERS_MIN {
            return refused("it has fewer than 10 characters");
        }
        if text.len() > Self::BYTES_MAX {
            return refused("it has more than 128 bytes");
        }
        let lower = text.to_lowercase();
        if lower == username.as_str() {
            return refused("it is the username");
        }
        if COMMON.contains(&lower.as_str()) || has_few_characters(&lower) {
            return refused("it is one of those that are tried first");
        }
        Ok(Password(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// `aaaaaaaaaa` and `1212121212` are on every list, however long they get.
fn has_few_characters(text: &str) -> bool {
    let mut characters: Vec<char> = text.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    characters.len() < 4
}

impl PasswordFlaw {
    /// `field`: where the password stood in the input.
    pub(crate) fn of(self, field: &'static str) -> Refusal {
        Refusal::PasswordRefused { field, reason: self.0 }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

/// Often found in leaked lists and long enough to pass otherwise; lower case.
const COMMON: [&str; 40] = [
    "0123456789",
    "0987654321",
    "1029384756",
    "1122334455",
    "123456789a",
    "123456789q",
    "1234567890",
    "12345678910",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1qazxsw23edc",
    "a123456789",
    "abcdefghij",
    "abc1234567",
    "abcd1234567",
    "adminadmin",
    "administrator",
    "asdfghjkl1",
    "asdfghjkl;",
    "basketball",
    "changeme123",
    "football123",
    "iloveyou123",
    "letmein123",
    "letmein1234",
    "passw0rd123",
    "password01",
    "password1!",
    "password12",
    "password123",
    "password1234",
    "password123!",
    "passwordpassword",
    "q1w2e3r4t5",
    "qwerty12345",
    "qwerty123456",
    "qwertyuiop",
    "welcome123",
    "zxcvbnm123",
];
