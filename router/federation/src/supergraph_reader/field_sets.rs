//! Field sets in join directives, resolved as the subgraph that wrote them sees the types: a field may have a narrower
//! type there than in the supergraph.

use super::{Reader, SupergraphError, text};
use crate::{ContextArgument, ContextSelection, FieldSet, FieldSetField, FieldSetSelection, SubgraphId, TypeId};
use apollo_compiler::{
    Name,
    ast::{self, Definition, Directive, Document, Type},
    executable,
    schema::{ExtendedType, FieldDefinition},
    validation::DiagnosticList,
};

impl Reader<'_> {
    pub(super) fn type_name(&self, id: TypeId) -> &Name {
        &self.type_names[id.0 as usize]
    }

    /// Parses `text` as a field set that a subgraph has for the type. Braces around it are optional. `place` is where it
    /// stands, for messages: coordinate and argument.
    pub(super) fn field_set(
        &self,
        (name, subgraph): (&Name, SubgraphId),
        text: &str,
        (coordinate, argument): (&str, &str),
    ) -> Result<FieldSet, SupergraphError> {
        self.resolved(name, subgraph, text).map_err(|why| {
            SupergraphError::Malformed(format!("{coordinate}: `{argument}: {text:?}` is no field set of {name}: {why}"))
        })
    }

    /// `contextArguments` of `@join__field`.
    pub(super) fn context_arguments(
        &self,
        directive: &Directive,
        subgraph: SubgraphId,
        coordinate: &str,
    ) -> Result<Vec<ContextArgument>, SupergraphError> {
        let Some(value) = directive.specified_argument_by_name("contextArguments") else { return Ok(Vec::new()) };
        let mut arguments = Vec::new();
        for item in value.as_list().unwrap_or_default() {
            let member = |key: &str| {
                let found = item.as_object()?.iter().find(|(name, _)| name == key)?;
                found.1.as_str()
            };
            let members = (member("name"), member("type"), member("context"), member("selection"));
            let (Some(name), Some(ty), Some(context), Some(selection)) = members else {
                return Err(SupergraphError::Malformed(format!(
                    "{coordinate}: an item of `contextArguments` needs `name`, `type`, `context` and `selection`"
                )));
            };
            let parsed = Name::new(name).ok().zip(Type::parse(ty, coordinate).ok());
            let known = parsed.filter(|(_, ty)| self.type_ids.contains_key(ty.inner_named_type()));
            let Some((name, ty)) = known else {
                return Err(SupergraphError::Malformed(format!(
                    "{coordinate}: an item of `contextArguments` is the argument `{name}: {ty}`, which cannot be one"
                )));
            };
            let selections = self.context_selections((context, selection), subgraph).map_err(|why| {
                SupergraphError::Malformed(format!("{coordinate}: `{name}` cannot be read from a context: {why}"))
            })?;
            arguments.push(ContextArgument { name, ty, context: context.to_owned(), selections });
        }
        Ok(arguments)
    }

    /// The selection on each type that sets the context. One with type conditions may fit some of the types only.
    fn context_selections(
        &self,
        (context, selection): (&str, &str),
        subgraph: SubgraphId,
    ) -> Result<Vec<ContextSelection>, String> {
        let mut selections = Vec::new();
        let mut misfit = None;
        for on in self.contexts.get(context).into_iter().flatten() {
            match self.resolved(self.type_name(*on), subgraph, selection) {
                Ok(fields) => selections.push(ContextSelection { on: *on, fields }),
                Err(why) => misfit = Some(format!("`{selection}` is no field set of {}: {why}", self.type_name(*on))),
            }
        }
        match selections.is_empty() {
            true => Err(misfit.unwrap_or_else(|| format!("no type sets the context `{context}`"))),
            false => Ok(selections),
        }
    }

    fn resolved(&self, name: &Name, subgraph: SubgraphId, text: &str) -> Result<FieldSet, String> {
        let trimmed = text.trim();
        let inner = trimmed.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(trimmed);
        if !self.kind(name).has_fields() && !self.schema.types[name].is_union() {
            return Err("the type has no fields".to_owned());
        }
        let document = Document::parse(format!("{{{inner}}}"), "field set");
        let document = document.map_err(|invalid| first_messages(&invalid.errors))?;
        let [Definition::OperationDefinition(operation)] = document.definitions.as_slice() else {
            return Err("it is no selection set".to_owned());
        };
        match self.selections((name, subgraph), &operation.selection_set) {
            Ok(selections) => Ok(FieldSet { selections }),
            // Read once more by the parser that knows the schema, for what it says of it. That one must not see bad
            // syntax: it panics at some.
            Err(why) => {
                let parsed = executable::FieldSet::parse(self.schema, name.clone(), inner, "field set");
                parsed.map_err(|invalid| first_messages(&invalid.errors))?;
                Err(why)
            }
        }
    }

    fn selections(
        &self,
        (name, subgraph): (&Name, SubgraphId),
        selection_set: &[ast::Selection],
    ) -> Result<Vec<FieldSetSelection>, String> {
        let mut selections = Vec::new();
        for selection in selection_set {
            match selection {
                ast::Selection::Field(field) if field.name == "__typename" => {}
                ast::Selection::Field(field) => selections.push(self.selected_field((name, subgraph), field)?),
                ast::Selection::InlineFragment(fragment) => {
                    let narrowed = fragment.type_condition.as_ref().unwrap_or(name);
                    let Some(type_condition) = self.type_ids.get(narrowed).copied() else {
                        return Err(format!("there is no type `{narrowed}`"));
                    };
                    let inner = self.selections((narrowed, subgraph), &fragment.selection_set)?;
                    match fragment.type_condition {
                        Some(_) => {
                            selections.push(FieldSetSelection::InlineFragment { type_condition, selections: inner });
                        }
                        None => selections.extend(inner),
                    }
                }
                ast::Selection::FragmentSpread(_) => return Err("it spreads a named fragment".to_owned()),
            }
        }
        Ok(selections)
    }

    fn selected_field(
        &self,
        (name, subgraph): (&Name, SubgraphId),
        field: &ast::Field,
    ) -> Result<FieldSetSelection, String> {
        let definition = match &self.schema.types[name] {
            ExtendedType::Object(object) => object.fields.get(&field.name),
            ExtendedType::Interface(interface) => interface.fields.get(&field.name),
            _ => None,
        };
        let definition = definition.ok_or_else(|| format!("{name} has no field `{}`", field.name))?;
        let named = self.named_type_in(subgraph, definition);
        let is_leaf = self.schema.types.get(&named).is_none_or(ExtendedType::is_leaf);
        let inner = field.selection_set.as_deref().unwrap_or_default();
        if is_leaf != inner.is_empty() {
            return Err(match is_leaf {
                true => format!("`{}` has no fields to select", field.name),
                false => format!("`{}` is an object and needs a selection of its own", field.name),
            });
        }
        Ok(FieldSetSelection::Field(FieldSetField {
            name: field.name.clone(),
            arguments: field.arguments.clone(),
            selections: match is_leaf {
                true => Vec::new(),
                false => self.selections((&named, subgraph), inner)?,
            },
        }))
    }

    /// The named type of a field as the subgraph declares it.
    fn named_type_in(&self, subgraph: SubgraphId, definition: &FieldDefinition) -> Name {
        let mut of_subgraph = self
            .joins(&definition.directives, "field")
            .filter(|directive| matches!(self.graph(directive, ""), Ok(Some(graph)) if graph == subgraph));
        let ty = of_subgraph.find_map(|directive| text(directive, "type"));
        let parsed = ty.and_then(|ty| Type::parse(ty, "type").ok());
        let parsed = parsed.filter(|ty| self.type_ids.contains_key(ty.inner_named_type()));
        parsed.as_ref().unwrap_or(&definition.ty).inner_named_type().clone()
    }
}

/// Messages only: a report would want to show the schema's text, which the parser of field sets does not have.
fn first_messages(findings: &DiagnosticList) -> String {
    const SHOWN_MAX: usize = 3;
    let messages = findings.iter().take(SHOWN_MAX).map(|finding| finding.to_json().message);
    messages.collect::<Vec<_>>().join("; ")
}
