//! How the response is written: by position and concrete type, the client's fields in order.

use super::{Enums, LeafCheck, Span, Text, Texts};
use hansa_federation::{Supergraph, TypeId, Wrapping};
use hansa_query_planner::plan::{
    InitialCount, PartId, QueryPlan, Refusal, Shape, ShapeField, ShapeValue, ShapeVariant,
};

#[derive(Debug, Default)]
pub(crate) struct WriteProgram {
    /// By shape: into `types`.
    pub(crate) shapes: Vec<Span>,
    pub(crate) types: Vec<WriteType>,
    pub(crate) fields: Vec<WriteField>,
    pub(crate) units: Vec<WriteUnit>,
    pub(crate) late: Vec<LateFields>,
    pub(crate) groups: Vec<LateGroup>,
    /// Deferred fragments.
    pub(crate) fragments: Vec<u32>,
    pub(crate) streams: Vec<WriteStream>,
}

/// What the client sees of a row of that type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WriteType {
    pub(crate) type_id: TypeId,
    /// Into `fields`: what is delivered with the row.
    pub(crate) fields: Span,
    /// Into `late`, or [`WriteType::NOTHING_LATE`].
    pub(crate) late: u32,
    /// Into `units`: the same fields, where some of them are in runs; otherwise nothing.
    pub(crate) units: Span,
}

/// A field, or a run of fields that may stand in one slot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WriteUnit {
    /// Of the field; of a run, what comes before its text: `{` or `,`.
    pub(crate) opening: Text,
    pub(crate) slot: u32,
    /// Into `fields`.
    pub(crate) fields: Span,
    pub(crate) is_run: bool,
}

impl WriteType {
    pub(crate) const NOTHING_LATE: u32 = u32::MAX;
}

/// What is delivered after the row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LateFields {
    /// Into `fields`: those of the row and the late ones.
    pub(crate) all: Span,
    /// Into `groups`.
    pub(crate) groups: Span,
    /// Into `fragments`: those that begin at the row.
    pub(crate) fragments: Span,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct LateGroup {
    pub(crate) part: u32,
    /// Into `fields`.
    pub(crate) fields: Span,
}

#[derive(Debug)]
pub(crate) struct WriteStream {
    pub(crate) initial_count: InitialCount,
    pub(crate) label: Option<String>,
    pub(crate) part: u32,
    /// Of each item; no stream again.
    pub(crate) value: WriteValue,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct WriteField {
    /// `{"name":` or `,"name":`.
    pub(crate) opening: Text,
    /// In quotes.
    pub(crate) name: Text,
    pub(crate) slot: u32,
    pub(crate) wrapping: Wrapping,
    pub(crate) value: WriteValue,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum WriteValue {
    Typename,
    /// The enum whose values must still be checked: some are not part of the API.
    Leaf {
        enum_check: Option<u32>,
    },
    Object,
    Introspection,
    Refused(Refusal),
    /// A streamed list; into `streams`.
    Streamed(u32),
}

impl WriteValue {
    /// Whether the value comes from the row's slot.
    pub(crate) fn has_slot(self) -> bool {
        matches!(self, WriteValue::Leaf { .. } | WriteValue::Object | WriteValue::Streamed(_))
    }
}

type Context<'a> = (&'a Supergraph, &'a mut Texts, &'a mut Enums);

impl WriteProgram {
    pub(crate) fn compile(
        plan: &QueryPlan,
        supergraph: &Supergraph,
        texts: &mut Texts,
        enums: &mut Enums,
    ) -> WriteProgram {
        let mut program = WriteProgram::default();
        for shape in &plan.shapes {
            let types = program.shape(shape, supergraph, texts, enums);
            program.shapes.push(types);
        }
        program
    }

    fn shape(&mut self, shape: &Shape, supergraph: &Supergraph, texts: &mut Texts, enums: &mut Enums) -> Span {
        let mut types = Vec::new();
        for variant in &shape.variants {
            let fields = self.fields(variant, None, (supergraph, &mut *texts, &mut *enums));
            let late = self.late(variant, fields, (supergraph, &mut *texts, &mut *enums));
            types.extend(variant.types.iter().map(|&type_id| WriteType {
                type_id,
                fields,
                late,
                units: Span::default(),
            }));
        }
        // Long lists of types are searched by halves; where a type is named twice, the first counts.
        types.sort_by_key(|known| known.type_id);
        types.dedup_by_key(|known| known.type_id);
        Span::append(&mut self.types, types)
    }

