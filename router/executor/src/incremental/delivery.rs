//! The pieces of one response: when the next one is ready, and what is in it.

use super::{
    Payload,
    payload::{Written, begin_entry, end_entries, write_has_next},
};
use crate::{
    ExecutionRequest, FetchReport, PreparedPlan,
    engine::Engine,
    errors::{ErrorRecord, Places},
    notes::{State, WorkItem},
    output::Output,
    places::Seen,
    response::TOO_LARGE,
    told::{Told, locate},
    write::ResponseTooLarge,
};
use hansa_federation::Supergraph;
use hansa_query_planner::plan::{PartKind, QueryPlan};

pub(super) struct Delivery<'a> {
    pub(super) engine: Engine<'a>,
    /// By part: what has been noted and not delivered.
    pub(super) queues: Vec<Vec<WorkItem>>,
    /// By part: how many of its fragments had ended when its queue was looked through in vain, since the last payload.
    idle_since: Vec<Option<usize>>,
    /// By part: something of it has been delivered. Its errors are due; those of what is never delivered concern nobody.
    is_delivered: Vec<bool>,
    /// Instances that have been taken over from the notes.
    pub(super) known_instances: usize,
    /// Those of them that clients do not know of yet.
    pub(super) waiting: Vec<u32>,
    /// Those that clients know of and wait for.
    open: Vec<u32>,
    pub(super) next_id: u32,
    /// The payload that is being written.
    pub(super) written: Written,
    has_begun: bool,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(
        plan: &'a PreparedPlan,
        supergraph: &'a Supergraph,
        request: ExecutionRequest<'a>,
    ) -> Delivery<'a> {
        let parts = plan.plan().parts.len();
        let mut engine = Engine::new(plan, supergraph, request);
        engine.count_open_fetches();
        Delivery {
            engine,
            queues: vec![Vec::new(); parts],
            idle_since: vec![None; parts],
            is_delivered: vec![false; parts],
            known_instances: 0,
            waiting: Vec::new(),
            open: Vec::new(),
            next_id: 0,
            written: Written::default(),
            has_begun: false,
        }
    }

    pub(super) fn plan(&self) -> &'a QueryPlan {
        self.engine.plan.plan()
    }

    /// Whether a payload can be written now. Queues may be long, and this is asked whenever a fetch has ended: they are
    /// looked through only when a fragment has ended whose work they hold.
    pub(super) fn is_ready(&mut self) -> bool {
        if !self.has_begun {
            return self.engine.has_ended(QueryPlan::INITIAL.0);
        }
        let ended = self.ended_fragments();
        for part in 0..self.queues.len() {
            let count = self.ended_count(part, &ended);
            if count == 0 || self.idle_since[part] == Some(count) {
                continue;
            }
            if self.queues[part].iter().any(|item| self.is_deliverable(*item, &ended)) {
                return true;
            }
            self.idle_since[part] = Some(count);
        }
        false
    }

    /// How many fragments or streams have ended under whose names a part's queue can be delivered.
    fn ended_count(&self, part: usize, ended: &[bool]) -> usize {
        if self.queues[part].is_empty() || !self.engine.has_ended(part as u32) {
            return 0;
        }
        match &self.plan().parts[part].kind {
            PartKind::Deferred(fragments) => fragments.iter().filter(|fragment| ended[fragment.0 as usize]).count(),
            PartKind::Initial | PartKind::Streamed => 1,
        }
    }

    /// Writes what is ready.
    pub(super) fn payload(&mut self, fetches: Vec<FetchReport>) -> Payload {
        self.written = Written::default();
        self.idle_since.fill(None);
        let written = if self.has_begun { self.later() } else { self.initial() };
        let limit = self.engine.request.limits.response_bytes_max;
        match written {
            Ok((body, error_count, open)) if self.engine.delivered_bytes + body.len() <= limit => {
                self.engine.delivered_bytes += body.len();
                self.has_begun = true;
                self.open = open;
                if self.open.is_empty() {
                    self.engine.keep_sizes();
                }
                let held = self.engine.take_held();
                Payload { body, held, error_count, has_next: !self.open.is_empty(), fetches }
            }
            _ => self.break_off(self.engine.spent(TOO_LARGE), fetches),
        }
    }

    /// Body, number of errors, and what clients wait for afterwards.
    fn initial(&mut self) -> Result<(Vec<u8>, usize, Vec<u32>), ResponseTooLarge> {
        self.engine.close_gaps();
        let mut body = self.engine.write_data()?;
        self.enqueue_noted();
        self.announce();
        let open = self.written.announced.clone();
        self.is_delivered[0] = true;
        let told = self.tell(open.is_empty());
        let mut error_count = 0;
        if !told.is_empty() {
            body.push(b',');
            error_count = self.engine.write_errors(&mut body, &told);
        }
        self.write_pending(&mut body);
        write_has_next(&mut body, !open.is_empty());
        Ok((body, error_count, open))
    }

    fn later(&mut self) -> Result<(Vec<u8>, usize, Vec<u32>), ResponseTooLarge> {
        self.engine.close_gaps();
        self.engine.notes.begin_payload();
        self.engine.refused.begin_payload();
        let mut output = Output::with_capacity(1024);
        loop {
            let first = self.written.items.len();
            while self.write_deliverable(&mut output)? {}
            if self.written.items.len() == first {
                break;
            }
            self.settle(first);
            self.announce();
        }
        self.written.items.iter().for_each(|item| self.is_delivered[item.part as usize] = true);
        let instances = &self.engine.notes.instances;
        let open = self.open.iter().chain(&self.written.announced).copied();
        let open: Vec<u32> = open.filter(|&index| instances[index as usize].state == State::Pending).collect();
        let told = self.tell(open.is_empty());
        let (body, error_count) = self.compose(&output.into_bytes(), &told, !open.is_empty());
        self.engine.output_held.resize(body.capacity()).map_err(|_| ResponseTooLarge)?;
        Ok((body, error_count, open))
    }

    /// Writes an entry for each work item that can be delivered now. False: there was none.
    fn write_deliverable(&mut self, output: &mut Output) -> Result<bool, ResponseTooLarge> {
        let items = self.take_deliverable();
        if items.is_empty() {
            return Ok(false);
        }
        let mut writer = self.engine.writer(std::mem::take(output));
        for item in items {
            writer.entry = self.written.items.len() as u32;
            let start = writer.output.len();
            let stands = writer.write_item(&item)?;
            self.written.push(item, start..writer.output.len(), stands);
        }
        let discarded_bytes = writer.discarded_bytes;
        *output = writer.output;
        self.engine.discarded_bytes = discarded_bytes;
        self.enqueue_noted();
        Ok(true)
    }

    fn take_deliverable(&mut self) -> Vec<WorkItem> {
        let mut deliverable = Vec::new();
        let ended = self.ended_fragments();
        for part in 0..self.queues.len() {
            if self.ended_count(part, &ended) == 0 {
                continue;
            }
            let mut queue = std::mem::take(&mut self.queues[part]);
            queue.retain(|&item| {
                let is_deliverable = self.is_deliverable(item, &ended);
                if is_deliverable {
                    deliverable.push(item);
                }
                !is_deliverable
            });
            self.queues[part] = queue;
        }
        deliverable
    }

    /// The errors of the payload that is being written.
    fn tell(&mut self, is_last: bool) -> Vec<Told> {
        let is_due = |record: &ErrorRecord| {
            self.engine.plan.part_of_fetch(record.fetch).is_none_or(|part| self.is_delivered[part as usize])
        };
        let due = self.engine.errors.untold(is_due);
        let seen = match self.has_begun {
            false => Seen::Initial,
            true => Seen::Items(&self.engine.notes, &self.written.items),
        };
        let home = |record: &ErrorRecord| self.entry_of_part(self.engine.plan.part_of_fetch(record.fetch));
        let mut told = locate(self.engine.search(), &due, seen, |record| {
            let is_for_later = self.is_about_later_part(record);
            (!is_for_later).then(|| home(record))
        });
        if is_last && told.is_empty() && self.engine.errors.told_count == 0 {
            // What they are about never comes, and nothing else says why something is null.
            told = locate(self.engine.search(), &due, seen, |record| Some(home(record)));
        }
        self.engine.errors.tell(&mut told);
        told
    }

    /// Whether an error's place will be in another payload.
    fn is_about_later_part(&self, record: &ErrorRecord) -> bool {
        let Places::At(locations) = &record.places else { return false };
        locations.iter().any(|location| {
            let part = self.engine.plan.part_of_place(&self.engine.rows, location, self.engine.request.variables);
            !self.is_delivered[part as usize]
        })
    }

    /// Where an error without a place stands.
    fn entry_of_part(&self, part: Option<u32>) -> u32 {
        let mut parts = self.written.items.iter().map(|item| item.part);
        parts.position(|known| Some(known) == part).unwrap_or(0) as u32
    }

    /// Nothing follows, for the reason with this code and message.
    pub(super) fn break_off(&mut self, reason: (&'static str, &'static str), fetches: Vec<FetchReport>) -> Payload {
        let mut body = b"{".to_vec();
        let error_count = if self.has_begun {
            self.complete_open(&mut body, reason)
        } else {
            body.extend_from_slice(b"\"data\":null,");
            self.engine.write_closing_error(&mut body, reason);
            1
        };
        write_has_next(&mut body, false);
        self.open.clear();
        self.has_begun = true;
        let held = self.engine.request.memory.hold_nothing();
        Payload { body, held, error_count, has_next: false, fetches }
    }

    /// Every client that waits is told, so there is an entry for each, about as long as what announced it. The reason
    /// stands in the first, and in as many others as there are errors and bytes left for. Returns the number of errors.
    fn complete_open(&mut self, body: &mut Vec<u8>, reason: (&'static str, &'static str)) -> usize {
        const IN_SHORT: &[u8] = br#""errors":[{"message":"not delivered"}]"#;
        const REST_OF_ENTRY_BYTES: usize = 24;
        let limits = self.engine.request.limits;
        let mut whole = Vec::new();
        self.engine.write_closing_error(&mut whole, reason);
        let room = limits.response_bytes_max.saturating_sub(self.engine.delivered_bytes);
        for (count, &index) in self.open.iter().enumerate() {
            let bytes_of_others = (self.open.len() - count) * (IN_SHORT.len() + REST_OF_ENTRY_BYTES);
            let has_bytes = body.len() + whole.len() + bytes_of_others <= room;
            let is_told = count == 0 || (has_bytes && self.engine.errors.told_count < limits.errors_max);
            self.engine.errors.told_count += usize::from(is_told);
            begin_entry(body, count, "completed");
            self.write_id(body, index);
            body.push(b',');
            body.extend_from_slice(if is_told { &whole } else { IN_SHORT });
            body.push(b'}');
        }
        end_entries(body, self.open.len());
        self.open.len()
    }
}
