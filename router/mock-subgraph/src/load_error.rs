//! Why an SDL or a data file was refused: what, where, and what to do about it.

use std::fmt;

/// Why [`crate::MockSubgraph::new`] refused its input.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The SDL is no valid subgraph schema. Each line starts with `<name>.graphql:<line>:<column>`.
    #[error("the SDL of subgraph \"{subgraph}\" is not valid:\n{}", lines(.problems))]
    Sdl { subgraph: String, problems: Vec<String> },
    /// The data file is not JSON.
    #[error(
        "the data file is not valid JSON: line {line}, column {column}: {problem}; correct it there, or pass no data file to have every value invented"
    )]
    Json { line: usize, column: usize, problem: String },
    /// The data file does not fit the SDL. All problems found, in the file's order.
    #[error("the data file does not fit the SDL:\n{}", lines(.0))]
    Data(Vec<DataProblem>),
}

/// One place of a data file that does not fit the SDL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataProblem {
    /// JSON pointer (RFC 6901) into the data file.
    pub pointer: String,
    pub problem: String,
    /// What to do about it.
    pub advice: String,
}

impl fmt::Display for DataProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "the whole file" } else { &self.pointer };
        write!(f, "{pointer}: {}; {}", self.problem, self.advice)
    }
}

fn lines<T: fmt::Display>(problems: &[T]) -> String {
    problems.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n")
}

/// "did you mean" advice: the nearest of the right names, or all of them when none is near.
pub(crate) fn nearest_name<'a>(wrong: &str, right: impl Iterator<Item = &'a str>) -> String {
    let mut right: Vec<&str> = right.collect();
    let mut seen = std::collections::HashSet::new();
    right.retain(|name| seen.insert(*name));
    let nearest = right
        .iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + wrong.len().max(name.len()) / 3);
    match nearest {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None if right.is_empty() => "there is none to choose from".to_owned(),
        None => {
            let shown: Vec<String> = right.iter().take(12).map(|name| format!("`{name}`")).collect();
            let more = if right.len() > shown.len() { ", …" } else { "" };
            format!("the right names are {}{more}", shown.join(", "))
        }
    }
}
