//! Finds out what can be kept as text, and gives the programs' slots their new places.
//!
//! A field's value can stay in the text around it when one field of the decode program writes it, one field of the client
//! reads it, and both have the same name and place among their neighbours. What representations need besides is noted in a
//! slot of its own. What is below a field can stay in its text when nobody else knows of the rows there.

use super::{
    Span, Texts,
    decode_program::{DecodeField, DecodeProgram, DecodeValue},
    equal_rows,
    fetch_program::FetchProgram,
    plain_census::Census,
    plain_program::{Layout, PlainField, PlainProgram, PlainValue, Run},
    representation_program::RepresentationProgram,
    slot_moves,
    write_program::{WriteProgram, WriteType, WriteValue},
};
use hansa_query_planner::plan::{QueryPlan, TypeSource};

/// The programs of a plan, whose slots are those of its shapes.
#[derive(Debug)]
pub(super) struct Programs<'a> {
    pub(super) decode: &'a mut DecodeProgram,
    pub(super) write: &'a mut WriteProgram,
    pub(super) representation: &'a mut RepresentationProgram,
    pub(super) fetch: &'a mut FetchProgram,
    pub(super) texts: &'a Texts,
}

/// Runs need as many fields: one alone is no less work in its text than out of it.
const RUN_FIELDS_MIN: usize = 2;

pub(super) fn find(plan: &QueryPlan, mut programs: Programs<'_>) -> PlainProgram {
    let slot_counts: Vec<u32> = plan.shapes.iter().map(|shape| shape.slots.len() as u32).collect();
    let layouts = slot_counts.iter().map(|&count| Layout::of_single_slots(count)).collect();
    let plain = PlainProgram { layouts, ..PlainProgram::default() };
    let keeps_rows_apart = programs.fetch.lookups.iter().any(|lookup| lookup.keeps_rows_apart);
    let has_contexts = programs.fetch.fetches.iter().any(|fetch| fetch.contexts.is_some());
    // Fragments may begin at a row though nothing of it is deferred.
    let has_parts = plan.is_incremental() || !programs.write.late.is_empty() || !programs.write.streams.is_empty();
    if has_parts || keeps_rows_apart || has_contexts {
        return plain;
    }
    let census = Census::take(&programs, &slot_counts);
    let objects = vec![None; programs.decode.objects.len()];
    let mut finder = Finder { census: &census, programs: &mut programs, plain, objects };
    finder.find();
    let mut plain = finder.plain;
    slot_moves::move_slots(&mut plain, &mut programs, &slot_counts);
    equal_rows::find(&plain, &mut programs);
    plain
}

struct Finder<'f, 'a> {
    census: &'f Census,
    programs: &'f mut Programs<'a>,
    plain: PlainProgram,
    /// By object of the decode program, once it is known: the fields by which it can stay in its text, if it can.
    objects: Vec<Option<Option<Span>>>,
}

/// A field of the decode program and what the client sees of it.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    field: PlainField,
    written: u32,
    /// The client's fields that it stands among.
    among: Span,
}

impl Finder<'_, '_> {
    fn find(&mut self) {
        for object in 0..self.programs.decode.objects.len() {
            let object = self.programs.decode.objects[object];
            for variant in object.variants.range() {
                let decoded = self.programs.decode.variants[variant].fields;
                let candidates = decoded.range().map(|index| self.candidate(object.shape, index)).collect();
                self.keep(object.shape, decoded, candidates);
            }
        }
    }

    /// Makes runs of what goes together, and keeps single objects.
    fn keep(&mut self, shape: u32, decoded: Span, candidates: Vec<Option<Candidate>>) {
        let mut rest = candidates.as_slice();
        let mut at = decoded.start;
        while let Some((first, after)) = rest.split_first() {
            let mut len = 1;
            if let Some(first) = first
                && !self.census.is_fixed[shape as usize]
            {
                let goes_on = |(candidate, distance): &(&Option<Candidate>, u32)| {
                    candidate.is_some_and(|next| {
                        next.written == first.written + distance && next.among.end == first.among.end
                    })
                };
                len += after.iter().zip(1..).take_while(goes_on).count();
            }
            let run = &rest[..len];
            if len >= RUN_FIELDS_MIN {
                self.add_run(shape, at, run.iter().flatten());
            } else if let Some(Candidate { field, .. }) = first
                && let PlainValue::Object(_) = field.value
            {
                self.programs.decode.fields[at as usize].plain = self.plain.fields.len() as u32;
                self.plain.fields.push(*field);
            }
            rest = &rest[len..];
            at += len as u32;
        }
    }

