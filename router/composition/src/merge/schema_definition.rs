//! The schema element of the supergraph: roots, links, and the definitions of everything linked. Code NO_QUERIES.

use super::{Merger, composed_directives::Origin, elements::Element, join};
use crate::{
    Diagnostic, codes,
    directive_arguments::Application,
    specs::{self, Spec},
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Definition, Directive, DirectiveList, EnumValueDefinition, Value},
    name,
    schema::{EnumType, ExtendedType},
};
use hansa_federation::{Feature, Purpose};

impl<'a> Merger<'a> {
    pub(super) fn merge_schema_definition(&mut self) {
        let definitions =
            || self.subgraphs.iter().enumerate().map(|(index, known)| (index, &known.schema.schema_definition));
        let descriptions = definitions().map(|(index, definition)| (index, definition.description.as_ref(), None));
        let descriptions: Vec<_> = descriptions.collect();
        let applied = definitions().map(|(index, definition)| (index, &definition.directives)).collect();
        let description = self.merge_description("schema", descriptions.into_iter());
        self.record_directives(Element::Schema, applied);
        let root = |name: Name| self.schema.types.contains_key(&name).then(|| Node::new(name));
        let (query, mutation, subscription) =
            (root(name!("Query")), root(name!("Mutation")), root(name!("Subscription")));
        if query.is_none() {
            let message =
                "no subgraph has a field of Query, so there is nothing to ask for; define `type Query` in one of them";
            self.report(Diagnostic::new(codes::NO_QUERIES, message));
        }
        let definition = self.schema.schema_definition.make_mut();
        definition.description = description;
        (definition.query, definition.mutation, definition.subscription) = (query, mutation, subscription);
    }

    /// Links what is used and defines it. Last, because only now it is known what that is.
    pub(super) fn add_features(&mut self) -> Vec<Feature> {
        let version = self.uses.version();
        let feature = |spec: Spec, version, purpose| Feature {
            identity: spec.identity(),
            version,
            namespace: spec.name().to_owned(),
            purpose,
            imports: Vec::new(),
        };
        let mut features =
            vec![feature(Spec::Link, (1, 0), None), feature(Spec::Join, version, Some(Purpose::Execution))];
        features.append(&mut self.composed.features);
        let links = features.iter().map(link).map(Node::new);
        let directives = &mut self.schema.schema_definition.make_mut().directives;
        let applied = std::mem::take(&mut directives.0);
        directives.0.extend(links.chain(applied));
        self.define(&format!("{}{}", join::LINK_DEFINITIONS, join::definitions(version)));
        self.define_graphs();
        self.define_directives(&features);
        features
    }

    fn define(&mut self, sdl: &str) {
        let document = apollo_compiler::ast::Document::parse(sdl, "specification.graphql");
        let document = document.expect("the definitions of this crate are GraphQL");
        let mut own = Schema::new();
        own.types.clear();
        if let Ok(parsed) = apollo_compiler::schema::SchemaBuilder::new().add_ast(&document).build() {
            own = parsed;
        }
        for definition in &document.definitions {
            let Some(name) = definition.name() else { continue };
            match definition {
                Definition::DirectiveDefinition(directive) => {
                    self.schema.directive_definitions.insert(name.clone(), directive.clone());
                }
                _ => {
                    let ty = own.types.get(name).cloned();
                    self.schema.types.extend(ty.map(|ty| (name.clone(), ty)));
                }
            }
        }
    }

    fn define_graphs(&mut self) {
        let values = self.subgraphs.iter().zip(&self.graphs).map(|(subgraph, graph)| {
            let mut directives = DirectiveList::default();
            let application = Application::new(name!("join__graph"))
                .with_text(name!("name"), Some(&subgraph.name))
                .with_text(name!("url"), Some(&subgraph.url));
            directives.push(application.build());
            let value = EnumValueDefinition { description: None, value: graph.clone(), directives };
            (graph.clone(), Node::new(value))
        });
        let graphs = EnumType {
            description: None,
            name: name!("join__Graph"),
            directives: DirectiveList::default(),
            values: values.collect(),
        };
        self.schema.types.insert(graphs.name.clone(), ExtendedType::Enum(Node::new(graphs)));
    }

    /// Definitions of composed directives, with the types that they need.
    fn define_directives(&mut self, features: &[Feature]) {
        let definitions: Vec<_> = self
            .composed
            .directives
            .iter()
            .filter_map(|known| Some((known.origin, known.definition.clone()?)))
            .collect();
        for (origin, definition) in definitions {
            self.schema.directive_definitions.insert(definition.name.clone(), definition.clone());
            let Origin::Federation(_) = origin else { continue };
            for feature in features {
                let Some(spec) = Spec::of_identity(&feature.identity) else { continue };
                for ty in specs::local_definitions(spec, feature) {
                    let Definition::ScalarTypeDefinition(scalar) = ty else { continue };
                    let needs = definition.arguments.iter().any(|known| *known.ty.inner_named_type() == scalar.name);
                    if needs {
                        self.define(&scalar.to_string());
                    }
                }
            }
        }
    }
}

/// `@link` of a feature, as the supergraph has it.
fn link(feature: &Feature) -> Directive {
    let url = format!("{}/v{}.{}", feature.identity, feature.version.0, feature.version.1);
    let mut application = Application::new(name!("link")).with(name!("url"), Value::String(url));
    if feature.namespace != feature.name() {
        application = application.with_text(name!("as"), Some(&feature.namespace));
    }
    application = match feature.purpose {
        Some(Purpose::Security) => application.with(name!("for"), Value::Enum(name!("SECURITY"))),
        Some(Purpose::Execution) => application.with(name!("for"), Value::Enum(name!("EXECUTION"))),
        None => application,
    };
    if !feature.imports.is_empty() {
        let text = |text: &str| Node::new(Value::String(text.to_owned()));
        let import = |(name, local): &(String, String)| match name == local {
            true => text(name),
            false => Node::new(Value::Object(vec![(name!("name"), text(name)), (name!("as"), text(local))])),
        };
        application = application.with(name!("import"), Value::List(feature.imports.iter().map(import).collect()));
    }
    application.build()
}
