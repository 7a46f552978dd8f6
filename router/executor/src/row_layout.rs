//! Rows whose fields may stand together in the text of a run, and how they are taken apart.

use crate::{
    prepare::{PreparedPlan, plain_program::Run},
    rows::{BudgetSpent, Rows, Slice, Slot},
    scan::{ScanError, Scanner},
};
use hansa_federation::TypeId;

impl Rows {
    /// A row in which no run is apart yet.
    pub(crate) fn add_compact_row(
        &mut self,
        plan: &PreparedPlan,
        shape: u32,
        type_id: TypeId,
    ) -> Result<u32, BudgetSpent> {
        self.add_row(shape, plan.plain.layout(shape).compact, type_id)
    }

    /// A row in which all runs are apart.
    pub(crate) fn add_full_row(
        &mut self,
        plan: &PreparedPlan,
        shape: u32,
        type_id: TypeId,
    ) -> Result<u32, BudgetSpent> {
        let layout = plan.plain.layout(shape);
        let row = self.add_row(shape, layout.full, type_id)?;
        self.rows[row as usize].is_full = true;
        for run in &plan.plain.runs[layout.runs.range()] {
            let index = self.slot_index(row, run.slot);
            self.slots[index] = Slot::Apart;
        }
        Ok(row)
    }

    /// Gives the fields of a run slots of their own.
    #[cold]
    pub(crate) fn take_apart(&mut self, plan: &PreparedPlan, row: u32, run: u32) -> Result<(), BudgetSpent> {
        let run = plan.plain.run(run);
        let present = self.slot(row, run.slot);
        if present == Slot::Apart {
            return Ok(());
        }
        self.expand(plan, row)?;
        let compact = plan.plain.layout(run.shape).compact;
        let values = match present {
            // It has been read before.
            Slot::Leaf(slice) => self.values_in(run, slice).unwrap_or_default(),
            state => vec![state; run.decoded.len() as usize],
        };
        for (field, value) in plan.decode.fields[run.decoded.range()].iter().zip(values) {
            // Those that have slots in any case have their values.
            if field.slot >= compact {
                let index = self.slot_index(row, field.slot);
                self.slots[index] = value;
            }
        }
        let index = self.slot_index(row, run.slot);
        self.slots[index] = Slot::Apart;
        Ok(())
    }

    /// Makes room for all fields of a row.
    pub(crate) fn expand(&mut self, plan: &PreparedPlan, row: u32) -> Result<(), BudgetSpent> {
        let layout = plan.plain.layout(self.row(row).shape);
        if self.row(row).is_full || layout.compact == layout.full {
            return Ok(());
        }
        self.make_room(layout.full as usize)?;
        let (old, new) = (self.row(row).start as usize, self.slots.len());
        self.slots.extend_from_within(old..old + layout.compact as usize);
        self.slots.resize(new + layout.full as usize, Slot::Absent);
        (self.rows[row as usize].start, self.rows[row as usize].is_full) = (new as u32, true);
        Ok(())
    }

    /// The values of a run's fields.
    fn values_in(&self, run: &Run, slice: Slice) -> Result<Vec<Slot>, ScanError> {
        let mut scanner = Scanner::new(self.bytes(slice), usize::MAX);
        let mut values = Vec::with_capacity(run.decoded.len() as usize);
        for _ in run.decoded.range() {
            scanner.take_byte(b',');
            scanner.key()?;
            let start = scanner.at;
            scanner.skip_value()?;
            values.push(match scanner.since(start) {
                b"null" => Slot::Null,
                value => Slot::Leaf(Slice {
                    buffer: slice.buffer,
                    start: slice.start + start as u32,
                    len: value.len() as u32,
                }),
            });
        }
        Ok(values)
    }

    /// Where a field's value is, or the text or state that stands for it and others.
    pub(crate) fn place_of(&self, plan: &PreparedPlan, row: u32, slot: u32) -> usize {
        let run = self.run_around(plan, row, slot);
        self.slot_index(row, run.map_or(slot, |run| plan.plain.run(run).slot))
    }

    /// The run whose state stands for a field, if the field has no slot of its own in this row.
    pub(crate) fn run_around(&self, plan: &PreparedPlan, row: u32, slot: u32) -> Option<u32> {
        let layout = plan.plain.layout(self.row(row).shape);
        if slot < layout.compact {
            return None;
        }
        let is_in = |run: &Run| plan.decode.fields[run.decoded.range()].iter().any(|field| field.slot == slot);
        let index = layout.runs.range().find(|&run| is_in(&plan.plain.runs[run]))?;
        (self.slot(row, plan.plain.runs[index].slot) != Slot::Apart).then_some(index as u32)
    }
}
