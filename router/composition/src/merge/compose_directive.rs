//! `@composeDirective(name:)`: directives of a subgraph's own that are to be seen in the supergraph.
//! Code DIRECTIVE_COMPOSITION_ERROR; hints DIRECTIVE_COMPOSITION_INFO, DIRECTIVE_COMPOSITION_WARN.

use super::composed_directives::{ComposedDirective, Origin};
use crate::{
    Diagnostic,
    codes::{self, Code},
    diagnostic::Diagnostics,
    directive_arguments::argument_text,
    link::LinkedFeature,
    specs::version_text,
    subgraph::{FederationDirective, Subgraph},
};
use apollo_compiler::{
    Node,
    ast::{Directive, DirectiveDefinition, DirectiveLocation},
    parser::SourceSpan,
};
use hansa_federation::Feature;
use std::collections::BTreeMap;

/// A directive to compose, and which subgraphs say so.
pub(super) struct CustomDirective {
    pub(super) directive: ComposedDirective,
    pub(super) subgraphs: Vec<usize>,
    pub(super) feature: Feature,
    pub(super) import: Option<(String, String)>,
}

/// One valid `@composeDirective`.
struct Request<'a> {
    index: usize,
    feature: &'a Feature,
    /// Names without `@`: in the feature, in the subgraph.
    original: String,
    local: String,
    location: Option<SourceSpan>,
}

pub(super) fn find(subgraphs: &[Subgraph], diagnostics: &mut Diagnostics) -> Vec<CustomDirective> {
    let mut requests: Vec<Request<'_>> = Vec::new();
    for (index, subgraph) in subgraphs.iter().enumerate() {
        let applied =
            subgraph.applied(&subgraph.schema.schema_definition.directives, FederationDirective::ComposeDirective);
        for directive in applied {
            match read(subgraph, directive) {
                Ok((feature, original, local)) => {
                    requests.push(Request { index, feature, original, local, location: directive.location() });
                }
                Err((code, message)) => {
                    diagnostics.push(Diagnostic::new(code, message).at(subgraph.place(directive.location(), "")));
                }
            }
        }
    }
    check_majors(subgraphs, &requests, diagnostics);
    let mut by_directive: BTreeMap<(&str, &str), Vec<&Request<'_>>> = BTreeMap::new();
    for request in &requests {
        by_directive.entry((&request.feature.identity, &request.original)).or_default().push(request);
    }
    check_names(subgraphs, &by_directive, diagnostics);
    check_locations(subgraphs, &by_directive, diagnostics);
    by_directive.values().filter_map(|requests| compose(subgraphs, requests)).collect()
}

/// What can be applied to nothing in common is not one directive.
fn check_locations(
    subgraphs: &[Subgraph],
    by_directive: &BTreeMap<(&str, &str), Vec<&Request<'_>>>,
    diagnostics: &mut Diagnostics,
) {
    for ((identity, original), requests) in by_directive {
        let mut definitions = requests.iter().filter_map(|request| definition(subgraphs, request));
        let Some(first) = definitions.next() else { continue };
        let others: Vec<_> = definitions.collect();
        let is_common = |location| others.iter().all(|other| other.locations.contains(location));
        if !first.locations.iter().any(is_common) {
            let message =
                format!("@{original} of {identity} is composed from definitions that have no location in common");
            diagnostics.push(with_places(codes::DIRECTIVE_COMPOSITION_ERROR, message, subgraphs, requests));
        }
    }
}

fn definition<'a>(subgraphs: &'a [Subgraph], request: &Request<'_>) -> Option<&'a Node<DirectiveDefinition>> {
    subgraphs[request.index].schema.directive_definitions.get(request.local.as_str())
}

fn read<'a>(subgraph: &'a Subgraph, directive: &Directive) -> Result<(&'a Feature, String, String), (Code, String)> {
    let refuse = |message: String| Err((codes::DIRECTIVE_COMPOSITION_ERROR, message));
    let spelling = subgraph.spelling(FederationDirective::ComposeDirective);
    let name = argument_text(directive, "name").unwrap_or_default();
    if name.is_empty() {
        return refuse(format!("{spelling} needs a `name`, as in `name: \"@myDirective\"`"));
    }
    let Some(local) = name.strip_prefix('@') else {
        return refuse(format!("the name in {spelling} begins with an @: \"@{name}\""));
    };
    if !subgraph.schema.directive_definitions.contains_key(local) {
        return refuse(format!("{spelling} names {name}, which `{}` does not define", subgraph.name));
    }
    let Some(LinkedFeature { spec, feature, .. }) = subgraph.links.feature_of_directive(local) else {
        return refuse(format!(
            "{spelling} names {name}, which belongs to no linked specification; give it one with \
             @link(url: \"https://example.com/my/v1.0\", import: [\"{name}\"])"
        ));
    };
    if let Some(spec) = spec {
        let composes_anyway = subgraph.names.directive(local).is_some_and(|known| known.own_spec().is_some());
        return match composes_anyway {
            true => Err((
                codes::DIRECTIVE_COMPOSITION_INFO,
                format!("{spelling} names {name}, which is composed anyway; {spelling} can be removed"),
            )),
            false => refuse(format!("{spelling} names {name} of {}, which cannot be composed", spec.identity())),
        };
    }
    let imported = feature.imports.iter().find(|(_, known)| known == name);
    let prefixed = local.strip_prefix(feature.namespace.as_str()).and_then(|rest| rest.strip_prefix("__"));
    let original = match (imported, prefixed) {
        (Some((original, _)), _) => original.trim_start_matches('@').to_owned(),
        (None, Some(original)) => original.to_owned(),
        (None, None) => feature.name().to_owned(),
    };
    Ok((feature, original, local.to_owned()))
}

