//! Lists: their items become slots, or the whole text stays as it is.

use super::{DecodeError, Decoder, Position};
use crate::{
    faults::{Expected, FaultKind, SlotPlace},
    initial_count,
    prepare::decode_program::{DecodeField, DecodeValue},
    rows::Slot,
};

/// How the items of one list are read.
struct Items<'f> {
    first: &'f DecodeField,
    first_count: u32,
    /// What comes after these.
    later: &'f DecodeField,
}

impl Decoder<'_, '_> {
    pub(super) fn list(
        &mut self,
        field: &DecodeField,
        level: u8,
        present: Slot,
        at: Position,
    ) -> Result<Slot, DecodeError> {
        match self.scanner.peek() {
            b'[' => {}
            b'n' => return self.null(),
            _ => return self.unexpected(Expected::List, at),
        }
        match field.value {
            DecodeValue::Object(_) => {}
            DecodeValue::Leaf(check) => {
                let start = self.scanner.clone();
                if self.is_plain_list(check, field.list_depth - level)? {
                    return Ok(Slot::Leaf(self.slice(start.at)));
                }
                self.scanner = start;
            }
            DecodeValue::Streamed(stream) => return self.streamed_list((field, stream), level, present, at),
        }
        self.list_items(&Items { first: field, first_count: u32::MAX, later: field }, level, present, at)
    }

    /// Each item has a slot of its own, so that the list can be cut.
    #[cold]
    fn streamed_list(
        &mut self,
        (field, stream): (&DecodeField, u32),
        level: u8,
        present: Slot,
        at: Position,
    ) -> Result<Slot, DecodeError> {
        let stream = &self.plan.decode.streams[stream as usize];
        let (first, later) =
            (DecodeField { value: stream.first, ..*field }, DecodeField { value: stream.later, ..*field });
        let first_count = initial_count::of(&stream.initial_count, self.variables);
        self.list_items(&Items { first: &first, first_count, later: &later }, level, present, at)
    }

    fn list_items(&mut self, fields: &Items<'_>, level: u8, present: Slot, at: Position) -> Result<Slot, DecodeError> {
        let older = match present {
            Slot::List { start, len } if start < self.origin.slots_start => Some((start, len)),
            _ => None,
        };
        let items_start = self.items.len();
        let mut count = 0;
        let mut has_more = self.scanner.open(b']')?;
        self.indexes.push(0);
        while has_more {
            if let Some(index) = self.indexes.last_mut() {
                *index = count;
            }
            let older_item = older.filter(|&(_, len)| count < len).map(|(start, _)| (start + count) as usize);
            let present = older_item.map_or(Slot::Absent, |index| self.rows.slots[index]);
            let field = if count < fields.first_count { fields.first } else { fields.later };
            let item = self.value(field, level + 1, present, at)?;
            match older_item {
                Some(index) => {
                    let present = self.rows.slots[index];
                    self.rows.slots[index] = self.merge((SlotPlace::Item(index), present), item);
                }
                None if older.is_none() => {
                    self.rows.check_room(self.items.len())?;
                    self.items.push(item);
                }
                None => {}
            }
            count += 1;
            has_more = self.scanner.has_more(b']')?;
        }
        self.indexes.pop();
        match older {
            Some((_, len)) if len != count => {
                let location = self.location(at);
                self.faults.add(location, FaultKind::ListLengths);
                Ok(Slot::Contradicted)
            }
            Some(_) => Ok(present),
            None => {
                let list = self.rows.add_list(&self.items[items_start..])?;
                self.items.truncate(items_start);
                Ok(list)
            }
        }
    }
}
