//! One fetch's end: its answer is read into the rows, or its failure is noted, once.
//!
//! An answer counts as a whole or not at all: when its text turns out to be broken halfway, what was decoded from it is
//! taken back.

mod members;

use crate::{
    TransportError, codes,
    decode::{DecodeError, Decoder, Origin},
    engine::Engine,
    errors::{ErrorRecord, ErrorText, Places},
    faults::Location,
    gaps::{Gap, GapPart},
    merge::Merger,
    prepare::fetch_program::PreparedFetchKind,
    representation::Asked,
    rows::BudgetSpent,
    scan::{ScanError, Scanner},
    subgraph_errors::ErrorReader,
    transport::SubgraphResponse,
};
use bytes::Bytes;
use hashbrown::HashSet;
use members::{Data, Members, take_back};
use std::borrow::Cow;

/// The request's budget is spent: it ends here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OverBudget;

/// How a fetch ended.
pub(crate) struct Ending {
    pub(crate) status: Option<u16>,
    pub(crate) bytes: usize,
    pub(crate) failure: Option<&'static str>,
}

/// Why a whole fetch gave nothing.
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: Cow<'static, str>,
}

impl Failure {
    fn invalid(message: &'static str) -> Failure {
        Failure { code: codes::DOWNSTREAM_INVALID_RESPONSE, message: message.into() }
    }
}

impl Engine<'_> {
    pub(crate) fn end_fetch(
        &mut self,
        fetch: u32,
        mut asked: Asked,
        result: Result<SubgraphResponse, TransportError>,
    ) -> Result<Ending, OverBudget> {
        let response = match result {
            Ok(response) => response,
            Err(error) => {
                let failure = Failure { code: error.code, message: error.message.into() };
                self.fail_fetch(fetch, asked, failure);
                return Ok(Ending { status: None, bytes: 0, failure: Some(error.code) });
            }
        };
        let mut ending = Ending { status: Some(response.status), bytes: response.body.len(), failure: None };
        self.received_bytes += response.body.len();
        if self.received_bytes > self.request.limits.received_bytes_max {
            return Err(OverBudget);
        }
        match self.read_answer(fetch, &mut asked, &response.body)? {
            Ok(gaps) => self.keep_gaps(fetch, asked, gaps),
            Err(mut failure) => {
                if !(200..300).contains(&response.status) {
                    let message = format!("a subgraph answered with HTTP status {}", response.status);
                    failure = Failure { code: codes::DOWNSTREAM_SERVICE_ERROR, message: message.into() };
                }
                ending.failure = Some(failure.code);
                self.fail_fetch(fetch, asked, failure);
            }
        }
        Ok(ending)
    }

    fn read_answer(
        &mut self,
        fetch: u32,
        asked: &mut Asked,
        body: &Bytes,
    ) -> Result<Result<Vec<Gap>, Failure>, OverBudget> {
        let kind = self.plan.fetch.fetches[fetch as usize].kind;
        if simdutf8::basic::from_utf8(body).is_err() {
            return Ok(Err(Failure::invalid("a subgraph's answer is not UTF-8")));
        }
        if u32::try_from(body.len()).is_err() {
            return Err(OverBudget);
        }
        self.rows.buffers.push(body.clone());
        self.faults.clear();
        self.items.clear();
        self.target_lens.clear();
        self.target_lens.extend(self.rows.targets.iter().map(Vec::len));
        let mut decoder = Decoder::new(
            (self.plan, self.supergraph),
            &mut self.rows,
            Scanner::new(body, self.request.limits.nesting_max),
            &mut self.items,
            &mut self.faults,
        );
        decoder.variables = self.request.variables;
        let origin = decoder.origin;
        let members = decoder.members_of_answer(kind, asked, &self.target_lens);
        let failure = match members {
            Ok(members) => match self.conclude(fetch, asked, body, &members) {
                Ok(gaps) => {
                    self.share(asked)?;
                    self.keep_faults(fetch, &[]);
                    return Ok(Ok(gaps));
                }
                Err(failure) => failure,
            },
            Err(DecodeError::BudgetSpent) => return Err(OverBudget),
            Err(DecodeError::Scan(ScanError::TooDeep)) => Failure::invalid("a subgraph's answer is nested too deeply"),
            Err(DecodeError::Scan(ScanError::Malformed)) => Failure::invalid("a subgraph's answer is not JSON"),
            Err(DecodeError::Shape(shape)) => Failure::invalid(shape.description()),
        };
        self.take_back(kind, asked, origin);
        Ok(Err(failure))
    }

    fn take_back(&mut self, kind: PreparedFetchKind, asked: &Asked, origin: Origin) {
        let mut merger = Merger::new(self.plan, self.supergraph, &mut self.rows);
        take_back(&mut merger, &mut self.faults, (kind, asked), origin, &self.target_lens);
    }

    /// Errors, and what else an answer means once its text is known to be whole.
    fn conclude(
        &mut self,
        fetch: u32,
        asked: &mut Asked,
        body: &Bytes,
        members: &Members,
    ) -> Result<Vec<Gap>, Failure> {
        let prepared = &self.plan.fetch.fetches[fetch as usize];
        let mut reader = ErrorReader {
            plan: self.plan,
            policy: self.request.error_policy,
            rows: &mut self.rows,
            log: &mut self.errors,
            fetch,
            subgraph: prepared.subgraph,
            kind: prepared.kind,
            asked,
            body,
            buffer: 0,
            located: Vec::new(),
            gaps: Vec::new(),
        };
        reader.buffer = reader.rows.buffers.len() as u32 - 1;
        let mut error_count = Some(0);
        if let Some((start, end)) = members.errors {
            error_count = reader.read(&body[start..end]).unwrap_or(None);
        }
        let (located, mut gaps) = (reader.located, reader.gaps);
        match (&members.data, error_count) {
            (_, None) => {
                let failure = Failure::invalid("a subgraph's answer has errors that are not a list");
                if members.data != Data::Read {
                    return Err(failure);
                }
                self.add_failure(fetch, failure);
            }
            (Data::Missing | Data::Null, Some(0)) => {
                return Err(Failure::invalid("a subgraph's answer has neither data nor errors"));
            }
            // The errors say why.
            (Data::Missing | Data::Null, Some(_)) => gaps.push(Gap { part: GapPart::Fetch, record: None }),
            (Data::Read, Some(count)) => self.note_unanswered(fetch, asked, (count, &mut gaps)),
        }
        note_odd_entities(asked, &mut gaps);
        note_not_found(asked, &mut gaps);
        self.keep_faults(fetch, &located);
        Ok(gaps)
    }

    /// `_entities` that is null or missing though the rest is there.
    fn note_unanswered(&mut self, fetch: u32, asked: &Asked, (error_count, gaps): (usize, &mut Vec<Gap>)) {
        for (position, lookup) in asked.lookups.iter().enumerate() {
            if lookup.is_answered || lookup.rows.is_empty() {
                continue;
            }
            let mut record = None;
            if error_count == 0 {
                record = self.add_failure(fetch, Failure::invalid("a subgraph's answer lacks its entities"));
            }
            gaps.push(Gap { part: GapPart::Lookup { lookup: position as u32 }, record });
        }
    }

    /// Rows of one entity get what the first of them got.
    fn share(&mut self, asked: &Asked) -> Result<(), OverBudget> {
        let mut merger = Merger::new(self.plan, self.supergraph, &mut self.rows);
        for lookup in &asked.lookups {
            merger.begin_copies(lookup.keeps_rows_apart, lookup.equal_slots);
            for &(row, same) in &lookup.copies {
                let rows = (lookup.rows[same as usize], row);
                merger.copy(lookup.selection, rows, &mut self.faults).map_err(|BudgetSpent| OverBudget)?;
            }
        }
        let copied = merger.copied;
        self.errors.follow_copies(&copied);
        Ok(())
    }

    /// Faults become errors, except where the subgraph has reported one itself.
    fn keep_faults(&mut self, fetch: u32, reported: &[Location]) {
        let subgraph = self.plan.fetch.fetches[fetch as usize].subgraph;
        for fault in self.faults.faults.drain(..) {
            if !reported.contains(&fault.location) {
                self.errors.add_fault((fetch, subgraph), fault);
            }
        }
        self.errors.left_out += std::mem::take(&mut self.faults.left_out);
    }

    /// One error for the whole fetch, at the first place that lacks its fields.
    pub(crate) fn fail_fetch(&mut self, fetch: u32, asked: Asked, failure: Failure) {
        let record = self.add_failure(fetch, failure);
        self.keep_gaps(fetch, asked, vec![Gap { part: GapPart::Fetch, record }]);
    }

    fn add_failure(&mut self, fetch: u32, failure: Failure) -> Option<usize> {
        self.errors.add(ErrorRecord {
            fetch,
            subgraph: Some(self.plan.fetch.fetches[fetch as usize].subgraph),
            code: failure.code.into(),
            message: ErrorText::Own(failure.message),
            extensions: Vec::new(),
            places: Places::Unknown,
        })
    }
}

