//! Writes the response: the client's view of the rows, by copying slices.
//!
//! Null where none may be cuts the output back to where the nearest nullable parent began. It makes an error of its own
//! only when no other error explains it: slots that an error explains are marked as failed. An entity that its subgraph
//! does not have is null as a whole where it may be, and that is no error; so is an object whose type is hidden from the
//! API.

mod late;

use crate::{
    HeldBytes, codes,
    errors::{ErrorLog, PathText},
    faults::PathSegment,
    notes::Notes,
    output::Output,
    prepare::{
        PreparedPlan, Span,
        write_program::{WriteField, WriteType, WriteUnit, WriteValue},
    },
    refused::Refused,
    rows::{Rows, Slice, Slot},
};
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_federation::Supergraph;
use hansa_query_planner::plan::Refusal;
use std::ops::Range;

const NOT_IN_API: &str = "a subgraph gave an object of a type that is not part of the API";

/// The response is larger than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ResponseTooLarge;

pub(crate) struct ResponseWriter<'a> {
    pub(crate) plan: &'a PreparedPlan,
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) rows: &'a Rows,
    pub(crate) introspection: &'a [(Name, Bytes)],
    pub(crate) output: Output,
    pub(crate) output_max: usize,
    pub(crate) held: &'a mut HeldBytes,
    /// Written, then cut off because of null: it cost as much as what stays.
    pub(crate) discarded_bytes: usize,
    pub(crate) errors: &'a mut ErrorLog,
    /// The entry of the payload that is being written: where errors belong.
    pub(crate) entry: u32,
    /// What is left for later.
    pub(crate) notes: &'a mut Notes,
    /// For `@stream(initialCount: $n)`.
    pub(crate) variables: &'a [(Name, Bytes)],
    pub(crate) refused: &'a mut Refused,
}

/// Whether something stands in the output now, or the parent has to become null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Value,
    NullForParent(Null),
}

/// A value that is null, and whether an error says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Null {
    Plain,
    Explained,
    /// A field of an entity that was not found: its object is null.
    NotFound,
    /// That object.
    Dangling,
    /// An object of an inaccessible type.
    Hidden,
}

/// The way from the root, on the call stack.
#[derive(Debug, Clone, Copy)]
enum Path<'p> {
    Root,
    /// From where a payload's entry starts.
    Base(&'p [PathSegment]),
    Field(&'p Path<'p>, u32),
    Index(&'p Path<'p>, u32),
}

/// A field of the write program.
#[derive(Debug, Clone, Copy)]
struct FieldIndex(u32);

