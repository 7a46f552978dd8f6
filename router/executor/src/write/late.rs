//! What is delivered after its row or list: noted in one payload, written in another.

use super::{FieldIndex, Null, Path, ResponseTooLarge, ResponseWriter, Written};
use crate::{
    codes,
    faults::PathSegment,
    initial_count,
    notes::{Source, Work, WorkItem},
    prepare::{
        Span,
        write_program::{WriteField, WriteType},
    },
    rows::Slot,
};

impl ResponseWriter<'_> {
    /// Writes a row's fields that come with it, and notes the others.
    #[cold]
    pub(super) fn row_with_late_fields(
        &mut self,
        row: u32,
        known: WriteType,
        path: Path<'_>,
    ) -> Result<Result<(), Null>, ResponseTooLarge> {
        let program = &self.plan.write;
        let outer = self.notes.scope;
        if let Some(late) = program.late_of(known) {
            let position = self.output.len();
            let place = self.notes.add_path(|segments| collect(path, segments))?;
            for &fragment in &program.fragments[late.fragments.range()] {
                let instance = self.notes.add_instance(position, place, Source::Fragment(fragment));
                self.notes.scope = Some(instance);
            }
            for group in &program.groups[late.groups.range()] {
                self.notes.add_item(position, group.part, (place, row), Work::Fields(group.fields));
            }
        }
        let written = self.all_fields(row, (known.fields, known.fields), path);
        self.notes.scope = outer;
        written
    }

    /// Writes the first items of a streamed list, and notes the others.
    #[cold]
    pub(super) fn streamed_field(
        &mut self,
        (row, stream): (u32, u32),
        (field, index): (&WriteField, FieldIndex),
        slot: Slot,
        path: Path<'_>,
    ) -> Result<Written, ResponseTooLarge> {
        let prepared = &self.plan.write.streams[stream as usize];
        let mut slot = slot;
        if let Slot::List { start, len } = slot {
            let from = initial_count::of(&prepared.initial_count, self.variables).min(len);
            if from < len {
                let position = self.output.len();
                let place = self.notes.add_path(|segments| collect(path, segments))?;
                let instance = self.notes.add_instance(position, place, Source::Stream(stream));
                let work = Work::Items { field: index.0, start, from, len, instance };
                self.notes.add_item(position, prepared.part, (place, row), work);
            }
            slot = Slot::List { start, len: from };
        }
        let field = WriteField { value: prepared.value, ..*field };
        self.value((&field, index), 0, slot, path)
    }

    /// Writes the data or the items of one entry. False: null has reached the top, and nothing of it stands.
    pub(crate) fn write_item(&mut self, item: &WorkItem) -> Result<bool, ResponseTooLarge> {
        let base = self.notes.path(item.path).to_vec();
        let path = Path::Base(&base);
        let start = self.output.len();
        self.notes.scope = item.scope;
        let written = match item.work {
            Work::Fields(fields) => self.late_fields(item, fields, path)?,
            Work::Items { field, start, from, len, .. } => {
                let index = FieldIndex(field);
                let field = &self.plan.write.fields[field as usize];
                let value = self.plan.write.value_of_items(field.value);
                self.list((&WriteField { value, ..*field }, index), 0, (start, from..len), path)?
            }
        };
        self.notes.scope = None;
        let Err(null) = written else { return Ok(true) };
        self.discarded_bytes += self.output.len() - start;
        self.output.truncate(start);
        self.notes.truncate(start);
        if null == Null::Dangling {
            let message = "an entity was not found where the schema allows no null";
            self.error(codes::NULL_IN_NON_NULL_FIELD, message.to_owned(), path);
        }
        Ok(false)
    }

    fn late_fields(
        &mut self,
        item: &WorkItem,
        noted: Span,
        path: Path<'_>,
    ) -> Result<Result<(), Null>, ResponseTooLarge> {
        let program = &self.plan.write;
        let present = self.rows.row(item.row);
        let known = program.type_of(present.shape, present.type_id);
        let late = known.and_then(|known| program.late_of(known));
        // The row may have learned its concrete type since it was noted.
        let group = late.and_then(|late| {
            let mut groups = program.groups[late.groups.range()].iter();
            groups.find(|group| group.part == item.part)
        });
        let fields = group.map_or(noted, |group| group.fields);
        self.all_fields(item.row, (fields, late.map_or(fields, |late| late.all)), path)
    }

    #[inline(never)]
    pub(super) fn all_fields(
        &mut self,
        row: u32,
        fields: (Span, Span),
        path: Path<'_>,
    ) -> Result<Result<(), Null>, ResponseTooLarge> {
        self.fields(row, fields, path)
    }
}

fn collect(path: Path<'_>, segments: &mut Vec<PathSegment>) {
    match path {
        Path::Root => {}
        Path::Base(base) => segments.extend_from_slice(base),
        Path::Field(parent, field) => {
            collect(*parent, segments);
            segments.push(PathSegment::Field(field));
        }
        Path::Index(parent, index) => {
            collect(*parent, segments);
            segments.push(PathSegment::Index(index));
        }
    }
}
