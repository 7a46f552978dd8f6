//! Decodes subgraphs' objects straight into rows, in one pass over the text.
//!
//! Keys are compared with the one that is expected next; only where they differ, with the others. What the plan does
//! not know is skipped. A value of a wrong kind costs its slot and leaves a fault; text that is no JSON costs the whole
//! answer, which the caller then takes back.

mod decode_error;
mod leaf;
mod list;
mod plain;

pub(crate) use decode_error::{DecodeError, WrongShape};

use crate::{
    faults::{Expected, FaultKind, Faults, Location, PathSegment, Place},
    merge::merge,
    prepare::{
        PreparedPlan,
        decode_program::{DecodeField, DecodeObject, DecodeValue},
    },
    rows::{Rows, Slice, Slot, TYPE_UNKNOWN},
    scan::{Scanner, is_key, unescape},
};
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_federation::{Supergraph, TypeId};
use hansa_query_planner::plan::TypeSource;
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

/// An object's type as its subgraph gives it, and what is read for it.
struct ObjectType {
    type_id: TypeId,
    variant: Option<u32>,
    /// `__typename` was the first member and has been read.
    is_behind_typename: bool,
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
        let row = match row {
            Some(row) => {
                self.refine_type(row, object_type.type_id);
                row
            }
            None => {
                let (shape, type_id) = (prepared.shape, object_type.type_id);
                match self.tries_plain() {
                    true => self.rows.add_compact_row(self.plan, shape, type_id)?,
                    false => self.rows.add_full_row(self.plan, shape, type_id)?,
                }
            }
        };
        let has_more = if object_type.is_behind_typename { self.scanner.has_more(b'}')? } else { !is_empty };
        let indexes_base = std::mem::replace(&mut self.indexes_base, self.indexes.len());
        match object_type.variant {
            Some(variant) => self.members(variant, (row, is_new), has_more)?,
            None => self.skip_members(has_more)?,
        }
        self.indexes_base = indexes_base;
        Ok(Some(row))
    }

    fn object_type(
        &mut self,
        object: &DecodeObject,
        row: Option<u32>,
        is_empty: bool,
    ) -> Result<Result<ObjectType, FaultKind>, DecodeError> {
        let known = |type_id, variant| ObjectType { type_id, variant, is_behind_typename: false };
        match object.type_source {
            TypeSource::Static(type_id) => Ok(Ok(known(type_id, object.static_variant))),
            TypeSource::Row => {
                let type_id = row.map_or(TYPE_UNKNOWN, |row| self.rows.row(row).type_id);
                Ok(Ok(known(type_id, self.plan.decode.variant_of(object, type_id))))
            }
            TypeSource::Typename if is_empty => Ok(Err(FaultKind::NoTypename)),
            TypeSource::Typename => {
                let members = self.scanner.at;
                let is_first = self.scanner.take(b"\"__typename\":");
                if is_first {
                    self.scanner.skip_whitespace();
                } else if !self.find_typename()? {
                    self.scanner.at = members;
                    return Ok(Err(FaultKind::NoTypename));
                }
                let found = self.typename(object)?;
                if !is_first || found.is_err() {
                    self.scanner.at = members;
                }
                Ok(found.map(|(type_id, variant)| ObjectType { type_id, variant, is_behind_typename: is_first }))
            }
        }
    }

    /// Looks for `__typename` among later members, and stands before its value if there is one.
    #[cold]
    fn find_typename(&mut self) -> Result<bool, DecodeError> {
        let mut ahead = self.scanner.clone();
        loop {
            if is_key(ahead.key()?, b"__typename") {
                self.scanner.at = ahead.at;
                return Ok(true);
            }
            ahead.skip_value()?;
            if !ahead.has_more(b'}')? {
                return Ok(false);
            }
        }
    }

    fn typename(&mut self, object: &DecodeObject) -> Result<Result<(TypeId, Option<u32>), FaultKind>, DecodeError> {
        for known in &self.plan.decode.types[object.types.range()] {
            if self.scanner.take(self.plan.texts.get(known.name)) {
                return Ok(Ok((known.type_id, Some(known.variant))));
            }
        }
        if self.scanner.peek() != b'"' {
            return Ok(Err(FaultKind::NoTypename));
        }
        let start = self.scanner.at + 1;
        self.scanner.string()?;
        let raw = self.scanner.since(start);
        let type_id = unescape(&raw[..raw.len() - 1]).and_then(|name| self.supergraph.type_id(&name));
        let Some(type_id) = type_id else { return Ok(Err(FaultKind::UnknownType)) };
        Ok(Ok((type_id, self.plan.decode.variant_of(object, type_id))))
    }

    /// An interface object's row learns its concrete type; a concrete type stays.
    fn refine_type(&mut self, row: u32, type_id: TypeId) {
        let present = &mut self.rows.rows[row as usize].type_id;
        if *present != type_id && (*present == TYPE_UNKNOWN || self.supergraph.ty(*present).is_abstract()) {
            let is_better = *present == TYPE_UNKNOWN || !self.supergraph.ty(type_id).is_abstract();
            if type_id != TYPE_UNKNOWN && is_better {
                *present = type_id;
            }
        }
    }

    fn skip_members(&mut self, mut has_more: bool) -> Result<(), DecodeError> {
        while has_more {
            self.scanner.key()?;
            self.scanner.skip_value()?;
            has_more = self.scanner.has_more(b'}')?;
        }
        Ok(())
    }

    fn members(&mut self, variant: u32, (row, is_new): (u32, bool), mut has_more: bool) -> Result<(), DecodeError> {
        let plan = self.plan;
        let is_empty = !has_more;
        let variant = plan.decode.variants[variant as usize];
        let fields = &plan.decode.fields[variant.fields.range()];
        let mut next = 0;
        let mut found = 0;
        let start = self.scanner.at;
        while has_more {
            if let Some(field) = fields.get(next)
                && field.begins_run
                && let Some(len) = self.take_run(field.run, RunRow { row, is_new })
            {
                next += len;
                found += len;
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
                next = index + 1;
                found += 1;
                self.field(&fields[index], row, is_new)?;
            } else {
                self.scanner.skip_value()?;
            }
            has_more = self.scanner.has_more(b'}')?;
        }
        if found < fields.len() {
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
    fn field(&mut self, field: &DecodeField, row: u32, is_new: bool) -> Result<(), DecodeError> {
        if field.run != DecodeField::NONE {
            self.rows.take_apart(self.plan, row, field.run)?;
        }
        let position = Position { row, slot: Some(field.slot) };
        if is_new {
            let slot = self.value(field, 0, Slot::Absent, position)?;
            let index = self.rows.slot_index(row, field.slot);
            self.rows.slots[index] = slot;
            return Ok(());
        }
        let present = self.rows.slot(row, field.slot);
        let slot = self.value(field, 0, present, position)?;
        let index = self.rows.slot_index(row, field.slot);
        let present = self.rows.slots[index];
        self.rows.slots[index] = if self.origin.wrote(present) { slot } else { self.merge(index, slot) };
        Ok(())
    }

    /// What is in the slot, merged with a newcomer.
    fn merge(&mut self, index: usize, new: Slot) -> Slot {
        let present = self.rows.slots[index];
        if new == Slot::Contradicted && present != Slot::Contradicted {
            self.faults.contradicted.push((index, present));
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
