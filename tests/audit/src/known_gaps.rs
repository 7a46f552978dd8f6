//! The list of tests that are known to fail. It may only shrink: a listed test that passes is a finding too.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

/// Suite and test index of each gap, with its cause.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct KnownGaps {
    causes: BTreeMap<(String, usize), String>,
}

impl KnownGaps {
    /// Reads lines of `suite index cause`; empty lines and lines that start with `#` say nothing.
    pub fn parse(text: &str) -> Result<KnownGaps> {
        let mut causes = BTreeMap::new();
        for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut words = line.splitn(3, char::is_whitespace);
            let (Some(suite), Some(index), Some(cause)) = (words.next(), words.next(), words.next()) else {
                bail!("line {number}: expected `suite index cause`, found `{line}`");
            };
            let Ok(index) = index.parse() else {
                bail!("line {number}: `{index}` is no test index");
            };
            if causes.insert((suite.to_owned(), index), cause.trim().to_owned()).is_some() {
                bail!("line {number}: {suite} {index} is listed twice");
            }
        }
        Ok(KnownGaps { causes })
    }

    pub fn cause(&self, suite: &str, index: usize) -> Option<&str> {
        self.causes.get(&(suite.to_owned(), index)).map(String::as_str)
    }

    /// Listed tests of `suite` that the audit does not have: a line that guards nothing.
    pub fn beyond(&self, suite: &str, count: usize) -> impl Iterator<Item = usize> {
        self.causes.keys().filter(move |(name, index)| name == suite && *index >= count).map(|(_, index)| *index)
    }

    /// Suites that the list names.
    pub fn suites(&self) -> impl Iterator<Item = &str> {
        self.causes.keys().map(|(suite, _)| suite.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_suite_index_cause() {
        let gaps = KnownGaps::parse("# none\n\nnode 0 planner: no global ids yet\n").unwrap();
        assert_eq!(gaps.cause("node", 0), Some("planner: no global ids yet"));
        assert_eq!(gaps.cause("node", 1), None);
        assert_eq!(gaps.beyond("node", 0).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn a_gap_without_a_cause_or_listed_twice_is_refused() {
        assert!(KnownGaps::parse("node 0").is_err());
        assert!(KnownGaps::parse("node zero cause").is_err());
        assert!(KnownGaps::parse("node 0 a\nnode 0 b").is_err());
    }

    #[test]
    fn the_committed_list_is_readable() {
        KnownGaps::parse(include_str!("../known-gaps.txt")).unwrap();
    }
}
