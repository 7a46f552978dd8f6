//! Texts as people write them: kept letter for letter, bounded, and free of control characters.

use super::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line: a title, a name, a choice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Label(String);

/// Several lines, or none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Description(String);

impl Label {
    pub fn new(text: &str, what: &'static str, characters_max: usize) -> Result<Label, Refusal> {
        let is_good = text.chars().count() <= characters_max
            && !text.chars().any(char::is_control)
            && text.chars().any(|character| !character.is_whitespace());
        if is_good { Ok(Label(text.to_owned())) } else { Err(Refusal::TextInvalid { what, characters_max }) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Description {
    pub const CHARACTERS_MAX: usize = 10_000;

    pub fn new(text: &str) -> Result<Description, Refusal> {
        let is_bad = |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
        if text.chars().count() > Self::CHARACTERS_MAX || text.chars().any(is_bad) {
            return Err(Refusal::TextInvalid { what: "a description", characters_max: Self::CHARACTERS_MAX });
        }
        Ok(Description(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
