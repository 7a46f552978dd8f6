//! What a run comes to: the end of its last line, and its exit status.

use super::outcome::Outcome;
use crate::failure::Failure;
use std::fmt;

/// Code of operations that no subgraph can answer, although the schema has their fields.
const PLAN_IMPOSSIBLE: &str = "PLAN_IMPOSSIBLE";

#[derive(Debug)]
pub(crate) enum Conclusion {
    /// All that is wrong.
    Wrong(Vec<String>),
    /// Why not.
    Undecided(String),
    /// There was nothing to compare, as is right for such a graph.
    OnePlanEach,
    Agrees,
}

impl Conclusion {
    pub(crate) fn of(outcome: &Outcome<'_>) -> Conclusion {
        let wrong = all_wrong(outcome);
        if !wrong.is_empty() {
            return Conclusion::Wrong(wrong);
        }
        let nothing = "nothing could be compared";
        let is_nothing = outcome.compared() == 0;
        let silent = outcome.silent_subgraphs();
        if !silent.is_empty() {
            let because = if is_nothing { format!("{nothing}: ") } else { String::new() };
            return Conclusion::Undecided(format!("{because}no usable answer from {}", silent.join(", ")));
        }
        let has_one_plan_each = outcome.one_plan > 0 && outcome.undecided + outcome.unstable == 0;
        if is_nothing && has_one_plan_each {
            return Conclusion::OnePlanEach;
        }
        if is_nothing {
            return Conclusion::Undecided(nothing.to_owned());
        }
        if outcome.undecided * 2 > outcome.operations {
            return Conclusion::Undecided("most operations failed because of a subgraph".to_owned());
        }
        Conclusion::Agrees
    }

    pub(crate) fn is_good(&self) -> bool {
        matches!(self, Conclusion::OnePlanEach | Conclusion::Agrees)
    }

    /// What is wrong has been printed.
    pub(crate) fn result(self) -> Result<(), Failure> {
        match self {
            Conclusion::Wrong(_) => Err(Failure::wrong("")),
            Conclusion::Undecided(reason) => Err(Failure::undecided(reason)),
            Conclusion::OnePlanEach | Conclusion::Agrees => Ok(()),
        }
    }
}

impl fmt::Display for Conclusion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Conclusion::Wrong(all) => formatter.write_str(&all.join("; ")),
            Conclusion::Undecided(reason) => formatter.write_str(reason),
            Conclusion::OnePlanEach => formatter.write_str("nothing to compare, as each operation has one plan only"),
            Conclusion::Agrees => formatter.write_str("all answers agree"),
        }
    }
}

fn all_wrong(outcome: &Outcome<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let differences = outcome.findings.len();
    if differences > 0 {
        let again = match outcome.found_before {
            0 => String::new(),
            count => format!(", seen in {count} more operations"),
        };
        wrong.push(format!("{}{again}", counted(differences as u64, "difference")));
    }
    if let Some(refusal) = outcome.refused.get(PLAN_IMPOSSIBLE) {
        wrong.push(format!("{} that no subgraph can answer", counted(refusal.count, "operation")));
    }
    if !outcome.refused_given.is_empty() {
        wrong.push(format!("{} of yours refused", counted(outcome.refused_given.len() as u64, "operation")));
    }
    wrong
}

fn counted(count: u64, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}
