//! `@override(from:, label:)`: a field that another subgraph takes over.
//! Codes OVERRIDE_ON_INTERFACE, OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE, OVERRIDE_FROM_SELF_ERROR,
//! OVERRIDE_SOURCE_HAS_OVERRIDE, OVERRIDE_LABEL_INVALID; hints FROM_SUBGRAPH_DOES_NOT_EXIST,
//! OVERRIDE_DIRECTIVE_CAN_BE_REMOVED, OVERRIDDEN_FIELD_CAN_BE_REMOVED, OVERRIDE_MIGRATION_IN_PROGRESS.

use super::{Merger, fields::FieldSources};
use crate::{
    codes::{self, Code},
    directive_arguments::argument_text,
    subgraph::FederationDirective,
};
use apollo_compiler::{Name, Node, ast::Directive, schema::FieldDefinition};
use hashbrown::HashMap;

/// What overriding does to a field, by subgraph.
#[derive(Debug, Default)]
pub(super) struct FieldOverrides {
    overridden: HashMap<usize, Overridden>,
    labels: HashMap<usize, String>,
}

/// The source of an override.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Overridden {
    /// Nothing in the subgraph needs the field.
    Unused,
    /// It is still part of a key, a requirement, an interface or such.
    Used,
}

impl FieldOverrides {
    pub(super) fn is_overridden(&self, index: usize) -> bool {
        self.overridden.contains_key(&index)
    }

    pub(super) fn is_used_overridden(&self, index: usize) -> bool {
        self.overridden.get(&index) == Some(&Overridden::Used)
    }

    /// As if the subgraph did not have the field.
    pub(super) fn is_gone(&self, index: usize) -> bool {
        self.overridden.get(&index) == Some(&Overridden::Unused) && !self.labels.contains_key(&index)
    }

    /// Label of a progressive override, in the subgraph that takes over and in the one it takes from.
    pub(super) fn label(&self, index: usize) -> Option<&str> {
        self.labels.get(&index).map(String::as_str)
    }

    pub(super) fn changes_anything(&self) -> bool {
        !self.labels.is_empty() || self.overridden.values().any(|overridden| *overridden == Overridden::Used)
    }
}

/// One application, and where.
struct Override<'a> {
    index: usize,
    directive: &'a Node<Directive>,
    from: String,
}

impl<'a> Merger<'a> {
    pub(super) fn merge_overrides(
        &mut self,
        (ty, field): (&Name, &Name),
        sources: &FieldSources<'a>,
        is_on_interface: bool,
    ) -> FieldOverrides {
        let mut overrides = FieldOverrides::default();
        let applied: Vec<Override<'a>> =
            sources.iter().filter_map(|(index, source)| self.override_of(*index, source)).collect();
        for one in &applied {
            let place = one.directive.location();
            match self.override_problem((ty, field), sources, &applied, (one, is_on_interface)) {
                Ok(from) => self.accept_override((ty, field), sources, (one, from), &mut overrides),
                Err(Some((code, message))) => {
                    self.report_at(code, &format!("{ty}.{field}"), message, vec![(one.index, place, String::new())]);
                }
                Err(None) => {}
            }
        }
        overrides
    }

