//! Decodes subgraphs' objects straight into rows, in one pass over the text.
//!
//! Keys are compared with the one that is expected next; only where they differ, with the others. What the plan does
//! not know is skipped. A value of a wrong kind costs its slot and leaves a fault; text that is no JSON costs the whole
//! answer, which the caller then takes back.

mod decode_error;
mod leaf;
mod list;
mod object_type;
mod plain;

pub(crate) use decode_error::{DecodeError, WrongShape};

use crate::{
    faults::{Expected, FaultKind, Faults, Location, PathSegment, Place, SlotPlace},
    merge::merge,
    prepare::{
        PreparedPlan,
        decode_program::{DecodeField, DecodeValue},
    },
    rows::{Rows, Slice, Slot},
    scan::{Scanner, is_key},
};
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_federation::Supergraph;
use plain::{Attempts, RunRow};

/// Every value that is decoded passes through these; they fit into registers.
const _: () = assert!(size_of::<Result<Slot, DecodeError>>() == 16);
const _: () = assert!(size_of::<Result<Result<Slot, FaultKind>, DecodeError>>() == 16);

pub(crate) struct Decoder<'a, 'r> {
    pub(crate) plan: &'a PreparedPlan,
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) rows: &'r mut Rows,
    pub(crate) scanner: Scanner<'a>,
    /// Number of the buffer being decoded.
    pub(crate) buffer: u32,
    /// What is older than this answer: rows and slots from here on are its own.
    pub(crate) origin: Origin,
    /// Items of the lists that are being read.
    pub(crate) items: &'r mut Vec<Slot>,
    pub(crate) faults: &'r mut Faults,
    /// For `@stream(initialCount: $n)`.
    pub(crate) variables: &'a [(Name, Bytes)],
    /// Indexes of the lists within the current slot.
    indexes: Vec<u32>,
    indexes_base: usize,
    attempts: Attempts,
}

/// Tells what one answer wrote from what was there before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) buffer: u32,
    pub(crate) rows_start: u32,
    pub(crate) slots_start: u32,
}

impl Origin {
    pub(crate) fn wrote(self, slot: Slot) -> bool {
        match slot {
            Slot::Leaf(slice) | Slot::NumberId(slice) => slice.buffer == self.buffer,
            Slot::Row(row) => row >= self.rows_start,
            Slot::List { start, .. } => start >= self.slots_start,
            Slot::Absent | Slot::Null | Slot::NotFound | Slot::Failed | Slot::Contradicted => false,
            Slot::Apart => false,
        }
    }
}

/// A field of a row that is being read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    pub(crate) row: u32,
    /// `None`: the row itself.
    pub(crate) slot: Option<u32>,
}

/// Which of an object's fields have been met. Some may have been met twice.
#[derive(Debug, Default)]
struct Found {
    count: usize,
    /// Behind the last one.
    end: usize,
    is_out_of_order: bool,
    /// One bit for each of the first ones.
    first: u64,
}

impl Found {
    #[inline]
    fn add(&mut self, start: usize, len: usize) {
        self.count += len;
        self.is_out_of_order |= start < self.end;
        self.end = start + len;
        if self.end <= u64::BITS as usize {
            self.first |= (u64::MAX >> (u64::BITS as usize - len)) << start;
        }
    }

    /// False also where it is not sure.
    #[inline]
    fn are_all(&self, count: usize) -> bool {
        if self.is_out_of_order { self.first.count_ones() as usize == count } else { self.count == count }
    }
}

impl<'a, 'r> Decoder<'a, 'r> {
    pub(crate) fn new(
        (plan, supergraph): (&'a PreparedPlan, &'a Supergraph),
        rows: &'r mut Rows,
        scanner: Scanner<'a>,
        items: &'r mut Vec<Slot>,
        faults: &'r mut Faults,
    ) -> Decoder<'a, 'r> {
        let buffer = rows.buffers.len() as u32 - 1;
        let origin = Origin { buffer, rows_start: rows.rows.len() as u32, slots_start: rows.slots.len() as u32 };
        Decoder {
            plan,
            supergraph,
            rows,
            scanner,
            buffer,
            origin,
            items,
            faults,
            variables: &[],
            indexes: Vec::new(),
            indexes_base: 0,
            attempts: Attempts::default(),
        }
    }

