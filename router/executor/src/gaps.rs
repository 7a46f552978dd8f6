//! What fetches failed to give: the nulls that stand for it, and where the errors about it are shown.
//!
//! Marks are set when a fetch ends, so that nobody asks further with what is missing, and again when all have ended:
//! other answers may have filled a gap meanwhile, or have added objects that lack their part. So the response does not
//! depend on who answered first.

use crate::{
    PreparedPlan,
    engine::Engine,
    errors::Places,
    faults::{Location, PathSegment, Place},
    merge::Merger,
    prepare::fetch_program::PreparedFetchKind,
    representation::{Asked, AskedLookup},
    rows::{Rows, Slot},
};

/// Rows that lack what a fetch should have given, for a reason that an error tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gap {
    pub(crate) part: GapPart,
    /// The error that is to stand at the first of the rows.
    pub(crate) record: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum GapPart {
    Fetch,
    Lookup {
        lookup: u32,
    },
    Entity {
        lookup: u32,
        index: u32,
    },
    /// All that the lookup got for an entity and that is none.
    OddEntities {
        lookup: u32,
    },
    /// All that the subgraph does not have: no error tells of them, and none has to.
    NotFound {
        lookup: u32,
    },
}

#[derive(Debug)]
pub(crate) struct IncompleteFetch {
    fetch: u32,
    asked: Asked,
    gaps: Vec<Gap>,
}

impl Engine<'_> {
    /// Marks a fetch's gaps, and keeps them for the end.
    pub(crate) fn keep_gaps(&mut self, fetch: u32, asked: Asked, gaps: Vec<Gap>) {
        if !gaps.is_empty() {
            for gap in &gaps {
                self.mark_gap(fetch, &asked, gap.part);
            }
            self.incomplete.push(IncompleteFetch { fetch, asked, gaps });
        }
    }

    /// After all fetches of the parts that are to be delivered: gaps are marked where they are now, and their errors get
    /// places. Later parts may add objects that lack the same.
    pub(crate) fn close_gaps(&mut self) {
        let incomplete = std::mem::take(&mut self.incomplete);
        for IncompleteFetch { fetch, asked, gaps } in &incomplete {
            if !self.has_ended(self.plan.fetch.fetches[*fetch as usize].part) {
                continue;
            }
            for gap in gaps {
                let row = self.mark_gap(*fetch, asked, gap.part);
                if let (Some(record), Some(row)) = (gap.record, row) {
                    let location = Location { row, place: Place::FirstFailed, rest: Vec::new() };
                    self.errors.records[record].places = Places::At(vec![location]);
                }
            }
        }
        self.incomplete = incomplete;
        for record in &self.errors.records {
            let is_due = self.plan.part_of_fetch(record.fetch).is_none_or(|part| self.has_ended(part));
            if let (Places::At(locations), true) = (&record.places, is_due) {
                locations.iter().for_each(|location| explain_null(self.plan, &mut self.rows, location));
            }
        }
    }

    /// Whether no fetch of the part is missing.
    pub(crate) fn has_ended(&self, part: u32) -> bool {
        self.open_fetches.get(part as usize).is_none_or(|&open| open == 0)
    }

    /// Returns the first row that lacks something now.
    pub(crate) fn mark_gap(&mut self, fetch: u32, asked: &Asked, part: GapPart) -> Option<u32> {
        let mut merger = Merger::new(self.plan, self.supergraph, &mut self.rows);
        let mut first = None;
        if let PreparedFetchKind::Root(selection) = self.plan.fetch.fetches[fetch as usize].kind {
            first = merger.fail(selection, Rows::ROOT, true);
        }
        let mut fail = |lookup: &AskedLookup, rows: &mut dyn Iterator<Item = u32>| {
            merger.begin_selection();
            for row in rows {
                let failed = merger.fail(lookup.selection, row, true);
                first = first.or(failed);
            }
        };
        let of = |lookup: u32| &asked.lookups[lookup as usize];
        match part {
            GapPart::Fetch => asked.lookups.iter().for_each(|lookup| fail(lookup, &mut lookup.all_rows())),
            GapPart::Lookup { lookup } => fail(of(lookup), &mut of(lookup).all_rows()),
            GapPart::Entity { lookup, index } => fail(of(lookup), &mut of(lookup).rows_of(index)),
            GapPart::OddEntities { lookup } => {
                let lookup = of(lookup);
                fail(lookup, &mut lookup.odd_items.iter().flat_map(|&index| lookup.rows_of(index)));
            }
            GapPart::NotFound { lookup } => {
                let lookup = of(lookup);
                let rows = lookup.null_items.iter().flat_map(|&index| lookup.rows_of(index));
                rows.for_each(|row| merger.not_found(lookup.selection, row));
            }
        }
        first
    }
}

/// Marks the null at an error's place.
fn explain_null(plan: &PreparedPlan, rows: &mut Rows, location: &Location) {
    let Place::Slot(slot) = location.place else { return };
    if let Some(run) = rows.run_around(plan, location.row, slot)
        && rows.take_apart(plan, location.row, run).is_err()
    {
        return;
    }
    let mut index = rows.slot_index(location.row, slot);
    for segment in &location.rest {
        index = match (rows.slots[index], *segment) {
            (Slot::List { start, len }, PathSegment::Index(item)) if item < len => (start + item) as usize,
            (Slot::Row(row), PathSegment::Field(field)) => {
                rows.place_of(plan, row, plan.write.fields[field as usize].slot)
            }
            _ => break,
        };
    }
    if let Slot::Absent | Slot::Null | Slot::NotFound = rows.slots[index] {
        rows.slots[index] = Slot::Failed;
    }
}
