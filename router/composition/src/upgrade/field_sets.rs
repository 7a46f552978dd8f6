//! The field sets of `@key`, `@requires` and `@provides`: as strings, and without fields that are not external, which
//! federation 1 passed over.

use crate::{
    directive_arguments::argument_text,
    field_set::{self, sub_selections},
    subgraph::FieldFacts,
    subgraph::{FederationDirective, Subgraph},
    type_members::{field_of, implementers, is_composite},
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Argument, Directive, DirectiveList, Selection, Value},
    schema::{ExtendedType, FieldDefinition, Implementers},
};
use hashbrown::HashMap;

/// `fields: ["id", "name"]` and `fields: id` were as good as `fields: "id name"`.
pub(super) fn coerce_to_strings(subgraph: &mut Subgraph) {
    let names = &subgraph.names;
    let is_field_set = |directive: &Directive, expected: &[FederationDirective]| {
        names.directive(&directive.name).is_some_and(|directive| expected.contains(&directive))
    };
    let mut keys_coerced: Vec<Name> = Vec::new();
    for (name, ty) in &mut subgraph.schema.types {
        let is_key = |directive: &Directive| is_field_set(directive, &[FederationDirective::Key]);
        let on_field = |directive: &Directive| {
            is_field_set(directive, &[FederationDirective::Requires, FederationDirective::Provides])
        };
        let (directives, fields) = match ty {
            ExtendedType::Object(object) if has_coercible(&object.directives, &object.fields) => {
                let object = object.make_mut();
                (&mut object.directives, &mut object.fields)
            }
            ExtendedType::Interface(interface) if has_coercible(&interface.directives, &interface.fields) => {
                let interface = interface.make_mut();
                (&mut interface.directives, &mut interface.fields)
            }
            _ => continue,
        };
        if coerce(directives, is_key) {
            keys_coerced.push(name.clone());
        }
        for field in
            fields.values_mut().filter(|field| field.directives.iter().any(|applied| coerced(applied).is_some()))
        {
            coerce(&mut field.make_mut().directives, on_field);
        }
    }
    // A coerced key belongs to no extension, so that its type counts as defined.
    for name in keys_coerced {
        subgraph.extended_only.remove(&name);
    }
}

type Fields = apollo_compiler::collections::IndexMap<Name, Node<FieldDefinition>>;

fn has_coercible(directives: &DirectiveList, fields: &Fields) -> bool {
    let of_fields = fields.values().flat_map(|field| field.directives.iter());
    directives.iter().chain(of_fields).any(|directive| coerced(directive).is_some())
}

/// The `fields` argument as the string that it should have been, if it is something else that names fields.
fn coerced(directive: &Directive) -> Option<String> {
    match directive.specified_argument_by_name("fields")?.as_ref() {
        Value::Enum(name) => Some(name.to_string()),
        Value::List(items) => {
            let name = |item: &Node<Value>| match item.as_ref() {
                Value::String(text) => Some(text.clone()),
                Value::Enum(name) => Some(name.to_string()),
                _ => None,
            };
            let names: Vec<String> = items.iter().map(name).collect::<Option<_>>()?;
            Some(names.join(" "))
        }
        _ => None,
    }
}

/// Coerced applications come after the others, and count as the type's own and not an extension's.
fn coerce(directives: &mut DirectiveList, is_field_set: impl Fn(&Directive) -> bool) -> bool {
    let (changed, mut kept): (Vec<_>, Vec<_>) =
        directives.0.drain(..).partition(|directive| is_field_set(directive) && coerced(directive).is_some());
    let is_changed = !changed.is_empty();
    kept.extend(changed.iter().map(|directive| {
        let text = coerced(directive).unwrap_or_default();
        directive.same_location(with_fields(directive, text))
    }));
    directives.0 = kept;
    is_changed
}

fn with_fields(directive: &Directive, text: String) -> Directive {
    let mut directive = directive.clone();
    for argument in directive.arguments.iter_mut().filter(|argument| argument.name == "fields") {
        let value = argument.value.same_location(Value::String(text.clone()));
        *argument = argument.same_location(Argument { name: argument.name.clone(), value });
    }
    directive
}

/// What becomes of a field set.
enum Pruned {
    Unchanged,
    Empty,
    Text(String),
}

/// Reduces `@requires` and `@provides` to what is external; an application with nothing left goes. A wrong field set is
/// left to the rules.
pub(super) fn remove_what_is_not_external(subgraph: &mut Subgraph) {
    let pruner = Pruner {
        facts: FieldFacts::of(subgraph),
        implementers: implementers(&subgraph.schema),
        schema: &subgraph.schema,
    };
    let mut changes: Vec<(Name, Name, DirectiveList)> = Vec::new();
    for (name, ty) in &subgraph.schema.types {
        let ExtendedType::Object(object) = ty else { continue };
        for field in object.fields.values() {
            let changed = prune_directives(subgraph, &pruner, name, field);
            changes.extend(changed.map(|directives| (name.clone(), field.name.clone(), directives)));
        }
    }
    for (ty, field, directives) in changes {
        if let Some(ExtendedType::Object(object)) = subgraph.schema.types.get_mut(&ty)
            && let Some(field) = object.make_mut().fields.get_mut(&field)
        {
            field.make_mut().directives = directives;
        }
    }
}

