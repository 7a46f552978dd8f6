//! What a plan says of values that are read from contexts.

use super::{ShapeId, SlotId};
use apollo_compiler::Name;
use hansa_federation::{TypeId, Wrapping};

/// Values that a lookup's rows take from objects above them. Rows with different values are asked about in `_entities`
/// fields of their own; see [`DocumentTemplate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupContexts {
    /// From the outermost rows that may give a value down to the lookup's own, which are not part of it.
    pub path: Vec<ContextStep>,
    pub variables: Vec<ContextVariable>,
}

/// The slot of a shape's rows that leads to the next shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextStep {
    pub shape: ShapeId,
    pub slot: SlotId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextVariable {
    pub name: Name,
    /// Where the subgraph's argument takes no null.
    pub wrapping: Wrapping,
    /// The nearest row above with a source for its type gives the value; of several sources for a type, the first counts.
    pub sources: Vec<ContextSource>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextSource {
    /// Index into [`LookupContexts::path`].
    pub step: u32,
    pub types: Vec<TypeId>,
    /// `None`: null.
    pub value: Option<ContextValue>,
}

/// A leaf of a row or of the objects below it. Lists are followed as they come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextValue {
    pub slot: SlotId,
    /// Where the slot has objects.
    pub variants: Vec<ContextValueVariant>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextValueVariant {
    /// Of the objects.
    pub shape: ShapeId,
    pub types: Vec<TypeId>,
    pub value: ContextValue,
}

/// The parts of a fetch's document when rows of its lookups read several values from their contexts. The document is
/// `query(` and definitions, `){` and fields and `}`; each lookup has both once for each group of rows with equal values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentTemplate {
    /// In the order of the lookups.
    pub lookups: Vec<LookupTemplate>,
    /// The client's variables, with their definitions.
    pub variables: Vec<(Name, String)>,
}

/// Between the pieces stands what tells the groups apart: nothing for the first, `_1` for the second, and so on. The
/// response key and the names of the variables end like this too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupTemplate {
    pub definitions: Vec<String>,
    pub field: Vec<String>,
    /// Those of the client's variables that the field uses.
    pub variables: Vec<Name>,
}
