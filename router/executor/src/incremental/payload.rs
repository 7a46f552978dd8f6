//! The text of a payload.

use super::delivery::Delivery;
use crate::{
    codes,
    errors::{ErrorLog, ErrorRecord, PathText, Places},
    faults::PathSegment,
    json_text::{write_number, write_string},
    notes::{Source, Work, WorkItem},
    told::Told,
};
use std::ops::Range;

/// What has been written of a payload after the first.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) items: Vec<WorkItem>,
    /// By item.
    pub(super) texts: Vec<EntryText>,
    /// Instances, in the order of their ids.
    pub(super) announced: Vec<u32>,
    pub(super) completed: Vec<u32>,
    pub(super) failed: Vec<u32>,
}

/// Where in the output an entry's data or items are.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntryText {
    start: usize,
    end: usize,
    /// It is delivered.
    pub(super) stands: bool,
    /// The instance under whose name it is.
    pub(super) name: Option<u32>,
}

impl EntryText {
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl Written {
    pub(super) fn push(&mut self, item: WorkItem, text: Range<usize>, stands: bool) {
        self.items.push(item);
        self.texts.push(EntryText { start: text.start, end: text.end, stands, name: None });
    }
}

impl Delivery<'_> {
    /// A payload after the first, and how many errors it has. Errors are sorted by entry.
    pub(super) fn compose(&self, output: &[u8], told: &[Told], has_next: bool) -> (Vec<u8>, usize) {
        let mut body = Vec::with_capacity(output.len() + 128);
        body.push(b'{');
        self.write_pending(&mut body);
        let mut error_count = self.write_incremental(&mut body, output, told);
        error_count += self.write_completed(&mut body, told);
        write_has_next(&mut body, has_next);
        (body, error_count)
    }

    /// `"pending":[…]`, if there is anything new to wait for.
    pub(super) fn write_pending(&self, body: &mut Vec<u8>) {
        for (count, &index) in self.written.announced.iter().enumerate() {
            begin_entry(body, count, "pending");
            let instance = &self.engine.notes.instances[index as usize];
            self.write_id(body, index);
            body.extend_from_slice(b",\"path\":");
            self.write_path(body, self.engine.notes.path(instance.path));
            let label = match instance.source {
                Source::Fragment(fragment) => &self.plan().fragments[fragment as usize].label,
                Source::Stream(stream) => &self.engine.plan.write.streams[stream as usize].label,
            };
            if let Some(label) = label {
                body.extend_from_slice(b",\"label\":");
                write_string(body, label);
            }
            body.push(b'}');
        }
        end_entries(body, self.written.announced.len());
    }

    fn write_incremental(&self, body: &mut Vec<u8>, output: &[u8], told: &[Told]) -> usize {
        let (mut count, mut error_count) = (0, 0);
        for (entry, (&item, text)) in self.written.items.iter().zip(&self.written.texts).enumerate() {
            let Some(index) = text.name else { continue };
            begin_entry(body, count, "incremental");
            count += 1;
            self.write_id(body, index);
            let notes = &self.engine.notes;
            let above = notes.path(notes.instances[index as usize].path).len();
            let below = &notes.path(item.path)[above..];
            if !below.is_empty() {
                body.extend_from_slice(b",\"subPath\":");
                self.write_path(body, below);
            }
            let member: &[u8] = match item.work {
                Work::Fields(_) => b",\"data\":",
                Work::Items { .. } => b",\"items\":",
            };
            body.extend_from_slice(member);
            body.extend_from_slice(&output[text.range()]);
            let told = told_in(told, entry as u32);
            if !told.is_empty() {
                body.push(b',');
                error_count += self.engine.write_errors(body, told);
            }
            body.push(b'}');
        }
        end_entries(body, count);
        error_count
    }

    fn write_completed(&self, body: &mut Vec<u8>, told: &[Told]) -> usize {
        let (mut count, mut error_count) = (0, 0);
        for &index in &self.written.completed {
            begin_entry(body, count, "completed");
            count += 1;
            self.write_id(body, index);
            body.push(b'}');
        }
        let lost = self.lost_entries();
        for &index in &self.written.failed {
            begin_entry(body, count, "completed");
            count += 1;
            self.write_id(body, index);
            body.push(b',');
            let first = lost.partition_point(|(instance, _)| *instance < index);
            let entries = lost[first..].iter().take_while(|(instance, _)| *instance == index);
            let mut told = entries.flat_map(|(_, entry)| told_in(told, *entry)).peekable();
            if told.peek().is_some() {
                error_count += self.engine.write_errors(body, told);
            } else {
                self.write_unexplained(body, index);
                error_count += 1;
            }
            body.push(b'}');
        }
        end_entries(body, count);
        error_count
    }

    /// Instances that have failed, with the entries that are not delivered for it; sorted.
    fn lost_entries(&self) -> Vec<(u32, u32)> {
        let mut lost = Vec::new();
        for (entry, (&item, text)) in self.written.items.iter().zip(&self.written.texts).enumerate() {
            if !text.stands {
                lost.extend(self.instances_of(item).map(|index| (index, entry as u32)));
            }
        }
        lost.sort_unstable();
        lost
    }

    /// The error of a failure whose cause has been told elsewhere.
    fn write_unexplained(&self, body: &mut Vec<u8>, index: u32) {
        let record = ErrorRecord {
            fetch: ErrorLog::AFTER_ALL_FETCHES,
            subgraph: None,
            code: codes::NULL_IN_NON_NULL_FIELD.into(),
            message: "what was deferred here is missing, and another error says why".into(),
            extensions: Vec::new(),
            places: Places::Unknown,
        };
        let mut path = Vec::new();
        self.write_path(&mut path, self.engine.notes.path(self.engine.notes.instances[index as usize].path));
        body.extend_from_slice(b"\"errors\":[");
        self.engine.error_writer().write(body, &record, &path);
        body.push(b']');
    }

    /// `{"id":"0"`, open.
    pub(super) fn write_id(&self, body: &mut Vec<u8>, index: u32) {
        body.extend_from_slice(b"{\"id\":\"");
        write_number(body, self.engine.notes.instances[index as usize].id.unwrap_or_default());
        body.push(b'"');
    }

    fn write_path(&self, body: &mut Vec<u8>, segments: &[PathSegment]) {
        let mut path = PathText::default();
        segments.iter().for_each(|&segment| path.push(self.engine.plan, segment));
        let path = path.finish();
        body.extend_from_slice(if path.is_empty() { b"[]" } else { &path });
    }
}

fn told_in(told: &[Told], entry: u32) -> &[Told] {
    let start = told.partition_point(|error| error.entry < entry);
    let len = told[start..].partition_point(|error| error.entry == entry);
    &told[start..start + len]
}

/// Before an entry of a list that is left out when it is empty.
pub(super) fn begin_entry(body: &mut Vec<u8>, count: usize, name: &str) {
    if count == 0 {
        begin_member(body);
        write_string(body, name);
        body.extend_from_slice(b":[");
    } else {
        body.push(b',');
    }
}

pub(super) fn end_entries(body: &mut Vec<u8>, count: usize) {
    if count > 0 {
        body.push(b']');
    }
}

pub(super) fn write_has_next(body: &mut Vec<u8>, has_next: bool) {
    begin_member(body);
    body.extend_from_slice(if has_next { b"\"hasNext\":true" } else { b"\"hasNext\":false" });
}

fn begin_member(body: &mut Vec<u8>) {
    if body.last() != Some(&b'{') {
        body.push(b',');
    }
}
