//! A query that somebody wrote, as the tree that can be walked and cut. Named fragments become inline ones, which
//! mean the same, but that labels of `@defer` and `@stream` would be there twice: they are left out.

use crate::operation::{Field, Fragment, Operation, Selection, Variable};
use apollo_compiler::{
    ExecutableDocument, Node,
    ast::{Argument, Directive, DirectiveList},
    executable::{self, SelectionSet},
};
use serde_json::{Map, Value};

/// `operation` is one of `document`'s, which is valid; `values` are those of its variables.
pub fn read_operation(
    document: &ExecutableDocument,
    operation: &executable::Operation,
    values: &Map<String, Value>,
) -> Operation {
    let variables = operation.variables.iter().map(|definition| Variable {
        name: definition.name.to_string(),
        ty: definition.ty.to_string(),
        default: definition.default_value.as_ref().map(|value| value.serialize().no_indent().to_string()),
        value: values.get(definition.name.as_str()).cloned(),
    });
    Operation { variables: variables.collect(), selections: selections(document, &operation.selection_set) }
}

fn selections(document: &ExecutableDocument, set: &SelectionSet) -> Vec<Selection> {
    let selection = |selection: &executable::Selection| match selection {
        executable::Selection::Field(field) => Some(Selection::Field(Field {
            alias: field.alias.as_ref().map(ToString::to_string),
            name: field.name.to_string(),
            arguments: arguments(&field.arguments),
            directives: directives(&field.directives),
            selections: field.selection_set.as_ref().map(|set| selections(document, set)).unwrap_or_default(),
        })),
        executable::Selection::InlineFragment(inline) => Some(Selection::Fragment(Fragment {
            name: None,
            on: inline.type_condition.as_ref().map(ToString::to_string),
            directives: directives(&inline.directives),
            selections: selections(document, &inline.selection_set),
        })),
        executable::Selection::FragmentSpread(spread) => {
            let fragment = document.fragments.get(&spread.fragment_name)?;
            Some(Selection::Fragment(Fragment {
                name: None,
                on: Some(fragment.type_condition().to_string()),
                directives: directives(&spread.directives),
                selections: selections(document, &fragment.selection_set),
            }))
        }
    };
    set.selections.iter().filter_map(selection).collect()
}

fn arguments(arguments: &[Node<Argument>]) -> Vec<(String, String)> {
    let pair =
        |argument: &Node<Argument>| (argument.name.to_string(), argument.value.serialize().no_indent().to_string());
    arguments.iter().map(pair).collect()
}

fn directives(directives: &DirectiveList) -> Vec<String> {
    let text = |directive: &Node<Directive>| {
        let mut directive = directive.clone();
        if matches!(directive.name.as_str(), "defer" | "stream") {
            directive.make_mut().arguments.retain(|argument| argument.name != "label");
        }
        directive.serialize().no_indent().to_string()
    };
    directives.iter().map(text).collect()
}
