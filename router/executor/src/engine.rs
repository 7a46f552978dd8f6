//! The data of one running request, apart from the waiting: which fetches are ready, what they send, and the response.

use crate::{
    Execution, ExecutionRequest, FetchReport, PreparedPlan, SubgraphRequest,
    answer::Failure,
    codes,
    errors::{ErrorLog, ErrorRecord, ErrorWriter, Places},
    faults::Faults,
    gaps::IncompleteFetch,
    merge::Merger,
    output::Output,
    places::PlaceFinder,
    prepare::fetch_program::PreparedFetchKind,
    representation::{Asked, Deduplication, RequestWriter},
    rows::{Row, Rows, Slot},
    write::{ResponseTooLarge, ResponseWriter},
};
use hansa_federation::Supergraph;
use hansa_query_planner::plan::{FetchId, QueryPlan};
use hashbrown::HashSet;

pub(crate) struct Engine<'a> {
    pub(crate) plan: &'a PreparedPlan,
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) request: ExecutionRequest<'a>,
    pub(crate) rows: Rows,
    pub(crate) errors: ErrorLog,
    pub(crate) received_bytes: usize,
    pub(crate) incomplete: Vec<IncompleteFetch>,
    /// By fetch: how many others it still waits for.
    waits_for: Vec<u32>,
    /// Fetches that wait for nothing more and have not started.
    ready: Vec<u32>,
    deduplication: Deduplication,
    /// Memory that one answer leaves to the next.
    pub(crate) items: Vec<Slot>,
    pub(crate) faults: Faults,
    pub(crate) target_lens: Vec<usize>,
}

