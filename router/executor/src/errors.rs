//! Errors as they are collected during a request, and how they become the response's `errors`.

use crate::{
    ErrorPolicy, codes,
    faults::{Fault, FaultKind, Location, PathSegment},
    json_text::{write_number, write_string},
    prepare::PreparedPlan,
    rows::{Rows, Slice},
};
use hansa_federation::{SubgraphId, Supergraph};
use hashbrown::HashMap;
use std::borrow::Cow;

#[derive(Debug, Clone)]
pub(crate) enum ErrorText {
    Own(Cow<'static, str>),
    /// A subgraph's JSON string, checked, with its quotes.
    Given(Slice),
}

impl From<&'static str> for ErrorText {
    fn from(text: &'static str) -> Self {
        ErrorText::Own(Cow::Borrowed(text))
    }
}

impl From<String> for ErrorText {
    fn from(text: String) -> Self {
        ErrorText::Own(Cow::Owned(text))
    }
}

#[derive(Debug)]
pub(crate) struct ErrorRecord {
    /// For the order: by fetch, whenever its answer came. Errors that show while writing come last.
    pub(crate) fetch: u32,
    pub(crate) subgraph: Option<SubgraphId>,
    pub(crate) code: ErrorText,
    pub(crate) message: ErrorText,
    /// Index into the policy's forwarded extensions, and the value.
    pub(crate) extensions: Vec<(u32, Slice)>,
    pub(crate) places: Places,
}

#[derive(Debug)]
pub(crate) enum Places {
    Unknown,
    /// To be found in the response.
    At(Vec<Location>),
    /// A response path as JSON, in that entry of the payload being written.
    Path(u32, Vec<u8>),
}

/// Errors so far. Past the limit they are only counted.
#[derive(Debug)]
pub(crate) struct ErrorLog {
    pub(crate) records: Vec<ErrorRecord>,
    pub(crate) errors_max: usize,
    /// Errors that no payload has counted yet.
    pub(crate) left_out: usize,
    /// By record: it is in a payload.
    pub(crate) is_told: Vec<bool>,
    /// Entries of `errors` so far.
    pub(crate) told_count: usize,
}

impl ErrorLog {
    pub(crate) const OF_SEVERAL_FETCHES: u32 = u32::MAX - 1;
    pub(crate) const AFTER_ALL_FETCHES: u32 = u32::MAX;

    pub(crate) fn new(errors_max: usize) -> ErrorLog {
        ErrorLog { records: Vec::new(), errors_max, left_out: 0, is_told: Vec::new(), told_count: 0 }
    }

    /// Returns the record's place in `records`, if it is kept.
    pub(crate) fn add(&mut self, record: ErrorRecord) -> Option<usize> {
        if self.records.len() < self.errors_max {
            self.records.push(record);
            Some(self.records.len() - 1)
        } else {
            self.left_out += 1;
            None
        }
    }

    /// Errors in rows that were copied are errors in their copies.
    pub(crate) fn follow_copies(&mut self, copied: &[(u32, u32)]) {
        if copied.is_empty() || self.records.is_empty() {
            return;
        }
        let mut copies_of: HashMap<u32, Vec<u32>> = HashMap::new();
        for (row, copy) in copied {
            copies_of.entry(*row).or_default().push(*copy);
        }
        for record in &mut self.records {
            let Places::At(locations) = &mut record.places else { continue };
            let copies = locations.iter().flat_map(|location| {
                let rows = copies_of.get(&location.row).into_iter().flatten();
                rows.map(|row| Location { row: *row, ..location.clone() })
            });
            let copies: Vec<Location> = copies.collect();
            locations.extend(copies);
        }
    }

