//! Which directives go from subgraphs into the supergraph, and under which name: GraphQL's own, federation's, and those
//! that a subgraph composes with `@composeDirective`. Code LINK_IMPORT_NAME_MISMATCH.

use super::compose_directive;
use crate::{
    Diagnostic, codes,
    diagnostic::Diagnostics,
    specs::{self, Spec, Version},
    subgraph::{FederationDirective, Subgraph},
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{DirectiveDefinition, DirectiveList, FieldDefinition},
    schema::ExtendedType,
};
use hansa_federation::{Feature, Purpose};
use hashbrown::{HashMap, HashSet};

/// What is done with a directive's applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    BuiltIn,
    Federation(FederationDirective),
    Custom,
}

#[derive(Debug, Clone)]
pub(super) struct ComposedDirective {
    pub(super) origin: Origin,
    /// Its name in the supergraph.
    pub(super) name: Name,
    /// `None` for GraphQL's own.
    pub(super) definition: Option<Node<DirectiveDefinition>>,
    pub(super) is_repeatable: bool,
}

#[derive(Debug, Default)]
pub(super) struct ComposedDirectives {
    pub(super) directives: Vec<ComposedDirective>,
    pub(super) features: Vec<Feature>,
    /// By subgraph: local name to index in `directives`.
    local: Vec<HashMap<Name, usize>>,
    by_subgraph_name: HashMap<String, usize>,
    /// Directives composed by `@composeDirective`: no specification can be linked under the name of one.
    custom_names: HashSet<Name>,
}

const BUILT_IN: [&str; 2] = ["deprecated", "specifiedBy"];

/// Federation's directives that the supergraph shows, each with the specification that it is linked by there.
const SHOWN: [(FederationDirective, Spec, Version, Option<Purpose>); 8] = [
    (FederationDirective::Tag, Spec::Tag, (0, 3), None),
    (FederationDirective::Inaccessible, Spec::Inaccessible, (0, 2), Some(Purpose::Security)),
    (FederationDirective::Authenticated, Spec::Authenticated, (0, 1), Some(Purpose::Security)),
    (FederationDirective::RequiresScopes, Spec::RequiresScopes, (0, 1), Some(Purpose::Security)),
    (FederationDirective::Policy, Spec::Policy, (0, 1), Some(Purpose::Security)),
    (FederationDirective::Context, Spec::Context, (0, 1), Some(Purpose::Security)),
    (FederationDirective::Cost, Spec::Cost, (0, 1), None),
    (FederationDirective::ListSize, Spec::Cost, (0, 1), None),
];

impl ComposedDirectives {
    /// The directive of the supergraph that a subgraph's directive becomes.
    pub(super) fn of(&self, index: usize, local: &str) -> Option<usize> {
        self.local.get(index)?.get(local).copied()
    }

    pub(super) fn is_merged(&self, subgraph: &Subgraph, local: &str) -> bool {
        self.by_subgraph_name.get(&subgraph.name).is_some_and(|index| self.of(*index, local).is_some())
    }

    fn add_import(&mut self, feature: Feature, import: Option<(String, String)>) {
        let feature = self.with_namespace(feature);
        let index = self.features.iter().position(|known| known.identity == feature.identity).unwrap_or_else(|| {
            self.features.push(feature);
            self.features.len() - 1
        });
        self.features[index].imports.extend(import);
    }

    /// The feature as it is linked already, or as it will be. What is called like another specification, or like a composed
    /// directive, gets a namespace that nothing else has; all its elements are imported then.
    fn with_namespace(&self, mut feature: Feature) -> Feature {
        if let Some(known) = self.features.iter().find(|known| known.identity == feature.identity) {
            return Feature { namespace: known.namespace.clone(), ..feature };
        }
        let is_custom = Spec::of_identity(&feature.identity).is_none();
        let is_taken = |namespace: &str| {
            self.features.iter().any(|known| known.namespace == namespace)
                || (!is_custom && self.custom_names.contains(namespace))
        };
        let plain = feature.namespace.clone();
        let mut number = 0;
        while is_taken(&feature.namespace) {
            feature.namespace = format!("_{number}{plain}");
            number += 1;
        }
        feature
    }

    pub(super) fn index_of(&self, directive: FederationDirective) -> Option<usize> {
        self.directives.iter().position(|known| known.origin == Origin::Federation(directive))
    }
}

pub(super) fn find(subgraphs: &[Subgraph], diagnostics: &mut Diagnostics) -> ComposedDirectives {
    let mut composed = ComposedDirectives {
        local: vec![HashMap::new(); subgraphs.len()],
        by_subgraph_name: subgraphs.iter().enumerate().map(|(index, known)| (known.name.clone(), index)).collect(),
        ..Default::default()
    };
    for name in BUILT_IN {
        composed.directives.push(ComposedDirective {
            origin: Origin::BuiltIn,
            name: specs::name(name),
            definition: None,
            is_repeatable: false,
        });
        let position = composed.directives.len() - 1;
        composed.local.iter_mut().for_each(|local| {
            local.insert(specs::name(name), position);
        });
    }
    let customs = compose_directive::find(subgraphs, diagnostics);
    composed.custom_names = customs.iter().map(|custom| custom.directive.name.clone()).collect();
    let used: Vec<HashSet<&Name>> = subgraphs.iter().map(|subgraph| used_directives(&subgraph.schema)).collect();
    for (directive, spec, version, purpose) in SHOWN {
        add_federation_directive(&mut composed, subgraphs, (&used, diagnostics), (directive, spec, version, purpose));
    }
    add_joined_features(&mut composed, subgraphs, &used);
    for custom in customs {
        let position = composed.directives.len();
        for index in custom.subgraphs {
            composed.local[index].insert(custom.directive.name.clone(), position);
        }
        composed.directives.push(custom.directive);
        composed.add_import(custom.feature, custom.import);
    }
    composed
}

