//! An operation of a case with much of it deferred and all of its lists streamed.

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::Directive,
    executable::{InlineFragment, Selection, SelectionSet},
    validation::Valid,
};

/// Of each selection set below the root, the first selection comes at once and the others are deferred. A text that is not valid
/// stays as it is.
pub(crate) fn in_parts(schema: &Valid<Schema>, text: &str) -> String {
    let Ok(document) = ExecutableDocument::parse_and_validate(schema, text, "operation.graphql") else {
        return text.to_owned();
    };
    let mut document = document.into_inner();
    let mutation = schema.schema_definition.mutation.as_ref().map(|name| Name::clone(name));
    for fragment in document.fragments.values_mut() {
        change(&mut fragment.make_mut().selection_set, mutation.as_ref());
    }
    for operation in document.operations.anonymous.iter_mut().chain(document.operations.named.values_mut()) {
        let set = &mut operation.make_mut().selection_set;
        let is_mutation = mutation.as_ref() == Some(&set.ty);
        set.selections.iter_mut().for_each(|selection| change_below(selection, is_mutation, mutation.as_ref()));
    }
    document.to_string()
}

fn change(set: &mut SelectionSet, mutation: Option<&Name>) {
    let is_mutation = mutation == Some(&set.ty);
    set.selections.iter_mut().for_each(|selection| change_below(selection, is_mutation, mutation));
    if is_mutation || set.selections.len() < 2 {
        return;
    }
    let later = set.selections.split_off(1);
    let mut deferred = InlineFragment {
        type_condition: None,
        directives: Default::default(),
        selection_set: SelectionSet { ty: set.ty.clone(), selections: later },
    };
    deferred.directives.push(directive("defer"));
    set.selections.push(Selection::InlineFragment(Node::new(deferred)));
}

fn change_below(selection: &mut Selection, is_on_mutation: bool, mutation: Option<&Name>) {
    match selection {
        Selection::Field(field) => {
            let field = field.make_mut();
            if field.ty().is_list() && !is_on_mutation {
                field.directives.push(directive("stream"));
            }
            if let Some(set) = &mut field.selection_set {
                change(set, mutation);
            }
        }
        Selection::InlineFragment(fragment) => change(&mut fragment.make_mut().selection_set, mutation),
        Selection::FragmentSpread(_) => {}
    }
}

fn directive(name: &str) -> Node<Directive> {
    let name = Name::new(name).expect("the name of a directive");
    Node::new(Directive { name, arguments: Vec::new() })
}
