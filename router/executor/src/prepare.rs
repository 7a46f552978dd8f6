//! A plan with everything constant made ready: request text escaped and cut where variables and representations go, and
//! the programs that decode answers, write representations and write the response, in flat arrays with integer
//! references.

pub(crate) mod decode_program;
mod equal_rows;
pub(crate) mod fetch_program;
mod parts;
mod plain_census;
pub(crate) mod plain_program;
mod plain_text;
pub(crate) mod representation_program;
mod slot_moves;
pub(crate) mod template;
pub(crate) mod usual_size;
pub(crate) mod write_program;

use crate::output::Output;
use decode_program::DecodeProgram;
use fetch_program::FetchProgram;
use hansa_federation::{LeafKind, Supergraph, TypeId};
use hansa_query_planner::plan::{OperationKind, QueryPlan};
use parts::Parts;
use plain_program::PlainProgram;
use plain_text::Programs;
use representation_program::RepresentationProgram;
use std::ops::Range;
use usual_size::UsualSize;
use write_program::WriteProgram;

#[derive(Debug)]
pub struct PreparedPlan {
    plan: QueryPlan,
    pub(crate) texts: Texts,
    pub(crate) plain: PlainProgram,
    pub(crate) enums: Enums,
    pub(crate) decode: DecodeProgram,
    pub(crate) representation: RepresentationProgram,
    pub(crate) fetch: FetchProgram,
    pub(crate) write: WriteProgram,
    pub(crate) root_type: TypeId,
    parts: Parts,
    /// What the last execution needed: the next one starts with as much.
    pub(crate) usual_size: UsualSize,
}

impl PreparedPlan {
    pub fn new(plan: QueryPlan, supergraph: &Supergraph) -> PreparedPlan {
        let mut texts = Texts::default();
        let mut enums = Enums::default();
        let mut decode = DecodeProgram::default();
        let mut representation = RepresentationProgram::default();
        let mut fetch = FetchProgram::compile(
            &plan,
            &mut fetch_program::Compiler {
                supergraph,
                texts: &mut texts,
                enums: &mut enums,
                decode: &mut decode,
                representation: &mut representation,
            },
        );
        let mut write = WriteProgram::compile(&plan, supergraph, &mut texts, &mut enums);
        let programs = Programs {
            decode: &mut decode,
            write: &mut write,
            representation: &mut representation,
            fetch: &mut fetch,
            texts: &texts,
        };
        let mut plain = plain_text::find(&plan, programs);
        plain.note_copied(&mut decode);
        texts.end();
        decode.end();
        let root_type = match plan.kind {
            OperationKind::Query => Some(supergraph.query),
            OperationKind::Mutation => supergraph.mutation,
            OperationKind::Subscription => supergraph.subscription,
        };
        PreparedPlan {
            texts,
            plain,
            enums,
            decode,
            representation,
            fetch,
            write,
            parts: Parts::of(&plan),
            root_type: root_type.unwrap_or(supergraph.query),
            usual_size: UsualSize::new(plan.target_count as usize, plan.fetches.len()),
            plan,
        }
    }

    pub fn plan(&self) -> &QueryPlan {
        &self.plan
    }

    /// Memory held, about, for caches that weigh what they keep.
    pub fn weight_bytes(&self) -> usize {
        let own = size_of::<Self>()
            + self.texts.bytes.len()
            + self.plain.weight_bytes()
            + self.enums.weight_bytes()
            + self.decode.weight_bytes()
            + self.representation.weight_bytes()
            + self.fetch.weight_bytes()
            + self.write.weight_bytes();
        // The plan says the same in larger types with names of its own.
        let operations: usize = self.plan.fetches.iter().map(|fetch| fetch.operation.len() + 256).sum();
        let shapes: usize =
            self.plan.shapes.iter().map(|shape| shape.position.len() + shape.slots.len() * 40 + 128).sum();
        let deferral = self.plan.parts.len() * 96 + self.plan.fragments.len() * 96 + self.parts.weight_bytes();
        own * 2 + operations + shapes + deferral + self.usual_size.weight_bytes()
    }
}

