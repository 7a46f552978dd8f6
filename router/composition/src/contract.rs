//! A contract: the supergraph with `@inaccessible` on what the tags of its filter hide, so that its API is a part of the
//! whole.
//!
//! Tags of an object or interface count for its fields too. With included tags, fields of objects and interfaces, and
//! unions, are hidden unless they have one; everything else stays. Excluded tags hide whatever has one. Then types of
//! which nothing is left are hidden and, if wished, those that operations cannot reach.
//!
//! What then does not fit, such as a visible field of a hidden type, is for the supergraph rules to report.

mod inaccessible_link;
mod reachable_types;

#[cfg(test)]
mod tests;

use crate::{
    ContractFilter, codes,
    diagnostic::{Diagnostic, Diagnostics},
    directive_arguments::argument_text,
    merged_schema::{MergedSchema, visible_children},
    specs::Spec,
    type_members::directives_mut,
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, DirectiveList},
    schema::{ExtendedType, FieldDefinition, InputValueDefinition},
};
use hansa_federation::Feature;
use hashbrown::HashSet;

/// Hides what `filter` hides, and links the inaccessible specification if need be.
pub(crate) fn apply(
    schema: &mut Schema,
    features: &mut Vec<Feature>,
    filter: &ContractFilter,
    diagnostics: &mut Diagnostics,
) {
    let inaccessible = inaccessible_link::ensure(schema, features);
    let mut tags = Tags { local: Spec::Tag.directive_in(features), filter, met: HashSet::new() };
    for (name, definition) in &mut schema.types {
        if !definition.is_built_in() && !features.iter().any(|feature| feature.defines_type(name)) {
            hide_by_tags(definition, &mut tags, &inaccessible);
        }
    }
    hide_empty_types(schema, features, &inaccessible);
    if filter.hide_unreachable_types {
        hide_unreachable_types(schema, features, &inaccessible);
    }
    for tag in filter.include.iter().chain(&filter.exclude).filter(|tag| !tags.met.contains(tag.as_str())) {
        let message = format!("the contract's filter names the tag `{tag}`, but nothing in the supergraph has it");
        diagnostics.push(Diagnostic::new(codes::CONTRACT_TAG_UNUSED, message));
    }
}

/// The filter, and which of its tags the supergraph has.
struct Tags<'a> {
    local: Option<String>,
    filter: &'a ContractFilter,
    met: HashSet<&'a str>,
}

/// What the tags of an element say; those of a type count for its fields too.
#[derive(Debug, Clone, Copy, Default)]
struct Verdict {
    is_included: bool,
    is_excluded: bool,
}

impl<'a> Tags<'a> {
    fn verdict(&mut self, directives: &DirectiveList, parent: Verdict) -> Verdict {
        let mut verdict = parent;
        let Some(local) = &self.local else { return verdict };
        for tag in directives.get_all(local).filter_map(|directive| argument_text(directive, "name")) {
            let named = |list: &'a [String]| list.iter().find(|named| *named == tag);
            let (include, exclude) = (named(&self.filter.include), named(&self.filter.exclude));
            verdict.is_included |= include.is_some();
            verdict.is_excluded |= exclude.is_some();
            self.met.extend(include.into_iter().chain(exclude).map(String::as_str));
        }
        verdict
    }

    /// For elements that are hidden unless included.
    fn hides(&self, verdict: Verdict) -> bool {
        verdict.is_excluded || (!self.filter.include.is_empty() && !verdict.is_included)
    }
}

fn hide_by_tags(definition: &mut ExtendedType, tags: &mut Tags<'_>, inaccessible: &Name) {
    let of_type = tags.verdict(definition.directives(), Verdict::default());
    let is_hidden = match definition {
        ExtendedType::Union(_) => tags.hides(of_type),
        _ => of_type.is_excluded,
    };
    match definition {
        ExtendedType::Scalar(_) | ExtendedType::Union(_) => {}
        ExtendedType::Object(object) => {
            object.make_mut().fields.values_mut().for_each(|field| hide_field(field, of_type, tags, inaccessible));
        }
        ExtendedType::Interface(interface) => {
            interface.make_mut().fields.values_mut().for_each(|field| hide_field(field, of_type, tags, inaccessible));
        }
        ExtendedType::Enum(definition) => {
            for value in definition.make_mut().values.values_mut() {
                if tags.verdict(&value.directives, Verdict::default()).is_excluded {
                    hide(&mut value.make_mut().directives, inaccessible);
                }
            }
        }
        ExtendedType::InputObject(input) => {
            input.make_mut().fields.values_mut().for_each(|field| hide_input(field, tags, inaccessible));
        }
    }
    if is_hidden {
        hide(directives_mut(definition), inaccessible);
    }
}

fn hide_field(field: &mut Node<FieldDefinition>, of_type: Verdict, tags: &mut Tags<'_>, inaccessible: &Name) {
    let verdict = tags.verdict(&field.directives, of_type);
    let field = field.make_mut();
    field.arguments.iter_mut().for_each(|argument| hide_input(argument, tags, inaccessible));
    // Below a hidden type it is hidden with the type.
    if tags.hides(verdict) && !of_type.is_excluded {
        hide(&mut field.directives, inaccessible);
    }
}

fn hide_input(input: &mut Node<InputValueDefinition>, tags: &mut Tags<'_>, inaccessible: &Name) {
    if tags.verdict(&input.directives, Verdict::default()).is_excluded {
        hide(&mut input.make_mut().directives, inaccessible);
    }
}

/// Hides types with nothing visible in them; unions last, since it takes hidden members to make one empty.
fn hide_empty_types(schema: &mut Schema, features: &[Feature], inaccessible: &Name) {
    for is_union_turn in [false, true] {
        let empty = empty_types(&MergedSchema::new(schema, features), is_union_turn);
        hide_types(schema, &empty, inaccessible);
    }
}

/// The query root is not among them, so that the rules say that nothing can be queried.
fn empty_types(merged: &MergedSchema<'_>, is_union_turn: bool) -> Vec<Name> {
    let query = merged.schema.schema_definition.query.as_deref();
    let is_empty = |(name, definition): &(&Name, &ExtendedType)| {
        definition.is_union() == is_union_turn
            && Some(*name) != query
            && matches!(visible_children(merged, definition), Some((0, _)))
    };
    merged.visible_types().filter(is_empty).map(|(name, _)| name.clone()).collect()
}

fn hide_unreachable_types(schema: &mut Schema, features: &[Feature], inaccessible: &Name) {
    let unreachable = unreachable_types(&MergedSchema::new(schema, features));
    hide_types(schema, &unreachable, inaccessible);
}

fn unreachable_types(merged: &MergedSchema<'_>) -> Vec<Name> {
    let reachable = reachable_types::reachable_types(merged);
    let names = merged.visible_types().map(|(name, _)| name);
    names.filter(|name| !reachable.contains(*name)).cloned().collect()
}

fn hide_types(schema: &mut Schema, names: &[Name], inaccessible: &Name) {
    for name in names {
        if let Some(definition) = schema.types.get_mut(name) {
            hide(directives_mut(definition), inaccessible);
        }
    }
}

fn hide(directives: &mut DirectiveList, inaccessible: &Name) {
    if !directives.has(inaccessible) {
        directives.push(Directive::new(inaccessible.clone()));
    }
}
