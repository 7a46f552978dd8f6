//! Finds the response paths of rows: one walk over what the client sees of a payload, made only when there are errors to
//! tell.

use crate::{
    errors::{ErrorLog, PathText, Places},
    faults::{Location, PathSegment, Place},
    initial_count,
    notes::{Notes, Work, WorkItem},
    prepare::{
        PreparedPlan, Span,
        write_program::{WriteField, WriteValue},
    },
    rows::{Rows, Slot},
};
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_query_planner::plan::QueryPlan;
use hashbrown::HashMap;

/// What is looked through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search<'a> {
    pub(crate) plan: &'a PreparedPlan,
    pub(crate) rows: &'a Rows,
    pub(crate) errors: &'a ErrorLog,
    /// For `@stream(initialCount: $n)`.
    pub(crate) variables: &'a [(Name, Bytes)],
}

impl Search<'_> {
    /// What a field holds, or what stands for it and others.
    fn slot(&self, row: u32, slot: u32) -> Slot {
        self.rows.slots[self.rows.place_of(self.plan, row, slot)]
    }
}

/// What of the response is in the payload.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen<'a> {
    /// What comes at once.
    Initial,
    /// Entries that come later.
    Items(&'a Notes, &'a [WorkItem]),
}

/// Where a client sees an error: an entry of the payload, and the path in JSON.
pub(crate) type FoundPlace = (u32, Vec<u8>);

pub(crate) struct PlaceFinder<'a> {
    search: Search<'a>,
    entry: u32,
    /// Of the entry.
    part: u32,
    /// By row: which of the errors asked for, and which of their locations.
    wanted: HashMap<u32, Vec<(u32, u32)>>,
    path: Vec<PathSegment>,
    asked: &'a [usize],
    /// By error asked for.
    found: Vec<Vec<FoundPlace>>,
    found_count: usize,
    visit_count: usize,
}

/// Shared rows are visited at each of their places, which can be far more than there are rows.
const VISITS_MAX: usize = 4 << 20;

impl<'a> PlaceFinder<'a> {
    /// The places of each of these errors. An error whose place the client cannot see has none.
    pub(crate) fn find(search: Search<'a>, asked: &'a [usize], seen: Seen<'_>) -> Vec<Vec<FoundPlace>> {
        let mut wanted: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
        let mut found = vec![Vec::new(); asked.len()];
        for (index, &record) in asked.iter().enumerate() {
            match &search.errors.records[record].places {
                Places::Unknown => {}
                Places::Path(entry, path) => found[index].push((*entry, path.clone())),
                Places::At(locations) => {
                    for (location_index, location) in locations.iter().enumerate() {
                        wanted.entry(location.row).or_default().push((index as u32, location_index as u32));
                    }
                }
            }
        }
        let mut finder = PlaceFinder {
            search,
            entry: 0,
            part: QueryPlan::INITIAL.0,
            wanted,
            path: Vec::new(),
            asked,
            found,
            found_count: 0,
            visit_count: 0,
        };
        match seen {
            _ if finder.wanted.is_empty() => {}
            Seen::Initial => finder.row(Rows::ROOT),
            Seen::Items(notes, items) => {
                for (entry, item) in items.iter().enumerate() {
                    (finder.entry, finder.part) = (entry as u32, item.part);
                    finder.path.clear();
                    finder.path.extend_from_slice(notes.path(item.path));
                    finder.item(item);
                }
            }
        }
        finder.found
    }

    fn item(&mut self, item: &WorkItem) {
        match item.work {
            Work::Fields(fields) => self.fields(item.row, fields),
            Work::Items { field, start, from, len, .. } => {
                // The path leads to the list.
                self.path.pop();
                self.report_wanted(item.row, Span { start: field, end: field + 1 }, Some(from));
                self.path.push(PathSegment::Field(field));
                self.items(start, from..len);
            }
        }
    }

    fn row(&mut self, row: u32) {
        let present = self.search.rows.row(row);
        let known = self.search.plan.write.type_of(present.shape, present.type_id);
        self.fields(row, known.map(|known| known.fields).unwrap_or_default());
    }

    fn fields(&mut self, row: u32, fields: Span) {
        self.visit_count += 1;
        if self.found_count > self.search.errors.errors_max || self.visit_count > VISITS_MAX {
            return;
        }
        self.report_wanted(row, fields, None);
        let plan = self.search.plan;
        for index in fields.range() {
            let field = plan.write.fields[index];
            let slot = match (field.value, self.search.slot(row, field.slot)) {
                (WriteValue::Object, slot) => slot,
                (WriteValue::Streamed(stream), Slot::List { start, len }) => {
                    let initial_count = &plan.write.streams[stream as usize].initial_count;
                    Slot::List { start, len: initial_count::of(initial_count, self.search.variables).min(len) }
                }
                _ => continue,
            };
            self.path.push(PathSegment::Field(index as u32));
            self.slot(slot);
            self.path.pop();
        }
    }