    /// Decodes an object whose brace is next into a row that exists, or a new one. `None`: it has no usable type.
    pub(crate) fn object(&mut self, object: u32, row: Option<u32>, at: Position) -> Result<Option<u32>, DecodeError> {
        let prepared = self.plan.decode.objects[object as usize];
        let is_empty = !self.scanner.open(b'}')?;
        let object_type = match self.object_type(&prepared, row, is_empty)? {
            Ok(object_type) => object_type,
            Err(kind) => {
                let location = self.location(at);
                self.faults.add(location, kind);
                self.skip_members(!is_empty)?;
                return Ok(None);
            }
        };
        let is_new = row.is_none();
        let mut is_apart = false;
        let row = match row {
            Some(row) => {
                self.refine_type(row, object_type.type_id);
                row
            }
            None => {
                let (shape, type_id) = (prepared.shape, object_type.type_id);
                is_apart = !self.tries_plain();
                match is_apart {
                    true => self.rows.add_full_row(self.plan, shape, type_id)?,
                    false => self.rows.add_compact_row(self.plan, shape, type_id)?,
                }
            }
        };
        let has_more = if object_type.is_behind_typename { self.scanner.has_more(b'}')? } else { !is_empty };
        let indexes_base = std::mem::replace(&mut self.indexes_base, self.indexes.len());
        match object_type.variant {
            Some(variant) => self.members(variant, RunRow { row, is_new, is_apart }, has_more)?,
            None => self.skip_members(has_more)?,
        }
        self.indexes_base = indexes_base;
        Ok(Some(row))
    }

    fn skip_members(&mut self, mut has_more: bool) -> Result<(), DecodeError> {
        while has_more {
            self.scanner.key()?;
            self.scanner.skip_value()?;
            has_more = self.scanner.has_more(b'}')?;
        }
        Ok(())
    }

    fn members(&mut self, variant: u32, at: RunRow, mut has_more: bool) -> Result<(), DecodeError> {
        let row = at.row;
        let plan = self.plan;
        let is_empty = !has_more;
        let variant = plan.decode.variants[variant as usize];
        let fields = &plan.decode.fields[variant.fields.range()];
        let mut next = 0;
        let mut found = Found::default();
        let start = self.scanner.at;
        while has_more {
            if let Some(field) = fields.get(next)
                && field.begins_run
                && !at.is_apart
                && let Some(len) = self.take_run(field.run, at)
            {
                found.add(next, len);
                next += len;
                has_more = self.scanner.has_more(b'}')?;
                continue;
            }
            let index = match fields.get(next) {
                Some(field) if self.scanner.take_key(field.key_start, &plan.texts, field.key) => {
                    self.scanner.skip_whitespace();
                    Some(next)
                }
                _ => self.other_key(fields, next)?,
            };
            if let Some(index) = index {
                found.add(index, 1);
                next = index + 1;
                self.field(&fields[index], at)?;
            } else {
                self.scanner.skip_value()?;
            }
            has_more = self.scanner.has_more(b'}')?;
        }
        if !found.are_all(fields.len()) {
            self.miss_fields(fields, row, (start, is_empty))?;
        }
        for &target in &plan.decode.targets[variant.targets.range()] {
            self.rows.targets[target as usize].push(row);
        }
        Ok(())
    }

    /// Steps over a key that is not the expected one, and finds its field.
    #[cold]
    fn other_key(&mut self, fields: &[DecodeField], next: usize) -> Result<Option<usize>, DecodeError> {
        let raw = self.scanner.key()?;
        let name = |field: &DecodeField| {
            let key = self.plan.texts.get(field.key);
            &key[1..key.len() - 2]
        };
        let later = (next..fields.len()).chain(0..next.min(fields.len()));
        Ok(later.into_iter().find(|&index| is_key(raw, name(&fields[index]))))
    }

    /// A field that is left out is a fault though another answer has it: what lies below it may be in neither.
    #[cold]
    fn miss_fields(&mut self, fields: &[DecodeField], row: u32, members: (usize, bool)) -> Result<(), DecodeError> {
        let found = self.found_fields(fields, members).unwrap_or_default();
        for (position, field) in fields.iter().enumerate() {
            if found.contains(&position) {
                continue;
            }
            if field.run != DecodeField::NONE {
                self.rows.take_apart(self.plan, row, field.run)?;
            }
            let index = self.rows.slot_index(row, field.slot);
            if self.rows.slots[index] == Slot::Absent {
                self.rows.slots[index] = Slot::Failed;
            }
            let location = Location { row, place: Place::Slot(field.slot), rest: Vec::new() };
            self.faults.add(location, FaultKind::Missing);
        }
        Ok(())
    }

