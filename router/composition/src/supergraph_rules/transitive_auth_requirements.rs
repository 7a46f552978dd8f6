//! What a field reads through `@requires` or `@fromContext` needs at most what the field itself needs: who may see the
//! field could otherwise learn what they may not read. Code MISSING_TRANSITIVE_AUTH_REQUIREMENTS.
//!
//! A field's own requirements are those of the field and of its type; each field, and each type, that is read is held
//! against them. Merging has put the requirements of objects on the interfaces they implement before.

mod auth_requirements;

use crate::{
    Place, codes,
    diagnostic::{Diagnostic, Diagnostics},
    directive_arguments::argument_text,
    field_set::{self, Visit, walk},
    merged_schema::MergedSchema,
    specs::Spec,
    type_members::fields,
};
use apollo_compiler::{
    Name,
    ast::{Directive, FieldDefinition, Selection, Value},
    schema::ExtendedType,
};
use auth_requirements::{AuthDirectives, AuthRequirements};
use hashbrown::HashMap;
use indexmap::IndexSet;

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    let directives = AuthDirectives::linked(merged);
    if directives.is_none() {
        return;
    }
    let contexts = types_by_context(merged);
    for (parent, definition) in &merged.schema.types {
        let of_type = directives.of(definition.directives());
        for field in fields(definition) {
            let of_field = directives.of(&field.directives);
            for join in merged.joins(&field.directives, "field") {
                let reader = Reader { merged, directives: &directives, own: [&of_type, &of_field] };
                let mut reads = IndexSet::new();
                if let Some(Ok(selections)) = argument_text(join, "requires").map(field_set::parse) {
                    reader.add_missing(parent, &selections, &mut reads);
                }
                for (context, selections) in context_arguments(join) {
                    for name in contexts.get(context).into_iter().flatten() {
                        reader.add_missing_of_type(name, &mut reads);
                        reader.add_missing(name, &selections, &mut reads);
                    }
                }
                for read in reads {
                    diagnostics.push(missing(merged, (parent, field), join, &read));
                }
            }
        }
    }
}

fn missing(
    merged: &MergedSchema<'_>,
    (parent, field): (&Name, &FieldDefinition),
    join: &Directive,
    read: &str,
) -> Diagnostic {
    let coordinate = format!("{parent}.{}", field.name);
    let by = if argument_text(join, "requires").is_some() { "@requires" } else { "@fromContext" };
    let message =
        format!("`{coordinate}` reads `{read}` through {by}, but does not demand the authorization that it takes");
    let diagnostic = Diagnostic::new(codes::MISSING_TRANSITIVE_AUTH_REQUIREMENTS, message).on(coordinate);
    match merged.subgraph(join) {
        Some(subgraph) => diagnostic.at(Place::in_subgraph(subgraph, format!("reads `{read}` here"))),
        None => diagnostic,
    }
}

/// One field that reads others.
struct Reader<'a> {
    merged: &'a MergedSchema<'a>,
    directives: &'a AuthDirectives,
    /// Of the parent type and of the field.
    own: [&'a AuthRequirements; 2],
}

impl Reader<'_> {
    fn add_missing(&self, parent: &Name, selections: &[Selection], reads: &mut IndexSet<String>) {
        walk(self.merged.schema, parent, selections, &mut |visit| match visit {
            Visit::TypeCondition(name) => self.add_missing_of_type(name, reads),
            Visit::Field { parent, field, definition } => {
                let Some(definition) = definition else { return };
                let returned = definition.ty.inner_named_type();
                let of_field = self.directives.of(&definition.directives);
                if !of_field.is_implied_by(&self.own) || !self.has_requirements_of(returned) {
                    reads.insert(format!("{parent}.{}", field.name));
                }
            }
        });
    }

    fn add_missing_of_type(&self, name: &Name, reads: &mut IndexSet<String>) {
        if !self.has_requirements_of(name) {
            reads.insert(name.to_string());
        }
    }

    fn has_requirements_of(&self, name: &Name) -> bool {
        let definition = self.merged.schema.types.get(name);
        definition.is_none_or(|definition| self.directives.of(definition.directives()).is_implied_by(&self.own))
    }
}

/// Types by the names of the contexts that they set.
fn types_by_context<'a>(merged: &MergedSchema<'a>) -> HashMap<&'a str, Vec<&'a Name>> {
    let mut types: HashMap<&str, Vec<&Name>> = HashMap::new();
    let Some(local) = merged.directive_name(Spec::Context) else { return types };
    for (name, definition) in &merged.schema.types {
        let definition: &'a ExtendedType = definition;
        for directive in definition.directives().iter().filter(|directive| directive.name.as_str() == local) {
            if let Some(context) = argument_text(directive, "name") {
                types.entry(context).or_default().push(name);
            }
        }
    }
    types
}

/// Context and selection of each contextual argument of a join directive.
fn context_arguments(join: &Directive) -> impl Iterator<Item = (&str, Vec<Selection>)> {
    let arguments = join.specified_argument_by_name("contextArguments").and_then(|value| value.as_list());
    arguments.unwrap_or_default().iter().filter_map(|argument| {
        let text = |name: &str| match argument.as_ref() {
            Value::Object(entries) => entries.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.as_str()),
            _ => None,
        };
        Some((text("context")?, field_set::parse(text("selection")?).ok()?))
    })
}
