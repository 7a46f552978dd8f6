//! Finds the lookups whose rows, where they stand for one entity, are equal in everything that is known of them.
//!
//! Of such rows nothing was known but their keys, or what else the lookup sends: and that is the same. What comes later is the
//! same, too, because it is asked for by the same representations.

use super::{plain_program::PlainProgram, plain_text::Programs, representation_program::PreparedRepresentationValue};

pub(super) fn find(plain: &PlainProgram, programs: &mut Programs<'_>) {
    let selections: Vec<u32> = programs.fetch.lookups.iter().map(|lookup| lookup.selection).collect();
    for lookup in &mut programs.fetch.lookups {
        let shape = programs.decode.objects[lookup.selection as usize].shape;
        let objects = programs.decode.objects.iter().zip(0..);
        let creators = objects.filter(|(object, index)| object.shape == shape && !selections.contains(index));
        let representations = &programs.representation.representations[lookup.representations.range()];
        // Rows made by one object are looked up together or not at all.
        let ([representation], 1) = (representations, creators.count()) else { continue };
        let fields = &programs.representation.fields[representation.fields.range()];
        let is_leaf = |value| matches!(value, PreparedRepresentationValue::Leaf);
        if plain.layout(shape).full <= u64::BITS && fields.iter().all(|field| is_leaf(field.value)) {
            lookup.equal_slots = fields.iter().fold(0, |slots, field| slots | 1 << field.slot);
        }
    }
}