impl ResponseWriter<'_> {
    /// Writes the value of `data`.
    pub(crate) fn write_data(&mut self) -> Result<(), ResponseTooLarge> {
        let start = self.output.len();
        if self.row(Rows::ROOT, Path::Root)?.is_err() {
            self.output.truncate(start);
            self.notes.truncate(start);
            self.output.extend_from_slice(b"null");
        }
        Ok(())
    }

    fn row(&mut self, row: u32, path: Path<'_>) -> Result<Result<(), Null>, ResponseTooLarge> {
        let plan = self.plan;
        let present = *self.rows.row(row);
        let Some(known) = plan.write.type_of(present.shape, present.type_id) else {
            if self.supergraph.ty(present.type_id).is_inaccessible {
                return Ok(Err(Null::Hidden));
            }
            self.error(codes::INVALID_TYPE, NOT_IN_API.to_owned(), path);
            return Ok(Err(Null::Explained));
        };
        if self.output.len() + self.discarded_bytes >= self.held.bytes() {
            self.ask_for_room()?;
        }
        if known.late != WriteType::NOTHING_LATE {
            return self.row_with_late_fields(row, known, path);
        }
        if known.units.len() > 0 {
            return self.units(row, known, path);
        }
        self.fields(row, (known.fields, known.fields), path)
    }

    #[cold]
    fn ask_for_room(&mut self) -> Result<(), ResponseTooLarge> {
        let written = self.output.len() + self.discarded_bytes;
        if written > self.output_max {
            return Err(ResponseTooLarge);
        }
        // As the output grows; what was cut off counts, because a little more would have to be asked for again and again.
        let needed = (written + 1).max(self.output.capacity());
        let wanted = needed.max(self.held.bytes() * 2);
        let most = self.output_max + 1;
        self.held.grow(wanted.min(most), needed.min(most)).map_err(|_| ResponseTooLarge)
    }

    /// Writes some of a row's fields. `all`: what may tell that the row's entity was not found. Part of [`Self::row`], which
    /// runs for every object.
    #[inline(always)]
    fn fields(
        &mut self,
        row: u32,
        (fields, all): (Span, Span),
        path: Path<'_>,
    ) -> Result<Result<(), Null>, ResponseTooLarge> {
        let plan = self.plan;
        let present = self.rows.row(row);
        if fields.len() == 0 {
            self.output.push(b'{');
        }
        let rows = self.rows;
        let slots = rows.slots.get(present.start as usize..).unwrap_or_default();
        for (field, index) in plan.write.fields[fields.range()].iter().zip(fields.start..) {
            // `__typename` and introspection have slots that need not exist.
            let mut slot = slots.get(field.slot as usize).copied().unwrap_or(Slot::Absent);
            if slot == Slot::Absent && field.wrapping.is_non_null(0) && is_not_found(plan, all.range(), slots) {
                slot = Slot::NotFound;
            }
            if let Err(null) = self.field(row, (field, FieldIndex(index)), slot, path)? {
                return Ok(Err(null));
            }
        }
        self.output.push(b'}');
        Ok(Ok(()))
    }

    /// Writes a row some of whose fields are in runs.
    fn units(&mut self, row: u32, known: WriteType, path: Path<'_>) -> Result<Result<(), Null>, ResponseTooLarge> {
        let plan = self.plan;
        let present = self.rows.row(row);
        let compact = plan.plain.layout(present.shape).compact;
        let rows = self.rows;
        let slots = rows.slots.get(present.start as usize..).unwrap_or_default();
        let units = &plan.write.units[known.units.range()];
        let is_apart = |unit: &WriteUnit| !unit.is_run || slots.get(unit.slot as usize) == Some(&Slot::Apart);
        if units.iter().all(is_apart) {
            return self.all_fields(row, (known.fields, known.fields), path);
        }
        for unit in units {
            let state = slots.get(unit.slot as usize).copied().unwrap_or(Slot::Absent);
            if unit.is_run
                && let Slot::Leaf(slice) = state
            {
                plan.texts.copy(unit.opening, &mut self.output);
                rows.copy(slice, &mut self.output);
                continue;
            }
            for (field, index) in plan.write.fields[unit.fields.range()].iter().zip(unit.fields.start..) {
                let has_own = !unit.is_run || state == Slot::Apart || field.slot < compact;
                let own = || slots.get(field.slot as usize).copied().unwrap_or(Slot::Absent);
                let mut slot = if has_own { own() } else { state };
                if slot == Slot::Absent
                    && field.wrapping.is_non_null(0)
                    && is_not_found_in_units(plan, known.units.range(), (slots, compact))
                {
                    slot = Slot::NotFound;
                }
                if let Err(null) = self.field(row, (field, FieldIndex(index)), slot, path)? {
                    return Ok(Err(null));
                }
            }
        }
        self.output.push(b'}');
        Ok(Ok(()))
    }

    #[inline(always)]
    fn field(
        &mut self,
        row: u32,
        (field, index): (&WriteField, FieldIndex),
        slot: Slot,
        path: Path<'_>,
    ) -> Result<Result<(), Null>, ResponseTooLarge> {
        self.plan.texts.copy(field.opening, &mut self.output);
        let written = match field.value {
            WriteValue::Leaf { enum_check: None } if let Slot::Leaf(slice) = slot => {
                self.rows.copy(slice, &mut self.output);
                Written::Value
            }
            WriteValue::Typename => {
                self.typename(row);
                Written::Value
            }
            value => {
                let path = Path::Field(&path, index.0);
                match value {
                    WriteValue::Streamed(stream) => self.streamed_field((row, stream), (field, index), slot, path)?,
                    _ => self.value((field, index), 0, slot, path)?,
                }
            }
        };
        match written {
            Written::Value => Ok(Ok(())),
            Written::NullForParent(Null::NotFound) => Ok(Err(Null::Dangling)),
            Written::NullForParent(_) => Ok(Err(Null::Explained)),
        }
    }

    fn typename(&mut self, row: u32) {
        let name = &self.supergraph.ty(self.rows.row(row).type_id).name;
        self.output.push(b'"');
        self.output.extend_from_slice(name.as_str().as_bytes());
        self.output.push(b'"');
    }

    fn value(
        &mut self,
        (field, index): (&WriteField, FieldIndex),
        level: u8,
        slot: Slot,
        path: Path<'_>,
    ) -> Result<Written, ResponseTooLarge> {
        let start = self.output.len();
        let null = match (slot, field.value) {
            (_, WriteValue::Introspection) => self.introspection(index),
            (_, WriteValue::Refused(refusal)) => Err(self.refuse(refusal, index, path)),
            (Slot::Leaf(slice), WriteValue::Leaf { enum_check }) => self.leaf(slice, enum_check, path),
            (Slot::NumberId(slice), WriteValue::Leaf { .. }) => {
                self.output.push(b'"');
                self.rows.copy(slice, &mut self.output);
                self.output.push(b'"');
                Ok(())
            }
            (Slot::Row(row), WriteValue::Object) => self.row(row, path)?,
            (Slot::Leaf(slice), WriteValue::Object) => {
                self.rows.copy(slice, &mut self.output);
                Ok(())
            }
            (Slot::List { start, len }, _) => self.list((field, index), level, (start, 0..len), path)?,
            (Slot::Failed | Slot::Contradicted, _) => Err(Null::Explained),
            (Slot::NotFound, _) => Err(Null::NotFound),
            _ => Err(Null::Plain),
        };
        let Err(null) = null else { return Ok(Written::Value) };
        self.discarded_bytes += self.output.len() - start;
        self.output.truncate(start);
        self.notes.truncate(start);
        if !field.wrapping.is_non_null(level) {
            self.output.extend_from_slice(b"null");
            return Ok(Written::Value);
        }
        let (code, message) = match null {
            Null::Explained | Null::NotFound => return Ok(Written::NullForParent(null)),
            Null::Plain => (codes::NULL_IN_NON_NULL_FIELD, "a value is missing where the schema allows no null"),
            Null::Dangling => {
                (codes::NULL_IN_NON_NULL_FIELD, "an entity was not found where the schema allows no null")
            }
            Null::Hidden => (codes::INVALID_TYPE, NOT_IN_API),
        };
        self.error(code, message.to_owned(), path);
        Ok(Written::NullForParent(Null::Explained))
    }

    fn list(
        &mut self,
        field: (&WriteField, FieldIndex),
        level: u8,
        (start, items): (u32, Range<u32>),
        path: Path<'_>,
    ) -> Result<Result<(), Null>, ResponseTooLarge> {
        self.output.push(b'[');
        let first = items.start;
        for index in items {
            if index > first {
                self.output.push(b',');
            }
            let slot = self.rows.slots[(start + index) as usize];
            let written = self.value(field, level + 1, slot, Path::Index(&path, index))?;
            if let Written::NullForParent(_) = written {
                return Ok(Err(Null::Explained));
            }
        }
        self.output.push(b']');
        Ok(Ok(()))
    }

    fn leaf(&mut self, slice: Slice, enum_check: Option<u32>, path: Path<'_>) -> Result<(), Null> {
        if let Some(check) = enum_check {
            let bytes = self.rows.bytes(slice);
            let value = bytes.strip_prefix(b"\"").and_then(|bytes| bytes.strip_suffix(b"\"")).unwrap_or(bytes);
            if !self.plan.enums.get(check).has_accessible(value) {
                let message = "a subgraph gave an enum value that is not part of the API".to_owned();
                self.error(codes::DOWNSTREAM_INVALID_RESPONSE, message, path);
                return Err(Null::Explained);
            }
        }
        self.rows.copy(slice, &mut self.output);
        Ok(())
    }

    fn introspection(&mut self, index: FieldIndex) -> Result<(), Null> {
        let name = self.plan.texts.get(self.plan.write.fields[index.0 as usize].name);
        let name = &name[1..name.len() - 1];
        let mut answers = self.introspection.iter();
        let (_, json) = answers.find(|(given, _)| given.as_str().as_bytes() == name).ok_or(Null::Plain)?;
        if &json[..] == b"null" {
            return Err(Null::Plain);
        }
        self.output.extend_from_slice(json);
        Ok(())
    }

    /// Told once for each field of the operation, where it is first missing: the cause is one, however long the list.
    #[cold]
    fn refuse(&mut self, refusal: Refusal, index: FieldIndex, path: Path<'_>) -> Null {
        if self.refused.tell(index.0, self.entry) {
            let (code, message) = match refusal {
                Refusal::Unauthenticated => (codes::UNAUTHENTICATED, "this field needs a caller who is signed in"),
                Refusal::Forbidden => (codes::FORBIDDEN, "this field needs scopes that the caller does not have"),
            };
            self.error(code, message.to_owned(), path);
        }
        Null::Explained
    }

    #[cold]
    fn error(&mut self, code: &'static str, message: String, path: Path<'_>) {
        let mut text = PathText::default();
        self.path_text(&mut text, path);
        self.errors.add_while_writing(code, message, (self.entry, text.finish()));
    }

    fn path_text(&self, text: &mut PathText, path: Path<'_>) {
        match path {
            Path::Root => {}
            Path::Base(segments) => segments.iter().for_each(|&segment| text.push(self.plan, segment)),
            Path::Field(parent, field) => {
                self.path_text(text, *parent);
                text.push(self.plan, PathSegment::Field(field));
            }
            Path::Index(parent, index) => {
                self.path_text(text, *parent);
                text.push(self.plan, PathSegment::Index(index));
            }
        }
    }
}

/// Whether a subgraph was asked for this row's entity and does not have it: what depended on that is missing with it.
#[cold]
fn is_not_found(plan: &PreparedPlan, fields: Range<usize>, slots: &[Slot]) -> bool {
    plan.write.fields[fields].iter().any(|field| slots.get(field.slot as usize) == Some(&Slot::NotFound))
}

/// The same for a row some of whose fields are in runs.
#[cold]
fn is_not_found_in_units(plan: &PreparedPlan, units: Range<usize>, (slots, compact): (&[Slot], u32)) -> bool {
    plan.write.units[units].iter().any(|unit| {
        let is_not_found = |slot: u32| slots.get(slot as usize) == Some(&Slot::NotFound);
        let is_apart = !unit.is_run || slots.get(unit.slot as usize) == Some(&Slot::Apart);
        let mut fields = plan.write.fields[unit.fields.range()].iter();
        is_not_found(unit.slot) || fields.any(|field| (is_apart || field.slot < compact) && is_not_found(field.slot))
    })
}
