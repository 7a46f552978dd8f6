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
    /// Empty for leaves.
    pub selections: Vec<FieldSetSelection>,
}
