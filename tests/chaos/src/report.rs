//! What became of seeds: a line for each while they run, and a table at the end.

use crate::{invariants::Violation, nemesis::Applied};
use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

/// What became of a seed.
#[derive(Debug)]
pub struct Report {
    pub seed: u64,
    pub faults: BTreeMap<crate::nemesis::Fault, Applied>,
    /// Placements by the order's status once all had ended, or by what the client was told where there is no order.
    pub placements: BTreeMap<String, u32>,
    /// Placements whose first answer was that the order is pending.
    pub answered_pending: u32,
    /// How many orders were asked to be cancelled.
    pub cancellations: usize,
    pub edits: usize,
    /// Reads of what the same client had written just before.
    pub reads: u64,
    /// How long it took to come to rest, and how long each kind of thing moved.
    pub rest: Duration,
    pub moved: BTreeMap<&'static str, Duration>,
    pub violations: Vec<Violation>,
}

impl Report {
    pub fn faults_applied(&self) -> u32 {
        self.faults.values().map(|applied| applied.times).sum()
    }

    pub fn placed(&self) -> u32 {
        self.placements.values().sum()
    }

    fn faults_text(&self) -> String {
        let text = self.faults.iter().map(|(fault, applied)| match applied.touched {
            0 => format!("{fault:?} {}", applied.times),
            touched => format!("{fault:?} {} ({touched})", applied.times),
        });
        text.collect::<Vec<_>>().join(", ")
    }

    fn violations_text(&self) -> String {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for violation in &self.violations {
            *counts.entry(violation.invariant).or_default() += 1;
        }
        let text = counts.iter().map(|(invariant, count)| format!("{invariant} {count}"));
        if counts.is_empty() { "0".to_owned() } else { text.collect::<Vec<_>>().join(", ") }
    }

    /// While others still run.
    pub fn line(&self) -> String {
        let placements: Vec<String> = self.placements.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let mut line = format!(
            "seed {}: {}; {}, {} of them answered while pending; {} cancellations asked for; {} edits; {} reads after writes; at rest after {:.1?}",
            self.seed,
            self.faults_text(),
            placements.join(", "),
            self.answered_pending,
            self.cancellations,
            self.edits,
            self.reads,
            self.rest
        );
        let moved: Vec<String> = self.moved.iter().map(|(kind, span)| format!("{kind} {span:.1?}")).collect();
        if !moved.is_empty() {
            let _ = write!(line, " ({})", moved.join(", "));
        }
        for violation in &self.violations {
            let _ = write!(line, "\n  VIOLATION {}: {}", violation.invariant, violation.what);
        }
        line
    }
}

/// A table in Markdown, with the sums.
pub fn table(reports: &[Report]) -> String {
    let mut text = String::from(
        "| seed | faults (messages or connections touched) | confirmed | cancelled | rejected | other | answered while pending | edits | at rest after | violations |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut sums = [0_u64; 6];
    for report in reports {
        let count = |names: &[&str]| names.iter().filter_map(|name| report.placements.get(*name)).sum::<u32>();
        // The carrier does not wait.
        let (confirmed, rejected) = (count(&["CONFIRMED", "FULFILLED"]), count(&["REJECTED"]));
        let cancelled = count(&["CANCELLED"]);
        let other = report.placed() - confirmed - cancelled - rejected;
        let _ = writeln!(
            text,
            "| {} | {} | {confirmed} | {cancelled} | {rejected} | {other} | {} | {} | {:.1} s | {} |",
            report.seed,
            report.faults_text(),
            report.answered_pending,
            report.edits,
            report.rest.as_secs_f64(),
            report.violations_text()
        );
        let numbers = [confirmed, cancelled, rejected, other, report.answered_pending].map(u64::from);
        for (sum, number) in sums.iter_mut().zip(numbers.into_iter().chain([report.edits as u64])) {
            *sum += number;
        }
    }
    let faults: u32 = reports.iter().map(Report::faults_applied).sum();
    let violations: usize = reports.iter().map(|report| report.violations.len()).sum();
    let [confirmed, cancelled, rejected, other, pending, edits] = sums;
    let _ = writeln!(
        text,
        "| all {} | {faults} | {confirmed} | {cancelled} | {rejected} | {other} | {pending} | {edits} | | {violations} |",
        reports.len()
    );
    text + "\n" + &by_kind(reports)
}

/// Each kind of fault, over all seeds.
fn by_kind(reports: &[Report]) -> String {
    let mut kinds: BTreeMap<String, Applied> = BTreeMap::new();
    for (fault, applied) in reports.iter().flat_map(|report| &report.faults) {
        let sum = kinds.entry(format!("{fault:?}")).or_default();
        sum.times += applied.times;
        sum.touched += applied.touched;
    }
    let mut text = String::from("| fault | applied | messages or connections touched |\n|---|---|---|\n");
    for (kind, applied) in kinds {
        let touched = if applied.touched == 0 { String::new() } else { applied.touched.to_string() };
        let _ = writeln!(text, "| {kind} | {} | {touched} |", applied.times);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nemesis::Fault;

    #[test]
    fn the_table_has_a_row_for_each_seed_and_the_sums() {
        let report = |seed, violations| Report {
            seed,
            faults: [
                (Fault::Kill, Applied { times: 2, touched: 0 }),
                (Fault::DeliveryDuplicate, Applied { times: 1, touched: 57 }),
            ]
            .into(),
            placements: [
                ("CONFIRMED".to_owned(), 7),
                ("CANCELLED".to_owned(), 3),
                ("REJECTED".to_owned(), 2),
                ("refused X".to_owned(), 1),
            ]
            .into(),
            answered_pending: 4,
            cancellations: 5,
            edits: 5,
            reads: 20,
            rest: Duration::from_millis(4_250),
            moved: BTreeMap::new(),
            violations,
        };
        let violation = |invariant| Violation { invariant, what: "something".to_owned() };
        let reports = [report(1, Vec::new()), report(2, vec![violation("I3"), violation("I1"), violation("I3")])];
        let text = table(&reports);
        let row = "| 1 | Kill 2, DeliveryDuplicate 1 (57) | 7 | 3 | 2 | 1 | 4 | 5 | 4.2 s | 0 |\n";
        assert!(text.contains(row), "{text}");
        assert!(text.contains("| 4.2 s | I1 1, I3 2 |\n"), "{text}");
        assert!(text.contains("| all 2 | 6 | 14 | 6 | 4 | 2 | 8 | 10 | | 3 |\n"), "{text}");
        assert!(text.contains("| DeliveryDuplicate | 2 | 114 |\n| Kill | 4 |  |\n"), "{text}");
        assert!(reports[1].line().contains("VIOLATION I3: something"));
    }
}