    fn override_of(&self, index: usize, field: &'a Node<FieldDefinition>) -> Option<Override<'a>> {
        let subgraph = self.subgraph(index);
        let directive = subgraph.applied(&field.directives, FederationDirective::Override).next()?;
        let from = argument_text(directive, "from").unwrap_or_default();
        Some(Override { index, directive, from: from.to_owned() })
    }

    /// The subgraph that is overridden, or what keeps it from being so.
    fn override_problem(
        &self,
        (ty, field): (&Name, &Name),
        sources: &FieldSources<'a>,
        applied: &[Override<'a>],
        (one, is_on_interface): (&Override<'a>, bool),
    ) -> Result<usize, Option<(Code, String)>> {
        let coordinate = format!("{ty}.{field}");
        let from = &one.from;
        let refuse = |code, message: String| Err(Some((code, message)));
        let collision = codes::OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE;
        let own_type = self.type_in(one.index, ty);
        if own_type.is_some_and(|own| self.subgraph(one.index).is_interface_object(own)) {
            return refuse(
                collision,
                format!("@override on {coordinate} is not possible: {ty} is an @interfaceObject here"),
            );
        }
        if is_on_interface {
            return refuse(
                codes::OVERRIDE_ON_INTERFACE,
                format!(
                    "@override on {coordinate} is not possible: {ty} is an interface; put it on the implementations"
                ),
            );
        }
        let Some(from_index) = self.subgraphs.iter().position(|subgraph| subgraph.name == *from) else {
            let nearest =
                self.nearest_subgraph(from).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            let message = format!(
                "@override on {coordinate} takes the field from `{from}`, and there is no such subgraph{nearest}"
            );
            return refuse(codes::FROM_SUBGRAPH_DOES_NOT_EXIST, message);
        };
        if from_index == one.index {
            return refuse(
                codes::OVERRIDE_FROM_SELF_ERROR,
                format!("@override on {coordinate} takes the field from `{from}`, which is this very subgraph"),
            );
        }
        if applied.iter().any(|other| other.index == from_index) {
            return refuse(
                codes::OVERRIDE_SOURCE_HAS_OVERRIDE,
                format!(
                    "@override on {coordinate} takes the field from `{from}`, which overrides it as well; keep one of the two"
                ),
            );
        }
        let Some((_, source)) = sources.iter().find(|(index, _)| *index == from_index) else {
            let abstracting = self.abstracting_fields(ty, field, sources);
            if abstracting.iter().any(|(index, ..)| *index == from_index) {
                let message =
                    format!("@override on {coordinate} is not possible: `{from}` has it on an @interfaceObject");
                return refuse(collision, message);
            }
            let message = format!("@override on {coordinate} has done its work: `{from}` no longer has the field");
            return refuse(codes::OVERRIDE_DIRECTIVE_CAN_BE_REMOVED, message);
        };
        if let Some(other) = self.conflicting_directive((ty, field), one.index, (from_index, source)) {
            let message = format!("@override on {coordinate} cannot be combined with {other}");
            return refuse(collision, message);
        }
        Ok(from_index)
    }

    fn conflicting_directive(
        &self,
        (ty, field): (&Name, &Name),
        index: usize,
        (from_index, source): (usize, &FieldDefinition),
    ) -> Option<String> {
        let from = self.subgraph(from_index);
        let on_source = [FederationDirective::Requires, FederationDirective::Provides]
            .into_iter()
            .find(|directive| from.has(&source.directives, *directive));
        if let Some(directive) = on_source {
            return Some(format!("{} on the field in `{}`", from.spelling(directive), from.name));
        }
        self.facts[index].is_external(ty, field).then(|| "@external on the same field".to_owned())
    }

    fn accept_override(
        &mut self,
        (ty, field): (&Name, &Name),
        sources: &FieldSources<'a>,
        (one, from): (&Override<'a>, usize),
        overrides: &mut FieldOverrides,
    ) {
        let coordinate = format!("{ty}.{field}");
        let source = sources.iter().find(|(index, _)| *index == from).map(|(_, source)| source.location());
        let source = source.flatten();
        let (by, name) = (self.subgraph(one.index).name.clone(), self.subgraph(from).name.clone());
        let is_used = self.facts[from].is_used(ty, field);
        let label = argument_text(one.directive, "label").unwrap_or_default();
        let at_directive = || vec![(one.index, one.directive.location(), String::new())];
        if self.facts[from].is_external(ty, field) {
            let message = format!("@override on {coordinate} has done its work: the field is @external in `{name}`");
            self.report_at(codes::OVERRIDE_DIRECTIVE_CAN_BE_REMOVED, &coordinate, message, at_directive());
        } else {
            overrides.overridden.insert(from, if is_used { Overridden::Used } else { Overridden::Unused });
        }
        if label.is_empty() {
            if overrides.is_overridden(from) {
                let places = vec![(from, source, format!("overridden by `{by}`"))];
                self.report_at(
                    codes::OVERRIDDEN_FIELD_CAN_BE_REMOVED,
                    &coordinate,
                    can_be_removed(&coordinate, &name, is_used),
                    places,
                );
            }
        } else if is_label(label) {
            overrides.labels.insert(one.index, label.to_owned());
            overrides.labels.insert(from, label.to_owned());
            let message = format!("{coordinate} is on its way from `{name}` to `{by}`, by the label {label:?}");
            self.report_at(codes::OVERRIDE_MIGRATION_IN_PROGRESS, &coordinate, message, at_directive());
        } else {
            let message = format!(
                "{label:?} on {coordinate} is no label of an @override: it begins with a letter and goes on with letters, \
                 digits and _-:./, or is percent(0) to percent(100) with up to eight decimals"
            );
            self.report_at(codes::OVERRIDE_LABEL_INVALID, &coordinate, message, at_directive());
        }
    }

    fn nearest_subgraph(&self, name: &str) -> Option<&str> {
        let names = self.subgraphs.iter().map(|subgraph| subgraph.name.as_str());
        let distance = |other: &str| strsim::levenshtein(&name.to_lowercase(), &other.to_lowercase());
        names.filter(|other| distance(other) * 3 <= name.len().max(3)).min_by_key(|other| (distance(other), *other))
    }
}

fn can_be_removed(coordinate: &str, name: &str, is_used: bool) -> String {
    match is_used {
        true => format!(
            "{coordinate} is overridden, and only used in field sets or interfaces of `{name}`; mark it @external there"
        ),
        false => format!("{coordinate} is overridden, and no longer used in `{name}`; remove it there"),
    }
}

/// Federation specification, "@override", `label`.
fn is_label(label: &str) -> bool {
    if let Some(percent) = label.strip_prefix("percent(").and_then(|rest| rest.strip_suffix(')')) {
        return is_percentage(percent);
    }
    let mut characters = label.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && characters.all(|c| c.is_ascii_alphanumeric() || "_-:./".contains(c))
}

fn is_percentage(text: &str) -> bool {
    let (whole, decimals) = text.split_once('.').map_or((text, None), |(whole, decimals)| (whole, Some(decimals)));
    let is_digits =
        |text: &str, max: usize| (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text == "100" || (is_digits(whole, 2) && decimals.is_none_or(|decimals| is_digits(decimals, 8)))
}
