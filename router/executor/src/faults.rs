//! Where errors are, in terms of rows: response paths are found only when there is something to tell.

use crate::rows::Slot;

/// A field of a row, or the row itself, or a place below the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) row: u32,
    pub(crate) place: Place,
    /// Below the field: list indexes, and names where the data ends before the path does.
    pub(crate) rest: Vec<PathSegment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Row,
    Slot(u32),
    /// The first field that the client asked for and that has failed.
    FirstFailed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathSegment {
    Index(u32),
    /// A field of the write program.
    Field(u32),
}

/// A value that is not what the schema says.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) location: Location,
    pub(crate) kind: FaultKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Expected(Expected),
    Missing,
    UnknownType,
    NoTypename,
    ListLengths,
    Unreadable,
}

/// One byte: it travels through every decoded value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Object,
    List,
    Int,
    Float,
    String,
    Boolean,
    Id,
    EnumValue,
    Any,
}

impl Expected {
    fn name(self) -> &'static str {
        match self {
            Expected::Object => "an object",
            Expected::List => "a list",
            Expected::Int => "an Int",
            Expected::Float => "a Float",
            Expected::String => "a String",
            Expected::Boolean => "a Boolean",
            Expected::Id => "an ID",
            Expected::EnumValue => "a value of its enum",
            Expected::Any => "a JSON value",
        }
    }
}

/// Faults of one answer. Past the limit they are only counted.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) faults: Vec<Fault>,
    pub(crate) faults_max: usize,
    pub(crate) left_out: usize,
    /// Slots in which this answer contradicted another, and what they held.
    pub(crate) contradicted: Vec<(SlotPlace, Slot)>,
}

/// Where a slot stays, also when its row gets other slots.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SlotPlace {
    Field {
        row: u32,
        slot: u32,
    },
    /// Of a list: an index of all slots.
    Item(usize),
}

impl Faults {
    pub(crate) fn clear(&mut self) {
        self.faults.clear();
        self.contradicted.clear();
        self.left_out = 0;
    }

    pub(crate) fn add(&mut self, location: Location, kind: FaultKind) {
        if self.faults.len() < self.faults_max {
            self.faults.push(Fault { location, kind });
        } else {
            self.left_out += 1;
        }
    }
}

impl FaultKind {
    pub(crate) fn description(self) -> String {
        match self {
            FaultKind::Expected(what) => format!("a subgraph gave a value that is not {}", what.name()),
            FaultKind::Missing => "a subgraph left out a field that it was asked for".to_owned(),
            FaultKind::UnknownType => {
                "a subgraph gave an object of a type that the supergraph does not know".to_owned()
            }
            FaultKind::NoTypename => "a subgraph did not tell an object's type".to_owned(),
            FaultKind::ListLengths => "subgraphs disagree about the length of a list".to_owned(),
            FaultKind::Unreadable => "a subgraph gave a string or number that clients cannot read".to_owned(),
        }
    }
}
