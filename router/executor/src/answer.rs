//! One fetch's end: its answer is read into the rows, or its failure is noted, once.
//!
//! An answer counts as a whole or not at all: when its text turns out to be broken halfway, what was decoded from it is
//! taken back.

use crate::{
    TransportError, codes,
    decode::{DecodeError, Decoder, Origin, Position},
    engine::Engine,
    errors::{ErrorRecord, Places},
    faults::{FaultKind, Location, Place},
    merge::Merger,
    prepare::{Text, fetch_program::PreparedFetchKind},
    representation::Asked,
    rows::Rows,
    scan::{ScanError, Scanner, is_key},
    subgraph_errors::ErrorReader,
    transport::SubgraphResponse,
};
use bytes::Bytes;
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

/// What an answer's members were.
struct Members {
    data: Data,
    /// Where `errors` is, unless it is null.
    errors: Option<(usize, usize)>,
}

#[derive(PartialEq, Eq)]
enum Data {
    Missing,
    Null,
    Read,
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
                self.fail_fetch(fetch, &asked, Failure { code: error.code, message: error.message.into() });
                return Ok(Ending { status: None, bytes: 0, failure: Some(error.code) });
            }
        };
        let mut ending = Ending { status: Some(response.status), bytes: response.body.len(), failure: None };
        self.received_bytes += response.body.len();
        if self.received_bytes > self.request.limits.received_bytes_max {
            return Err(OverBudget);
        }
        if let Err(mut failure) = self.read_answer(fetch, &mut asked, &response.body)? {
            if !(200..300).contains(&response.status) {
                let message = format!("a subgraph answered with HTTP status {}", response.status);
                failure = Failure { code: codes::DOWNSTREAM_SERVICE_ERROR, message: message.into() };
            }
            ending.failure = Some(failure.code);
            self.fail_fetch(fetch, &asked, failure);
        }
        Ok(ending)
    }

    fn read_answer(&mut self, fetch: u32, asked: &mut Asked, body: &Bytes) -> Result<Result<(), Failure>, OverBudget> {
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
                Ok(()) => return Ok(Ok(())),
                Err(failure) => failure,
            },
            Err(DecodeError::BudgetSpent) => return Err(OverBudget),
            Err(DecodeError::Scan(ScanError::TooDeep)) => Failure::invalid("a subgraph's answer is nested too deeply"),
            Err(DecodeError::Scan(ScanError::Malformed)) => Failure::invalid("a subgraph's answer is not JSON"),
            Err(DecodeError::Shape(message)) => Failure::invalid(message),
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
            (Data::Missing | Data::Null, Some(_)) => _ = self.fail_rows(fetch, asked),
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

    /// One error for the whole fetch, at the first place that lacks its fields.
    fn fail_fetch(&mut self, fetch: u32, asked: &Asked, failure: Failure) {
        let row = self.fail_rows(fetch, asked);
        let location = row.map(|row| Location { row, place: Place::FirstFailed, rest: Vec::new() });
        self.add_failure(fetch, failure, location);
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

    fn add_failure(&mut self, fetch: u32, failure: Failure, location: Option<Location>) {
        self.errors.add(ErrorRecord {
            fetch,
            subgraph: Some(self.plan.fetch.fetches[fetch as usize].subgraph),
            code: failure.code.into(),
            message: crate::errors::ErrorText::Own(failure.message),
            extensions: Vec::new(),
            places: location.map_or(Places::Unknown, |location| Places::At(vec![location])),
        });
    }
}

fn take_back(
    merger: &mut Merger<'_, '_>,
    kind: PreparedFetchKind,
    asked: &Asked,
    origin: Origin,
    target_lens: &[usize],
) {
    if let PreparedFetchKind::Root(selection) = kind {
        merger.take_back(selection, Rows::ROOT, origin);
    }
    for lookup in &asked.lookups {
        lookup.rows.iter().for_each(|&row| merger.take_back(lookup.selection, row, origin));
    }
    for (target, &len) in merger.rows.targets.iter_mut().zip(target_lens) {
        target.truncate(len);
    }
}

