//! What is to be delivered later, noted while a payload is written: rows with deferred fields, rests of streamed lists, and
//! the places where deferred fragments begin.
//!
//! Notes carry the place in the output where their row or list begins. When null cuts the output back, what was noted
//! inside goes with it.

use crate::{HeldBytes, faults::PathSegment, prepare::Span, rows::Slot, write::ResponseTooLarge};
use std::ops::Range;

/// A note or a segment of its path, at most.
const NOTE_BYTES: usize = 4 * size_of::<Slot>();

#[derive(Debug)]
pub(crate) struct Notes {
    /// All of the request, never renumbered.
    pub(crate) instances: Vec<Instance>,
    /// Those of the current payload only.
    pub(crate) items: Vec<WorkItem>,
    paths: Vec<PathSegment>,
    /// The innermost fragment around the place that is being written.
    pub(crate) scope: Option<u32>,
    /// Instances from here on are the current payload's.
    current: usize,
    /// Notes and segments of their paths. They take up to four times as much memory as slots.
    notes_max: usize,
    /// So many are counted as held.
    notes_held: usize,
    held: HeldBytes,
}

/// A deferred fragment at one row, or one streamed list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instance {
    position: usize,
    pub(crate) path: Span,
    pub(crate) source: Source,
    /// The fragment around it that began last.
    pub(crate) outer: Option<u32>,
    pub(crate) state: State,
    /// By which clients know it.
    pub(crate) id: Option<u32>,
    /// Work items that wait to be delivered under its name.
    pub(crate) open_items: u32,
    /// The instance that stands for it since it was complete.
    again: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Index of the plan's fragment.
    Fragment(u32),
    /// Into the write program's streams.
    Stream(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Clients do not know of it.
    Waiting,
    Pending,
    Complete,
    Failed,
}

/// What is delivered as one entry of `incremental`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkItem {
    position: usize,
    pub(crate) part: u32,
    /// Of the row, or of the list.
    pub(crate) path: Span,
    pub(crate) row: u32,
    pub(crate) work: Work,
    /// The fragment around it that began last.
    pub(crate) scope: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    /// These fields of the row.
    Fields(Span),
    /// What one of the row's fields holds from its item `from` on.
    Items { field: u32, start: u32, from: u32, len: u32, instance: u32 },
}

impl Notes {
    pub(crate) fn new(notes_max: usize, held: HeldBytes) -> Notes {
        Notes {
            instances: Vec::new(),
            items: Vec::new(),
            paths: Vec::new(),
            scope: None,
            current: 0,
            notes_max,
            notes_held: 0,
            held,
        }
    }

    /// Before a payload is written.
    pub(crate) fn begin_payload(&mut self) {
        self.current = self.instances.len();
        self.items.clear();
    }

    /// Forgets what was noted inside of a value that has been cut off.
    #[inline]
    pub(crate) fn truncate(&mut self, position: usize) {
        if self.instances.len() > self.current || !self.items.is_empty() {
            self.forget_from(position);
        }
    }

    #[cold]
    fn forget_from(&mut self, position: usize) {
        while self.instances.len() > self.current && self.instances.last().is_some_and(|last| last.position >= position)
        {
            self.instances.pop();
        }
        while self.items.last().is_some_and(|last| last.position >= position) {
            self.items.pop();
        }
    }

    /// Keeps a path for what is noted next.
    pub(crate) fn add_path(&mut self, add: impl FnOnce(&mut Vec<PathSegment>)) -> Result<Span, ResponseTooLarge> {
        let start = self.paths.len() as u32;
        add(&mut self.paths);
        let count = self.paths.len() + self.instances.len() + self.items.len();
        if count > self.notes_held {
            self.ask_for_room(count)?;
        }
        Ok(Span { start, end: self.paths.len() as u32 })
    }

    #[cold]
    fn ask_for_room(&mut self, count: usize) -> Result<(), ResponseTooLarge> {
        if count > self.notes_max {
            return Err(ResponseTooLarge);
        }
        let wanted = count.max(self.notes_held * 2).min(self.notes_max);
        self.held.grow(wanted * NOTE_BYTES, count * NOTE_BYTES).map_err(|_| ResponseTooLarge)?;
        self.notes_held = self.held.bytes() / NOTE_BYTES;
        Ok(())
    }

    pub(crate) fn path(&self, path: Span) -> &[PathSegment] {
        &self.paths[path.range()]
    }

    /// Returns the instance's number.
    pub(crate) fn add_instance(&mut self, position: usize, path: Span, source: Source) -> u32 {
        let outer = self.scope;
        self.instances.push(Instance {
            position,
            path,
            source,
            outer,
            state: State::Waiting,
            id: None,
            open_items: 0,
            again: None,
        });
        self.instances.len() as u32 - 1
    }

    /// A complete fragment begins again at the same place, for an item that a stream brings later. In the output that is where
    /// the item was noted.
    pub(crate) fn begin_again(&mut self, index: u32, item: WorkItem) {
        let Instance { path, source, outer, .. } = self.instances[index as usize];
        self.scope = outer;
        let again = self.add_instance(item.position, path, source);
        self.scope = None;
        self.instances[index as usize].again = Some(again);
    }

    pub(crate) fn add_item(&mut self, position: usize, part: u32, (path, row): (Span, u32), work: Work) {
        self.items.push(WorkItem { position, part, path, row, work, scope: self.scope });
    }

    /// Where a fragment has begun around a place.
    pub(crate) fn instance_of(&self, fragment: u32, scope: Option<u32>) -> Option<u32> {
        let mut next = scope;
        while let Some(index) = next {
            let instance = &self.instances[index as usize];
            if instance.source == Source::Fragment(fragment) {
                return Some(self.latest(index));
            }
            next = instance.outer;
        }
        None
    }

    fn latest(&self, index: u32) -> u32 {
        let mut latest = index;
        while let Some(again) = self.instances[latest as usize].again {
            latest = again;
        }
        latest
    }

    /// The current payload's instances that begin in these pieces of the output, which are in order, have failed.
    pub(crate) fn fail_in(&mut self, pieces: &[Range<usize>]) {
        if pieces.is_empty() {
            return;
        }
        for instance in &mut self.instances[self.current..] {
            let next = pieces.partition_point(|piece| piece.end <= instance.position);
            if pieces.get(next).is_some_and(|piece| piece.contains(&instance.position)) {
                instance.state = State::Failed;
            }
        }
    }
}
