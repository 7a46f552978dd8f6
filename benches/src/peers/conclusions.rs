//! What the figures of a scenario say: each peer's ratios, and which goals are met.

use super::{Contestant, Outcome, shown_figures};
use crate::{
    figures::{Against, Figure, Goal, Spread, Stretch, ratio, spread},
    routers::FLOOR,
    scenarios::Scenario,
};

/// The first router's figure as a part of another's.
#[derive(Debug, Clone)]
pub struct Ratio {
    /// The scenario's key and name.
    pub scenario: (&'static str, &'static str),
    pub subject: String,
    pub other: String,
    pub figure: Figure,
    /// Medians, of the first router and of the other.
    pub own_median: f64,
    pub other_median: f64,
    pub spread: Spread,
    pub verdict: Option<Verdict>,
}

/// A goal beside what was measured.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub goal: Goal,
    /// What the critical path alone is of the other's figure: less cannot be reached.
    pub least: Option<f64>,
    pub is_met: bool,
    pub is_stretch_met: bool,
}

/// Every ratio to every other contestant, in the order of the figures.
pub fn ratios(scenario: &Scenario, outcome: &Outcome) -> Vec<Ratio> {
    let mut compared = outcome.contestants.iter().filter(|contestant| !contestant.is_apart);
    let Some(subject) = compared.next() else { return Vec::new() };
    let mut ratios = Vec::new();
    for other in compared {
        for &figure in shown_figures(scenario) {
            let medians = spread(figure, &subject.runs).zip(spread(figure, &other.runs));
            let Some((spread, (own, others))) = ratio(figure, &subject.runs, &other.runs).zip(medians) else {
                continue;
            };
            let goal = goal(scenario, other, figure);
            ratios.push(Ratio {
                scenario: (scenario.key, scenario.name),
                subject: subject.name.clone(),
                other: other.name.clone(),
                figure,
                own_median: own.median,
                other_median: others.median,
                spread,
                verdict: goal.map(|goal| judge(goal, spread, scenario, [own.median, others.median])),
            });
        }
    }
    ratios
}

fn goal(scenario: &Scenario, other: &Contestant, figure: Figure) -> Option<Goal> {
    let against = if other.name == FLOOR { Against::Floor } else { Against::EveryPeer };
    scenario.goals.iter().find(|goal| goal.against == against && goal.figure == figure).copied()
}

/// `medians` are the first router's and the other's.
fn judge(goal: Goal, ratio: Spread, scenario: &Scenario, medians: [f64; 2]) -> Verdict {
    let path = scenario.critical_path.map(|path| path.as_secs_f64() * 1e3);
    let is_stretch_met = match goal.stretch {
        Stretch::Ratio(at_most) => ratio.median <= at_most,
        Stretch::AboveCriticalPath(milliseconds) => path.is_some_and(|path| medians[0] <= path + milliseconds),
    };
    let is_latency = matches!(goal.figure, Figure::P50 | Figure::P99);
    let least = path.filter(|_| is_latency).map(|path| path / medians[1]);
    Verdict { goal, least, is_met: ratio.median <= goal.at_most, is_stretch_met }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |is_met| if is_met { "met" } else { "missed" };
        write!(out, "goal {:.2} {}, stretch ", self.goal.at_most, word(self.is_met))?;
        write!(out, "{} {}", self.goal.stretch, word(self.is_stretch_met))?;
        match self.least {
            Some(least) => write!(out, " (the critical path alone: {least:.2})"),
            None => Ok(()),
        }
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
