//! How rows are represented to subgraphs: which slots are written, in which order, for which types.

use super::{Span, Text, Texts};
use hansa_federation::{Supergraph, TypeId};
use hansa_query_planner::plan::{Representation, RepresentationField, RepresentationValue};

#[derive(Debug, Default)]
pub(crate) struct RepresentationProgram {
    pub(crate) representations: Vec<PreparedRepresentation>,
    pub(crate) types: Vec<TypeId>,
    pub(crate) fields: Vec<PreparedRepresentationField>,
    pub(crate) objects: Vec<RepresentationObject>,
    pub(crate) variants: Vec<PreparedRepresentationVariant>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct PreparedRepresentation {
    /// Into `types`.
    pub(crate) types: Span,
    /// `{"__typename":"T"`, when it does not depend on the row.
    pub(crate) head: Option<Text>,
    /// Into `fields`.
    pub(crate) fields: Span,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct PreparedRepresentationField {
    /// In quotes, with the colon.
    pub(crate) name: Text,
    pub(crate) slot: u32,
    pub(crate) is_key: bool,
    pub(crate) value: PreparedRepresentationValue,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum PreparedRepresentationValue {
    Leaf,
    /// Into `objects`.
    Object(u32),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct RepresentationObject {
    pub(crate) has_typename: bool,
    /// Into `variants`.
    pub(crate) variants: Span,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct PreparedRepresentationVariant {
    /// Into `types`.
    pub(crate) types: Span,
    /// Into `fields`.
    pub(crate) fields: Span,
}

impl RepresentationProgram {
    /// Adds a lookup's representations and says where they are.
    pub(crate) fn add(
        &mut self,
        representations: &[Representation],
        supergraph: &Supergraph,
        texts: &mut Texts,
    ) -> Span {
        let mut prepared = Vec::with_capacity(representations.len());
        for representation in representations {
            let typename = match (representation.typename, &representation.types[..]) {
                (Some(type_id), _) | (None, &[type_id]) => Some(type_id),
                (None, _) => None,
            };
            let head =
                typename.map(|type_id| texts.add(&["{\"__typename\":\"", supergraph.ty(type_id).name.as_str(), "\""]));
            let fields = self.fields(&representation.fields, texts);
            let types = Span::append(&mut self.types, representation.types.iter().copied());
            prepared.push(PreparedRepresentation { types, head, fields });
        }
        Span::append(&mut self.representations, prepared)
    }

    fn fields(&mut self, fields: &[RepresentationField], texts: &mut Texts) -> Span {
        let mut prepared = Vec::with_capacity(fields.len());
        for field in fields {
            let value = match &field.value {
                RepresentationValue::Leaf => PreparedRepresentationValue::Leaf,
                RepresentationValue::Object { typename, variants } => {
                    let mut prepared_variants = Vec::with_capacity(variants.len());
                    for variant in variants {
                        let fields = self.fields(&variant.fields, texts);
                        let types = Span::append(&mut self.types, variant.types.iter().copied());
                        prepared_variants.push(PreparedRepresentationVariant { types, fields });
                    }
                    let variants = Span::append(&mut self.variants, prepared_variants);
                    self.objects.push(RepresentationObject { has_typename: *typename, variants });
                    PreparedRepresentationValue::Object(self.objects.len() as u32 - 1)
                }
            };
            let name = texts.add(&["\"", field.name.as_str(), "\":"]);
            prepared.push(PreparedRepresentationField { name, slot: field.slot.0, is_key: field.is_key, value });
        }
        Span::append(&mut self.fields, prepared)
    }

    pub(crate) fn weight_bytes(&self) -> usize {
        size_of_val(&self.representations[..])
            + size_of_val(&self.types[..])
            + size_of_val(&self.fields[..])
            + size_of_val(&self.objects[..])
            + size_of_val(&self.variants[..])
    }
}