impl Decoder<'_, '_> {
    /// Reads the whole answer.
    fn members_of_answer(
        &mut self,
        kind: PreparedFetchKind,
        asked: &mut Asked,
        target_lens: &[usize],
    ) -> Result<Members, DecodeError> {
        let mut members = Members { data: Data::Missing, errors: None };
        self.scanner.skip_whitespace();
        if self.scanner.peek() != b'{' {
            self.scanner.skip_value()?;
            return Err(DecodeError::Shape("a subgraph's answer is not an object"));
        }
        let mut has_more = self.scanner.open(b'}')?;
        while has_more {
            let key = self.scanner.key()?;
            if is_key(key, b"data") {
                if members.data == Data::Read {
                    // The last one counts.
                    let (plan, supergraph, rows) = (self.plan, self.supergraph, &mut *self.rows);
                    take_back(&mut Merger { plan, supergraph, rows }, kind, asked, self.origin, target_lens);
                    self.faults.faults.clear();
                    asked.lookups.iter_mut().for_each(|lookup| lookup.is_answered = false);
                }
                members.data = self.data(kind, asked)?;
            } else {
                let start = self.scanner.at;
                self.scanner.skip_value()?;
                if is_key(key, b"errors") {
                    let is_null = self.scanner.since(start) == b"null";
                    members.errors = (!is_null).then_some((start, self.scanner.at));
                }
            }
            has_more = self.scanner.has_more(b'}')?;
        }
        self.scanner.skip_whitespace();
        if !self.scanner.is_at_end() {
            return Err(DecodeError::Scan(ScanError::Malformed));
        }
        Ok(members)
    }

    fn data(&mut self, kind: PreparedFetchKind, asked: &mut Asked) -> Result<Data, DecodeError> {
        match self.scanner.peek() {
            b'n' => {
                self.scanner.literal(b"null")?;
                return Ok(Data::Null);
            }
            b'{' => {}
            _ => {
                self.scanner.skip_value()?;
                return Err(DecodeError::Shape("a subgraph's data is not an object"));
            }
        }
        match kind {
            PreparedFetchKind::Root(selection) => {
                let at = Position { row: Rows::ROOT, slot: None };
                self.object(selection, Some(Rows::ROOT), at)?;
            }
            PreparedFetchKind::Entities(_) => {
                let mut has_more = self.scanner.open(b'}')?;
                while has_more {
                    let key = self.scanner.key()?;
                    let name = |text: Text| {
                        let name = self.plan.texts.get(text);
                        &name[1..name.len() - 2]
                    };
                    match asked.lookups.iter().position(|lookup| is_key(key, name(lookup.key))) {
                        Some(index) => {
                            let lookup = &mut asked.lookups[index];
                            lookup.is_answered = self.entities(lookup.selection, &lookup.rows)?;
                        }
                        None => self.scanner.skip_value()?,
                    }
                    has_more = self.scanner.has_more(b'}')?;
                }
            }
        }
        Ok(Data::Read)
    }

    /// Reads the items of one `_entities` field. False: it is null.
    fn entities(&mut self, selection: u32, rows: &[u32]) -> Result<bool, DecodeError> {
        match self.scanner.peek() {
            b'[' => {}
            b'n' => {
                self.scanner.literal(b"null")?;
                return Ok(false);
            }
            _ => return Err(DecodeError::Shape("a subgraph's entities are not a list")),
        }
        let mut rows = rows.iter();
        let mut has_more = self.scanner.open(b']')?;
        while has_more {
            let Some(&row) = rows.next() else {
                return Err(DecodeError::Shape("a subgraph answered with more entities than it was asked for"));
            };
            match self.scanner.peek() {
                b'{' => {
                    self.object(selection, Some(row), Position { row, slot: None })?;
                }
                b'n' => self.scanner.literal(b"null")?,
                _ => {
                    self.scanner.skip_value()?;
                    let location = Location { row, place: Place::Row, rest: Vec::new() };
                    self.faults.add(location, FaultKind::Expected("an object"));
                    let (plan, supergraph) = (self.plan, self.supergraph);
                    Merger { plan, supergraph, rows: self.rows }.fail(selection, row, false);
                }
            }
            has_more = self.scanner.has_more(b']')?;
        }
        if rows.next().is_some() {
            return Err(DecodeError::Shape("a subgraph answered with fewer entities than it was asked for"));
        }
        Ok(true)
    }
}
