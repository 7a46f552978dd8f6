//! Who writes and who reads each slot, counted over the whole plan.

use super::{
    Span,
    decode_program::{DecodeField, DecodeProgram, DecodeValue},
    fetch_program::PreparedFetchKind,
    plain_text::Programs,
    representation_program::PreparedRepresentationValue,
    write_program::WriteProgram,
};

/// What a plan does with one slot.
#[derive(Debug, Clone, Default)]
pub(super) struct SlotUse {
    /// Fields of the decode program that write it.
    pub(super) writers: u32,
    /// Fields of the write program that read it.
    pub(super) readers: u32,
    /// The last of these, and the fields that it stands among.
    pub(super) read_by: Option<(u32, Span)>,
    /// A representation needs it.
    pub(super) is_represented: bool,
    /// Shapes of the rows below.
    pub(super) below: Vec<u32>,
}

#[derive(Debug)]
pub(super) struct Census {
    /// By shape and slot.
    pub(super) slots: Vec<Vec<SlotUse>>,
    /// By object of the decode program: how many fields and lookups lead there.
    pub(super) references: Vec<u32>,
    /// By shape: objects of the decode program for its rows.
    pub(super) objects: Vec<u32>,
    /// By shape: representations are written of its rows and of others alike, so that its slots stay where they are.
    pub(super) is_fixed: Vec<bool>,
}

impl Census {
    pub(super) fn take(programs: &Programs<'_>, slot_counts: &[u32]) -> Census {
        let mut census = Census {
            slots: slot_counts.iter().map(|&count| vec![SlotUse::default(); count as usize]).collect(),
            references: vec![0; programs.decode.objects.len()],
            objects: vec![0; slot_counts.len()],
            is_fixed: vec![false; slot_counts.len()],
        };
        census.count_writers(programs.decode);
        census.count_readers(programs.write);
        for fetch in &programs.fetch.fetches {
            if let PreparedFetchKind::Root(object) = fetch.kind {
                census.references[object as usize] += 1;
            }
        }
        for lookup in &programs.fetch.lookups {
            census.references[lookup.selection as usize] += 1;
            let mut shapes = vec![programs.decode.objects[lookup.selection as usize].shape];
            let targets = &programs.fetch.targets[lookup.targets.range()];
            shapes.extend(shapes_of_targets(programs.decode, targets));
            shapes.sort_unstable();
            shapes.dedup();
            for representation in &programs.representation.representations[lookup.representations.range()] {
                census.note_represented(programs, representation.fields, &shapes);
            }
        }
        census
    }

    pub(super) fn slot(&self, shape: u32, slot: u32) -> Option<&SlotUse> {
        self.slots.get(shape as usize)?.get(slot as usize)
    }

    fn slot_mut(&mut self, shape: u32, slot: u32) -> Option<&mut SlotUse> {
        self.slots.get_mut(shape as usize)?.get_mut(slot as usize)
    }

    fn count_writers(&mut self, decode: &DecodeProgram) {
        for object in &decode.objects {
            self.objects[object.shape as usize] += 1;
            for field in
                decode.variants[object.variants.range()].iter().flat_map(|variant| fields(decode, variant.fields))
            {
                let below = match field.value {
                    DecodeValue::Object(below) => Some(below),
                    DecodeValue::Leaf(_) | DecodeValue::Streamed(_) => None,
                };
                if let Some(below) = below {
                    self.references[below as usize] += 1;
                }
                if let Some(slot) = self.slot_mut(object.shape, field.slot) {
                    slot.writers += 1;
                    slot.below.extend(below.map(|below| decode.objects[below as usize].shape));
                }
            }
        }
    }

    fn count_readers(&mut self, write: &WriteProgram) {
        for (shape, types) in write.shapes.iter().enumerate() {
            let mut counted: Vec<u32> = Vec::new();
            for known in &write.types[types.range()] {
                // Types that the client sees the same way share the fields.
                // Nothing begins where what follows it begins.
                if known.fields.len() == 0 || counted.contains(&known.fields.start) {
                    continue;
                }
                counted.push(known.fields.start);
                for index in known.fields.range() {
                    let field = &write.fields[index];
                    if let Some(slot) = self.slot_mut(shape as u32, field.slot) {
                        slot.readers += 1;
                        slot.read_by = Some((index as u32, known.fields));
                    }
                }
            }
        }
    }

    fn note_represented(&mut self, programs: &Programs<'_>, fields: Span, shapes: &[u32]) {
        if shapes.len() > 1 {
            shapes.iter().for_each(|&shape| self.is_fixed[shape as usize] = true);
        }
        for field in &programs.representation.fields[fields.range()] {
            let mut below = Vec::new();
            for &shape in shapes {
                if let Some(slot) = self.slot_mut(shape, field.slot) {
                    slot.is_represented = true;
                    below.extend_from_slice(&slot.below);
                }
            }
            if let PreparedRepresentationValue::Object(object) = field.value {
                below.sort_unstable();
                below.dedup();
                let object = programs.representation.objects[object as usize];
                for variant in &programs.representation.variants[object.variants.range()] {
                    self.note_represented(programs, variant.fields, &below);
                }
            }
        }
    }
}

fn fields(decode: &DecodeProgram, span: Span) -> &[DecodeField] {
    &decode.fields[span.range()]
}

/// Of the rows in these lists.
fn shapes_of_targets(decode: &DecodeProgram, targets: &[u32]) -> Vec<u32> {
    let mut shapes = Vec::new();
    for object in &decode.objects {
        let variants = decode.variants[object.variants.range()].iter();
        let mut pushed = variants.flat_map(|variant| &decode.targets[variant.targets.range()]);
        if pushed.any(|target| targets.contains(target)) {
            shapes.push(object.shape);
        }
    }
    shapes
}
