//! The memory of a request: subgraph answers as they came, and rows of slots that point into them.
//!
//! No string is copied here and nothing is allocated per field: a row is a run of slots in one growing array.

use crate::{MemoryLease, output::Output};
use bytes::Bytes;
use hansa_federation::TypeId;
use std::sync::Arc;

/// A piece of a subgraph's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) buffer: u32,
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// One field of a row, or one item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Nobody wrote here (yet).
    Absent,
    Null,
    /// The subgraph that was asked for the entity has none with this key, which is no error, and nobody else wrote here.
    NotFound,
    /// There is no value, and an error says why.
    Failed,
    /// Subgraphs contradict each other here; stays so whatever else comes, and an error says so.
    Contradicted,
    /// In the place of a run: its fields have slots of their own.
    Apart,
    /// JSON text: a scalar, or a whole list of scalars without nulls. Where the text came as the client will get it, also an
    /// object or list of objects, or the members of a run. Any other state in the place of a run is that of all its fields.
    Leaf(Slice),
    /// An ID that came as a number: written in quotes.
    NumberId(Slice),
    Row(u32),
    /// Items are slots too.
    List {
        start: u32,
        len: u32,
    },
}

const _: () = assert!(size_of::<Slot>() == 16);

/// One object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// Its first slot.
    pub(crate) start: u32,
    pub(crate) shape: u32,
    /// The concrete type, or that of an interface object, or [`TYPE_UNKNOWN`].
    pub(crate) type_id: TypeId,
    /// The last pass that came across this row.
    last_pass: u32,
    /// The row whose slots it was given to share; itself, if none.
    equal_to: u32,
    /// By which number the last pass knows it.
    pub(crate) number: u32,
    /// It has slots for the fields in runs. Where slots are shared, they do not move any more, and so have to be all there.
    pub(crate) is_full: bool,
}

pub(crate) const TYPE_UNKNOWN: TypeId = TypeId(u32::MAX);

/// The request's memory budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BudgetSpent;

#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) buffers: Vec<Bytes>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) rows: Vec<Row>,
    /// By target: the rows created there.
    pub(crate) targets: Vec<Vec<u32>>,
    slots_max: usize,
    /// So many are counted as held; more have to be asked for.
    slots_held: usize,
    memory: Arc<MemoryLease>,
    pass: u32,
}

/// One walk over rows that does each of them once, however many places share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pass(u32);

impl Rows {
    /// The root row is number 0.
    pub(crate) const ROOT: u32 = 0;

    pub(crate) fn with_capacity((slots, rows): (usize, usize), slots_max: usize, memory: &Arc<MemoryLease>) -> Rows {
        Rows {
            buffers: Vec::new(),
            slots: Vec::with_capacity(slots.min(slots_max)),
            rows: Vec::with_capacity(rows),
            targets: Vec::new(),
            slots_max: slots_max.min(u32::MAX as usize),
            slots_held: 0,
            memory: memory.clone(),
            pass: 0,
        }
    }

    pub(crate) fn add_row(&mut self, shape: u32, slot_count: u32, type_id: TypeId) -> Result<u32, BudgetSpent> {
        let start = self.slots.len();
        self.make_room(slot_count as usize)?;
        self.slots.resize(start + slot_count as usize, Slot::Absent);
        self.rows.push(Row {
            start: start as u32,
            shape,
            type_id,
            last_pass: 0,
            equal_to: self.rows.len() as u32,
            number: 0,
            is_full: false,
        });
        Ok(self.rows.len() as u32 - 1)
    }

    pub(crate) fn add_list(&mut self, items: &[Slot]) -> Result<Slot, BudgetSpent> {
        let start = self.slots.len();
        self.make_room(items.len().max(1))?;
        self.slots.extend_from_slice(items);
        if items.is_empty() {
            // Its start tells whose it is, and must not be that of the next answer's first slot.
            self.slots.push(Slot::Absent);
        }
        Ok(Slot::List { start: start as u32, len: items.len() as u32 })
    }

    /// Whether so many more slots are within the budget. A row without slots has its price too.
    #[inline]
    pub(crate) fn check_room(&mut self, slot_count: usize) -> Result<(), BudgetSpent> {
        let used = self.slots.len() + self.rows.len() + slot_count;
        if used < self.slots_held { Ok(()) } else { self.ask_for_room(used) }
    }

