//! Which errors a payload tells, and at which paths.
//!
//! One budget holds for all payloads of a request. What is past it is counted, and the last error that is shown is followed
//! by one that tells how many are not.

use crate::{
    engine::Engine,
    errors::{ErrorLog, ErrorRecord, ErrorWriter},
    places::{PlaceFinder, Search, Seen},
};

/// One error of a payload.
#[derive(Debug)]
pub(crate) struct Told {
    /// The payload's entry that it stands in.
    pub(crate) entry: u32,
    error: ToldError,
    /// In JSON; empty where there is none to tell.
    path: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
enum ToldError {
    /// Index into the records.
    Record(usize),
    /// So many more are not shown.
    LeftOut(usize),
}

impl ErrorLog {
    /// Untold errors, in the order in which they are told.
    pub(crate) fn untold(&self, is_due: impl Fn(&ErrorRecord) -> bool) -> Vec<usize> {
        let records = self.records.iter().enumerate();
        let untold =
            records.filter(|(index, record)| !self.is_told.get(*index).is_some_and(|told| *told) && is_due(record));
        let mut untold: Vec<usize> = untold.map(|(index, _)| index).collect();
        untold.sort_by_key(|&index| self.records[index].fetch);
        untold
    }

    /// Notes what is told, by entry, and keeps to the budget.
    pub(crate) fn tell(&mut self, told: &mut Vec<Told>) {
        self.is_told.resize(self.records.len(), false);
        for error in &*told {
            if let ToldError::Record(record) = error.error {
                self.is_told[record] = true;
            }
        }
        let shown = told.len().min(self.errors_max - self.told_count.min(self.errors_max));
        self.told_count += shown;
        let left_out = self.left_out + told.len() - shown;
        if left_out == 0 {
            return;
        }
        let entry = told.get(shown.saturating_sub(1)).map_or(0, |last| last.entry);
        told.truncate(shown);
        told.push(Told { entry, error: ToldError::LeftOut(left_out), path: Vec::new() });
        self.left_out = 0;
    }
}

/// Finds out where the client sees errors. `home`: the entry for one that it sees nowhere; `None` leaves it for later.
pub(crate) fn locate(
    search: Search<'_>,
    due: &[usize],
    seen: Seen<'_>,
    home: impl Fn(&ErrorRecord) -> Option<u32>,
) -> Vec<Told> {
    let places = PlaceFinder::find(search, due, seen);
    let mut told = Vec::with_capacity(due.len());
    for (&record, places) in due.iter().zip(places) {
        let error = ToldError::Record(record);
        if places.is_empty()
            && let Some(entry) = home(&search.errors.records[record])
        {
            told.push(Told { entry, error, path: Vec::new() });
        }
        told.extend(places.into_iter().map(|(entry, path)| Told { entry, error, path }));
    }
    told.sort_by_key(|error| error.entry);
    told
}

impl Engine<'_> {
    pub(crate) fn search(&self) -> Search<'_> {
        Search { plan: self.plan, rows: &self.rows, errors: &self.errors, variables: self.request.variables }
    }

    /// Appends `"errors":[…]`, without a comma before it.
    pub(crate) fn write_errors<'t>(&self, body: &mut Vec<u8>, told: impl IntoIterator<Item = &'t Told>) -> usize {
        let writer = self.error_writer();
        let mut error_count = 0;
        body.extend_from_slice(b"\"errors\":[");
        for error in told {
            if error_count > 0 {
                body.push(b',');
            }
            match error.error {
                ToldError::Record(record) => writer.write(body, &self.errors.records[record], &error.path),
                ToldError::LeftOut(count) => writer.write_closing(body, count),
            }
            error_count += 1;
        }
        body.push(b']');
        error_count
    }

    pub(crate) fn error_writer(&self) -> ErrorWriter<'_> {
        ErrorWriter {
            supergraph: self.supergraph,
            rows: &self.rows,
            policy: self.request.error_policy,
            trace_id: self.request.trace_id,
        }
    }
}