    fn slot(&mut self, slot: Slot) {
        match slot {
            Slot::Row(row) => self.row(row),
            Slot::List { start, len } => self.items(start, 0..len),
            _ => {}
        }
    }

    fn items(&mut self, start: u32, items: std::ops::Range<u32>) {
        for index in items {
            self.path.push(PathSegment::Index(index));
            self.slot(self.search.rows.slots[(start + index) as usize]);
            self.path.pop();
        }
    }

    /// Reports what is wanted of a row: in these fields, or in the rest of the one streamed field.
    fn report_wanted(&mut self, row: u32, fields: Span, rest_from: Option<u32>) {
        if let Some(wanted) = self.wanted.remove(&row) {
            for &(index, location) in &wanted {
                self.report((row, rest_from), fields, (index, location));
            }
            self.wanted.insert(row, wanted);
        }
    }

    fn report(&mut self, (row, rest_from): (u32, Option<u32>), fields: Span, (index, location): (u32, u32)) {
        let search = self.search;
        let record = &search.errors.records[self.asked[index as usize]];
        let Places::At(locations) = &record.places else { return };
        let location: &Location = &locations[location as usize];
        let visible = &search.plan.write.fields[fields.range()];
        // A field that is asked for under several names has one slot.
        let mut fields_there: Vec<Option<u32>> = Vec::new();
        match location.place {
            Place::Row if rest_from.is_some() => return,
            Place::Row => fields_there.push(None),
            Place::Slot(slot) => {
                let has_slot = |field: &WriteField| field.slot == slot && field.value.has_slot();
                let of_slot = (fields.start..).zip(visible).filter(|(_, field)| has_slot(field));
                fields_there.extend(of_slot.map(|(field, _)| Some(field)));
                if fields_there.is_empty() {
                    if rest_from.is_some() || self.is_elsewhere(row, slot) {
                        return;
                    }
                    fields_there.push(None);
                }
            }
            Place::FirstFailed => {
                // What another part lacks is no news.
                let is_of_other_part = search.plan.part_of_fetch(record.fetch).is_some_and(|part| part != self.part);
                if is_of_other_part || rest_from.is_some() || !self.found[index as usize].is_empty() {
                    return;
                }
                let is_failed =
                    |field: &WriteField| field.value.has_slot() && search.slot(row, field.slot) == Slot::Failed;
                // Otherwise the client lacks nothing here.
                let Some(field) = visible.iter().position(is_failed) else { return };
                fields_there.push(Some(fields.start + field as u32));
            }
        }
        for field in fields_there {
            let write_field = field.map(|field| &search.plan.write.fields[field as usize]);
            if write_field.is_none_or(|field| self.is_in_rest(row, field, location) == rest_from.is_some()) {
                self.add_place(index, field, location);
            }
        }
    }

    /// Adds the place at hand, or what the location says of a field there.
    fn add_place(&mut self, index: u32, field: Option<u32>, location: &Location) {
        let mut path = PathText::default();
        let plan = self.search.plan;
        self.path.iter().for_each(|&segment| path.push(plan, segment));
        if let Some(field) = field {
            path.push(plan, PathSegment::Field(field));
            location.rest.iter().for_each(|&segment| path.push(plan, segment));
        }
        let place = (self.entry, path.finish());
        let found = &mut self.found[index as usize];
        if !found.contains(&place) {
            found.push(place);
            self.found_count += 1;
        }
    }

    /// Whether the client sees the field in another payload.
    fn is_elsewhere(&self, row: u32, slot: u32) -> bool {
        let (plan, present) = (self.search.plan, self.search.rows.row(row));
        let known = plan.write.type_of(present.shape, present.type_id);
        let all = known.map(|known| plan.write.all_fields_of(known)).unwrap_or_default();
        position_of(&plan.write.fields[all.range()], slot).is_some()
    }

    /// Whether a place is among the items of a streamed list that come later than the first ones. Where there is no list,
    /// nothing comes later.
    fn is_in_rest(&self, row: u32, field: &WriteField, location: &Location) -> bool {
        let (WriteValue::Streamed(stream), Some(&PathSegment::Index(index))) = (field.value, location.rest.first())
        else {
            return false;
        };
        let initial_count = &self.search.plan.write.streams[stream as usize].initial_count;
        let is_list = matches!(self.search.slot(row, field.slot), Slot::List { .. });
        is_list && index >= initial_count::of(initial_count, self.search.variables)
    }
}

fn position_of(fields: &[WriteField], slot: u32) -> Option<usize> {
    fields.iter().position(|field| field.slot == slot && field.value.has_slot())
}
