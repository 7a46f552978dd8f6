//! Places for diagnostics that only know a schema coordinate: where the subgraphs declare it.

use crate::{Diagnostic, Place, diagnostic::Diagnostics, subgraph::Subgraph, type_members::field};
use apollo_compiler::{parser::SourceSpan, schema::ExtendedType};
use hashbrown::HashMap;

/// Fills in what is missing: places of diagnostics that have none, and spans of places that only name a subgraph.
pub(crate) fn look_up(subgraphs: &[Subgraph], diagnostics: &mut Diagnostics) {
    let by_name: HashMap<&str, &Subgraph> = subgraphs.iter().map(|known| (known.name.as_str(), known)).collect();
    for diagnostic in diagnostics.errors.iter_mut().chain(&mut diagnostics.hints) {
        let Some(coordinate) = diagnostic.coordinate.clone() else { continue };
        if diagnostic.places.is_empty() {
            diagnostic.places = declarations(subgraphs, &coordinate);
        }
        complete(&by_name, diagnostic, &coordinate);
    }
}

fn complete(by_name: &HashMap<&str, &Subgraph>, diagnostic: &mut Diagnostic, coordinate: &str) {
    for place in diagnostic.places.iter_mut().filter(|place| place.span.is_none()) {
        let Some(subgraph) = by_name.get(place.subgraph.as_str()) else { continue };
        if let Some(location) = nearest(subgraph, coordinate) {
            place.span = subgraph.place(Some(location), "").span;
        }
    }
}

fn declarations(subgraphs: &[Subgraph], coordinate: &str) -> Vec<Place> {
    let declared = subgraphs.iter().filter_map(|subgraph| Some((subgraph, location(subgraph, coordinate)?)));
    declared.map(|(subgraph, location)| subgraph.place(Some(location), "")).collect()
}

/// The element itself, or the type that it would be in.
fn nearest(subgraph: &Subgraph, coordinate: &str) -> Option<SourceSpan> {
    location(subgraph, coordinate).or_else(|| location(subgraph, coordinate.split('.').next()?))
}

/// `Type`, `Type.member`, `Type.field(argument:)` or `@directive`.
fn location(subgraph: &Subgraph, coordinate: &str) -> Option<SourceSpan> {
    if let Some(directive) = coordinate.strip_prefix('@') {
        let name = directive.split('(').next()?;
        return subgraph.schema.directive_definitions.get(name)?.location();
    }
    let (name, member) = coordinate.split_once('.').map_or((coordinate, None), |(name, member)| (name, Some(member)));
    let ty = subgraph.schema.types.get(name)?;
    let Some(member) = member else { return ty.name().location().or_else(|| ty.location()) };
    let (member, argument) = member.split_once('(').map_or((member, None), |(member, rest)| (member, Some(rest)));
    match (ty, argument) {
        (ExtendedType::Enum(definition), _) => definition.values.get(member)?.location(),
        (ExtendedType::InputObject(input), _) => input.fields.get(member)?.location(),
        (_, None) => field(ty, member)?.location(),
        (_, Some(argument)) => {
            let argument = argument.trim_end_matches([':', ')']);
            field(ty, member)?.argument_by_name(argument)?.location()
        }
    }
}
