//! Finds the response paths of rows: one walk over what the client sees, made only when there are errors to tell.

use crate::{
    errors::{ErrorLog, PathText, Places},
    faults::{Location, PathSegment, Place},
    prepare::{
        PreparedPlan, Span,
        write_program::{WriteField, WriteValue},
    },
    rows::{Rows, Slot},
};
use hashbrown::HashMap;

pub(crate) struct PlaceFinder<'a> {
    plan: &'a PreparedPlan,
    rows: &'a Rows,
    errors: &'a ErrorLog,
    /// By row: records and which of their locations.
    wanted: HashMap<u32, Vec<(u32, u32)>>,
    path: Vec<PathSegment>,
    /// By record: its paths as JSON.
    found: Vec<Vec<Vec<u8>>>,
    found_count: usize,
    visit_count: usize,
}

/// Shared rows are visited at each of their places, which can be far more than there are rows.
const VISITS_MAX: usize = 4 << 20;

impl<'a> PlaceFinder<'a> {
    /// The paths of each error, in JSON. An error whose place the client cannot see has none.
    pub(crate) fn find(plan: &'a PreparedPlan, rows: &'a Rows, errors: &'a ErrorLog) -> Vec<Vec<Vec<u8>>> {
        let mut wanted: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
        let mut found = vec![Vec::new(); errors.records.len()];
        for (index, record) in errors.records.iter().enumerate() {
            match &record.places {
                Places::Unknown => {}
                Places::Path(path) => found[index].push(path.clone()),
                Places::At(locations) => {
                    for (location_index, location) in locations.iter().enumerate() {
                        wanted.entry(location.row).or_default().push((index as u32, location_index as u32));
                    }
                }
            }
        }
        let mut finder =
            PlaceFinder { plan, rows, errors, wanted, path: Vec::new(), found, found_count: 0, visit_count: 0 };
        if !finder.wanted.is_empty() {
            finder.row(Rows::ROOT);
        }
        finder.found
    }

    fn row(&mut self, row: u32) {
        self.visit_count += 1;
        if self.found_count > self.errors.errors_max || self.visit_count > VISITS_MAX {
            return;
        }
        let prepared = self.rows.row(row);
        let fields = self.plan.write.fields_of(prepared.shape, prepared.type_id).unwrap_or_default();
        if let Some(wanted) = self.wanted.remove(&row) {
            for &(record, location) in &wanted {
                self.report(row, fields, (record, location));
            }
            self.wanted.insert(row, wanted);
        }
        for index in fields.range() {
            let field = self.plan.write.fields[index];
            if let WriteValue::Object = field.value {
                self.path.push(PathSegment::Field(index as u32));
                self.slot(self.rows.slot(row, field.slot));
                self.path.pop();
            }
        }
    }

    fn slot(&mut self, slot: Slot) {
        match slot {
            Slot::Row(row) => self.row(row),
            Slot::List { start, len } => {
                for index in 0..len {
                    self.path.push(PathSegment::Index(index));
                    self.slot(self.rows.slots[(start + index) as usize]);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn report(&mut self, row: u32, fields: Span, (record, location): (u32, u32)) {
        let Places::At(locations) = &self.errors.records[record as usize].places else { return };
        let location: &Location = &locations[location as usize];
        let visible = &self.plan.write.fields[fields.range()];
        let field = match location.place {
            Place::Row => None,
            Place::Slot(slot) => visible.iter().position(|field| field.slot == slot && has_slot(field)),
            Place::FirstFailed => {
                if !self.found[record as usize].is_empty() {
                    return;
                }
                let is_failed = |field: &WriteField| has_slot(field) && self.rows.slot(row, field.slot) == Slot::Failed;
                // Otherwise the client lacks nothing here.
                let Some(field) = visible.iter().position(is_failed) else { return };
                Some(field)
            }
        };
        let mut path = PathText::default();
        self.path.iter().for_each(|&segment| self.push(&mut path, segment));
        if let Some(field) = field {
            self.push(&mut path, PathSegment::Field(fields.start + field as u32));
            location.rest.iter().for_each(|&segment| self.push(&mut path, segment));
        }
        let path = path.finish();
        let found = &mut self.found[record as usize];
        if !found.contains(&path) {
            found.push(path);
            self.found_count += 1;
        }
    }

    fn push(&self, path: &mut PathText, segment: PathSegment) {
        match segment {
            PathSegment::Index(index) => path.push_index(index),
            PathSegment::Field(field) => {
                path.push_name(self.plan.texts.get(self.plan.write.fields[field as usize].name));
            }
        }
    }
}

fn has_slot(field: &WriteField) -> bool {
    matches!(field.value, WriteValue::Leaf { .. } | WriteValue::Object)
}