    /// Reads an object's keys once more, from its first.
    fn found_fields(
        &mut self,
        fields: &[DecodeField],
        (start, is_empty): (usize, bool),
    ) -> Result<Vec<usize>, DecodeError> {
        let mut found = Vec::new();
        let end = std::mem::replace(&mut self.scanner.at, start);
        let mut has_more = !is_empty;
        while has_more {
            found.extend(self.other_key(fields, 0)?);
            self.scanner.skip_value()?;
            has_more = self.scanner.has_more(b'}')?;
        }
        self.scanner.at = end;
        Ok(found)
    }

    #[inline]
    fn field(&mut self, field: &DecodeField, at: RunRow) -> Result<(), DecodeError> {
        let row = at.row;
        if field.run != DecodeField::NONE && !at.is_apart {
            self.rows.take_apart(self.plan, row, field.run)?;
        }
        let position = Position { row, slot: Some(field.slot) };
        if at.is_new {
            let slot = self.value(field, 0, Slot::Absent, position)?;
            let index = self.rows.slot_index(row, field.slot);
            self.rows.slots[index] = slot;
            return Ok(());
        }
        let present = self.rows.slot(row, field.slot);
        let slot = self.value(field, 0, present, position)?;
        let index = self.rows.slot_index(row, field.slot);
        let present = self.rows.slots[index];
        let place = SlotPlace::Field { row, slot: field.slot };
        self.rows.slots[index] = if self.origin.wrote(present) { slot } else { self.merge((place, present), slot) };
        Ok(())
    }

    /// What is in the slot, merged with a newcomer.
    fn merge(&mut self, (place, present): (SlotPlace, Slot), new: Slot) -> Slot {
        if new == Slot::Contradicted && present != Slot::Contradicted {
            self.faults.contradicted.push((place, present));
        }
        merge(present, new)
    }

    /// Reads a value. What it gives replaces `present`, or is `present` with more in it.
    #[inline]
    fn value(&mut self, field: &DecodeField, level: u8, present: Slot, at: Position) -> Result<Slot, DecodeError> {
        if field.plain != DecodeField::NONE
            && level == 0
            && let Some(slot) = self.take_plain(field, present)
        {
            return Ok(slot);
        }
        if level < field.list_depth {
            return self.list(field, level, present, at);
        }
        match field.value {
            DecodeValue::Leaf(check) => self.leaf(check, at),
            DecodeValue::Object(object) => self.object_value(object, present, at),
            // Only lists are streamed, and their items are not streams.
            DecodeValue::Streamed(_) => self.unexpected(Expected::List, at),
        }
    }

    fn object_value(&mut self, object: u32, present: Slot, at: Position) -> Result<Slot, DecodeError> {
        match self.scanner.peek() {
            b'{' => {
                let row = match present {
                    Slot::Row(row) if row < self.origin.rows_start => Some(row),
                    _ => None,
                };
                Ok(self.object(object, row, at)?.map_or(Slot::Failed, Slot::Row))
            }
            b'n' => self.null(),
            _ => self.unexpected(Expected::Object, at),
        }
    }

    fn null(&mut self) -> Result<Slot, DecodeError> {
        self.scanner.literal(b"null")?;
        Ok(Slot::Null)
    }

    #[cold]
    fn unexpected(&mut self, expected: Expected, at: Position) -> Result<Slot, DecodeError> {
        self.scanner.skip_value()?;
        let location = self.location(at);
        self.faults.add(location, FaultKind::Expected(expected));
        Ok(Slot::Failed)
    }

    fn slice(&self, start: usize) -> Slice {
        Slice { buffer: self.buffer, start: start as u32, len: (self.scanner.at - start) as u32 }
    }

    fn location(&self, at: Position) -> Location {
        let indexes = self.indexes[self.indexes_base..].iter();
        let rest = indexes.map(|&index| PathSegment::Index(index)).collect();
        Location { row: at.row, place: at.slot.map_or(Place::Row, Place::Slot), rest }
    }
}
