//! Order and continuation of pages: `ORDER BY` and the condition "after this row" from one list of columns.

use crate::Value;

/// Direction of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// Columns by which a page is sorted. None may be null, and the last, or all together, must be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyset {
    columns: &'static [(&'static str, Direction)],
    is_reversed: bool,
}

impl Direction {
    pub const fn reversed(self) -> Direction {
        match self {
            Direction::Ascending => Direction::Descending,
            Direction::Descending => Direction::Ascending,
        }
    }
}

impl Keyset {
    pub const fn new(columns: &'static [(&'static str, Direction)]) -> Keyset {
        Keyset { columns, is_reversed: false }
    }

    /// The same rows from the other end, for `last` and `before`.
    pub const fn reversed(self) -> Keyset {
        Keyset { columns: self.columns, is_reversed: !self.is_reversed }
    }

    /// Names of the columns, the first to sort by first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|(name, _)| *name)
    }

    pub(crate) fn columns(self) -> impl Iterator<Item = (&'static str, Direction)> {
        let is_reversed = self.is_reversed;
        self.columns.iter().map(move |(column, direction)| match is_reversed {
            true => (*column, direction.reversed()),
            false => (*column, *direction),
        })
    }

    /// `(a, b) > ($1, $2)` where the directions agree; else spelt out. `placeholder` binds a value and gives its `$n`.
    pub(crate) fn condition(self, after: Vec<Value>, mut placeholder: impl FnMut(Value) -> String) -> String {
        let columns: Vec<_> = self.columns().collect();
        let values: Vec<String> = after.into_iter().map(&mut placeholder).collect();
        let sign = |direction| if direction == Direction::Ascending { ">" } else { "<" };
        if columns.windows(2).all(|pair| pair[0].1 == pair[1].1) {
            let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
            let sign = columns.first().map_or(">", |(_, direction)| sign(*direction));
            return format!("({}) {sign} ({})", names.join(", "), values.join(", "));
        }
        let alternatives: Vec<String> = (0..columns.len())
            .map(|last| {
                let equal = (0..last).map(|index| format!("{} = {} AND ", columns[index].0, values[index]));
                let (name, direction) = columns[last];
                format!("({}{name} {} {})", equal.collect::<String>(), sign(direction), values[last])
            })
            .collect();
        format!("({})", alternatives.join(" OR "))
    }
}
