//! How subgraphs' objects are decoded: the plan's selections in flat arrays.

use super::{Enums, LeafCheck, Span, Text, Texts};
use hansa_federation::{Supergraph, TypeId};
use hansa_query_planner::plan::{
    InitialCount, Selection, SelectionField, SelectionValue, SelectionVariant, TypeSource,
};
use hashbrown::HashMap;
use std::sync::Arc;

#[derive(Debug, Default)]
pub(crate) struct DecodeProgram {
    pub(crate) objects: Vec<DecodeObject>,
    pub(crate) types: Vec<DecodeType>,
    pub(crate) variants: Vec<DecodeVariant>,
    pub(crate) fields: Vec<DecodeField>,
    pub(crate) targets: Vec<u32>,
    pub(crate) streams: Vec<DecodeStream>,
    /// Of selections that several fields share, by address: where they are. The plan being prepared keeps them in place.
    shared: HashMap<usize, u32>,
}

/// One selection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DecodeObject {
    pub(crate) shape: u32,
    pub(crate) type_source: TypeSource,
    /// The variant of a static type.
    pub(crate) static_variant: Option<u32>,
    /// Into `types`.
    pub(crate) types: Span,
    /// Into `variants`.
    pub(crate) variants: Span,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct DecodeType {
    pub(crate) type_id: TypeId,
    /// In quotes.
    pub(crate) name: Text,
    pub(crate) variant: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct DecodeVariant {
    /// Into `fields`.
    pub(crate) fields: Span,
    /// Into `targets`.
    pub(crate) targets: Span,
    /// Into the plain program's `copied`: the slots of single fields and runs, once there is that program.
    pub(crate) copied: Span,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct DecodeField {
    /// In quotes, with the colon.
    pub(crate) key: Text,
    /// The key's first bytes, for a quick comparison.
    pub(crate) key_start: KeyStart,
    pub(crate) slot: u32,
    pub(crate) list_depth: u8,
    pub(crate) value: DecodeValue,
    /// The run that it is in, or [`DecodeField::NONE`].
    pub(crate) run: u32,
    pub(crate) begins_run: bool,
    /// Into the plain program's fields, where the value can stay in its text; or [`DecodeField::NONE`].
    pub(crate) plain: u32,
}

impl DecodeField {
    pub(crate) const NONE: u32 = u32::MAX;
}

/// Up to eight bytes of a key in quotes with its colon: most keys are no longer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyStart {
    pub(crate) bytes: u64,
    pub(crate) mask: u64,
    pub(crate) is_whole: bool,
}

impl KeyStart {
    fn new(name: &str) -> KeyStart {
        let key = format!("\"{name}\":");
        let (mut bytes, mut mask) = ([0; 8], [0; 8]);
        for (index, byte) in key.bytes().take(8).enumerate() {
            (bytes[index], mask[index]) = (byte, u8::MAX);
        }
        KeyStart { bytes: u64::from_le_bytes(bytes), mask: u64::from_le_bytes(mask), is_whole: key.len() <= 8 }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum DecodeValue {
    Leaf(LeafCheck),
    /// Into `objects`.
    Object(u32),
    /// Items of a streamed list; into `streams`.
    Streamed(u32),
}

/// The first items of a list are read into other rows than the others. Neither value is a stream again.
#[derive(Debug)]
pub(crate) struct DecodeStream {
    pub(crate) initial_count: InitialCount,
    pub(crate) first: DecodeValue,
    pub(crate) later: DecodeValue,
}

impl DecodeProgram {
    /// Adds a selection and says where it is.
    pub(crate) fn add(
        &mut self,
        selection: &Selection,
        supergraph: &Supergraph,
        texts: &mut Texts,
        enums: &mut Enums,
    ) -> u32 {
        let mut types = Vec::new();
        let mut variants = Vec::with_capacity(selection.variants.len());
        for variant in &selection.variants {
            variants.push(self.variant(variant, supergraph, texts, enums));
        }
        let variants = Span::append(&mut self.variants, variants);
        for (index, variant) in selection.variants.iter().enumerate() {
            types.extend(variant.types.iter().map(|&type_id| DecodeType {
                type_id,
                name: texts.add(&["\"", supergraph.ty(type_id).name.as_str(), "\""]),
                variant: variants.start + index as u32,
            }));
        }
        let static_variant = match selection.type_source {
            TypeSource::Static(type_id) => {
                types.iter().find(|known| known.type_id == type_id).map(|known| known.variant)
            }
            TypeSource::Typename | TypeSource::Row => None,
        };
        let types = Span::append(&mut self.types, types);
        self.objects.push(DecodeObject {
            shape: selection.shape.0,
            type_source: selection.type_source,
            static_variant,
            types,
            variants,
        });
        self.objects.len() as u32 - 1
    }

    fn variant(
        &mut self,
        variant: &SelectionVariant,
        supergraph: &Supergraph,
        texts: &mut Texts,
        enums: &mut Enums,
    ) -> DecodeVariant {
        let mut fields = Vec::with_capacity(variant.fields.len());
        for field in &variant.fields {
            let value = self.field_value(field, supergraph, texts, enums);
            fields.push(DecodeField {
                key_start: KeyStart::new(field.response_key.as_str()),
                key: texts.add(&["\"", field.response_key.as_str(), "\":"]),
                slot: field.slot.0,
                list_depth: field.wrapping.list_depth(),
                value,
                run: DecodeField::NONE,
                begins_run: false,
                plain: DecodeField::NONE,
            });
        }
        DecodeVariant {
            fields: Span::append(&mut self.fields, fields),
            targets: Span::append(&mut self.targets, variant.targets.iter().map(|target| target.0)),
            copied: Span::default(),
        }
    }

    fn field_value(
        &mut self,
        field: &SelectionField,
        supergraph: &Supergraph,
        texts: &mut Texts,
        enums: &mut Enums,
    ) -> DecodeValue {
        let first = self.value(&field.value, supergraph, texts, enums);
        let Some(stream) = &field.stream else { return first };
        let later = self.value(&stream.items, supergraph, texts, enums);
        self.streams.push(DecodeStream { initial_count: stream.initial_count.clone(), first, later });
        DecodeValue::Streamed(self.streams.len() as u32 - 1)
    }

    fn value(
        &mut self,
        value: &SelectionValue,
        supergraph: &Supergraph,
        texts: &mut Texts,
        enums: &mut Enums,
    ) -> DecodeValue {
        match value {
            SelectionValue::Leaf(kind) => DecodeValue::Leaf(enums.leaf_check(*kind, supergraph)),
            SelectionValue::Object(selection) => {
                let address = Arc::as_ptr(selection) as usize;
                let known = self.shared.get(&address).copied();
                let object = known.unwrap_or_else(|| self.add(selection, supergraph, texts, enums));
                self.shared.insert(address, object);
                DecodeValue::Object(object)
            }
        }
    }

    /// The selection by which a row of that shape was read; `None` for leaves.
    pub(crate) fn object_of(&self, value: DecodeValue, shape: u32) -> Option<u32> {
        match value {
            DecodeValue::Object(object) => Some(object),
            DecodeValue::Leaf(_) => None,
            DecodeValue::Streamed(stream) => {
                let DecodeStream { first, later, .. } = &self.streams[stream as usize];
                let mut objects = [*first, *later].into_iter().filter_map(|value| self.any_object_of(value));
                objects.find(|&object| self.objects[object as usize].shape == shape)
            }
        }
    }

    /// A selection that tells what the rows there are called, whatever their shape.
    pub(crate) fn any_object_of(&self, value: DecodeValue) -> Option<u32> {
        match value {
            DecodeValue::Object(object) => Some(object),
            DecodeValue::Leaf(_) => None,
            DecodeValue::Streamed(stream) => match self.streams[stream as usize].first {
                DecodeValue::Object(object) => Some(object),
                DecodeValue::Leaf(_) | DecodeValue::Streamed(_) => None,
            },
        }
    }

    /// The shape of the rows below a slot.
    pub(crate) fn shape_below(&self, shape: u32, slot: u32) -> Option<u32> {
        let objects = self.objects.iter().filter(|object| object.shape == shape);
        let variants = objects.flat_map(|object| &self.variants[object.variants.range()]);
        let mut fields = variants.flat_map(|variant| &self.fields[variant.fields.range()]);
        fields.find_map(|field| match field.value {
            DecodeValue::Object(below) if field.slot == slot => Some(self.objects[below as usize].shape),
            _ => None,
        })
    }

    /// When the plan has been prepared.
    pub(crate) fn end(&mut self) {
        self.shared = HashMap::new();
    }

    /// The variant for a type; `None` for a type with nothing to read.
    pub(crate) fn variant_of(&self, object: &DecodeObject, type_id: TypeId) -> Option<u32> {
        if let TypeSource::Static(_) = object.type_source {
            return object.static_variant;
        }
        let mut types = self.types[object.types.range()].iter();
        types.find(|known| known.type_id == type_id).map(|known| known.variant)
    }

    pub(crate) fn weight_bytes(&self) -> usize {
        size_of_val(&self.objects[..])
            + size_of_val(&self.types[..])
            + size_of_val(&self.variants[..])
            + size_of_val(&self.fields[..])
            + size_of_val(&self.targets[..])
            + size_of_val(&self.streams[..])
    }
}