/// All short texts of a plan in one piece of memory.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text {
    start: u32,
    len: u32,
}

impl Text {
    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    /// Its first byte alone.
    fn first_byte(self) -> Text {
        Text { len: self.len.min(1), ..self }
    }
}

impl Texts {
    pub(crate) fn add(&mut self, pieces: &[&str]) -> Text {
        let start = self.bytes.len() as u32;
        pieces.iter().for_each(|piece| self.bytes.extend_from_slice(piece.as_bytes()));
        Text { start, len: self.bytes.len() as u32 - start }
    }

    /// Adds what lets the last text be copied by whole steps like all others.
    fn end(&mut self) {
        self.bytes.extend([0; Output::STEP]);
    }

    #[inline]
    pub(crate) fn copy(&self, text: Text, output: &mut Output) {
        output.push_part(&self.bytes, text.start as usize, text.len as usize);
    }

    pub(crate) fn get(&self, text: Text) -> &[u8] {
        &self.bytes[text.start as usize..][..text.len as usize]
    }
}

/// Part of one of the programs' arrays.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(crate) fn len(self) -> u32 {
        self.end - self.start
    }

    /// Appends the items and says where they are.
    pub(crate) fn append<T>(array: &mut Vec<T>, items: impl IntoIterator<Item = T>) -> Span {
        let start = array.len() as u32;
        array.extend(items);
        Span { start, end: array.len() as u32 }
    }
}

/// What a leaf's JSON must look like; enums by their place in [`Enums`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeafCheck {
    Int,
    Float,
    String,
    Boolean,
    Id,
    Enum(u32),
    Any,
}

/// The enum types that a plan's leaves have.
#[derive(Debug, Default)]
pub(crate) struct Enums {
    enums: Vec<EnumCheck>,
}

#[derive(Debug)]
pub(crate) struct EnumCheck {
    type_id: TypeId,
    /// Sorted; whether clients may see it.
    values: Vec<(Box<[u8]>, bool)>,
    /// Some value must not reach clients. Requirements may still use it, so that it is checked when it is written.
    pub(crate) has_inaccessible: bool,
}

impl Enums {
    pub(crate) fn leaf_check(&mut self, kind: LeafKind, supergraph: &Supergraph) -> LeafCheck {
        match kind {
            LeafKind::Int => LeafCheck::Int,
            LeafKind::Float => LeafCheck::Float,
            LeafKind::String => LeafCheck::String,
            LeafKind::Boolean => LeafCheck::Boolean,
            LeafKind::Id => LeafCheck::Id,
            LeafKind::Any => LeafCheck::Any,
            LeafKind::Enum(type_id) => LeafCheck::Enum(self.enum_index(type_id, supergraph)),
        }
    }

    fn enum_index(&mut self, type_id: TypeId, supergraph: &Supergraph) -> u32 {
        if let Some(index) = self.enums.iter().position(|known| known.type_id == type_id) {
            return index as u32;
        }
        let definition = supergraph.ty(type_id);
        let values = definition.values.iter();
        let mut values: Vec<(Box<[u8]>, bool)> =
            values.map(|value| (value.name.as_str().as_bytes().into(), !value.is_inaccessible)).collect();
        values.sort();
        let has_inaccessible = values.iter().any(|(_, is_accessible)| !is_accessible);
        self.enums.push(EnumCheck { type_id, values, has_inaccessible });
        self.enums.len() as u32 - 1
    }

    pub(crate) fn get(&self, index: u32) -> &EnumCheck {
        &self.enums[index as usize]
    }

    fn weight_bytes(&self) -> usize {
        self.enums.iter().map(|check| check.values.len() * 48).sum()
    }
}

impl EnumCheck {
    pub(crate) fn has(&self, value: &[u8]) -> bool {
        self.find(value).is_some()
    }

    pub(crate) fn has_accessible(&self, value: &[u8]) -> bool {
        self.find(value) == Some(true)
    }

    fn find(&self, value: &[u8]) -> Option<bool> {
        let index = self.values.binary_search_by(|(known, _)| (**known).cmp(value)).ok()?;
        Some(self.values[index].1)
    }
}
