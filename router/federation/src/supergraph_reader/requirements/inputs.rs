//! A field that is computed from others tells about them: it needs what they need, at whatever distance. That composition
//! asks for this too does not help where somebody else composed.

use super::{Requirements, add, field_position};
use crate::{FieldSetSelection, TypeDefinition, TypeId};

/// Type and index of a field.
type Place = (usize, usize);

/// A field and what its `@requires` and its contexts read, on any concrete type.
struct Computed {
    place: Place,
    inputs: Vec<Place>,
}

pub(super) fn add_of_inputs(types: &[TypeDefinition], needed: &mut [Vec<Requirements>]) {
    let computed = computed_fields(types);
    let mut is_settled = false;
    while !is_settled {
        is_settled = true;
        for Computed { place, inputs } in &computed {
            for input in inputs {
                let of_input = needed[input.0][input.1].clone();
                is_settled &= !add(&mut needed[place.0][place.1], &of_input);
            }
        }
    }
}

fn computed_fields(types: &[TypeDefinition]) -> Vec<Computed> {
    let mut computed = Vec::new();
    for (index, definition) in types.iter().enumerate() {
        for (position, field) in definition.fields.iter().enumerate() {
            for known in field.in_subgraphs.iter().filter(|known| !known.is_external) {
                if known.requires.is_none() && known.context_arguments.is_empty() {
                    continue;
                }
                let in_type = definition.in_subgraph(known.subgraph);
                let is_interface_object = in_type.is_some_and(|known| known.is_interface_object);
                // An interface object's field is the field of each of its types.
                let of_types = definition.possible_types.iter().filter(|_| is_interface_object);
                let of_types = of_types.filter_map(|object| {
                    let object = object.0 as usize;
                    Some((object, field_position(&types[object], &field.name)?))
                });
                for place in std::iter::once((index, position)).chain(of_types) {
                    let mut inputs = Vec::new();
                    if let Some(requires) = &known.requires {
                        add_selected(types, &[TypeId(place.0 as u32)], &requires.selections, &mut inputs);
                    }
                    for selection in known.context_arguments.iter().flat_map(|argument| &argument.selections) {
                        add_selected(types, &[selection.on], &selection.fields.selections, &mut inputs);
                    }
                    inputs.sort_unstable();
                    inputs.dedup();
                    computed.push(Computed { place, inputs });
                }
            }
        }
    }
    computed
}

fn add_selected(
    types: &[TypeDefinition],
    concrete: &[TypeId],
    selections: &[FieldSetSelection],
    inputs: &mut Vec<Place>,
) {
    for selection in selections {
        match selection {
            FieldSetSelection::InlineFragment { type_condition, selections } => {
                let possible = &types[type_condition.0 as usize].possible_types;
                let narrowed = concrete.iter().copied().filter(|ty| ty == type_condition || possible.contains(ty));
                add_selected(types, &narrowed.collect::<Vec<_>>(), selections, inputs);
            }
            FieldSetSelection::Field(selected) => {
                for ty in concrete {
                    let definition = &types[ty.0 as usize];
                    let Some(position) = field_position(definition, &selected.name) else { continue };
                    inputs.push((ty.0 as usize, position));
                    let named = definition.fields[position].ty.named;
                    let below = &types[named.0 as usize].possible_types;
                    let below = if below.is_empty() { std::slice::from_ref(&named) } else { below };
                    add_selected(types, below, &selected.selections, inputs);
                }
            }
        }
    }
}
