//! What happens where several answers, or several rows of one entity, meet in a slot.
//!
//! The outcome does not depend on who comes first: a value wins over null, null over nothing, objects are merged field
//! by field and lists item by item, and lists of different lengths cancel each other. Of two scalars, which ought to be
//! equal, the first stays.

use crate::{
    decode::Origin,
    faults::{FaultKind, Faults, Location, Place},
    prepare::{
        PreparedPlan, Span,
        decode_program::{DecodeField, DecodeValue, DecodeVariant},
    },
    rows::{BudgetSpent, Pass, Row, Rows, Slot, TYPE_UNKNOWN},
};
use hansa_federation::Supergraph;

/// Of a slot's content and a newcomer, the one that stays. Rows and lists have been merged before.
pub(crate) fn merge(present: Slot, new: Slot) -> Slot {
    match (present, new) {
        (Slot::Contradicted, _) | (_, Slot::Contradicted) => Slot::Contradicted,
        (Slot::Absent, new) => new,
        (present, Slot::Absent) => present,
        (Slot::Failed, Slot::Null | Slot::NotFound) | (Slot::Null | Slot::NotFound, Slot::Failed) => Slot::Failed,
        (Slot::NotFound, Slot::Null) => Slot::NotFound,
        (Slot::Failed | Slot::Null | Slot::NotFound, new) => new,
        (present, _) => present,
    }
}

/// What the functions here need to follow a selection through rows.
pub(crate) struct Merger<'a, 'r> {
    pub(crate) plan: &'a PreparedPlan,
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) rows: &'r mut Rows,
    pass: Pass,
    /// Of entities that are copied, child rows are copied too instead of being shared.
    keeps_apart: bool,
    /// Of the entities that are copied; see [`PreparedLookup::equal_slots`](crate::prepare::fetch_program::PreparedLookup).
    equal_slots: u64,
    /// Child rows that were copied, with their copies.
    pub(crate) copied: Vec<(u32, u32)>,
}

impl<'a, 'r> Merger<'a, 'r> {
    pub(crate) fn new(plan: &'a PreparedPlan, supergraph: &'a Supergraph, rows: &'r mut Rows) -> Merger<'a, 'r> {
        let pass = rows.begin_pass();
        Merger { plan, supergraph, rows, pass, keeps_apart: false, equal_slots: 0, copied: Vec::new() }
    }

    /// Before another selection of the same fetch: rows that were visited for one are visited again.
    pub(crate) fn begin_selection(&mut self) {
        self.pass = self.rows.begin_pass();
    }

    pub(crate) fn begin_copies(&mut self, keeps_apart: bool, equal_slots: u64) {
        (self.keeps_apart, self.equal_slots) = (keeps_apart, equal_slots);
    }

    /// What a fetch wrote into `from` is given to `to` too, which represents the same entity. Child rows are shared
    /// unless both have their own.
    pub(crate) fn copy(&mut self, object: u32, (from, to): (u32, u32), faults: &mut Faults) -> Result<(), BudgetSpent> {
        if from == to {
            return Ok(());
        }
        self.refine_type(from, to);
        let is_shared = self.share_slots((from, to))?;
        let variants = self.variants(object, from);
        for variant in variants.range() {
            let plan = self.plan;
            let variant = plan.decode.variants[variant];
            let fields = match is_shared || self.copy_into_nothing(variant, (from, to)) {
                true => &[],
                false => &plan.decode.fields[variant.fields.range()],
            };
            for field in fields {
                if field.run != DecodeField::NONE && !self.is_left_by_run(field, (from, to))? {
                    continue;
                }
                let new = self.rows.slot(from, field.slot);
                let index = self.rows.slot_index(to, field.slot);
                let merged = self.join(field, (self.rows.slots[index], new), (to, faults))?;
                self.rows.slots[index] = merged;
            }
            for &target in &plan.decode.targets[variant.targets.range()] {
                self.rows.targets[target as usize].push(to);
            }
        }
        Ok(())
    }