impl<'a> Engine<'a> {
    pub(crate) fn new(plan: &'a PreparedPlan, supergraph: &'a Supergraph, request: ExecutionRequest<'a>) -> Engine<'a> {
        let usual = &plan.usual_size;
        let mut rows = Rows::with_capacity(usual.slots.get(), usual.rows.get(), request.limits.slots_max);
        let fetches = &plan.fetch.fetches;
        rows.buffers.reserve_exact(fetches.len());
        rows.targets = usual.targets.iter().map(|target| Vec::with_capacity(target.get())).collect();
        let waits_for: Vec<u32> = fetches.iter().map(|fetch| fetch.waits_for).collect();
        let ready = (0..fetches.len() as u32).rev().filter(|&fetch| waits_for[fetch as usize] == 0).collect();
        Engine {
            plan,
            supergraph,
            request,
            rows,
            errors: ErrorLog::new(request.limits.errors_max),
            received_bytes: 0,
            incomplete: Vec::new(),
            waits_for,
            ready,
            deduplication: Deduplication::default(),
            items: Vec::with_capacity(usual.items.get()),
            faults: Faults { faults_max: request.limits.errors_max, ..Faults::default() },
            target_lens: Vec::new(),
        }
    }

    /// False: not even the root fits the budget.
    pub(crate) fn add_root(&mut self) -> bool {
        let shape = QueryPlan::ROOT.0;
        self.rows.add_row(shape, self.plan.slot_counts[shape as usize], self.plan.root_type).is_ok()
    }

    /// The next request that can be sent now. Fetches with nothing to ask end here.
    pub(crate) fn next_request(&mut self) -> Option<(SubgraphRequest, Asked)> {
        loop {
            let fetch = self.ready.pop()?;
            if let Some(request) = self.start_fetch(fetch) {
                return Some(request);
            }
            self.release(fetch);
        }
    }

    fn start_fetch(&mut self, fetch: u32) -> Option<(SubgraphRequest, Asked)> {
        let prepared = &self.plan.fetch.fetches[fetch as usize];
        let mut writer = RequestWriter {
            fetch_index: fetch,
            plan: self.plan,
            supergraph: self.supergraph,
            variables: self.request.variables,
            rows: &mut self.rows,
            deduplication: &mut self.deduplication,
            failed: Vec::new(),
            too_many: None,
        };
        let written = match prepared.kind {
            PreparedFetchKind::Root(_) => Some((writer.root(prepared), Asked::default())),
            PreparedFetchKind::Entities(lookups) => writer.entities(prepared, lookups),
        };
        let (failed, too_many) = (writer.failed, writer.too_many);
        let mut merger = Merger::new(self.plan, self.supergraph, &mut self.rows);
        for &(selection, row) in &failed {
            merger.begin_selection();
            merger.fail(selection, row, false);
        }
        if let Some(asked) = too_many {
            let message = "a subgraph would have to be asked with too many different values from contexts";
            self.fail_fetch(fetch, asked, Failure { code: codes::REQUEST_TOO_LARGE, message: message.into() });
        }
        let (body, asked) = written?;
        let request = SubgraphRequest {
            fetch: FetchId(fetch),
            subgraph: prepared.subgraph,
            body,
            is_mutation: prepared.is_mutation,
        };
        Some((request, asked))
    }

    /// After the end of a fetch: those that waited for it alone are ready.
    pub(crate) fn release(&mut self, fetch: u32) {
        let released = self.plan.fetch.fetches[fetch as usize].releases;
        for &other in self.plan.fetch.releases[released.range()].iter().rev() {
            let waits_for = &mut self.waits_for[other as usize];
            *waits_for -= 1;
            if *waits_for == 0 {
                self.ready.push(other);
            }
        }
    }

    pub(crate) fn finish(mut self, fetches: Vec<FetchReport>) -> Execution {
        self.keep_sizes();
        self.close_gaps();
        let mut output = Output::with_capacity(self.plan.usual_size.response_bytes.get().max(128));
        output.extend_from_slice(b"{\"data\":");
        let mut writer = ResponseWriter {
            plan: self.plan,
            supergraph: self.supergraph,
            rows: &self.rows,
            introspection: self.request.introspection,
            output,
            output_max: self.request.limits.response_bytes_max,
            discarded_bytes: 0,
            errors: &mut self.errors,
            refused: HashSet::new(),
        };
        let written = writer.write_data();
        let mut body = writer.output.into_bytes();
        let is_too_large = written == Err(ResponseTooLarge) || body.len() > self.request.limits.response_bytes_max;
        if is_too_large {
            drop(body);
            return self.finish_without_data("the response is larger than allowed", fetches);
        }
        self.plan.usual_size.response_bytes.keep::<u8>(body.len() + body.len() / 16);
        let error_count = self.write_errors(&mut body);
        Execution { body, error_count, fetches }
    }

    fn keep_sizes(&self) {
        let usual = &self.plan.usual_size;
        usual.slots.keep::<Slot>(self.rows.slots.len());
        usual.rows.keep::<Row>(self.rows.rows.len());
        usual.items.keep::<Slot>(self.items.capacity());
        for (usual, rows) in usual.targets.iter().zip(&self.rows.targets) {
            usual.keep::<u32>(rows.len());
        }
    }

    /// The request's budget is spent: this one error is the response.
    pub(crate) fn finish_without_data(self, message: &'static str, fetches: Vec<FetchReport>) -> Execution {
        let record = ErrorRecord {
            fetch: ErrorLog::AFTER_ALL_FETCHES,
            subgraph: None,
            code: codes::RESPONSE_TOO_LARGE.into(),
            message: message.into(),
            extensions: Vec::new(),
            places: Places::Unknown,
        };
        let mut body = b"{\"data\":null,\"errors\":[".to_vec();
        self.error_writer().write(&mut body, &record, b"");
        body.push(b']');
        Execution { body, error_count: 1, fetches }
    }

    fn write_errors(&mut self, body: &mut Vec<u8>) -> usize {
        if self.errors.records.is_empty() && self.errors.left_out == 0 {
            return 0;
        }
        self.errors.records.sort_by_key(|record| record.fetch);
        let paths = PlaceFinder::find(self.plan, &self.rows, &self.errors);
        let writer = self.error_writer();
        let mut left_out = self.errors.left_out;
        let mut error_count = 0;
        body.extend_from_slice(b",\"errors\":[");
        for (record, paths) in self.errors.records.iter().zip(&paths) {
            let pathless = [Vec::new()];
            let paths = if paths.is_empty() { &pathless[..] } else { &paths[..] };
            for path in paths {
                if error_count == self.request.limits.errors_max {
                    left_out += 1;
                    continue;
                }
                if error_count > 0 {
                    body.push(b',');
                }
                writer.write(body, record, path);
                error_count += 1;
            }
        }
        if left_out > 0 {
            if error_count > 0 {
                body.push(b',');
            }
            writer.write_closing(body, left_out);
            error_count += 1;
        }
        body.push(b']');
        error_count
    }

    fn error_writer(&self) -> ErrorWriter<'_> {
        ErrorWriter {
            supergraph: self.supergraph,
            rows: &self.rows,
            policy: self.request.error_policy,
            trace_id: self.request.trace_id,
        }
    }
}