/// Major versions of a specification do not fit together.
fn check_majors(subgraphs: &[Subgraph], requests: &[Request<'_>], diagnostics: &mut Diagnostics) {
    let mut by_identity: BTreeMap<&str, Vec<(usize, &LinkedFeature)>> = BTreeMap::new();
    for (index, subgraph) in subgraphs.iter().enumerate() {
        for linked in subgraph.links.features.iter().filter(|linked| linked.spec.is_none()) {
            by_identity.entry(&linked.feature.identity).or_default().push((index, linked));
        }
    }
    for (identity, linking) in by_identity {
        let majors = |indexes: &[&(usize, &LinkedFeature)]| {
            let mut majors: Vec<u32> = indexes.iter().map(|(_, linked)| linked.feature.version.0).collect();
            majors.sort_unstable();
            majors.dedup();
            majors
        };
        let is_composing = |(index, _): &&(usize, &LinkedFeature)| {
            requests.iter().any(|known| known.index == *index && known.feature.identity == identity)
        };
        let composing: Vec<_> = linking.iter().filter(is_composing).collect();
        let all: Vec<_> = linking.iter().collect();
        let code = match (majors(&composing).len(), majors(&all).len()) {
            (2.., _) => codes::DIRECTIVE_COMPOSITION_ERROR,
            (_, 2..) => codes::DIRECTIVE_COMPOSITION_INFO,
            _ => continue,
        };
        let message = format!("{identity} is linked in major versions that do not fit together");
        let mut diagnostic = Diagnostic::new(code, message);
        for (index, linked) in linking {
            let label = format!("{} here", version_text(linked.feature.version));
            diagnostic = diagnostic.at(subgraphs[index].place(linked.location, label));
        }
        diagnostics.push(diagnostic);
    }
}

/// One directive, one name; one name, one directive.
fn check_names(
    subgraphs: &[Subgraph],
    by_directive: &BTreeMap<(&str, &str), Vec<&Request<'_>>>,
    diagnostics: &mut Diagnostics,
) {
    let mut by_name: BTreeMap<&str, Vec<&Request<'_>>> = BTreeMap::new();
    for ((identity, original), requests) in by_directive {
        let Some(first) = requests.first() else { continue };
        if requests.iter().any(|request| request.local != first.local) {
            let message = format!("@{original} of {identity} is composed under different names; import it under one");
            diagnostics.push(with_places(codes::DIRECTIVE_COMPOSITION_ERROR, message, subgraphs, requests));
        }
        warn_other_names(subgraphs, first, requests, diagnostics);
        for request in requests {
            by_name.entry(&request.local).or_default().push(request);
        }
    }
    for (name, requests) in by_name {
        let Some(first) = requests.first() else { continue };
        let is_other = |request: &&Request<'_>| {
            request.feature.identity != first.feature.identity || request.original != first.original
        };
        if requests.iter().any(is_other) {
            let message =
                format!("@{name} is composed from different specifications; rename one with `as` in its import");
            diagnostics.push(with_places(codes::DIRECTIVE_COMPOSITION_ERROR, message, subgraphs, &requests));
        }
    }
}

/// Where the directive is not composed, it may have another name, which clients then never see.
fn warn_other_names(
    subgraphs: &[Subgraph],
    first: &Request<'_>,
    requests: &[&Request<'_>],
    diagnostics: &mut Diagnostics,
) {
    for (index, subgraph) in subgraphs.iter().enumerate() {
        if requests.iter().any(|request| request.index == index) {
            continue;
        }
        let linked = subgraph.links.features.iter().find(|linked| linked.feature.identity == first.feature.identity);
        let Some(linked) = linked else { continue };
        let local = linked.feature.directive_name(&first.original);
        if local == first.local || !subgraph.schema.directive_definitions.contains_key(local.as_str()) {
            continue;
        }
        let message = format!(
            "@{} of {} is composed as @{} and is called @{local} in `{}`, which does not compose it",
            first.original, first.feature.identity, first.local, subgraph.name
        );
        diagnostics
            .push(Diagnostic::new(codes::DIRECTIVE_COMPOSITION_WARN, message).at(subgraph.place(linked.location, "")));
    }
}

fn with_places(code: Code, message: String, subgraphs: &[Subgraph], requests: &[&Request<'_>]) -> Diagnostic {
    requests.iter().fold(Diagnostic::new(code, message), |diagnostic, request| {
        diagnostic.at(subgraphs[request.index].place(request.location, format!("@{} here", request.local)))
    })
}

/// The definition of the newest version, with the locations of all.
fn compose(subgraphs: &[Subgraph], requests: &[&Request<'_>]) -> Option<CustomDirective> {
    // Of equally new ones the first, which comes last here.
    let newest = requests.iter().rev().max_by_key(|request| request.feature.version)?;
    let mut definition = definition(subgraphs, newest)?.clone();
    let all = requests.iter().filter_map(|request| self::definition(subgraphs, request));
    let locations: Vec<DirectiveLocation> = all.flat_map(|known| known.locations.iter().copied()).collect();
    definition.make_mut().locations.extend(locations);
    let mut feature = newest.feature.clone();
    feature.imports.clear();
    feature.namespace = feature.name().to_owned();
    feature.purpose = None;
    let import = (format!("@{}", newest.original), format!("@{}", newest.local));
    Some(CustomDirective {
        directive: ComposedDirective {
            origin: Origin::Custom,
            name: definition.name.clone(),
            is_repeatable: definition.repeatable,
            definition: Some(definition),
        },
        subgraphs: requests.iter().map(|request| request.index).collect(),
        feature,
        import: Some(import),
    })
}
