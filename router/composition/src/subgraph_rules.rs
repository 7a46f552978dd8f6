//! What must be true of each subgraph by itself: one ordered list of rules, one file a rule.

mod auth;
mod context_names;
mod context_selection;
mod cost;
mod external_on_interface;
mod external_used;
mod external_with_provides;
mod field_set_rules;
mod from_context;
mod interface_keys;
mod interface_objects;
mod keys;
mod list_size;
mod provides;
mod provides_on_composite;
mod requires;
mod shareable;
#[cfg(test)]
mod tests;

use crate::{
    Diagnostic, Place,
    codes::Code,
    diagnostic::Diagnostics,
    subgraph::FieldFacts,
    subgraph::{FederationDirective, Subgraph},
    type_members,
};
use apollo_compiler::{Name, Node, ast::Directive, schema::Implementers};
use hashbrown::HashMap;

type Rule = fn(&Examined, &mut Vec<Diagnostic>);

/// They say which fields are external and provided, and most other rules build on that: where one of these is broken,
/// the findings of the others would be guesses.
const FOUNDATIONS: [Rule; 2] = [external_with_provides::check, provides_on_composite::check];

const RULES: [Rule; 13] = [
    keys::check,
    requires::check,
    provides::check,
    external_on_interface::check,
    external_used::check,
    interface_keys::check,
    interface_objects::check,
    shareable::check,
    context_names::check,
    from_context::check,
    cost::check,
    list_size::check,
    auth::check,
];

/// Checks one subgraph; all rules run, whatever the others find.
pub(crate) fn check(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    let examined = Examined {
        subgraph,
        facts: FieldFacts::of(subgraph),
        implementers: type_members::implementers(&subgraph.schema),
    };
    let mut found = Vec::new();
    FOUNDATIONS.iter().for_each(|rule| rule(&examined, &mut found));
    if found.is_empty() {
        RULES.iter().for_each(|rule| rule(&examined, &mut found));
    }
    found.into_iter().for_each(|diagnostic| diagnostics.push(diagnostic));
}

/// A subgraph and what several rules ask about it.
struct Examined<'a> {
    subgraph: &'a Subgraph,
    facts: FieldFacts,
    implementers: HashMap<Name, Implementers>,
}

impl<'a> Examined<'a> {
    /// The object types that implement an interface.
    fn implementations(&self, interface: &str) -> impl Iterator<Item = &Name> {
        self.implementers.get(interface).into_iter().flat_map(|implementers| &implementers.objects)
    }

    fn spelling(&self, directive: FederationDirective) -> String {
        self.subgraph.spelling(directive)
    }

    /// An application of a directive, as a place.
    fn place_of(&self, directive: &Node<Directive>) -> Place {
        self.subgraph.place(directive.location(), "")
    }

    /// A finding about a schema element, at an application of a directive.
    fn finding(&self, code: Code, message: String, coordinate: &str, directive: &Node<Directive>) -> Diagnostic {
        Diagnostic::new(code, message).on(coordinate).at(self.place_of(directive))
    }

    /// A finding about a directive that belongs on fields of object types.
    fn on_interface_field(
        &self,
        code: Code,
        directive: FederationDirective,
        coordinate: &str,
        applied: &Node<Directive>,
    ) -> Diagnostic {
        let message = format!(
            "{} is on {coordinate}, a field of an interface; put it on the field in the types that implement it",
            self.spelling(directive),
        );
        self.finding(code, message, coordinate, applied)
    }
}
