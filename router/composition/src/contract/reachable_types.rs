//! Which types operations on the visible part of a supergraph can reach: by what fields return and take, by what
//! interfaces and unions can be, and by what executable directives take.

use crate::{
    merged_schema::MergedSchema,
    type_members::{fields, interfaces},
};
use apollo_compiler::{Name, ast::OperationType, schema::ExtendedType};
use hashbrown::{HashMap, HashSet};

/// An interface that a reachable object implements counts too, since operations can name it; but other types that
/// implement it do not, unless a field returns it.
pub(super) fn reachable_types<'a>(merged: &MergedSchema<'a>) -> HashSet<&'a Name> {
    let visible: HashMap<&Name, &ExtendedType> = merged.visible_types().collect();
    let mut implementations: HashMap<&Name, Vec<&Name>> = HashMap::new();
    for (name, definition) in merged.visible_types() {
        for interface in interfaces(definition) {
            implementations.entry(interface).or_default().push(name);
        }
    }
    let roots = [OperationType::Query, OperationType::Mutation, OperationType::Subscription];
    let roots = roots.into_iter().filter_map(|operation| merged.schema.root_operation(operation));
    // With whether operations can get objects of the type.
    let mut pending: Vec<(&Name, bool)> = roots.chain(directive_inputs(merged)).map(|name| (name, true)).collect();
    let mut reachable: HashSet<&Name> = HashSet::new();
    let mut returned: HashSet<&Name> = HashSet::new();
    while let Some((name, is_returned)) = pending.pop() {
        let Some((name, definition)) = visible.get_key_value(name) else { continue };
        if is_returned && returned.insert(name) {
            pending.extend(implementations.get(name).into_iter().flatten().map(|name| (*name, true)));
        }
        if reachable.insert(name) {
            pending.extend(used_by(merged, definition).into_iter().map(|name| (name, true)));
            pending.extend(interfaces(definition).map(|name| (name, false)));
        }
    }
    reachable
}

/// What a type's visible members return and take; what a union can be.
fn used_by<'a>(merged: &MergedSchema<'a>, definition: &'a ExtendedType) -> Vec<&'a Name> {
    let mut used = Vec::new();
    for field in fields(definition).filter(|field| !merged.is_hidden(&field.directives)) {
        used.push(field.ty.inner_named_type());
        let arguments = field.arguments.iter().filter(|argument| !merged.is_hidden(&argument.directives));
        used.extend(arguments.map(|argument| argument.ty.inner_named_type()));
    }
    match definition {
        ExtendedType::Union(union) => used.extend(union.members.iter().map(|member| member.as_ref())),
        ExtendedType::InputObject(input) => {
            let visible = input.fields.values().filter(|field| !merged.is_hidden(&field.directives));
            used.extend(visible.map(|field| field.ty.inner_named_type()));
        }
        _ => {}
    }
    used
}

fn directive_inputs<'a>(merged: &MergedSchema<'a>) -> impl Iterator<Item = &'a Name> {
    merged
        .visible_directives()
        .flat_map(|directive| &directive.arguments)
        .filter(|argument| !merged.is_hidden(&argument.directives))
        .map(|argument| argument.ty.inner_named_type())
}