/// Entities that are none.
fn note_odd_entities(asked: &Asked, gaps: &mut Vec<Gap>) {
    let lookups = asked.lookups.iter().zip(0..).filter(|(lookup, _)| !lookup.odd_items.is_empty());
    gaps.extend(lookups.map(|(_, lookup)| Gap { part: GapPart::OddEntities { lookup }, record: None }));
}

/// Entities that are null, of which no error tells: the subgraph does not have them. The others are no longer noted.
fn note_not_found(asked: &mut Asked, gaps: &mut Vec<Gap>) {
    if asked.lookups.iter().all(|lookup| lookup.null_items.is_empty()) {
        return;
    }
    let mut explained = HashSet::new();
    for gap in &*gaps {
        match gap.part {
            GapPart::Fetch => return,
            GapPart::Lookup { lookup } => _ = explained.insert((lookup, None)),
            GapPart::Entity { lookup, index } => _ = explained.insert((lookup, Some(index))),
            GapPart::OddEntities { .. } | GapPart::NotFound { .. } => {}
        }
    }
    for (asked_lookup, lookup) in asked.lookups.iter_mut().zip(0..) {
        asked_lookup.null_items.retain(|&index| !explained.contains(&(lookup, Some(index))));
        if !asked_lookup.null_items.is_empty() && !explained.contains(&(lookup, None)) {
            gaps.push(Gap { part: GapPart::NotFound { lookup }, record: None });
        }
    }
}
