//! The response, or its first piece.

use crate::{
    Execution, FetchReport, HeldBytes, codes,
    engine::Engine,
    errors::{ErrorLog, ErrorRecord, Places},
    execute::LARGE_BYTES_MIN,
    output::{Output, WrittenText},
    places::Seen,
    told::locate,
    write::{ResponseTooLarge, ResponseWriter},
};
use bytes::Bytes;

/// A response that is made of as much as so many parts is written in parts.
const LARGE_PARTS_MIN: usize = 16;

pub(crate) const OVER_BUDGET: &str = "subgraphs answered with more data than one request may use";
const OVERLOADED: &str = "the router has too little memory left to go on with this request; try again later";
pub(crate) const TOO_LARGE: &str = "the response is larger than allowed";

impl Engine<'_> {
    pub(crate) fn finish(mut self, fetches: Vec<FetchReport>) -> Execution {
        self.keep_sizes();
        self.close_gaps();
        let is_large = self.received_bytes >= LARGE_PARTS_MIN * self.request.limits.part_bytes;
        let written = match is_large {
            true => self.write_large_data(),
            false => self.write_data().map(|body| (Vec::new(), body)),
        };
        let Ok((parts, mut body)) = written else {
            return self.finish_without_data(TOO_LARGE, fetches);
        };
        let mut error_count = 0;
        if !self.errors.records.is_empty() || self.errors.left_out > 0 {
            let due = self.errors.untold(|_| true);
            let mut told = locate(self.search(), &due, Seen::Initial, |_| Some(0));
            self.errors.tell(&mut told);
            body.push(b',');
            error_count = self.write_errors(&mut body, &told);
        }
        Execution { parts, body, held: self.take_held(), error_count, fetches }
    }

    /// The same as [`Self::write_data`], in parts and what follows them.
    fn write_large_data(&mut self) -> Result<(Vec<Bytes>, Vec<u8>), ResponseTooLarge> {
        let output = self.write_data_to(Output::in_parts(self.request.limits.part_bytes))?;
        let WrittenText { parts, last, held_bytes } = output.into_text();
        self.output_held.resize(held_bytes).map_err(|_| ResponseTooLarge)?;
        Ok((parts, last))
    }

    /// `{"data":…` of what comes at once.
    pub(crate) fn write_data(&mut self) -> Result<Vec<u8>, ResponseTooLarge> {
        let body = self.write_data_to(Output::with_capacity(self.usual_response_bytes()))?.into_bytes();
        self.output_held.resize(body.capacity()).map_err(|_| ResponseTooLarge)?;
        self.plan.usual_size.response_bytes.keep::<u8>(body.len() + body.len() / 16);
        Ok(body)
    }

    fn write_data_to(&mut self, mut output: Output) -> Result<Output, ResponseTooLarge> {
        output.extend_from_slice(b"{\"data\":");
        let mut writer = self.writer(output);
        writer.write_data()?;
        let (output, discarded_bytes) = (writer.output, writer.discarded_bytes);
        self.discarded_bytes = discarded_bytes;
        match output.len() > self.request.limits.response_bytes_max {
            true => Err(ResponseTooLarge),
            false => Ok(output),
        }
    }

    /// With what the response's buffer begins. Memory that is reserved and not written to costs nothing; growing does.
    fn usual_response_bytes(&self) -> usize {
        let usual = self.plan.usual_size.response_bytes.get().max(128);
        if self.received_bytes < LARGE_BYTES_MIN {
            return usual;
        }
        // The usual size says nothing about large ones. They are about as large as what they are made of.
        usual.max(self.received_bytes.min(self.request.limits.response_bytes_max))
    }

    pub(crate) fn writer(&mut self, output: Output) -> ResponseWriter<'_> {
        ResponseWriter {
            plan: self.plan,
            supergraph: self.supergraph,
            rows: &self.rows,
            introspection: self.request.introspection,
            output,
            output_max: self.request.limits.response_bytes_max.saturating_sub(self.delivered_bytes),
            held: &mut self.output_held,
            discarded_bytes: self.discarded_bytes,
            errors: &mut self.errors,
            entry: 0,
            notes: &mut self.notes,
            variables: self.request.variables,
            refused: &mut self.refused,
        }
    }

    /// The request's budget is spent: this one error is the response.
    pub(crate) fn finish_without_data(self, message: &'static str, fetches: Vec<FetchReport>) -> Execution {
        let mut body = b"{\"data\":null,".to_vec();
        self.write_closing_error(&mut body, self.spent(message));
        let held = self.request.memory.hold_nothing();
        Execution { parts: Vec::new(), body, held, error_count: 1, fetches }
    }

    /// Code and message of a budget's end: that of the process, or the request's own, of which the message tells.
    pub(crate) fn spent(&self, message: &'static str) -> (&'static str, &'static str) {
        match self.request.memory.is_refused() {
            true => (codes::OVERLOADED, OVERLOADED),
            false => (codes::RESPONSE_TOO_LARGE, message),
        }
    }

    /// What is counted for the payload that has been written goes with it.
    pub(crate) fn take_held(&mut self) -> HeldBytes {
        std::mem::replace(&mut self.output_held, self.request.memory.hold_nothing())
    }

    /// `"errors":[…]` with one that says why nothing follows.
    pub(crate) fn write_closing_error(&self, body: &mut Vec<u8>, (code, message): (&'static str, &'static str)) {
        let record = ErrorRecord {
            fetch: ErrorLog::AFTER_ALL_FETCHES,
            subgraph: None,
            code: code.into(),
            message: message.into(),
            extensions: Vec::new(),
            places: Places::Unknown,
        };
        body.extend_from_slice(b"\"errors\":[");
        self.error_writer().write(body, &record, b"");
        body.push(b']');
    }
}
