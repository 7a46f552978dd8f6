//! What rows read from objects above them, found when their fetch starts: one walk from the rows that give values down to
//! those that read them. The planner sees to it that no row on the way has two places.

use crate::rows::{Rows, Slot};
use hansa_federation::{TypeId, Wrapping};
use hansa_query_planner::plan::{ContextValue, LookupContexts};
use hashbrown::HashMap;

/// Values that differ may repeat what they have in common, however little data came from subgraphs.
pub(crate) const VALUES_BYTES_MAX: usize = 32 << 20;

/// Rows of a lookup by what they read, and the JSON texts of that.
#[derive(Debug, Default)]
pub(crate) struct ContextGroups {
    texts: Vec<u8>,
    /// By value: where in `texts` it ends.
    ends: Vec<usize>,
    values: HashMap<Vec<u8>, u32>,
    /// By group: its values, one for each variable.
    groups: Vec<Vec<u32>>,
    numbers: HashMap<Vec<u32>, u32>,
    rows: HashMap<u32, RowContext>,
    /// There is more to read than one request may send.
    pub(crate) is_too_large: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowContext {
    Group(u32),
    /// A value could not be had, and an error says why.
    Failed,
    /// Null where the subgraph takes none.
    Null,
}

/// A value while it is carried down.
type Carried = Result<u32, NoValue>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoValue {
    Failed,
    Null,
}

/// The values of rows that have nothing above them to read.
fn nulls(contexts: &LookupContexts, null: u32) -> Vec<Carried> {
    let variables = contexts.variables.iter();
    variables.map(|variable| if variable.wrapping.is_non_null(0) { Err(NoValue::Null) } else { Ok(null) }).collect()
}

impl ContextGroups {
    /// Of the rows of `shape`.
    pub(crate) fn of_rows(rows: &Rows, contexts: &LookupContexts, shape: u32) -> ContextGroups {
        let mut groups = ContextGroups::default();
        let null = groups.value(b"null");
        let carried = nulls(contexts, null);
        let mut walk = Walk { rows, contexts, shape, carried, groups };
        let outermost = contexts.path.first().map_or(shape, |step| step.shape.0);
        for row in 0..rows.rows.len() as u32 {
            if rows.row(row).shape == outermost {
                walk.row(row, 0);
            }
        }
        walk.groups
    }

    /// Where a row belongs. One that no walk has reached has nothing above it to read.
    pub(crate) fn of_row(&mut self, row: u32, contexts: Option<&LookupContexts>) -> RowContext {
        match (self.rows.get(&row), contexts) {
            (Some(context), _) => *context,
            (None, Some(contexts)) => {
                let null = self.value(b"null");
                self.context_of(&nulls(contexts, null))
            }
            (None, None) => RowContext::Group(self.group(&[])),
        }
    }

    fn context_of(&mut self, carried: &[Carried]) -> RowContext {
        if carried.contains(&Err(NoValue::Failed)) {
            return RowContext::Failed;
        }
        let values: Result<Vec<u32>, NoValue> = carried.iter().copied().collect();
        values.map_or(RowContext::Null, |values| RowContext::Group(self.group(&values)))
    }

    /// The JSON texts of a group's values.
    pub(crate) fn texts(&self, group: u32) -> impl Iterator<Item = &[u8]> {
        self.groups[group as usize].iter().map(|&value| {
            let start = if value == 0 { 0 } else { self.ends[value as usize - 1] };
            &self.texts[start..self.ends[value as usize]]
        })
    }

    fn value(&mut self, text: &[u8]) -> u32 {
        if let Some(value) = self.values.get(text) {
            return *value;
        }
        self.is_too_large |= self.texts.len() + text.len() > VALUES_BYTES_MAX;
        let value = self.ends.len() as u32;
        self.texts.extend_from_slice(text);
        self.ends.push(self.texts.len());
        self.values.insert(text.to_vec(), value);
        value
    }

