//! Root types get the names Query, Mutation and Subscription, whatever the subgraph calls them.
//! Codes ROOT_QUERY_USED, ROOT_MUTATION_USED, ROOT_SUBSCRIPTION_USED.

use crate::{
    Diagnostic,
    codes::{self, Code},
    specs,
    subgraph::Subgraph,
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{OperationType, Type},
    schema::{ExtendedType, FieldDefinition},
};

const ROOTS: [(OperationType, &str, Code); 3] = [
    (OperationType::Query, "Query", codes::ROOT_QUERY_USED),
    (OperationType::Mutation, "Mutation", codes::ROOT_MUTATION_USED),
    (OperationType::Subscription, "Subscription", codes::ROOT_SUBSCRIPTION_USED),
];

/// Renames the root types of the schema. A type that has the name of a root without being it is an error.
pub(super) fn rename(subgraph: &mut Subgraph, errors: &mut Vec<Diagnostic>) {
    for (operation, usual, code) in ROOTS {
        let Some(root) = subgraph.schema.root_operation(operation).cloned() else {
            // Nobody would know what else to do with an object type of this name.
            if matches!(subgraph.schema.types.get(usual), Some(ExtendedType::Object(_))) {
                set_root(&mut subgraph.schema, operation, usual);
            }
            continue;
        };
        if root == usual {
            continue;
        }
        if subgraph.schema.types.contains_key(usual) {
            errors.push(used(subgraph, code, usual, &format!("the root is {root}")));
            continue;
        }
        rename_type(&mut subgraph.schema, &root, &specs::name(usual));
        set_root(&mut subgraph.schema, operation, usual);
        if subgraph.extended_only.remove(&root) {
            subgraph.extended_only.insert(specs::name(usual));
        }
    }
}

fn set_root(schema: &mut Schema, operation: OperationType, name: &str) {
    let root = Some(Node::new(specs::name(name)));
    let definition = schema.schema_definition.make_mut();
    match operation {
        OperationType::Query => definition.query = root,
        OperationType::Mutation => definition.mutation = root,
        OperationType::Subscription => definition.subscription = root,
    }
}

fn used(subgraph: &Subgraph, code: Code, name: &str, why: &str) -> Diagnostic {
    let location = subgraph.schema.types.get(name).and_then(|ty| ty.name().location());
    let message = format!("the type {name} is not the root type of that name: {why}");
    Diagnostic::new(code, message).on(name).at(subgraph.place(location, ""))
}

fn rename_type(schema: &mut Schema, from: &Name, to: &Name) {
    let Some(mut definition) = schema.types.shift_remove(from) else { return };
    if let ExtendedType::Object(object) = &mut definition {
        object.make_mut().name = to.clone();
    }
    schema.types.insert(to.clone(), definition);
    for definition in schema.types.values_mut() {
        match definition {
            ExtendedType::Object(object) if object.fields.values().any(|field| names(field, from)) => {
                rename_fields(object.make_mut().fields.values_mut(), from, to);
            }
            ExtendedType::Interface(interface) if interface.fields.values().any(|field| names(field, from)) => {
                rename_fields(interface.make_mut().fields.values_mut(), from, to);
            }
            ExtendedType::Union(union) if union.members.contains(from) => {
                let members = &mut union.make_mut().members;
                let renamed = members.iter().map(|member| match **member == *from {
                    true => member.same_location(to.clone()),
                    false => member.clone(),
                });
                *members = renamed.collect();
            }
            _ => {}
        }
    }
}

fn names(field: &FieldDefinition, name: &Name) -> bool {
    field.ty.inner_named_type() == name
}

fn rename_fields<'f>(fields: impl Iterator<Item = &'f mut Node<FieldDefinition>>, from: &Name, to: &Name) {
    for field in fields.filter(|field| names(field, from)) {
        rename_in(&mut field.make_mut().ty, to);
    }
}

/// The type has one name in it, however deep.
fn rename_in(ty: &mut Type, to: &Name) {
    match ty {
        Type::Named(name) | Type::NonNullNamed(name) => *name = to.clone(),
        Type::List(item) | Type::NonNullList(item) => rename_in(item, to),
    }
}
