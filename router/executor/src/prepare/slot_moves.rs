//! Gives slots their places in the rows: fields that stay in the text of runs come last, so that rows can do without.

use super::{
    Span,
    plain_program::{Layout, PlainField, PlainProgram},
    plain_text::Programs,
    representation_program::PreparedRepresentationValue,
    write_program::{WriteProgram, WriteUnit},
};

/// By shape and slot: its place. Empty for shapes without runs.
type Moves = Vec<Vec<u32>>;

pub(super) fn move_slots(plain: &mut PlainProgram, programs: &mut Programs<'_>, slot_counts: &[u32]) {
    if plain.runs.is_empty() {
        return;
    }
    let mut moves: Moves = vec![Vec::new(); slot_counts.len()];
    sort_runs(plain, programs);
    for (shape, &slot_count) in slot_counts.iter().enumerate() {
        let runs = runs_of(plain, shape as u32);
        if runs.len() > 0 {
            moves[shape] = moves_of_shape(plain, programs, (shape, runs, slot_count));
        }
    }
    // Before slots move: it looks at which rows are where.
    move_represented(programs, &moves);
    move_decoded_and_written(programs, &moves);
    for field in plain.runs.iter().flat_map(|run| run.fields.range().zip(run.decoded.range())) {
        let (plain_field, decoded) = field;
        if plain.fields[plain_field].noted != PlainField::NOT_NOTED {
            plain.fields[plain_field].noted = programs.decode.fields[decoded].slot;
        }
    }
    add_units(plain, programs.write);
}

/// A shape's runs stand together.
fn sort_runs(plain: &mut PlainProgram, programs: &mut Programs<'_>) {
    plain.runs.sort_by_key(|run| run.shape);
    for (run, index) in plain.runs.iter().zip(0..) {
        programs.decode.fields[run.decoded.range()].iter_mut().for_each(|field| field.run = index);
    }
}

fn runs_of(plain: &PlainProgram, shape: u32) -> Span {
    let start = plain.runs.partition_point(|run| run.shape < shape) as u32;
    let end = plain.runs.partition_point(|run| run.shape <= shape) as u32;
    Span { start, end }
}

fn moves_of_shape(
    plain: &mut PlainProgram,
    programs: &Programs<'_>,
    (shape, runs, slot_count): (usize, Span, u32),
) -> Vec<u32> {
    const IN_RUN: u32 = u32::MAX;
    let mut places = vec![0; slot_count as usize];
    let mut unnoted = Vec::new();
    for run in &plain.runs[runs.range()] {
        for (field, decoded) in plain.fields[run.fields.range()].iter().zip(run.decoded.range()) {
            if field.noted == PlainField::NOT_NOTED {
                let slot = programs.decode.fields[decoded].slot as usize;
                places[slot] = IN_RUN;
                unnoted.push(slot);
            }
        }
    }
    let mut next = 0;
    for place in places.iter_mut().filter(|place| **place != IN_RUN) {
        *place = next;
        next += 1;
    }
    for run in &mut plain.runs[runs.range()] {
        run.slot = next;
        next += 1;
    }
    let compact = next;
    for slot in unnoted {
        places[slot] = next;
        next += 1;
    }
    plain.layouts[shape] = Layout { compact, full: next, runs };
    places
}

fn place(moves: &Moves, shape: u32, slot: u32) -> u32 {
    moves[shape as usize].get(slot as usize).copied().unwrap_or(slot)
}

fn move_decoded_and_written(programs: &mut Programs<'_>, moves: &Moves) {
    let decode = &mut *programs.decode;
    for object in &decode.objects {
        for variant in &decode.variants[object.variants.range()] {
            for field in &mut decode.fields[variant.fields.range()] {
                field.slot = place(moves, object.shape, field.slot);
            }
        }
    }
    let write = &mut *programs.write;
    for (types, shape) in write.shapes.iter().zip(0..) {
        let mut moved: Vec<u32> = Vec::new();
        for known in &write.types[types.range()] {
            // Nothing begins where what follows it begins.
            if known.fields.len() == 0 || moved.contains(&known.fields.start) {
                continue;
            }
            moved.push(known.fields.start);
            for field in &mut write.fields[known.fields.range()] {
                field.slot = place(moves, shape, field.slot);
            }
        }
    }
}

/// Rows whose slots move are represented alone: what a representation says of a slot holds for one shape.
fn move_represented(programs: &mut Programs<'_>, moves: &Moves) {
    for index in 0..programs.fetch.lookups.len() {
        let lookup = programs.fetch.lookups[index];
        let shape = programs.decode.objects[lookup.selection as usize].shape;
        for representation in lookup.representations.range() {
            let fields = programs.representation.representations[representation].fields;
            move_represented_fields(programs, moves, (fields, shape));
        }
    }
}

fn move_represented_fields(programs: &mut Programs<'_>, moves: &Moves, (fields, shape): (Span, u32)) {
    for index in fields.range() {
        let field = programs.representation.fields[index];
        programs.representation.fields[index].slot = place(moves, shape, field.slot);
        let PreparedRepresentationValue::Object(object) = field.value else { continue };
        let Some(below) = programs.decode.shape_below(shape, field.slot) else { continue };
        let variants = programs.representation.objects[object as usize].variants;
        for variant in variants.range() {
            let fields = programs.representation.variants[variant].fields;
            move_represented_fields(programs, moves, (fields, below));
        }
    }
}

/// The client's view of rows that have runs.
fn add_units(plain: &PlainProgram, write: &mut WriteProgram) {
    for (types, layout) in write.shapes.iter().zip(&plain.layouts) {
        let runs = &plain.runs[layout.runs.range()];
        for known in types.range() {
            let fields = write.types[known].fields;
            if !runs.iter().any(|run| fields.range().contains(&(run.written.start as usize))) {
                continue;
            }
            let mut units = Vec::new();
            let mut next = fields.start;
            while next < fields.end {
                let run = runs.iter().find(|run| run.written.start == next);
                let field = write.fields[next as usize];
                let (opening, slot, end) = match run {
                    // The text of a run begins with its first name.
                    Some(run) => (field.opening.first_byte(), run.slot, run.written.end),
                    None => (field.opening, field.slot, next + 1),
                };
                units.push(WriteUnit { opening, slot, fields: Span { start: next, end }, is_run: run.is_some() });
                next = end;
            }
            write.types[known].units = Span::append(&mut write.units, units);
        }
    }
}
