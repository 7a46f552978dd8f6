//! Field sets in join directives, resolved against the supergraph.

use super::{Reader, SupergraphError};
use crate::{FieldSet, FieldSetField, FieldSetSelection, TypeId};
use apollo_compiler::{
    Name,
    executable::{self, Field, Selection, SelectionSet},
    validation::DiagnosticList,
};

impl Reader<'_> {
    pub(super) fn type_name(&self, id: TypeId) -> &Name {
        self.type_ids.iter().find(|(_, known)| **known == id).map(|(name, _)| name).expect("ids are made from names")
    }

    /// Parses `text` as a field set of the type `name`. Braces around it are optional. `place` is where it stands, for
    /// messages: coordinate and argument.
    pub(super) fn field_set(&self, name: &Name, text: &str, place: (&str, &str)) -> Result<FieldSet, SupergraphError> {
        let (coordinate, argument) = place;
        let refuse = |why: String| {
            SupergraphError::Malformed(format!("{coordinate}: `{argument}: {text:?}` is no field set of {name}: {why}"))
        };
        let trimmed = text.trim();
        let inner = trimmed.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(trimmed);
        if !self.kind(name).has_fields() && !self.schema.types[name].is_union() {
            return Err(refuse("the type has no fields".to_owned()));
        }
        let parsed = executable::FieldSet::parse(self.schema, name.clone(), inner, "field set");
        let parsed = parsed.map_err(|invalid| refuse(first_messages(&invalid.errors)))?;
        Ok(FieldSet { selections: self.selections(&parsed.selection_set).map_err(refuse)? })
    }

    fn selections(&self, selection_set: &SelectionSet) -> Result<Vec<FieldSetSelection>, String> {
        let mut selections = Vec::new();
        for selection in &selection_set.selections {
            match selection {
                Selection::Field(field) if field.name == "__typename" => {}
                Selection::Field(field) => selections.push(self.selected_field(field)?),
                Selection::InlineFragment(fragment) => {
                    let inner = self.selections(&fragment.selection_set)?;
                    match fragment.type_condition.as_ref().and_then(|name| self.type_ids.get(name)) {
                        Some(id) => {
                            selections
                                .push(FieldSetSelection::InlineFragment { type_condition: *id, selections: inner });
                        }
                        None => selections.extend(inner),
                    }
                }
                Selection::FragmentSpread(_) => return Err("it spreads a named fragment".to_owned()),
            }
        }
        Ok(selections)
    }

    fn selected_field(&self, field: &Field) -> Result<FieldSetSelection, String> {
        let selections = match &field.selection_set {
            Some(selection_set) => self.selections(selection_set)?,
            None if !self.schema.types[field.ty().inner_named_type()].is_leaf() => {
                return Err(format!("`{}` is an object and needs a selection of its own", field.name));
            }
            None => Vec::new(),
        };
        Ok(FieldSetSelection::Field(FieldSetField {
            name: field.name.clone(),
            arguments: field.arguments.clone(),
            selections,
        }))
    }
}

/// Messages only: a report would want to show the schema's text, which the parser of field sets does not have.
fn first_messages(findings: &DiagnosticList) -> String {
    const SHOWN_MAX: usize = 3;
    let messages = findings.iter().take(SHOWN_MAX).map(|finding| finding.to_json().message);
    messages.collect::<Vec<_>>().join("; ")
}