    fn group(&mut self, values: &[u32]) -> u32 {
        if let Some(group) = self.numbers.get(values) {
            return *group;
        }
        let group = self.groups.len() as u32;
        self.groups.push(values.to_vec());
        self.numbers.insert(values.to_vec(), group);
        group
    }
}

/// The type of a variable, and how many lists within each other a value is in.
type Place = (Wrapping, u8);

struct Walk<'w> {
    rows: &'w Rows,
    contexts: &'w LookupContexts,
    /// Of the rows that read.
    shape: u32,
    /// By variable: what the nearest row above gives.
    carried: Vec<Carried>,
    groups: ContextGroups,
}

impl Walk<'_> {
    fn row(&mut self, row: u32, step: usize) {
        if self.groups.is_too_large {
            return;
        }
        let Some(next) = self.contexts.path.get(step) else { return self.end(row) };
        let type_id = self.rows.row(row).type_id;
        let mut replaced: Vec<(usize, Carried)> = Vec::new();
        for (index, variable) in self.contexts.variables.iter().enumerate() {
            let gives = |types: &[TypeId]| types.contains(&type_id);
            let mut sources = variable.sources.iter();
            let source = sources.find(|source| source.step as usize == step && gives(&source.types));
            if let Some(source) = source {
                let mut text = Vec::new();
                let written = match &source.value {
                    Some(value) => self.field(&mut text, value, row, (variable.wrapping, 0)),
                    None => self.null(&mut text, (variable.wrapping, 0)),
                };
                let value = written.map(|()| self.groups.value(&text));
                replaced.push((index, std::mem::replace(&mut self.carried[index], value)));
            }
        }
        self.slot(self.rows.slot(row, next.slot.0), step + 1);
        for (index, value) in replaced {
            self.carried[index] = value;
        }
    }

    fn slot(&mut self, slot: Slot, step: usize) {
        let shape = self.contexts.path.get(step).map_or(self.shape, |step| step.shape.0);
        match slot {
            Slot::Row(row) if self.rows.row(row).shape == shape => self.row(row, step),
            Slot::List { start, len } => {
                (start..start + len).for_each(|index| self.slot(self.rows.slots[index as usize], step));
            }
            _ => {}
        }
    }

    fn end(&mut self, row: u32) {
        let context = self.groups.context_of(&self.carried);
        self.groups.rows.insert(row, context);
    }

    fn field(&self, text: &mut Vec<u8>, value: &ContextValue, row: u32, place: Place) -> Result<(), NoValue> {
        self.write(text, value, self.rows.slot(row, value.slot.0), place)
    }

    fn null(&self, text: &mut Vec<u8>, (wrapping, level): Place) -> Result<(), NoValue> {
        if wrapping.is_non_null(level) {
            return Err(NoValue::Null);
        }
        text.extend_from_slice(b"null");
        Ok(())
    }

    /// A value as it came. What is not there is null.
    fn write(&self, text: &mut Vec<u8>, value: &ContextValue, slot: Slot, place: Place) -> Result<(), NoValue> {
        match slot {
            Slot::Failed | Slot::Contradicted => return Err(NoValue::Failed),
            Slot::Absent | Slot::Null | Slot::NotFound | Slot::Apart => self.null(text, place)?,
            Slot::Leaf(slice) => text.extend_from_slice(self.rows.bytes(slice)),
            Slot::NumberId(slice) => {
                text.push(b'"');
                text.extend_from_slice(self.rows.bytes(slice));
                text.push(b'"');
            }
            Slot::List { start, len } => {
                let (wrapping, level) = place;
                text.push(b'[');
                for index in start..start + len {
                    if index > start {
                        text.push(b',');
                    }
                    // Longer than allowed, and so found to be when it is counted.
                    if text.len() > VALUES_BYTES_MAX {
                        break;
                    }
                    let item = (wrapping, (level + 1).min(Wrapping::LIST_DEPTH_MAX));
                    self.write(text, value, self.rows.slots[index as usize], item)?;
                }
                text.push(b']');
            }
            Slot::Row(row) => {
                let type_id = self.rows.row(row).type_id;
                match value.variants.iter().find(|variant| variant.types.contains(&type_id)) {
                    Some(variant) => self.field(text, &variant.value, row, place)?,
                    None => self.null(text, place)?,
                }
            }
        }
        Ok(())
    }
}
