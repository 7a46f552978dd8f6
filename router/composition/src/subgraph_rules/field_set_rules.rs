//! What the field sets of `@key`, `@requires` and `@provides` have in common: they are strings that select existing
//! fields, without aliases and directives, and with arguments or without `@external` only where that means something.

use super::Examined;
use crate::{
    Diagnostic, Place,
    codes::Code,
    directive_arguments::argument_text,
    field_set::{self, Fitted, SelectedField, Unparsed, range_in, sub_selections},
    subgraph::FederationDirective,
    type_members::field_of,
};
use apollo_compiler::{
    Name, Node,
    ast::{Directive, Field, Selection},
    parser::SourceSpan,
};

/// The codes of one directive's field sets; `None` for what it may do.
pub(super) struct FieldSetCodes {
    pub(super) directive: FederationDirective,
    pub(super) invalid_type: Code,
    pub(super) invalid: Code,
    pub(super) has_directive: Code,
    pub(super) has_arguments: Option<Code>,
    pub(super) missing_external: Option<Code>,
}

/// A directive with a field set, where it is applied.
pub(super) struct Application<'a> {
    pub(super) directive: &'a Node<Directive>,
    /// What it is applied to.
    pub(super) coordinate: String,
    /// The type that its fields are selected on.
    pub(super) parent: &'a Name,
}

/// A field set that parses.
pub(super) struct Parsed<'a> {
    pub(super) text: &'a str,
    pub(super) selections: Vec<Selection>,
    pub(super) fitted: Fitted<'a>,
}

impl Parsed<'_> {
    /// Whether it does not fit its type, beyond mere gaps.
    pub(super) fn is_misfit(&self) -> bool {
        self.fitted.misfit.as_ref().is_some_and(|misfit| !misfit.is_gap)
    }
}

impl FieldSetCodes {
    /// The whole check of a directive on fields: that it fits its type, and what may not be in it.
    pub(super) fn check(&self, examined: &Examined, application: &Application, found: &mut Vec<Diagnostic>) {
        let Some(parsed) = self.parse(examined, application, found) else { return };
        match self.misfit(examined, application, &parsed) {
            Some(misfit) => found.push(misfit),
            None => self.check_contents(examined, application, &parsed, found),
        }
    }

    /// Checks that the field set is text and parses.
    pub(super) fn parse<'a>(
        &self,
        examined: &Examined<'a>,
        application: &Application<'a>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Parsed<'a>> {
        let spelling = examined.spelling(self.directive);
        let Some(text) = argument_text(application.directive, "fields") else {
            let message = format!(
                "the fields of {spelling} on {} should be a string, as in `{spelling}(fields: \"id\")`",
                application.coordinate
            );
            let Application { directive, coordinate, .. } = application;
            found.push(examined.finding(self.invalid_type, message, coordinate, directive));
            return None;
        };
        match field_set::parse(text) {
            Ok(selections) => {
                let fitted = field_set::fit(&examined.subgraph.schema, application.parent, &selections);
                Some(Parsed { text, selections, fitted })
            }
            Err(Unparsed { message, location }) => {
                let message = format!("the fields are not a selection: {message}");
                found.push(self.finding(examined, application, self.invalid, (message, text, location)));
                None
            }
        }
    }

    /// A finding at a position of the field set.
    pub(super) fn finding(
        &self,
        examined: &Examined,
        application: &Application,
        code: Code,
        (message, text, location): (String, &str, Option<SourceSpan>),
    ) -> Diagnostic {
        let spelling = examined.spelling(self.directive);
        let message = format!("{spelling} on {}: {message}", application.coordinate);
        let place = place_in(examined, application.directive, text, location);
        Diagnostic::new(code, message).on(application.coordinate.as_str()).at(place)
    }

    pub(super) fn misfit(&self, examined: &Examined, application: &Application, parsed: &Parsed) -> Option<Diagnostic> {
        let misfit = parsed.fitted.misfit.as_ref()?;
        let what = (misfit.message.clone(), parsed.text, misfit.location);
        Some(self.finding(examined, application, self.invalid, what))
    }