    fn add_run<'c>(&mut self, shape: u32, at: u32, candidates: impl Iterator<Item = &'c Candidate> + Clone) {
        let Some(first) = candidates.clone().next() else { return };
        let fields = Span::append(&mut self.plain.fields, candidates.map(|candidate| candidate.field));
        let len = fields.len();
        let run = self.plain.runs.len() as u32;
        let decoded = Span { start: at, end: at + len };
        let written = Span { start: first.written, end: first.written + len };
        for (field, index) in self.programs.decode.fields[decoded.range()].iter_mut().zip(fields.start..) {
            (field.run, field.begins_run) = (run, index == fields.start);
            if let PlainValue::Object(_) = self.plain.fields[index as usize].value {
                field.plain = index;
            }
        }
        self.plain.runs.push(Run { shape, slot: u32::MAX, decoded, written, fields });
    }

    fn candidate(&mut self, shape: u32, index: usize) -> Option<Candidate> {
        let field = self.programs.decode.fields[index];
        let slot = self.census.slot(shape, field.slot)?;
        let (written, among) = slot.read_by.filter(|_| slot.writers == 1 && slot.readers == 1)?;
        let client_field = self.programs.write.fields[written as usize];
        let texts = self.programs.texts;
        let has_name = texts.get(field.key).strip_suffix(b":") == Some(texts.get(client_field.name));
        if !has_name || field.list_depth != client_field.wrapping.list_depth() {
            return None;
        }
        let value = match (field.value, client_field.value) {
            (DecodeValue::Leaf(check), WriteValue::Leaf { .. }) => PlainValue::Leaf(check),
            (DecodeValue::Object(object), WriteValue::Object) if !slot.is_represented => {
                PlainValue::Object(self.closed(object)?)
            }
            _ => return None,
        };
        let DecodeField { key, key_start, slot: own, .. } = field;
        let noted = if slot.is_represented { own } else { PlainField::NOT_NOTED };
        let field = PlainField { key, key_start, wrapping: client_field.wrapping, value, noted };
        Some(Candidate { field, written, among })
    }

    /// The fields of an object that can stay in its text.
    fn closed(&mut self, object: u32) -> Option<Span> {
        if let Some(known) = self.objects[object as usize] {
            return known;
        }
        let fields = self.fields_of_closed(object);
        let fields = fields.map(|fields| Span::append(&mut self.plain.fields, fields));
        self.objects[object as usize] = Some(fields);
        fields
    }

    fn fields_of_closed(&mut self, object: u32) -> Option<Vec<PlainField>> {
        let decode = &self.programs.decode;
        let prepared = decode.objects[object as usize];
        let shape = prepared.shape as usize;
        let TypeSource::Static(type_id) = prepared.type_source else { return None };
        let variant = decode.variants[prepared.static_variant? as usize];
        if self.census.references[object as usize] != 1 || self.census.objects[shape] != 1 || variant.targets.len() > 0
        {
            return None;
        }
        let seen = self.programs.write.type_of(prepared.shape, type_id)?;
        if seen.late != WriteType::NOTHING_LATE || seen.fields.len() != variant.fields.len() {
            return None;
        }
        let mut fields = Vec::with_capacity(variant.fields.len() as usize);
        for (index, written) in variant.fields.range().zip(seen.fields.start..) {
            let candidate = self.candidate(prepared.shape, index)?;
            if candidate.written != written || candidate.field.noted != PlainField::NOT_NOTED {
                return None;
            }
            fields.push(candidate.field);
        }
        Some(fields)
    }
}
