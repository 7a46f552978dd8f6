//! What is wrong with a setting, for whoever wrote it.

use crate::{
    tree::{Node, Place},
    tree_deserializer::{Misfit, Reason},
};
use std::fmt;

/// A word with more wrong letters than this for each right one is another word.
const LETTERS_FOR_EACH_WRONG: usize = 4;

/// A wrong setting: where it was written, and why it cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub place: Place,
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for Mistake {}

impl Mistake {
    /// A value that its setting cannot have; `key` is dotted.
    pub fn wrong_value(place: &Place, key: &str, reason: impl fmt::Display) -> Mistake {
        Mistake { place: place.clone(), message: format!("wrong value for `{key}`: {reason}") }
    }

    pub(crate) fn yaml(path: &std::path::Path, error: serde_saphyr::Error) -> Mistake {
        let error = error.without_snippet();
        let location = error.location().unwrap_or(serde_saphyr::Location::UNKNOWN);
        Mistake {
            place: Place::File { path: path.into(), line: location.line(), column: location.column() },
            message: format!("not valid YAML: {}", without_library_words(&error.to_string())),
        }
    }

    pub(crate) fn of_misfit(misfit: Misfit, root: &Node) -> Mistake {
        let parent = misfit.dotted_key();
        let place = misfit.place.unwrap_or_else(|| root.place.clone());
        match misfit.reason {
            Reason::UnknownKey { key, expected } => {
                let nearest = nearest_or_all(&key, &expected, &parent);
                let key = if parent.is_empty() { key } else { format!("{parent}.{key}") };
                Mistake { place, message: format!("unknown setting `{key}`{nearest}") }
            }
            Reason::UnknownValue { value, expected } => {
                let nearest = nearest_or_all(&value, &expected, "");
                let reason = format!("`{value}` is not one of {}{nearest}", quoted_list(&expected));
                Mistake::wrong_value(&place, &parent, reason)
            }
            Reason::Other(reason) if parent.is_empty() => Mistake::wrong_value(&place, "(the whole file)", reason),
            Reason::Other(reason) => Mistake::wrong_value(&place, &parent, reason),
        }
    }
}

/// What the library says of files that are too much for it, and what it means.
const TOO_MUCH: [(&str, &str); 5] = [
    ("recursive references", "an anchor is used inside of itself"),
    ("recursion limit", "it is nested too deeply"),
    ("budget breached: Depth", "it is nested too deeply"),
    ("budget breached: Nodes", "it has too many values, those that aliases repeat included"),
    ("budget breached", "it is larger than anybody writes, with what its aliases repeat"),
];

/// The place is told already, and advice to programmers helps nobody who wrote a file.
fn without_library_words(error: &str) -> String {
    if let Some((_, meaning)) = TOO_MUCH.iter().find(|(words, _)| error.starts_with(words)) {
        return (*meaning).to_owned();
    }
    let error = error.rsplit_once(" at line ").map_or(error, |(before, _)| before);
    let end = [", set ", "; use "].iter().filter_map(|advice| error.find(advice)).min();
    error[..end.unwrap_or(error.len())].to_owned()
}

/// The candidate that `word` was probably meant to be.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |candidate: &str| strsim::damerau_levenshtein(candidate, word);
    let nearest = candidates.into_iter().min_by_key(|candidate| distance(candidate))?;
    (distance(nearest) <= 1 + word.len() / LETTERS_FOR_EACH_WRONG).then_some(nearest)
}

fn nearest_or_all(word: &str, expected: &[&str], parent: &str) -> String {
    let dot = if parent.is_empty() { "" } else { "." };
    match nearest(word, expected.iter().copied()) {
        Some(nearest) => format!("; did you mean `{parent}{dot}{nearest}`?"),
        None if parent.is_empty() || expected.is_empty() => String::new(),
        None => format!("; settings under `{parent}`: {}", quoted_list(expected)),
    }
}

fn quoted_list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