fn prune_directives(
    subgraph: &Subgraph,
    pruner: &Pruner<'_>,
    ty: &Name,
    field: &FieldDefinition,
) -> Option<DirectiveList> {
    let mut is_changed = false;
    let mut directives: Vec<Node<Directive>> = Vec::with_capacity(field.directives.len());
    for directive in field.directives.iter() {
        let parent = match subgraph.names.directive(&directive.name) {
            Some(FederationDirective::Requires) => Some(ty),
            Some(FederationDirective::Provides) => Some(field.ty.inner_named_type()),
            _ => None,
        };
        let text = argument_text(directive, "fields").unwrap_or_default();
        match parent.map_or(Pruned::Unchanged, |parent| pruner.prune(parent, text)) {
            Pruned::Unchanged => directives.push(directive.clone()),
            Pruned::Empty => is_changed = true,
            Pruned::Text(text) => {
                is_changed = true;
                directives.push(directive.same_location(with_fields(directive, text)));
            }
        }
    }
    is_changed.then_some(DirectiveList(directives))
}

struct Pruner<'s> {
    schema: &'s Schema,
    facts: FieldFacts,
    implementers: HashMap<Name, Implementers>,
}

impl Pruner<'_> {
    fn prune(&self, parent: &Name, text: &str) -> Pruned {
        let Ok(selections) = field_set::parse(text) else { return Pruned::Unchanged };
        if !self.is_valid(parent, &selections) {
            return Pruned::Unchanged;
        }
        let kept = self.external_part(parent, &selections);
        if kept == selections {
            return Pruned::Unchanged;
        }
        match kept.is_empty() {
            true => Pruned::Empty,
            false => Pruned::Text(field_set::print(&kept)),
        }
    }

    /// Whether the selections are so far in order that leaving some out does not hide a mistake.
    fn is_valid(&self, parent: &Name, selections: &[Selection]) -> bool {
        selections.iter().all(|selection| match selection {
            Selection::Field(field) => {
                let inner = sub_selections(selection);
                if field.alias.is_some() || !are_known(&field.directives) {
                    return false;
                }
                if field.name == "__typename" {
                    return inner.is_empty();
                }
                let Some(definition) = field_of(self.schema, parent, &field.name) else { return false };
                let target = definition.ty.inner_named_type();
                has_valid_arguments(&field.arguments, definition)
                    && is_composite(self.schema, target) != inner.is_empty()
                    && self.is_valid(target, inner)
            }
            Selection::InlineFragment(fragment) => {
                let parent = fragment.type_condition.as_ref().unwrap_or(parent);
                are_known(&fragment.directives)
                    && is_composite(self.schema, parent)
                    && self.is_valid(parent, &fragment.selection_set)
            }
            Selection::FragmentSpread(_) => false,
        })
    }

    /// External fields with all that is selected below them, and what leads to them.
    fn external_part(&self, parent: &Name, selections: &[Selection]) -> Vec<Selection> {
        let mut kept = Vec::new();
        for selection in selections {
            match selection {
                Selection::Field(field) if self.is_external(parent, &field.name) => kept.push(selection.clone()),
                Selection::Field(field) => {
                    let Some(definition) = field_of(self.schema, parent, &field.name) else { continue };
                    let inner = self.external_part(definition.ty.inner_named_type(), sub_selections(selection));
                    if !inner.is_empty() {
                        let mut field = field.clone();
                        field.make_mut().selection_set = Some(inner);
                        kept.push(Selection::Field(field));
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let parent = fragment.type_condition.as_ref().unwrap_or(parent);
                    let inner = self.external_part(parent, &fragment.selection_set);
                    if !inner.is_empty() {
                        let mut fragment = fragment.clone();
                        fragment.make_mut().selection_set = inner;
                        kept.push(Selection::InlineFragment(fragment));
                    }
                }
                Selection::FragmentSpread(_) => {}
            }
        }
        kept
    }

    /// A field of an interface is external where it is so in an implementation.
    fn is_external(&self, ty: &Name, field: &Name) -> bool {
        let objects = self.implementers.get(ty).map(|implementers| &implementers.objects);
        self.facts.is_external(ty, field)
            || objects.into_iter().flatten().any(|object| self.facts.is_external(object, field))
    }
}

fn are_known(directives: &DirectiveList) -> bool {
    directives.iter().all(|directive| matches!(directive.name.as_str(), "skip" | "include"))
}

fn has_valid_arguments(arguments: &[Node<Argument>], definition: &FieldDefinition) -> bool {
    let is_given = |name: &Name| arguments.iter().any(|argument| argument.name == *name);
    arguments.iter().all(|argument| definition.argument_by_name(&argument.name).is_some())
        && definition.arguments.iter().all(|argument| !argument.is_required() || is_given(&argument.name))
}

/// `@provides` on a field of a scalar or an enum said nothing.
pub(super) fn remove_provides_of_leaves(subgraph: &mut Subgraph) {
    let names = &subgraph.names;
    let mut concerned: Vec<(Name, Name)> = Vec::new();
    for (name, ty) in &subgraph.schema.types {
        let ExtendedType::Object(object) = ty else { continue };
        for field in object.fields.values() {
            let is_leaf = || !is_composite(&subgraph.schema, field.ty.inner_named_type());
            if names.has(&field.directives, FederationDirective::Provides) && is_leaf() {
                concerned.push((name.clone(), field.name.clone()));
            }
        }
    }
    for (ty, field) in concerned {
        if let Some(ExtendedType::Object(object)) = subgraph.schema.types.get_mut(&ty)
            && let Some(field) = object.make_mut().fields.get_mut(&field)
        {
            super::remove_from_field(field, names, FederationDirective::Provides);
        }
    }
}