    /// Whether two rows of one entity have their slots in common: they had before, or can from now on.
    fn share_slots(&mut self, (from, to): (u32, u32)) -> Result<bool, BudgetSpent> {
        let (first, second) = (*self.rows.row(from), *self.rows.row(to));
        if first.start == second.start {
            return Ok(true);
        }
        let is_alike = first.shape == second.shape && first.type_id == second.type_id;
        let compact = self.plan.plain.layout(second.shape).compact;
        if self.equal_slots == 0 || !is_alike || !self.rows.has_only(to, self.equal_slots, compact) {
            return Ok(false);
        }
        self.rows.expand(self.plan, from)?;
        self.rows.make_equal((from, to));
        Ok(true)
    }

    /// The usual case: nobody has written into the row what is copied. Otherwise nothing is.
    fn copy_into_nothing(&mut self, variant: DecodeVariant, (from, to): (u32, u32)) -> bool {
        let plan = self.plan;
        let slots = &plan.plain.copied[variant.copied.range()];
        let (from, to) = (self.rows.row(from).start as usize, self.rows.row(to).start as usize);
        let is_usual = |&slot: &u32| {
            let (new, present) = (self.rows.slots[from + slot as usize], self.rows.slots[to + slot as usize]);
            present == Slot::Absent && new != Slot::Apart
        };
        if self.keeps_apart || !slots.iter().all(is_usual) {
            return false;
        }
        for &slot in slots {
            self.rows.slots[to + slot as usize] = self.rows.slots[from + slot as usize];
        }
        true
    }

    /// Copies the run that a field is in as a whole, if it is whole in both rows. True: the field is still to be copied.
    fn is_left_by_run(&mut self, field: &DecodeField, (from, to): (u32, u32)) -> Result<bool, BudgetSpent> {
        let plan = self.plan;
        let run = plan.plain.run(field.run);
        let (new, index) = (self.rows.slot(from, run.slot), self.rows.slot_index(to, run.slot));
        let present = self.rows.slots[index];
        if new == Slot::Apart || present == Slot::Apart {
            self.rows.take_apart(plan, from, field.run)?;
            self.rows.take_apart(plan, to, field.run)?;
            return Ok(true);
        }
        if field.begins_run {
            self.rows.slots[index] = merge(present, new);
        }
        Ok(field.slot < plan.plain.layout(run.shape).compact)
    }

    fn join(
        &mut self,
        field: &DecodeField,
        (present, new): (Slot, Slot),
        (to, faults): (u32, &mut Faults),
    ) -> Result<Slot, BudgetSpent> {
        match (present, new, field.value) {
            (Slot::Row(present), Slot::Row(new), value) => {
                if let Some(object) = self.object_of(value, new) {
                    self.copy(object, (new, present), faults)?;
                }
                Ok(Slot::Row(present))
            }
            (Slot::List { start, len }, Slot::List { start: new_start, len: new_len }, value)
                if self.plan.decode.any_object_of(value).is_some() =>
            {
                if start == new_start {
                    return Ok(present);
                }
                if len != new_len {
                    let location = Location { row: to, place: Place::Slot(field.slot), rest: Vec::new() };
                    faults.add(location, FaultKind::ListLengths);
                    return Ok(Slot::Contradicted);
                }
                for offset in 0..len {
                    let items =
                        (self.rows.slots[(start + offset) as usize], self.rows.slots[(new_start + offset) as usize]);
                    self.rows.slots[(start + offset) as usize] = self.join(field, items, (to, faults))?;
                }
                Ok(present)
            }
            _ => match merge(present, new) {
                merged if self.keeps_apart && merged == new => self.copy_of(field, merged, faults),
                merged => Ok(merged),
            },
        }
    }

    /// The same value with rows of its own.
    fn copy_of(&mut self, field: &DecodeField, slot: Slot, faults: &mut Faults) -> Result<Slot, BudgetSpent> {
        match slot {
            Slot::Row(row) => {
                let Row { shape, type_id, .. } = *self.rows.row(row);
                let copy = self.rows.add_compact_row(self.plan, shape, type_id)?;
                self.copied.push((row, copy));
                if let Some(object) = self.object_of(field.value, row) {
                    self.copy(object, (row, copy), faults)?;
                }
                Ok(Slot::Row(copy))
            }
            Slot::List { start, len } if self.plan.decode.any_object_of(field.value).is_some() => {
                let mut items = Vec::with_capacity(len as usize);
                for index in start..start + len {
                    let item = self.rows.slots[index as usize];
                    items.push(self.copy_of(field, item, faults)?);
                }
                self.rows.add_list(&items)
            }
            _ => Ok(slot),
        }
    }

