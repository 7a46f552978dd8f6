//! What can be kept as text: runs of fields, and objects with all that is in them.
//!
//! Text that came just as the client will get it (names in the order asked for, nothing in between, values of their kinds,
//! null only where it may be) need not be taken apart. It stands in one slot, and is written in one piece.

use super::{
    LeafCheck, Span, Text,
    decode_program::{DecodeProgram, KeyStart},
};
use hansa_federation::Wrapping;

#[derive(Debug, Default)]
pub(crate) struct PlainProgram {
    /// By shape.
    pub(crate) layouts: Vec<Layout>,
    pub(crate) runs: Vec<Run>,
    pub(crate) fields: Vec<PlainField>,
    pub(crate) copied: Vec<u32>,
}

/// The slots of a shape's rows: those of single fields, then those of runs, then those of the fields in runs. A row has the
/// last only if one of its runs did not come as plain text; then that run's slot is [`Apart`](crate::rows::Slot::Apart).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) compact: u32,
    pub(crate) full: u32,
    /// Into `runs`.
    pub(crate) runs: Span,
}

/// Fields that come one after another from one fetch and go one after another to the client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) shape: u32,
    pub(crate) slot: u32,
    /// Into the decode program's fields.
    pub(crate) decoded: Span,
    /// Into the write program's fields: the same ones.
    pub(crate) written: Span,
    /// Into `fields`: the same ones.
    pub(crate) fields: Span,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct PlainField {
    /// In quotes, with the colon.
    pub(crate) key: Text,
    pub(crate) key_start: KeyStart,
    /// As the client sees it.
    pub(crate) wrapping: Wrapping,
    pub(crate) value: PlainValue,
    /// The slot that gets the value nevertheless, because representations need it; or [`PlainField::NOT_NOTED`].
    pub(crate) noted: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum PlainValue {
    Leaf(LeafCheck),
    /// Into `fields`.
    Object(Span),
}

impl PlainField {
    pub(crate) const NOT_NOTED: u32 = u32::MAX;
}

impl Layout {
    /// One that keeps nothing as text.
    pub(crate) fn of_single_slots(slot_count: u32) -> Layout {
        Layout { compact: slot_count, full: slot_count, runs: Span::default() }
    }
}

impl PlainProgram {
    pub(crate) fn layout(&self, shape: u32) -> Layout {
        self.layouts[shape as usize]
    }

    pub(crate) fn run(&self, run: u32) -> &Run {
        &self.runs[run as usize]
    }

    /// Notes what of a row is copied to other rows of its entity.
    pub(super) fn note_copied(&mut self, decode: &mut DecodeProgram) {
        for object in &decode.objects {
            let layout = self.layout(object.shape);
            for variant in object.variants.range() {
                let fields = &decode.fields[decode.variants[variant].fields.range()];
                let single = fields.iter().filter(|field| field.slot < layout.compact).map(|field| field.slot);
                let begun =
                    fields.iter().filter(|field| field.begins_run).map(|field| self.runs[field.run as usize].slot);
                decode.variants[variant].copied = Span::append(&mut self.copied, single.chain(begun));
            }
        }
    }

    pub(crate) fn weight_bytes(&self) -> usize {
        size_of_val(&self.layouts[..])
            + size_of_val(&self.runs[..])
            + size_of_val(&self.fields[..])
            + size_of_val(&self.copied[..])
    }
}
