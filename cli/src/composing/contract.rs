//! The flags that make a contract: a supergraph that shows a part of itself.

use crate::failure::Failure;
use clap::Args;
use hansa_composition::{ComposeOptions, ContractFilter};

const TAG_CHARS_MAX: usize = 128;

/// Flags of every command that composes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Contract (by default, clients may see everything)")]
pub(crate) struct ContractArguments {
    /// Show clients only what has one of these tags, by @tag; separated by commas [default: everything].
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    include_tags: Vec<String>,

    /// Hide from clients what has one of these tags, whatever else it has; separated by commas [default: nothing].
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    exclude_tags: Vec<String>,

    /// Hide from clients the types that nothing they may see leads to.
    #[arg(long)]
    hide_unreachable_types: bool,
}

impl ContractArguments {
    pub(crate) fn options(&self) -> Result<ComposeOptions, Failure> {
        for (flag, tags) in [("--include-tags", &self.include_tags), ("--exclude-tags", &self.exclude_tags)] {
            if let Some(tag) = tags.iter().find(|tag| !is_tag(tag)) {
                let reason = "begins with a letter or `_` and goes on with letters, digits, `_`, `-` and `/`";
                return Err(Failure::wrong_call(format!("{flag}: `{tag}` is no tag; a tag {reason}")));
            }
        }
        if let Some(tag) = self.include_tags.iter().find(|tag| self.exclude_tags.contains(tag)) {
            return Err(Failure::wrong_call(format!("tag `{tag}` is both included and excluded; keep one of them")));
        }
        let is_contract = self.hide_unreachable_types || !self.include_tags.is_empty() || !self.exclude_tags.is_empty();
        let contract = is_contract.then(|| ContractFilter {
            include: self.include_tags.clone(),
            exclude: self.exclude_tags.clone(),
            hide_unreachable_types: self.hide_unreachable_types,
        });
        Ok(ComposeOptions { contract })
    }
}

/// Tag specification, v0.3: the names that `@tag` takes.
fn is_tag(text: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_next = |c: char| is_first(c) || c.is_ascii_digit() || c == '-' || c == '/';
    text.starts_with(is_first) && text.chars().all(is_next) && text.len() <= TAG_CHARS_MAX
}
