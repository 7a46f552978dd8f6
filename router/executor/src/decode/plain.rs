//! Keeps as text what came just as it was asked for.
//!
//! Whether it did is found out in one pass, which reads values as carefully as any other. Where it did not, the same text is
//! read again, field by field. Answers that keep failing are not tried for long: an answer is read twice at worst.

use super::Decoder;
use crate::{
    merge::merge,
    prepare::{
        LeafCheck, Span,
        decode_program::DecodeField,
        plain_program::{PlainField, PlainValue},
    },
    rows::Slot,
};

/// How reading text as plain went, in one answer.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Attempts {
    kept: u32,
    failed: u32,
    /// Bytes that were read in vain.
    wasted_bytes: usize,
}

impl Attempts {
    /// So many failures prove nothing.
    const FAILED_MIN: u32 = 8;

    fn are_worthwhile(self, answer_bytes: usize) -> bool {
        (self.failed < Self::FAILED_MIN || self.failed <= self.kept / 4) && self.wasted_bytes <= answer_bytes / 2
    }
}

/// The row that a run is read into.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunRow {
    pub(super) row: u32,
    /// Nobody has written there before.
    pub(super) is_new: bool,
    /// All of its runs are apart.
    pub(super) is_apart: bool,
}

impl Decoder<'_, '_> {
    pub(super) fn tries_plain(&self) -> bool {
        self.attempts.are_worthwhile(self.scanner.len())
    }

    /// Steps over a run whose first key is next, if it is plain, and keeps it. Returns how many fields that were.
    pub(super) fn take_run(&mut self, run: u32, at: RunRow) -> Option<usize> {
        let run = *self.plan.plain.run(run);
        let index = self.rows.slot_index(at.row, run.slot);
        if self.rows.slots[index] == Slot::Apart || !self.tries_plain() {
            return None;
        }
        let before = self.scanner.clone();
        if !self.plain_members(run.fields, Some(at)) {
            return self.fail_attempt(before);
        }
        self.attempts.kept += 1;
        self.keep(index, Slot::Leaf(self.slice(before.at)), at.is_new);
        Some(run.decoded.len() as usize)
    }

    /// Steps over an object, or a list of objects, that is plain.
    pub(super) fn take_plain(&mut self, field: &DecodeField, present: Slot) -> Option<Slot> {
        let has_rows = matches!(present, Slot::Row(_) | Slot::List { .. });
        if has_rows || !matches!(self.scanner.peek(), b'{' | b'[') || !self.tries_plain() {
            return None;
        }
        let before = self.scanner.clone();
        if !self.plain_value(&self.plan.plain.fields[field.plain as usize], 0) {
            return self.fail_attempt(before);
        }
        self.attempts.kept += 1;
        Some(Slot::Leaf(self.slice(before.at)))
    }

    fn fail_attempt<T>(&mut self, before: crate::scan::Scanner<'_>) -> Option<T> {
        self.attempts.failed += 1;
        self.attempts.wasted_bytes += self.scanner.at - before.at;
        self.scanner.go_back(&before);
        None
    }

    /// What an answer says replaces what it said before.
    fn keep(&mut self, index: usize, new: Slot, is_new: bool) {
        let present = self.rows.slots[index];
        self.rows.slots[index] = if is_new || self.origin.wrote(present) { new } else { merge(present, new) };
    }

    fn plain_members(&mut self, fields: Span, at: Option<RunRow>) -> bool {
        let plan = self.plan;
        for (field, index) in plan.plain.fields[fields.range()].iter().zip(fields.start..) {
            if index > fields.start && !self.scanner.take_byte(b',') {
                return false;
            }
            if !self.scanner.take_key(field.key_start, &plan.texts, field.key) {
                return false;
            }
            let start = self.scanner.at;
            if !self.plain_value(field, 0) {
                return false;
            }
            if field.noted != PlainField::NOT_NOTED
                && let Some(at) = at
            {
                self.note(field.noted, start, at);
            }
        }
        true
    }

    /// Keeps a field's value besides. When the run is not plain after all, it will be read again.
    fn note(&mut self, slot: u32, start: usize, at: RunRow) {
        let value = if self.scanner.since(start) == b"null" { Slot::Null } else { Slot::Leaf(self.slice(start)) };
        let index = self.rows.slot_index(at.row, slot);
        self.keep(index, value, at.is_new);
    }

    fn plain_value(&mut self, field: &PlainField, level: u8) -> bool {
        let byte = self.scanner.peek();
        if byte == b'n' {
            return !field.wrapping.is_non_null(level) && self.scanner.take(b"null");
        }
        if level < field.wrapping.list_depth() {
            return byte == b'[' && self.plain_items(field, level);
        }
        match field.value {
            PlainValue::Leaf(check) => self.plain_leaf(check),
            PlainValue::Object(fields) => {
                byte == b'{'
                    && self.scanner.open_plain()
                    && self.plain_members(fields, None)
                    && self.scanner.close_plain(b'}')
            }
        }
    }

    fn plain_items(&mut self, field: &PlainField, level: u8) -> bool {
        if !self.scanner.open_plain() {
            return false;
        }
        if self.scanner.close_plain(b']') {
            return true;
        }
        loop {
            if !self.plain_value(field, level + 1) {
                return false;
            }
            if !self.scanner.take_byte(b',') {
                return self.scanner.close_plain(b']');
            }
        }
    }

    fn plain_leaf(&mut self, check: LeafCheck) -> bool {
        self.scanner.is_unreadable = false;
        let byte = self.scanner.peek();
        let is_plain = match check {
            LeafCheck::String | LeafCheck::Id => byte == b'"' && self.scanner.string().is_ok(),
            LeafCheck::Int => is_number(byte) && self.scanner.number().is_ok_and(|number| number.is_int32),
            LeafCheck::Float => is_number(byte) && self.scanner.number().is_ok(),
            LeafCheck::Boolean => self.scanner.take(b"true") || self.scanner.take(b"false"),
            LeafCheck::Enum(index) => byte == b'"' && self.is_plain_enum_value(index),
            LeafCheck::Any => self.scanner.skip_value().is_ok(),
        };
        is_plain && !self.scanner.is_unreadable
    }

    fn is_plain_enum_value(&mut self, index: u32) -> bool {
        let start = self.scanner.at + 1;
        if self.scanner.string() != Ok(false) {
            return false;
        }
        let raw = self.scanner.since(start);
        self.plan.enums.get(index).has_accessible(&raw[..raw.len() - 1])
    }
}

fn is_number(byte: u8) -> bool {
    byte == b'-' || byte.is_ascii_digit()
}