    /// Twice as much as there was, as the arrays grow, or what there is and is needed.
    #[cold]
    fn ask_for_room(&mut self, used: usize) -> Result<(), BudgetSpent> {
        if used >= self.slots_max {
            return Err(BudgetSpent);
        }
        let capacity = self.slots.capacity() + self.rows.capacity();
        let needed = (used + 1).max(capacity).min(self.slots_max);
        let wanted = needed.max(self.slots_held * 2).min(self.slots_max);
        let bytes = |slots: usize| (slots - self.slots_held) * size_of::<Slot>();
        let more = self.memory.hold_some(bytes(wanted), bytes(needed)).map_err(|_| BudgetSpent)?;
        self.slots_held += more / size_of::<Slot>();
        Ok(())
    }

    /// The same, and makes sure that adding them moves nothing.
    #[inline]
    pub(crate) fn make_room(&mut self, slot_count: usize) -> Result<(), BudgetSpent> {
        self.check_room(slot_count)?;
        if self.slots.capacity() - self.slots.len() < slot_count {
            self.grow(slot_count);
        }
        Ok(())
    }

    /// Many slots grow by less than their number: twice as many as needed would be felt.
    #[cold]
    fn grow(&mut self, slot_count: usize) {
        const MANY: usize = (1 << 20) / size_of::<Slot>();
        let more = if self.slots.len() < MANY { self.slots.len() } else { self.slots.len() / 4 };
        self.slots.reserve_exact(more.max(slot_count).max(64));
    }

    pub(crate) fn begin_pass(&mut self) -> Pass {
        self.pass += 1;
        Pass(self.pass)
    }

    /// Whether the pass comes across the row for the first time.
    pub(crate) fn is_first_visit(&mut self, row: u32, pass: Pass) -> bool {
        std::mem::replace(&mut self.rows[row as usize].last_pass, pass.0) != pass.0
    }

    /// The number that the pass has given to an equal row before.
    pub(crate) fn number_of_equal(&self, row: u32, pass: Pass) -> Option<u32> {
        let present = &self.rows[row as usize];
        let equal = &self.rows[present.equal_to as usize];
        (present.equal_to != row && equal.start == present.start && equal.last_pass == pass.0).then_some(equal.number)
    }

    /// Whether nothing is known of a row but what is in some of its slots, one bit for each.
    pub(crate) fn has_only(&self, row: u32, known: u64, slot_count: u32) -> bool {
        let start = self.rows[row as usize].start as usize;
        let slots = &self.slots[start..start + slot_count as usize];
        slots.iter().enumerate().all(|(index, &slot)| slot == Slot::Absent || known & (1 << index) != 0)
    }

    /// Lets a row share another one's slots, which are all there.
    pub(crate) fn make_equal(&mut self, (first, row): (u32, u32)) {
        let Row { start, is_full, .. } = self.rows[first as usize];
        let row = &mut self.rows[row as usize];
        (row.start, row.is_full, row.equal_to) = (start, is_full, first);
    }

    pub(crate) fn row(&self, row: u32) -> &Row {
        &self.rows[row as usize]
    }

    /// Where a row's slot is in `slots`.
    pub(crate) fn slot_index(&self, row: u32, slot: u32) -> usize {
        (self.rows[row as usize].start + slot) as usize
    }

    pub(crate) fn slot(&self, row: u32, slot: u32) -> Slot {
        self.slots[self.slot_index(row, slot)]
    }

    pub(crate) fn bytes(&self, slice: Slice) -> &[u8] {
        &self.buffers[slice.buffer as usize][slice.start as usize..][..slice.len as usize]
    }

    #[inline(always)]
    pub(crate) fn copy(&self, slice: Slice, output: &mut Output) {
        output.push_piece(&self.buffers[slice.buffer as usize], slice.start as usize, slice.len as usize);
    }
}

/// What was counted for slots is the response's to use once they have gone.
impl Drop for Rows {
    fn drop(&mut self) {
        self.memory.free(self.slots_held * size_of::<Slot>());
    }
}
