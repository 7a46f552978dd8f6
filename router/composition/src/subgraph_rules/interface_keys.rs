//! Rejects a `@key` of an interface that one of its implementations in the subgraph does not have, too.
//! Code INTERFACE_KEY_NOT_ON_IMPLEMENTATION.
//!
//! Keys are the same when they select the same, in any order. Keys that do not fit their types are for another rule.

use super::Examined;
use crate::{
    Diagnostic, codes,
    directive_arguments::{argument_text, is_resolvable},
    field_set::{self, sub_selections},
    subgraph::FederationDirective,
};
use apollo_compiler::{
    Name, Node,
    ast::{Directive, Selection},
    schema::ExtendedType,
};
use std::collections::BTreeMap;

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    for (name, ty) in &examined.subgraph.schema.types {
        if !matches!(ty, ExtendedType::Interface(_)) {
            continue;
        }
        let Some(keys) = keys_of(examined, name) else { continue };
        for object in examined.implementations(name) {
            let Some(own_keys) = keys_of(examined, object) else { continue };
            for key in &keys {
                let own = own_keys.iter().find(|own| own.selected == key.selected);
                found.extend(problem(examined, (name, object), key, own));
            }
        }
    }
}

fn problem(
    examined: &Examined,
    (interface, object): (&Name, &Name),
    key: &Key,
    own: Option<&Key>,
) -> Option<Diagnostic> {
    let spelling = examined.spelling(FederationDirective::Key);
    let text = key.text;
    let message = match own {
        None => {
            format!("{object} implements {interface} and lacks its key: add {spelling}(fields: \"{text}\") to {object}")
        }
        Some(own) if key.is_resolvable && !own.is_resolvable => format!(
            "{object} implements {interface}, whose key \"{text}\" is resolvable, and has it with `resolvable: false`"
        ),
        Some(_) => return None,
    };
    let subgraph = examined.subgraph;
    let of_object = match own {
        Some(own) => own.applied.location(),
        None => subgraph.schema.types.get(object).and_then(|ty| ty.name().location()),
    };
    let diagnostic = Diagnostic::new(codes::INTERFACE_KEY_NOT_ON_IMPLEMENTATION, message).on(object.as_str());
    let of_interface = subgraph.place(key.applied.location(), format!("the key of {interface}"));
    Some(diagnostic.at(subgraph.place(of_object, "")).at(of_interface))
}

struct Key<'a> {
    applied: &'a Node<Directive>,
    text: &'a str,
    selected: Selected,
    is_resolvable: bool,
}

/// The keys of a type, or `None` if one of them does not fit.
fn keys_of<'a>(examined: &Examined<'a>, ty: &Name) -> Option<Vec<Key<'a>>> {
    let subgraph = examined.subgraph;
    let directives = subgraph.schema.types.get(ty)?.directives();
    let read = |applied: &'a Node<Directive>| {
        let text = argument_text(applied, "fields")?;
        let selections = field_set::parse(text).ok()?;
        let fits = field_set::fit(&subgraph.schema, ty, &selections).misfit.is_none_or(|misfit| misfit.is_gap);
        let key = Key { applied, text, selected: Selected::of(&selections), is_resolvable: is_resolvable(applied) };
        fits.then_some(key)
    };
    subgraph.applied(directives, FederationDirective::Key).map(read).collect()
}

/// A selection without its order; what is selected twice is merged.
#[derive(Debug, Default, PartialEq, Eq)]
struct Selected(BTreeMap<String, Selected>);

impl Selected {
    fn of(selections: &[Selection]) -> Selected {
        let mut selected = Selected::default();
        selected.add(selections);
        selected
    }

    fn add(&mut self, selections: &[Selection]) {
        for selection in selections {
            let element = match selection {
                Selection::Field(field) => {
                    let alias = field.alias.as_deref().unwrap_or_default();
                    let mut arguments: Vec<String> = field
                        .arguments
                        .iter()
                        .map(|argument| format!("{}:{}", argument.name, argument.value))
                        .collect();
                    arguments.sort();
                    format!("{alias}:{}({}){}", field.name, arguments.join(","), field.directives)
                }
                Selection::InlineFragment(fragment) => {
                    format!("... on {}{}", fragment.type_condition.as_deref().unwrap_or_default(), fragment.directives)
                }
                Selection::FragmentSpread(spread) => format!("...{}", spread.fragment_name),
            };
            self.0.entry(element).or_default().add(sub_selections(selection));
        }
    }
}
