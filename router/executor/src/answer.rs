//! One fetch's end: its answer is read into the rows, or its failure is noted, once.
//!
//! An answer counts as a whole or not at all: when its text turns out to be broken halfway, what was decoded from it is
//! taken back.

mod members;

use crate::{
    TransportError, codes,
    decode::{DecodeError, Decoder, Origin},
    engine::Engine,
    errors::{ErrorRecord, Places},
    faults::{Location, Place},
    merge::Merger,
    prepare::fetch_program::PreparedFetchKind,
    representation::Asked,
    rows::Rows,
    scan::{ScanError, Scanner},
    subgraph_errors::ErrorReader,
    transport::SubgraphResponse,
};
use bytes::Bytes;
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

/// A fetch that gave no data.
#[derive(Debug)]
pub(crate) struct FailedFetch {
    fetch: u32,
    asked: Asked,
    /// The error that still needs a place.
    record: Option<usize>,
}

/// Why a whole fetch gave nothing.
struct Failure {
    code: &'static str,
    message: Cow<'static, str>,
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
                self.fail_fetch(fetch, asked, Some(failure));
                return Ok(Ending { status: None, bytes: 0, failure: Some(error.code) });
            }
        };
        let mut ending = Ending { status: Some(response.status), bytes: response.body.len(), failure: None };
        self.received_bytes += response.body.len();
        if self.received_bytes > self.request.limits.received_bytes_max {
            return Err(OverBudget);
        }
        match self.read_answer(fetch, &mut asked, &response.body)? {
            Ok(Data::Read) => {}
            Ok(Data::Missing | Data::Null) => self.fail_fetch(fetch, asked, None),
            Err(mut failure) => {
                if !(200..300).contains(&response.status) {
                    let message = format!("a subgraph answered with HTTP status {}", response.status);
                    failure = Failure { code: codes::DOWNSTREAM_SERVICE_ERROR, message: message.into() };
                }
                ending.failure = Some(failure.code);
                self.fail_fetch(fetch, asked, Some(failure));
            }
        }
        Ok(ending)
    }

    fn read_answer(
        &mut self,
        fetch: u32,
        asked: &mut Asked,
        body: &Bytes,
    ) -> Result<Result<Data, Failure>, OverBudget> {
        let kind = self.plan.fetch.fetches[fetch as usize].kind;
        if simdutf8::basic::from_utf8(body).is_err() {
            return Ok(Err(Failure::invalid("a subgraph's answer is not UTF-8")));
        }
        if u32::try_from(body.len()).is_err() {
            return Err(OverBudget);
        }
        self.rows.buffers.push(body.clone());
        self.faults.faults.clear();
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
        let origin = decoder.origin;
        let members = decoder.members_of_answer(kind, asked, &self.target_lens);
        let failure = match members {
            Ok(members) => match self.conclude(fetch, asked, body, &members) {
                Ok(()) => return Ok(Ok(members.data)),
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
        self.faults.faults.clear();
        let mut merger = Merger { plan: self.plan, supergraph: self.supergraph, rows: &mut self.rows };
        take_back(&mut merger, kind, asked, origin, &self.target_lens);
    }

    /// Errors, and what else an answer means once its text is known to be whole.
    fn conclude(&mut self, fetch: u32, asked: &Asked, body: &Bytes, members: &Members) -> Result<(), Failure> {
        let prepared = &self.plan.fetch.fetches[fetch as usize];
        let mut reader = ErrorReader {
            plan: self.plan,
            supergraph: self.supergraph,
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
        };
        reader.buffer = reader.rows.buffers.len() as u32 - 1;
        let mut error_count = Some(0);
        if let Some((start, end)) = members.errors {
            error_count = reader.read(&body[start..end]).unwrap_or(None);
        }
        let located = reader.located;
        match (&members.data, error_count) {
            (_, None) => {
                let failure = Failure::invalid("a subgraph's answer has errors that are not a list");
                if members.data != Data::Read {
                    return Err(failure);
                }
                self.add_failure(fetch, failure, None);
            }
            (Data::Missing | Data::Null, Some(0)) => {
                return Err(Failure::invalid("a subgraph's answer has neither data nor errors"));
            }
            // The errors say why.
            (Data::Missing | Data::Null, Some(_)) => {}
            (Data::Read, Some(count)) => self.fail_unanswered(fetch, asked, count),
        }
        self.keep_faults(fetch, &located);
        self.share(asked);
        self.keep_faults(fetch, &[]);
        Ok(())
    }

    /// `_entities` that is null or missing though the rest is there.
    fn fail_unanswered(&mut self, fetch: u32, asked: &Asked, error_count: usize) {
        for lookup in asked.lookups.iter().filter(|lookup| !lookup.is_answered && !lookup.rows.is_empty()) {
            let mut merger = Merger { plan: self.plan, supergraph: self.supergraph, rows: &mut self.rows };
            lookup.rows.iter().for_each(|&row| _ = merger.fail(lookup.selection, row, true));
            if error_count == 0 {
                let location = Location { row: lookup.rows[0], place: Place::FirstFailed, rest: Vec::new() };
                self.add_failure(fetch, Failure::invalid("a subgraph's answer lacks its entities"), Some(location));
            }
        }
    }

    /// Rows of one entity get what the first of them got.
    fn share(&mut self, asked: &Asked) {
        let mut merger = Merger { plan: self.plan, supergraph: self.supergraph, rows: &mut self.rows };
        for lookup in &asked.lookups {
            for &(row, same) in &lookup.copies {
                merger.copy(lookup.selection, (lookup.rows[same as usize], row), &mut self.faults);
            }
        }
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

    /// One error for the whole fetch. Its place is looked for in the end: other answers may still add rows that lack
    /// what this fetch should have given, or give it.
    fn fail_fetch(&mut self, fetch: u32, asked: Asked, failure: Option<Failure>) {
        self.fail_rows(fetch, &asked);
        let record = failure.and_then(|failure| self.add_failure(fetch, failure, None));
        self.failed.push(FailedFetch { fetch, asked, record });
    }

    /// After all fetches: failures get their places.
    pub(crate) fn place_failures(&mut self) {
        for FailedFetch { fetch, asked, record } in std::mem::take(&mut self.failed) {
            let row = self.fail_rows(fetch, &asked);
            if let (Some(record), Some(row)) = (record, row) {
                let location = Location { row, place: Place::FirstFailed, rest: Vec::new() };
                self.errors.records[record].places = Places::At(vec![location]);
            }
        }
    }

    /// The first row that lacks something now.
    fn fail_rows(&mut self, fetch: u32, asked: &Asked) -> Option<u32> {
        let mut merger = Merger { plan: self.plan, supergraph: self.supergraph, rows: &mut self.rows };
        let mut first = None;
        if let PreparedFetchKind::Root(selection) = self.plan.fetch.fetches[fetch as usize].kind {
            first = merger.fail(selection, Rows::ROOT, true);
        }
        for lookup in &asked.lookups {
            let copies = lookup.copies.iter().map(|&(row, _)| row);
            for row in lookup.rows.iter().copied().chain(copies) {
                let failed = merger.fail(lookup.selection, row, true);
                first = first.or(failed);
            }
        }
        first
    }

    fn add_failure(&mut self, fetch: u32, failure: Failure, location: Option<Location>) -> Option<usize> {
        self.errors.add(ErrorRecord {
            fetch,
            subgraph: Some(self.plan.fetch.fetches[fetch as usize].subgraph),
            code: failure.code.into(),
            message: crate::errors::ErrorText::Own(failure.message),
            extensions: Vec::new(),
            places: location.map_or(Places::Unknown, |location| Places::At(vec![location])),
        })
    }
}