    /// What may not be in a field set that fits its type.
    pub(super) fn check_contents(
        &self,
        examined: &Examined,
        application: &Application,
        parsed: &Parsed,
        found: &mut Vec<Diagnostic>,
    ) {
        let text = parsed.text;
        let mut refuse = |code: Code, message: String, location: Option<SourceSpan>| {
            found.push(self.finding(examined, application, code, (message, text, location)));
        };
        let mut contents = Contents::default();
        contents.collect(&parsed.selections);
        for (alias, name) in &contents.aliases {
            let message =
                format!("`{alias}: {name}` gives {name} another name, which a field set cannot; write `{name}`");
            refuse(self.invalid, message, alias.location());
        }
        if !contents.aliases.is_empty() {
            return;
        }
        for directive in &contents.directives {
            let message = format!("it cannot depend on @{}; remove that directive from the selection", directive.name);
            refuse(self.has_directive, message, directive.location());
        }
        if let Some(code) = self.has_arguments {
            for field in parsed.fitted.fields.iter().filter(|field| !field.definition.arguments.is_empty()) {
                let message = format!("{} takes arguments, and cannot be selected here", coordinate_of(field));
                refuse(code, message, field.location);
            }
        }
        if let Some(code) = self.missing_external {
            let mut missing = MissingExternal { examined, leaves: Vec::new() };
            missing.collect(application.parent, &parsed.selections);
            for (parent, field) in missing.leaves {
                refuse(code, why_not_external(examined, parent, &field.name), field.name.location());
            }
        }
    }
}

fn why_not_external(examined: &Examined, parent: &Name, field: &Name) -> String {
    let subgraph = examined.subgraph;
    let external = examined.spelling(FederationDirective::External);
    let definition = field_of(&subgraph.schema, parent, field);
    match definition.is_some_and(|definition| subgraph.has(&definition.directives, FederationDirective::External)) {
        true => format!(
            "{parent}.{field} is in the key of an extension, where {external} says nothing: this subgraph has it anyway"
        ),
        false => format!("{parent}.{field} is resolved by this subgraph itself, as it is not {external}"),
    }
}

fn coordinate_of(field: &SelectedField) -> String {
    format!("{}.{}", field.parent, field.definition.name)
}

/// A position within the string of the directive's field set, or the directive, if the string is written with escapes.
fn place_in(examined: &Examined, directive: &Node<Directive>, text: &str, location: Option<SourceSpan>) -> Place {
    let literal = directive.specified_argument_by_name("fields").and_then(|value| value.location());
    let within = range_in(text, location).and_then(|range| examined.subgraph.place_in_string(literal?, text, range));
    within.unwrap_or_else(|| examined.place_of(directive))
}

#[derive(Default)]
struct Contents<'s> {
    aliases: Vec<(&'s Name, &'s Name)>,
    directives: Vec<&'s Node<Directive>>,
}

impl<'s> Contents<'s> {
    fn collect(&mut self, selections: &'s [Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.aliases.extend(field.alias.as_ref().map(|alias| (alias, &field.name)));
                    self.directives.extend(field.directives.iter());
                }
                Selection::InlineFragment(fragment) => self.directives.extend(fragment.directives.iter()),
                Selection::FragmentSpread(_) => {}
            }
            self.collect(sub_selections(selection));
        }
    }
}

/// Leaves that are neither external nor below something that is.
struct MissingExternal<'a> {
    examined: &'a Examined<'a>,
    /// With the types that they are selected on.
    leaves: Vec<(&'a Name, &'a Field)>,
}

impl<'a> MissingExternal<'a> {
    fn collect(&mut self, parent: &'a Name, selections: &'a [Selection]) {
        for selection in selections {
            let inner = sub_selections(selection);
            match selection {
                Selection::Field(field) if self.examined.facts.is_external(parent, &field.name) => {}
                Selection::Field(field) if inner.is_empty() => {
                    self.leaves.push((parent, field));
                }
                Selection::Field(field) => {
                    let definition = field_of(&self.examined.subgraph.schema, parent, &field.name);
                    if let Some(definition) = definition.filter(|_| !self.is_external_somewhere(parent, &field.name)) {
                        self.collect(definition.ty.inner_named_type(), inner);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    self.collect(fragment.type_condition.as_ref().unwrap_or(parent), inner);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// Fields of interfaces are never external themselves.
    fn is_external_somewhere(&self, interface: &Name, field: &Name) -> bool {
        self.examined.implementations(interface).any(|object| self.examined.facts.is_external(object, field))
    }
}
