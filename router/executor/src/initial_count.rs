//! `@stream(initialCount:)`: how many items of a list come at once.

use apollo_compiler::Name;
use bytes::Bytes;
use hansa_query_planner::plan::InitialCount;

/// A negative number, which requests are refused for before, counts as none.
pub(crate) fn of(initial_count: &InitialCount, variables: &[(Name, Bytes)]) -> u32 {
    match initial_count {
        InitialCount::Constant(count) => *count,
        InitialCount::Variable(name) => {
            let value = variables.iter().find(|(given, _)| given == name);
            let text = value.and_then(|(_, json)| std::str::from_utf8(json).ok());
            text.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
        }
    }
}
