//! Walks through selections on merged types, without trusting that they fit.

use crate::type_members::field_of;
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Field, FieldDefinition, Selection},
};

/// What a walk through a field set meets.
#[derive(Debug)]
pub(crate) enum Visit<'a> {
    Field {
        parent: &'a Name,
        field: &'a Field,
        /// None when the type has no such field.
        definition: Option<&'a FieldDefinition>,
    },
    TypeCondition(&'a Name),
}

/// Visits all fields but `__typename`, and all type conditions, outermost first. Below a field that does not exist
/// nothing is visited.
pub(crate) fn walk<'a>(
    schema: &'a Schema,
    parent: &'a Name,
    selections: &'a [Selection],
    visit: &mut impl FnMut(Visit<'a>),
) {
    let mut pending: Vec<(&'a Name, &'a Selection)> = in_reverse(parent, selections).collect();
    while let Some((parent, selection)) = pending.pop() {
        match selection {
            Selection::Field(selected) if selected.name == "__typename" => {}
            Selection::Field(selected) => {
                let definition = field_of(schema, parent, &selected.name);
                let definition: Option<&'a FieldDefinition> = definition.map(Node::as_ref);
                visit(Visit::Field { parent, field: selected, definition });
                if let Some(definition) = definition {
                    let below = selected.selection_set.as_deref().unwrap_or_default();
                    pending.extend(in_reverse(definition.ty.inner_named_type(), below));
                }
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.type_condition.as_ref();
                if let Some(condition) = condition {
                    visit(Visit::TypeCondition(condition));
                }
                pending.extend(in_reverse(condition.unwrap_or(parent), &fragment.selection_set));
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn in_reverse<'a>(parent: &'a Name, selections: &'a [Selection]) -> impl Iterator<Item = (&'a Name, &'a Selection)> {
    selections.iter().rev().map(move |selection| (parent, selection))
}
