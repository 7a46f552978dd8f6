//! How the response is written: by position and concrete type, the client's fields in order.

use super::{Enums, LeafCheck, Span, Text, Texts};
use hansa_federation::{Supergraph, TypeId, Wrapping};
use hansa_query_planner::plan::{QueryPlan, Refusal, Shape, ShapeValue};

#[derive(Debug, Default)]
pub(crate) struct WriteProgram {
    /// By shape: into `types`.
    pub(crate) shapes: Vec<Span>,
    pub(crate) types: Vec<WriteType>,
    pub(crate) fields: Vec<WriteField>,
}

/// What the client sees of a row of that type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WriteType {
    pub(crate) type_id: TypeId,
    /// Into `fields`.
    pub(crate) fields: Span,
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
}

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
            let start = self.fields.len() as u32;
            for (index, field) in variant.fields.iter().enumerate() {
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
                let name = field.response_name.as_str();
                self.fields.push(WriteField {
                    opening: texts.add(&[if index == 0 { "{\"" } else { ",\"" }, name, "\":"]),
                    name: texts.add(&["\"", name, "\""]),
                    slot: field.slot.0,
                    wrapping: field.wrapping,
                    value,
                });
            }
            let fields = Span { start, end: self.fields.len() as u32 };
            types.extend(variant.types.iter().map(|&type_id| WriteType { type_id, fields }));
        }
        // Long lists of types are searched by halves; where a type is named twice, the first counts.
        types.sort_by_key(|known| known.type_id);
        types.dedup_by_key(|known| known.type_id);
        Span::append(&mut self.types, types)
    }

    /// The client's fields of a row; `None` when the client cannot see rows of that type.
    pub(crate) fn fields_of(&self, shape: u32, type_id: TypeId) -> Option<Span> {
        let types = &self.types[self.shapes[shape as usize].range()];
        if let [only] = types {
            return (only.type_id == type_id).then_some(only.fields);
        }
        let index = types.binary_search_by_key(&type_id, |known| known.type_id).ok()?;
        Some(types[index].fields)
    }

    pub(crate) fn weight_bytes(&self) -> usize {
        size_of_val(&self.shapes[..]) + size_of_val(&self.types[..]) + size_of_val(&self.fields[..])
    }
}