fn add_federation_directive(
    composed: &mut ComposedDirectives,
    subgraphs: &[Subgraph],
    (used, diagnostics): (&[HashSet<&Name>], &mut Diagnostics),
    (directive, spec, version, purpose): (FederationDirective, Spec, Version, Option<Purpose>),
) {
    let mut names: Vec<(Name, Vec<usize>)> = Vec::new();
    for (index, subgraph) in subgraphs.iter().enumerate() {
        for name in subgraph.names.of(directive).iter().filter(|name| used[index].contains(*name)) {
            match names.iter_mut().find(|(known, _)| known == name) {
                Some((_, indexes)) => indexes.push(index),
                None => names.push((name.clone(), vec![index])),
            }
        }
    }
    let Some((name, _)) = names.first().cloned() else { return };
    if names.len() > 1 {
        diagnostics.push(name_mismatch(directive, subgraphs, &names));
    }
    let position = composed.directives.len();
    for (local, indexes) in &names {
        for index in indexes {
            composed.local[*index].insert(local.clone(), position);
        }
    }
    let feature = composed.with_namespace(spec.feature(version, purpose));
    let is_renamed = name.as_str() != feature.directive_name(directive.name());
    let import = is_renamed.then(|| (format!("@{}", directive.name()), format!("@{name}")));
    let importing = Feature { imports: import.iter().cloned().collect(), ..feature.clone() };
    let definition = specs::local_directive(spec, &importing, directive.name());
    let is_repeatable = definition.as_ref().is_some_and(|definition| definition.repeatable);
    composed.add_import(feature, import);
    composed.directives.push(ComposedDirective {
        origin: Origin::Federation(directive),
        name,
        definition,
        is_repeatable,
    });
}

/// Specifications whose directives the router gets as they are, by `@join__directive`.
fn add_joined_features(composed: &mut ComposedDirectives, subgraphs: &[Subgraph], used: &[HashSet<&Name>]) {
    let uses_cache_tags = subgraphs.iter().zip(used).any(|(subgraph, used)| {
        subgraph.names.of(FederationDirective::CacheTag).iter().any(|name| used.contains(name))
    });
    let connect =
        subgraphs.iter().filter_map(|subgraph| subgraph.links.of_spec(Spec::Connect)).map(|feature| feature.version);
    let versions = [(Spec::CacheTag, uses_cache_tags.then_some((0, 1))), (Spec::Connect, connect.max())];
    for (spec, version) in versions {
        let Some(version) = version else { continue };
        composed.add_import(spec.feature(version, Some(Purpose::Execution)), None);
    }
}

fn name_mismatch(directive: FederationDirective, subgraphs: &[Subgraph], names: &[(Name, Vec<usize>)]) -> Diagnostic {
    let listed: Vec<String> = names
        .iter()
        .map(|(name, indexes)| {
            let subgraphs: Vec<&str> = indexes.iter().map(|index| subgraphs[*index].name.as_str()).collect();
            format!("@{name} in {}", subgraphs.join(", "))
        })
        .collect();
    let message = format!(
        "the directive @{} goes into the supergraph and is called differently: {}; import it under one name everywhere",
        directive.name(),
        listed.join("; ")
    );
    let mut diagnostic = Diagnostic::new(codes::LINK_IMPORT_NAME_MISMATCH, message);
    for (name, indexes) in names {
        for index in indexes {
            let subgraph = &subgraphs[*index];
            let location = subgraph.links.feature_of_directive(name).and_then(|linked| linked.location);
            diagnostic = diagnostic.at(subgraph.place(location, format!("@{name} here")));
        }
    }
    diagnostic
}

/// Names of all directives that are applied anywhere in a schema.
fn used_directives(schema: &Schema) -> HashSet<&Name> {
    let mut used: HashSet<&Name> = schema.schema_definition.directives.iter().map(|applied| &applied.name).collect();
    for definition in schema.directive_definitions.values() {
        definition.arguments.iter().for_each(|argument| add_names(&mut used, &argument.directives));
    }
    for ty in schema.types.values() {
        add_names(&mut used, ty.directives());
        match ty {
            ExtendedType::Object(object) => object.fields.values().for_each(|field| add_of_field(&mut used, field)),
            ExtendedType::Interface(interface) => {
                interface.fields.values().for_each(|field| add_of_field(&mut used, field));
            }
            ExtendedType::InputObject(input) => {
                input.fields.values().for_each(|field| add_names(&mut used, &field.directives));
            }
            ExtendedType::Enum(definition) => {
                definition.values.values().for_each(|value| add_names(&mut used, &value.directives));
            }
            ExtendedType::Scalar(_) | ExtendedType::Union(_) => {}
        }
    }
    used
}

fn add_of_field<'s>(used: &mut HashSet<&'s Name>, field: &'s FieldDefinition) {
    add_names(used, &field.directives);
    field.arguments.iter().for_each(|argument| add_names(used, &argument.directives));
}

fn add_names<'s>(used: &mut HashSet<&'s Name>, directives: &'s DirectiveList) {
    used.extend(directives.iter().map(|applied| &applied.name));
}
