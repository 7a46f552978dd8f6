//! The data of one running request, apart from the waiting: which fetches are ready, and what they send.

use crate::{
    ExecutionRequest, HeldBytes, PreparedPlan, SubgraphRequest,
    answer::Failure,
    codes,
    errors::ErrorLog,
    faults::Faults,
    gaps::IncompleteFetch,
    merge::Merger,
    notes::Notes,
    prepare::fetch_program::PreparedFetchKind,
    refused::Refused,
    representation::{Asked, Deduplication, RequestWriter},
    rows::{Row, Rows, Slot},
};
use hansa_federation::Supergraph;
use hansa_query_planner::plan::{FetchId, QueryPlan};

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
    /// By part: how many of its fetches have not ended. Empty when there is one part.
    pub(crate) open_fetches: Vec<u32>,
    deduplication: Deduplication,
    /// Memory that one answer leaves to the next.
    pub(crate) items: Vec<Slot>,
    pub(crate) faults: Faults,
    pub(crate) target_lens: Vec<usize>,
    /// What the payloads so far have left for later ones.
    pub(crate) notes: Notes,
    pub(crate) refused: Refused,
    /// What is counted for the payload that is being written.
    pub(crate) output_held: HeldBytes,
    /// Bytes of the payloads so far.
    pub(crate) delivered_bytes: usize,
    /// Written, then cut off because of null.
    pub(crate) discarded_bytes: usize,
}

impl<'a> Engine<'a> {
    pub(crate) fn new(plan: &'a PreparedPlan, supergraph: &'a Supergraph, request: ExecutionRequest<'a>) -> Engine<'a> {
        let usual = &plan.usual_size;
        let mut rows =
            Rows::with_capacity((usual.slots.get(), usual.rows.get()), request.limits.slots_max, request.memory);
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
            open_fetches: Vec::new(),
            deduplication: Deduplication::default(),
            items: Vec::with_capacity(usual.items.get()),
            faults: Faults { faults_max: request.limits.errors_max, ..Faults::default() },
            target_lens: Vec::new(),
            notes: Notes::new(request.limits.slots_max / 4, request.memory.hold_nothing()),
            refused: Refused::default(),
            output_held: request.memory.hold_nothing(),
            delivered_bytes: 0,
            discarded_bytes: 0,
        }
    }

    /// False: not even the root fits the budget.
    pub(crate) fn add_root(&mut self) -> bool {
        let shape = QueryPlan::ROOT.0;
        self.rows.add_compact_row(self.plan, shape, self.plan.root_type).is_ok()
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
            without_value: Asked::default(),
            too_many: None,
        };
        let written = match prepared.kind {
            PreparedFetchKind::Root(_) => Some((writer.root(prepared), Asked::default())),
            PreparedFetchKind::RootBelow(lookup) => writer.root_below(prepared, lookup),
            PreparedFetchKind::Entities(lookups) => writer.entities(prepared, lookups),
        };
        let (failed, without_value, too_many) = (writer.failed, writer.without_value, writer.too_many);
        let mut merger = Merger::new(self.plan, self.supergraph, &mut self.rows);
        for &(selection, row) in &failed {
            merger.begin_selection();
            merger.fail(selection, row, false);
        }
        if !without_value.lookups.is_empty() {
            let message = "a value from a context is null where a subgraph's argument takes no null";
            let failure = Failure { code: codes::NULL_IN_NON_NULL_FIELD, message: message.into() };
            self.fail_fetch(fetch, without_value, failure);
        }
        if let Some(asked) = too_many {
            let message = "a subgraph would have to be asked with more values from contexts than one request may send";
            self.fail_fetch(fetch, asked, Failure { code: codes::TOO_MANY_CONTEXT_VALUES, message: message.into() });
        }
        let (body, asked) = written?;
        let request = SubgraphRequest {
            fetch: FetchId(fetch),
            subgraph: prepared.subgraph,
            body,
            is_mutation: prepared.is_mutation,
            tells_of_changes: self.plan.fetch.tells_of_changes,
        };
        Some((request, asked))
    }

    /// After the end of a fetch: those that waited for it alone are ready.
    pub(crate) fn release(&mut self, fetch: u32) {
        let ended = &self.plan.fetch.fetches[fetch as usize];
        if let Some(open) = self.open_fetches.get_mut(ended.part as usize) {
            *open -= 1;
        }
        let released = ended.releases;
        for &other in self.plan.fetch.releases[released.range()].iter().rev() {
            let waits_for = &mut self.waits_for[other as usize];
            *waits_for -= 1;
            if *waits_for == 0 {
                self.ready.push(other);
            }
        }
    }

    /// From now on it is known when a part's fetches have ended.
    pub(crate) fn count_open_fetches(&mut self) {
        self.open_fetches = vec![0; self.plan.plan().parts.len()];
        self.plan.fetch.fetches.iter().for_each(|fetch| self.open_fetches[fetch.part as usize] += 1);
    }

    pub(crate) fn keep_sizes(&self) {
        let usual = &self.plan.usual_size;
        usual.slots.keep::<Slot>(self.rows.slots.len());
        usual.rows.keep::<Row>(self.rows.rows.len());
        usual.items.keep::<Slot>(self.items.capacity());
        for (usual, rows) in usual.targets.iter().zip(&self.rows.targets) {
            usual.keep::<u32>(rows.len());
        }
    }
}
