//! Field sets in join directives, resolved against the supergraph.

use super::{Reader, SupergraphError};
use crate::{FieldSet, FieldSetField, FieldSetSelection, TypeId};
use apollo_compiler::{
    Name,
    executable::{self, Selection, SelectionSet},
};

impl Reader<'_> {
    pub(super) fn type_name(&self, id: TypeId) -> &Name {
        self.type_ids.iter().find(|(_, known)| **known == id).map(|(name, _)| name).expect("ids are made from names")
    }

    /// Parses `text` as a field set of the type `name`. Braces around it are optional.
    pub(super) fn field_set(&self, name: &Name, text: &str) -> Result<FieldSet, SupergraphError> {
        let trimmed = text.trim();
        let inner = trimmed.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(trimmed);
        if !self.kind(name).has_fields() && !self.schema.types[name].is_union() {
            return Err(SupergraphError::Malformed(format!("`{text}`: {name} has no fields to select")));
        }
        let parsed = executable::FieldSet::parse(self.schema, name.clone(), inner, "field set");
        let parsed = parsed.map_err(|invalid| {
            SupergraphError::Malformed(format!("`{text}` is not a field set of {name}: {}", invalid.errors))
        })?;
        Ok(FieldSet { selections: self.selections(&parsed.selection_set)? })
    }

    fn selections(&self, selection_set: &SelectionSet) -> Result<Vec<FieldSetSelection>, SupergraphError> {
        let mut selections = Vec::new();
        for selection in &selection_set.selections {
            match selection {
                Selection::Field(field) if field.name == "__typename" => {}
                Selection::Field(field) => selections.push(FieldSetSelection::Field(FieldSetField {
                    name: field.name.clone(),
                    arguments: field.arguments.clone(),
                    selections: match &field.selection_set {
                        Some(selection_set) => self.selections(selection_set)?,
                        None => Vec::new(),
                    },
                })),
                Selection::InlineFragment(fragment) => {
                    let inner = self.selections(&fragment.selection_set)?;
                    match fragment.type_condition.as_ref().and_then(|name| self.type_ids.get(name)) {
                        Some(id) => selections
                            .push(FieldSetSelection::InlineFragment { type_condition: *id, selections: inner }),
                        None => selections.extend(inner),
                    }
                }
                Selection::FragmentSpread(_) => {
                    return Err(SupergraphError::Malformed("a field set cannot spread a named fragment".to_owned()));
                }
            }
        }
        Ok(selections)
    }
}
