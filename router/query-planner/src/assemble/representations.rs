//! What a lookup says of each row: its key and the inputs that the asked fields require, by slot.

use super::{Assembly, draft::LookupDraft, shapes::SlotPlace};
use crate::{
    plan::{Representation, RepresentationField, RepresentationValue, RepresentationVariant, ShapeId},
    selections::{Item, WantedField},
    solve::Hop,
};
use hansa_federation::{FieldSetSelection, TypeId, TypeKind};

impl LookupDraft {
    /// Whether rows of a type can be represented with these fields too: a field has one value, whatever its arguments.
    pub(super) fn has_room(&self, ty: TypeId, fields: &[RepresentationField]) -> bool {
        let known = self.representations.iter().find(|known| known.types.contains(&ty));
        known.is_none_or(|known| !clashes(&known.fields, fields))
    }

    /// `types` start with the one that the fields are of.
    pub(super) fn represent(&mut self, types: &[TypeId], entered_as: TypeId, fields: Vec<RepresentationField>) {
        let typename = (types != [entered_as]).then_some(entered_as);
        let mut merged = Vec::new();
        for known in &mut self.representations {
            if known.types.contains(&types[0]) {
                merged.clone_from(&known.fields);
            }
            known.types.retain(|known| !types.contains(known));
        }
        for field in fields {
            merge_field(&mut merged, field);
        }
        self.representations.retain(|known| !known.types.is_empty());
        match self.representations.iter_mut().find(|known| known.typename == typename && known.fields == merged) {
            Some(known) => known.types.extend(types),
            None => self.representations.push(Representation { types: types.to_vec(), typename, fields: merged }),
        }
    }
}

fn clashes(known: &[RepresentationField], fields: &[RepresentationField]) -> bool {
    let same = |field: &RepresentationField| known.iter().find(|known| known.name == field.name).cloned();
    fields.iter().filter_map(|field| same(field).map(|known| (known, field))).any(|(known, field)| {
        known.slot != field.slot
            || match (&known.value, &field.value) {
                (RepresentationValue::Object { variants: known, .. }, RepresentationValue::Object { variants, .. }) => {
                    variants.iter().any(|variant| known.iter().any(|known| clashes(&known.fields, &variant.fields)))
                }
                _ => false,
            }
    })
}

impl Assembly<'_> {
    /// Key and requirements of a hop, from rows of type `ty`.
    pub(super) fn represent(&mut self, (shape, ty): (ShapeId, TypeId), hop: &Hop) -> Vec<RepresentationField> {
        let Some(entry) = hop.entry else { return Vec::new() };
        let graph = self.graph;
        let mut fields = Vec::new();
        self.represent_fields((shape, ty), &graph.key(entry).fields.selections, true, &mut fields);
        for set in &hop.requires {
            self.represent_fields((shape, ty), &set.selections, false, &mut fields);
        }
        fields
    }

    fn represent_fields(
        &mut self,
        (shape, ty): (ShapeId, TypeId),
        set: &[FieldSetSelection],
        is_key: bool,
        fields: &mut Vec<RepresentationField>,
    ) {
        let supergraph = self.graph.supergraph();
        for selection in set {
            match selection {
                FieldSetSelection::InlineFragment { type_condition, selections } => {
                    if *type_condition == ty || supergraph.ty(*type_condition).possible_types.contains(&ty) {
                        self.represent_fields((shape, ty), selections, is_key, fields);
                    }
                }
                FieldSetSelection::Field(field) => {
                    let Some(definition) = supergraph.ty(ty).field(&field.name) else { continue };
                    let named = definition.ty.named;
                    let arguments = self.selections.known_arguments(&field.arguments);
                    let is_leaf = !supergraph.ty(named).is_composite();
                    let child = (!is_leaf).then(|| self.selections.any());
                    let item =
                        Item::from(WantedField { arguments, child, ..WantedField::internal(field.name.clone()) });
                    let SlotPlace { slot, child: child_shape, .. } = self.slot(shape, ty, &item);
                    let value = match child_shape {
                        Some(child_shape) if !is_leaf => {
                            self.represent_object((child_shape, named), &field.selections, is_key)
                        }
                        _ => RepresentationValue::Leaf,
                    };
                    merge_field(fields, RepresentationField { name: field.name.clone(), slot, is_key, value });
                }
            }
        }
    }

    fn represent_object(
        &mut self,
        (shape, ty): (ShapeId, TypeId),
        set: &[FieldSetSelection],
        is_key: bool,
    ) -> RepresentationValue {
        let definition = self.graph.supergraph().ty(ty);
        let mut variants: Vec<RepresentationVariant> = Vec::new();
        for concrete in &definition.possible_types {
            let mut fields = Vec::new();
            self.represent_fields((shape, *concrete), set, is_key, &mut fields);
            match variants.iter_mut().find(|variant| variant.fields == fields) {
                Some(variant) => variant.types.push(*concrete),
                None => variants.push(RepresentationVariant { types: vec![*concrete], fields }),
            }
        }
        // Nothing but `__typename` may have been required.
        RepresentationValue::Object { typename: definition.kind != TypeKind::Object || set.is_empty(), variants }
    }
}

/// Adds a field once; a field that is key and requirement is a key.
fn merge_field(fields: &mut Vec<RepresentationField>, field: RepresentationField) {
    let Some(known) = fields.iter_mut().find(|known| known.name == field.name) else {
        fields.push(field);
        return;
    };
    known.is_key |= field.is_key;
    let (RepresentationValue::Object { variants: known, .. }, RepresentationValue::Object { variants, .. }) =
        (&mut known.value, field.value)
    else {
        return;
    };
    for variant in variants {
        merge_variant(known, variant);
    }
}

fn merge_variant(variants: &mut Vec<RepresentationVariant>, variant: RepresentationVariant) {
    let RepresentationVariant { types, fields } = variant;
    for ty in types {
        let known = variants.iter().find(|known| known.types.contains(&ty));
        let mut merged = known.map(|known| known.fields.clone()).unwrap_or_default();
        for field in fields.clone() {
            merge_field(&mut merged, field);
        }
        for known in variants.iter_mut() {
            known.types.retain(|known| *known != ty);
        }
        variants.push(RepresentationVariant { types: vec![ty], fields: merged });
    }
    variants.retain(|variant| !variant.types.is_empty());
}