    fn refine_type(&mut self, from: u32, to: u32) {
        let new = self.rows.row(from).type_id;
        let present = self.rows.row(to).type_id;
        let is_open = present == TYPE_UNKNOWN || self.supergraph.ty(present).is_abstract();
        if present != new && new != TYPE_UNKNOWN && is_open {
            self.rows.rows[to as usize].type_id = new;
        }
    }

    /// The selection by which a row was read.
    fn object_of(&self, value: DecodeValue, row: u32) -> Option<u32> {
        self.plan.decode.object_of(value, self.rows.row(row).shape)
    }

    /// What may have been read for a row: its type's variant, or all where the subgraph spoke of another type.
    fn variants(&self, object: u32, row: u32) -> Span {
        let object = &self.plan.decode.objects[object as usize];
        match self.plan.decode.variant_of(object, self.rows.row(row).type_id) {
            Some(variant) => Span { start: variant, end: variant + 1 },
            None => object.variants,
        }
    }

    /// Takes back what an answer wrote into a row that was there before it.
    pub(crate) fn take_back(&mut self, object: u32, row: u32, origin: Origin) {
        if !self.rows.is_first_visit(row, self.pass) {
            return;
        }
        for variant in self.variants(object, row).range() {
            let plan = self.plan;
            for field in &plan.decode.fields[plan.decode.variants[variant].fields.range()] {
                let index = self.rows.place_of(plan, row, field.slot);
                self.take_back_slot(field, index, origin);
            }
        }
    }

    fn take_back_slot(&mut self, field: &DecodeField, index: usize, origin: Origin) {
        let slot = self.rows.slots[index];
        if origin.wrote(slot) {
            self.rows.slots[index] = Slot::Absent;
            return;
        }
        match slot {
            Slot::Row(row) => {
                if let Some(object) = self.object_of(field.value, row) {
                    self.take_back(object, row, origin);
                }
            }
            Slot::List { start, len } => {
                (start..start + len).for_each(|index| self.take_back_slot(field, index as usize, origin));
            }
            _ => {}
        }
    }

    /// Marks what a fetch should have written into a row, and did not, as explained by an error. Returns the first row,
    /// this one or one below, that lacks something.
    pub(crate) fn fail(&mut self, object: u32, row: u32, includes_null: bool) -> Option<u32> {
        if !self.rows.is_first_visit(row, self.pass) {
            return None;
        }
        let mut first = None;
        for variant in self.variants(object, row).range() {
            let plan = self.plan;
            for field in &plan.decode.fields[plan.decode.variants[variant].fields.range()] {
                let index = self.rows.place_of(plan, row, field.slot);
                let failed = self.fail_slot(field, (row, index), includes_null);
                first = first.or(failed);
            }
        }
        first
    }

    /// Marks what the subgraph should have written into a row whose entity it does not have.
    pub(crate) fn not_found(&mut self, object: u32, row: u32) {
        for variant in self.variants(object, row).range() {
            let plan = self.plan;
            for field in &plan.decode.fields[plan.decode.variants[variant].fields.range()] {
                let index = self.rows.place_of(plan, row, field.slot);
                if let Slot::Absent | Slot::Null = self.rows.slots[index] {
                    self.rows.slots[index] = Slot::NotFound;
                }
            }
        }
    }

    fn fail_slot(&mut self, field: &DecodeField, (row, index): (u32, usize), includes_null: bool) -> Option<u32> {
        match self.rows.slots[index] {
            Slot::Null if !includes_null => None,
            Slot::Absent | Slot::Null | Slot::NotFound | Slot::Failed => {
                self.rows.slots[index] = Slot::Failed;
                Some(row)
            }
            Slot::Row(child) => self.fail(self.object_of(field.value, child)?, child, includes_null),
            Slot::List { start, len } => (start..start + len).fold(None, |first: Option<u32>, index| {
                let failed = self.fail_slot(field, (row, index as usize), includes_null);
                first.or(failed)
            }),
            _ => None,
        }
    }
}