    /// The variant's fields of one part.
    fn fields(
        &mut self,
        variant: &ShapeVariant,
        part: Option<PartId>,
        (supergraph, texts, enums): Context<'_>,
    ) -> Span {
        let start = self.fields.len() as u32;
        for field in variant.fields.iter().filter(|field| field.deferred == part) {
            let is_first = self.fields.len() as u32 == start;
            let name = field.response_name.as_str();
            let value = self.value(field, (supergraph, enums));
            self.fields.push(WriteField {
                opening: texts.add(&[if is_first { "{\"" } else { ",\"" }, name, "\":"]),
                name: texts.add(&["\"", name, "\""]),
                slot: field.slot.0,
                wrapping: field.wrapping,
                value,
            });
        }
        Span { start, end: self.fields.len() as u32 }
    }

    fn value(&mut self, field: &ShapeField, (supergraph, enums): (&Supergraph, &mut Enums)) -> WriteValue {
        let value = match field.value {
            ShapeValue::Typename => WriteValue::Typename,
            ShapeValue::Introspection => WriteValue::Introspection,
            ShapeValue::Object(_) => WriteValue::Object,
            ShapeValue::Refused(refusal) => WriteValue::Refused(refusal),
            ShapeValue::Leaf(kind) => match enums.leaf_check(kind, supergraph) {
                LeafCheck::Enum(index) if enums.get(index).has_inaccessible => {
                    WriteValue::Leaf { enum_check: Some(index) }
                }
                _ => WriteValue::Leaf { enum_check: None },
            },
        };
        match &field.stream {
            Some(stream) if field.wrapping.list_depth() > 0 && value.has_slot() => {
                let (initial_count, label) = (stream.initial_count.clone(), stream.label.clone());
                self.streams.push(WriteStream { initial_count, label, part: stream.part.0, value });
                WriteValue::Streamed(self.streams.len() as u32 - 1)
            }
            _ => value,
        }
    }

    /// The variant's fields of other parts than its rows', if anything is deferred there. They come right after the others.
    fn late(&mut self, variant: &ShapeVariant, fields: Span, context: Context<'_>) -> u32 {
        let mut parts: Vec<PartId> = variant.fields.iter().filter_map(|field| field.deferred).collect();
        if parts.is_empty() && variant.fragments.is_empty() {
            return WriteType::NOTHING_LATE;
        }
        parts.sort();
        parts.dedup();
        let (supergraph, texts, enums) = context;
        let mut groups = Vec::with_capacity(parts.len());
        for part in parts {
            let fields = self.fields(variant, Some(part), (supergraph, &mut *texts, &mut *enums));
            groups.push(LateGroup { part: part.0, fields });
        }
        let fragments = variant.fragments.iter().map(|fragment| fragment.0);
        let late = LateFields {
            all: Span { start: fields.start, end: self.fields.len() as u32 },
            groups: Span::append(&mut self.groups, groups),
            fragments: Span::append(&mut self.fragments, fragments),
        };
        self.late.push(late);
        self.late.len() as u32 - 1
    }

    /// The client's view of a row; `None` when the client cannot see rows of that type.
    pub(crate) fn type_of(&self, shape: u32, type_id: TypeId) -> Option<WriteType> {
        let types = &self.types[self.shapes[shape as usize].range()];
        if let [only] = types {
            return (only.type_id == type_id).then_some(*only);
        }
        let index = types.binary_search_by_key(&type_id, |known| known.type_id).ok()?;
        Some(types[index])
    }

    /// What is delivered after rows of that type.
    pub(crate) fn late_of(&self, known: WriteType) -> Option<&LateFields> {
        self.late.get(known.late as usize)
    }

    /// What the items of a list are, streamed or not.
    pub(crate) fn value_of_items(&self, value: WriteValue) -> WriteValue {
        match value {
            WriteValue::Streamed(stream) => self.streams[stream as usize].value,
            _ => value,
        }
    }

    /// All fields of a type, late ones included.
    pub(crate) fn all_fields_of(&self, known: WriteType) -> Span {
        self.late_of(known).map_or(known.fields, |late| late.all)
    }

    pub(crate) fn weight_bytes(&self) -> usize {
        size_of_val(&self.shapes[..])
            + size_of_val(&self.types[..])
            + size_of_val(&self.fields[..])
            + size_of_val(&self.units[..])
            + size_of_val(&self.late[..])
            + size_of_val(&self.groups[..])
            + size_of_val(&self.fragments[..])
            + size_of_val(&self.streams[..])
    }
}
