//! Field sets: the selections in `@key`, `@requires` and `@provides`, resolved against the supergraph's types.

use crate::TypeId;
use apollo_compiler::{Name, Node, ast};

/// A selection set of a directive argument. Federation specification, "FieldSet".
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FieldSet {
    pub selections: Vec<FieldSetSelection>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FieldSetSelection {
    Field(FieldSetField),
    InlineFragment { type_condition: TypeId, selections: Vec<FieldSetSelection> },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldSetField {
    pub name: Name,
    /// Constant arguments (`@requires` may have them).
    pub arguments: Vec<Node<ast::Argument>>,
    /// Empty for leaves, and for objects of which only `__typename` is selected.
    pub selections: Vec<FieldSetSelection>,
}

impl FieldSet {
    /// Whether the field is at the top level, of all types or not.
    pub fn mentions(&self, name: &str) -> bool {
        fields(&self.selections).into_iter().any(|field| field.name == name)
    }

    /// Whether one object cannot hold both: a field, at whatever depth, is selected here with other arguments than there.
    pub fn has_contradiction(&self, other: &FieldSet) -> bool {
        contradicts(&self.selections, &other.selections)
    }
}

fn contradicts(selections: &[FieldSetSelection], others: &[FieldSetSelection]) -> bool {
    let others = fields(others);
    fields(selections).into_iter().any(|field| {
        others.iter().any(|other| {
            other.name == field.name
                && (other.arguments != field.arguments || contradicts(&field.selections, &other.selections))
        })
    })
}

/// The fields of all types alike.
fn fields(selections: &[FieldSetSelection]) -> Vec<&FieldSetField> {
    let fields = selections.iter().flat_map(|selection| match selection {
        FieldSetSelection::Field(field) => vec![field],
        FieldSetSelection::InlineFragment { selections, .. } => fields(selections),
    });
    fields.collect()
}
