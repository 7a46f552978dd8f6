//! What one run yields, and what several say together: medians, ratios with their spread, and goals.

use serde::Serialize;

/// One run of one router.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    pub round: usize,
    pub requests: u64,
    pub seconds: f64,
    pub requests_per_second: f64,
    /// User and system time of the router's process.
    pub cpu_per_request_ms: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub peak_memory_mib: f64,
    pub first_request_ms: f64,
    pub ready_after_ms: f64,
    pub response_bytes: usize,
    pub fetches_per_request: f64,
    /// How much of its core the router used, and clients and stubs of theirs, in percent.
    pub router_core_percent: f64,
    pub load_core_percent: f64,
    /// How many requests to subgraphs the stubs had to work out, because they had not seen them before.
    pub interpreted: u64,
}

/// A column of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    RequestsPerSecond,
    CpuPerRequest,
    P50,
    P99,
    PeakMemory,
    FirstRequest,
}

impl Figure {
    pub const ALL: [Figure; 6] = [
        Figure::CpuPerRequest,
        Figure::RequestsPerSecond,
        Figure::P50,
        Figure::P99,
        Figure::PeakMemory,
        Figure::FirstRequest,
    ];

    pub fn of(self, run: &Run) -> f64 {
        match self {
            Figure::RequestsPerSecond => run.requests_per_second,
            Figure::CpuPerRequest => run.cpu_per_request_ms,
            Figure::P50 => run.p50_ms,
            Figure::P99 => run.p99_ms,
            Figure::PeakMemory => run.peak_memory_mib,
            Figure::FirstRequest => run.first_request_ms,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Figure::RequestsPerSecond => "requests/s",
            Figure::CpuPerRequest => "CPU per request",
            Figure::P50 => "p50",
            Figure::P99 => "p99",
            Figure::PeakMemory => "peak memory",
            Figure::FirstRequest => "first request",
        }
    }

    pub fn show(self, value: f64) -> String {
        match self {
            Figure::RequestsPerSecond => format!("{value:.0}"),
            Figure::CpuPerRequest => format!("{value:.3} ms"),
            Figure::P50 | Figure::P99 | Figure::FirstRequest => format!("{value:.2} ms"),
            Figure::PeakMemory => format!("{value:.1} MiB"),
        }
    }
}

/// Several runs' ratios: the median, and the range of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Spread {
    /// None without values.
    pub fn of(mut values: Vec<f64>) -> Option<Spread> {
        values.retain(|value| value.is_finite());
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 };
        Some(Spread { median, least, most })
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:.2} ({:.2}-{:.2})", self.median, self.least, self.most)
    }
}

/// Of one figure over the rounds.
pub fn spread(figure: Figure, runs: &[Run]) -> Option<Spread> {
    Spread::of(runs.iter().map(|run| figure.of(run)).collect())
}

/// Round by round, because what disturbs the machine disturbs neighbours in time alike.
pub fn ratio(figure: Figure, runs: &[Run], others: &[Run]) -> Option<Spread> {
    let same_round = |run: &Run| others.iter().find(|other| other.round == run.round);
    Spread::of(runs.iter().filter_map(|run| Some(figure.of(run) / figure.of(same_round(run)?))).collect())
}

/// What the first router's figure may be at most, as a part of another's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    pub figure: Figure,
    pub against: Against,
    pub at_most: f64,
    pub stretch: Stretch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    EveryPeer,
    Floor,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stretch {
    Ratio(f64),
    /// The critical path and so many milliseconds.
    AboveCriticalPath(f64),
}

impl std::fmt::Display for Stretch {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stretch::Ratio(at_most) => write!(out, "{at_most:.2}"),
            Stretch::AboveCriticalPath(milliseconds) => write!(out, "critical path + {milliseconds} ms"),
        }
    }
}

impl Goal {
    pub fn of_peer(figure: Figure, at_most: f64, stretch: f64) -> Goal {
        Goal { figure, against: Against::EveryPeer, at_most, stretch: Stretch::Ratio(stretch) }
    }

    pub fn of_floor(figure: Figure, at_most: f64, stretch: f64) -> Goal {
        Goal { figure, against: Against::Floor, at_most, stretch: Stretch::Ratio(stretch) }
    }
}