    pub(crate) fn add_fault(&mut self, (fetch, subgraph): (u32, SubgraphId), fault: Fault) {
        // Of subgraphs that disagree, the one that answered last is not the one to blame.
        let is_of_several = fault.kind == FaultKind::ListLengths;
        self.add(ErrorRecord {
            fetch: if is_of_several { Self::OF_SEVERAL_FETCHES } else { fetch },
            subgraph: (!is_of_several).then_some(subgraph),
            code: codes::DOWNSTREAM_INVALID_RESPONSE.into(),
            message: fault.kind.description().into(),
            extensions: Vec::new(),
            places: Places::At(vec![fault.location]),
        });
    }

    pub(crate) fn add_while_writing(&mut self, code: &'static str, message: String, (entry, path): (u32, Vec<u8>)) {
        self.add(ErrorRecord {
            fetch: Self::AFTER_ALL_FETCHES,
            subgraph: None,
            code: code.into(),
            message: message.into(),
            extensions: Vec::new(),
            places: Places::Path(entry, path),
        });
    }
}

/// Appends one entry of `errors`. `path`: as JSON, or empty.
pub(crate) struct ErrorWriter<'a> {
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) rows: &'a Rows,
    pub(crate) policy: &'a ErrorPolicy,
    pub(crate) trace_id: &'a str,
}

impl ErrorWriter<'_> {
    pub(crate) fn write(&self, output: &mut Vec<u8>, record: &ErrorRecord, path: &[u8]) {
        output.extend_from_slice(b"{\"message\":");
        self.text(output, &record.message);
        if !path.is_empty() {
            output.extend_from_slice(b",\"path\":");
            output.extend_from_slice(path);
        }
        output.extend_from_slice(b",\"extensions\":{\"code\":");
        self.text(output, &record.code);
        if self.policy.names_service
            && let Some(subgraph) = record.subgraph
        {
            output.extend_from_slice(b",\"service\":");
            write_string(output, &self.supergraph.subgraph(subgraph).name);
        }
        for &(index, slice) in &record.extensions {
            output.push(b',');
            write_string(output, &self.policy.forwarded_extensions[index as usize]);
            output.push(b':');
            output.extend_from_slice(self.rows.bytes(slice));
        }
        if !self.trace_id.is_empty() {
            output.extend_from_slice(b",\"traceId\":");
            write_string(output, self.trace_id);
        }
        output.extend_from_slice(b"}}");
    }

    pub(crate) fn write_closing(&self, output: &mut Vec<u8>, left_out: usize) {
        let record = ErrorRecord {
            fetch: ErrorLog::AFTER_ALL_FETCHES,
            subgraph: None,
            code: codes::ERRORS_TRUNCATED.into(),
            message: format!("{left_out} more errors are not shown").into(),
            extensions: Vec::new(),
            places: Places::Unknown,
        };
        self.write(output, &record, b"");
    }

    fn text(&self, output: &mut Vec<u8>, text: &ErrorText) {
        match text {
            ErrorText::Own(text) => write_string(output, text),
            ErrorText::Given(slice) => output.extend_from_slice(self.rows.bytes(*slice)),
        }
    }
}

/// Grows a path in JSON: `["users",0`, closed by [`PathText::finish`].
#[derive(Debug, Default)]
pub(crate) struct PathText {
    json: Vec<u8>,
}

impl PathText {
    /// `name` in quotes.
    fn push_name(&mut self, name: &[u8]) {
        self.json.push(if self.json.is_empty() { b'[' } else { b',' });
        self.json.extend_from_slice(name);
    }

    fn push_index(&mut self, index: u32) {
        self.json.push(if self.json.is_empty() { b'[' } else { b',' });
        write_number(&mut self.json, index);
    }

    pub(crate) fn push(&mut self, plan: &PreparedPlan, segment: PathSegment) {
        match segment {
            PathSegment::Index(index) => self.push_index(index),
            PathSegment::Field(field) => self.push_name(plan.texts.get(plan.write.fields[field as usize].name)),
        }
    }

    /// Empty for the path of the whole response.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        if !self.json.is_empty() {
            self.json.push(b']');
        }
        self.json
    }
}
