//! `@shareable`, which federation 1 did not need: on value types that another subgraph has too, and on fields of entities
//! and root types that another subgraph resolves too.

use super::elsewhere::Elsewhere;
use crate::{
    specs,
    subgraph::FieldFacts,
    subgraph::{FederationDirective, Subgraph},
};
use apollo_compiler::{
    Name, Node,
    ast::Directive,
    schema::{ExtendedType, ObjectType},
};

/// Adds `@shareable`. Subscription fields have one resolver in federation 1, too, and get none.
pub(super) fn add(subgraph: &mut Subgraph, facts: &FieldFacts, elsewhere: Elsewhere<'_>) {
    let names = &subgraph.names;
    for (name, ty) in &mut subgraph.schema.types {
        let ExtendedType::Object(object) = ty else { continue };
        if name == "Subscription" || !elsewhere.is_declared(name) {
            continue;
        }
        let is_root = name == "Query" || name == "Mutation";
        if is_root || names.has(&object.directives, FederationDirective::Key) {
            for field in shared_fields(name, object, facts, elsewhere) {
                if let Some(field) = object.make_mut().fields.get_mut(&field) {
                    field.make_mut().directives.push(shareable());
                }
            }
        } else if !names.has(&object.directives, FederationDirective::Shareable) {
            object.make_mut().directives.push(shareable());
        }
    }
}

/// Fields that are not shareable yet and that another subgraph resolves.
fn shared_fields(ty: &Name, object: &ObjectType, facts: &FieldFacts, elsewhere: Elsewhere<'_>) -> Vec<Name> {
    let shared = |field: &&Name| !facts.is_shareable(ty, field) && elsewhere.is_resolved(ty, field);
    object.fields.keys().filter(shared).cloned().collect()
}

fn shareable() -> Node<Directive> {
    Node::new(Directive { name: specs::name(FederationDirective::Shareable.name()), arguments: Vec::new() })
}
