//! What must be true of a store's log, and where it is not: the work of an operator who suspects a disk, a copy that was
//! put back, or a hand in the tables.

use std::{collections::HashMap, fmt};

use hansa_event_sourcing::{EventLog, LogError, LoggedEvent, lane_of};
use hansa_relational::{FromRow, Relational, Row, StoreError, query};

const READ_AT_ONCE: u32 = 1_000;
/// More findings say nothing new.
const FINDINGS_MAX: usize = 1_000;

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A position is missing, or comes again.
    Position { lane: i64, expected: i64, found: i64 },
    /// The lane's head is another than its last event.
    Head { lane: i64, head: i64, last: i64 },
    /// The event is in a lane where nobody looks for its stream.
    WrongLane { lane: i64, position: i64, stream_id: String, expected: i64 },
    /// A version of the stream is lower than the one before it.
    Backwards { lane: i64, position: i64, stream_id: String, version: i64, before: i64 },
    /// The stream's events are not one for each version from 1 to the stream's.
    Stream { stream_id: String, version: i64, events: i64, first: i64, last: i64 },
    /// A snapshot is of a version that the stream does not have.
    Snapshot { stream_id: String, snapshot: i64, version: i64 },
}

impl fmt::Display for Finding {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Position { lane, expected, found } => {
                write!(text, "lane {lane}: position {found} stands where {expected} should be")
            }
            Finding::Head { lane, head, last } => {
                write!(text, "lane {lane}: its head is {head}, its last event {last}")
            }
            Finding::WrongLane { lane, position, stream_id, expected } => {
                write!(text, "lane {lane}, position {position}: the stream {stream_id} belongs in lane {expected}")
            }
            Finding::Backwards { lane, position, stream_id, version, before } => write!(
                text,
                "lane {lane}, position {position}: version {version} of the stream {stream_id} comes after {before}"
            ),
            Finding::Stream { stream_id, version, events, first, last } => write!(
                text,
                "stream {stream_id}: at version {version}, with {events} events whose versions are from {first} to {last}"
            ),
            Finding::Snapshot { stream_id, snapshot, version } => {
                write!(text, "stream {stream_id}: its snapshot is of version {snapshot}, the stream at {version}")
            }
        }
    }
}

/// What was looked at, and what was wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    pub events: u64,
    pub streams: u64,
    /// At most a thousand.
    pub wrong: Vec<Finding>,
}

impl Findings {
    fn add(&mut self, finding: Finding) {
        if self.wrong.len() < FINDINGS_MAX {
            self.wrong.push(finding);
        }
    }
}

/// Reads the whole log of a context of any kind: positions without holes, heads at the last positions, streams in their
/// lanes and never backwards. What is appended meanwhile may be looked at or not.
pub async fn verify_log(log: &dyn EventLog) -> Result<Findings, LogError> {
    let mut findings = Findings::default();
    for lane in 0..log.lanes() {
        let head = log.last_position(lane).await?;
        let mut versions = HashMap::new();
        let mut last = 0;
        loop {
            let events = log.after(lane, last, READ_AT_ONCE).await?;
            for event in &events {
                findings.events += 1;
                if event.position != last + 1 {
                    findings.add(Finding::Position { lane, expected: last + 1, found: event.position });
                }
                last = event.position;
                look_at(event, log.lanes(), &mut versions, &mut findings);
            }
            if events.len() < READ_AT_ONCE as usize {
                break;
            }
        }
        if last < head {
            findings.add(Finding::Head { lane, head, last });
        } else if last > head {
            // Events may have come since; then the head has moved too.
            let head = log.last_position(lane).await?;
            if last > head {
                findings.add(Finding::Head { lane, head, last });
            }
        }
        findings.streams += versions.len() as u64;
    }
    Ok(findings)
}

fn look_at(event: &LoggedEvent, lanes: i64, versions: &mut HashMap<String, i64>, findings: &mut Findings) {
    let LoggedEvent { lane, position, ref event } = *event;
    let (stream_id, version) = (&event.stream_id, event.stream_version);
    let expected = lane_of(stream_id, lanes);
    if lane != expected {
        findings.add(Finding::WrongLane { lane, position, stream_id: stream_id.clone(), expected });
    }
    let before = versions.insert(stream_id.clone(), version).unwrap_or(0);
    if version < before {
        findings.add(Finding::Backwards { lane, position, stream_id: stream_id.clone(), version, before });
    }
}

struct StreamRow {
    stream_id: String,
    version: i64,
    events: i64,
    versions: i64,
    first: i64,
    last: i64,
    snapshot: i64,
}

impl FromRow for StreamRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(StreamRow {
            stream_id: row.text("stream_id")?,
            version: row.int("version")?,
            events: row.int("events")?,
            versions: row.int("versions")?,
            first: row.int("first_version")?,
            last: row.int("last_version")?,
            snapshot: row.int("snapshot")?,
        })
    }
}

/// The streams of aggregates whose state is their events: an event for each version, the stream's version the last, no
/// snapshot ahead of it.
pub async fn verify_streams(store: &Relational) -> Result<Findings, StoreError> {
    let mut findings = Findings::default();
    let mut after = String::new();
    loop {
        let streams = query(
            "SELECT s.stream_id, s.version, COUNT(e.stream_version) AS events,
                    COUNT(DISTINCT e.stream_version) AS versions, COALESCE(MIN(e.stream_version), 0) AS first_version,
                    COALESCE(MAX(e.stream_version), 0) AS last_version,
                    COALESCE((SELECT p.stream_version FROM snapshots p WHERE p.stream_id = s.stream_id), 0) AS snapshot
             FROM event_streams s LEFT JOIN events e ON e.stream_id = s.stream_id
             WHERE s.stream_id > $1 GROUP BY s.stream_id, s.version ORDER BY s.stream_id LIMIT 1000",
        )
        .bind(&after)
        .fetch_all::<StreamRow>(store)
        .await?;
        let Some(last) = streams.last() else { return Ok(findings) };
        after = last.stream_id.clone();
        for stream in streams {
            findings.streams += 1;
            findings.events += stream.events.unsigned_abs();
            let StreamRow { stream_id, version, events, versions, first, last, snapshot } = stream;
            if snapshot > version {
                findings.add(Finding::Snapshot { stream_id: stream_id.clone(), snapshot, version });
            }
            if (events, versions, first, last) != (version, version, 1, version) {
                findings.add(Finding::Stream { stream_id, version, events, first, last });
            }
        }
    }
}
