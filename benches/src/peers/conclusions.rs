//! What the figures of a scenario say: each peer's ratios, and which goals are met.

use super::{Contestant, Outcome, shown_figures};
use crate::{
    figures::{Against, Figure, Goal, Spread, Stretch, ratio, spread},
    routers::FLOOR,
    scenarios::Scenario,
};

/// The first router's figure as a part of another's.
#[derive(Debug)]
pub struct Ratio<'outcome> {
    pub subject: &'outcome str,
    pub other: &'outcome str,
    pub figure: Figure,
    pub spread: Spread,
    pub verdict: Option<Verdict>,
}

/// A goal beside what was measured.
#[derive(Debug)]
pub struct Verdict {
    pub goal: Goal,
    pub is_met: bool,
    pub is_stretch_met: bool,
}

/// Every ratio to every other contestant, in the order of the figures.
pub fn ratios<'outcome>(scenario: &Scenario, outcome: &'outcome Outcome) -> Vec<Ratio<'outcome>> {
    let mut compared = outcome.contestants.iter().filter(|contestant| !contestant.is_apart);
    let Some(subject) = compared.next() else { return Vec::new() };
    let mut ratios = Vec::new();
    for other in compared {
        for &figure in shown_figures(scenario) {
            let Some(spread) = ratio(figure, &subject.runs, &other.runs) else { continue };
            let verdict = goal(scenario, other, figure).map(|goal| judge(goal, spread, scenario, subject));
            ratios.push(Ratio { subject: &subject.name, other: &other.name, figure, spread, verdict });
        }
    }
    ratios
}

fn goal(scenario: &Scenario, other: &Contestant, figure: Figure) -> Option<Goal> {
    let against = if other.name == FLOOR { Against::Floor } else { Against::EveryPeer };
    scenario.goals.iter().find(|goal| goal.against == against && goal.figure == figure).copied()
}

fn judge(goal: Goal, ratio: Spread, scenario: &Scenario, subject: &Contestant) -> Verdict {
    let is_stretch_met = match goal.stretch {
        Stretch::Ratio(at_most) => ratio.median <= at_most,
        Stretch::AboveCriticalPath(milliseconds) => {
            let path = scenario.critical_path.map(|path| path.as_secs_f64() * 1e3);
            let own = spread(goal.figure, &subject.runs).map(|spread| spread.median);
            path.zip(own).is_some_and(|(path, own)| own <= path + milliseconds)
        }
    };
    Verdict { goal, is_met: ratio.median <= goal.at_most, is_stretch_met }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |is_met| if is_met { "met" } else { "missed" };
        write!(out, "goal {:.2} {}, stretch ", self.goal.at_most, word(self.is_met))?;
        match self.goal.stretch {
            Stretch::Ratio(at_most) => write!(out, "{at_most:.2}")?,
            Stretch::AboveCriticalPath(milliseconds) => write!(out, "critical path + {milliseconds} ms")?,
        }
        write!(out, " {}", word(self.is_stretch_met))
    }
}

/// Goals that were missed, and routers that failed, in one line each.
pub fn shortfalls(scenario: &Scenario, outcome: &Outcome) -> Vec<String> {
    let key = scenario.key;
    let failures = outcome.contestants.iter().filter(|contestant| contestant.failure.is_some());
    let failures = failures.map(|contestant| format!("{key}: {} failed", contestant.name));
    let ratios = ratios(scenario, outcome);
    let missed = ratios.iter().filter_map(|ratio| {
        let verdict = ratio.verdict.as_ref().filter(|verdict| !verdict.is_met)?;
        let figure = ratio.figure.name();
        Some(format!("{key}: {figure} {:.2} of {}, not {:.2}", ratio.spread.median, ratio.other, verdict.goal.at_most))
    });
    failures.chain(missed).collect()
}
