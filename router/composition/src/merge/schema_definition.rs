//! The schema element of the supergraph: roots, links, and the definitions of everything linked. Code NO_QUERIES.

use super::{Merger, composed_directives::Origin, elements::Element, join};
use crate::{
    Diagnostic, codes,
    directive_arguments::Application,
    link,
    specs::{self, Spec},
    type_members::fields,
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Definition, DirectiveList, EnumValueDefinition},
    name,
    schema::{EnumType, ExtendedType, ScalarType},
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
        // A query whose fields all have errors is none either, but that is not what is wrong.
        let sources = self.types.get("Query").map(|ty| ty.sources.as_slice()).unwrap_or_default();
        let has_fields = sources.iter().any(|(_, source)| fields(source).next().is_some());
        if query.is_none() && !has_fields {
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
        let mut features =
            vec![Spec::Link.feature((1, 0), None), Spec::Join.feature(version, Some(Purpose::Execution))];
        features.append(&mut self.composed.features);
        let links = features.iter().map(link::application).map(Node::new);
        let directives = &mut self.schema.schema_definition.make_mut().directives;
        let applied = std::mem::take(&mut directives.0);
        directives.0.extend(links.chain(applied));
        self.define(&format!("{}{}", join::LINK_DEFINITIONS, join::definitions(version)));
        self.define_graphs();
        self.define_directives(&features);
        features
    }

    fn define(&mut self, sdl: &str) {
        let defined = Schema::parse(sdl, "specification.graphql").expect("the definitions of this crate are GraphQL");
        let types = defined.types.into_iter().filter(|(_, ty)| !ty.is_built_in());
        self.schema.types.extend(types);
        let directives = defined.directive_definitions.into_iter().filter(|(_, directive)| !directive.is_built_in());
        self.schema.directive_definitions.extend(directives);
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
                for known in specs::local_definitions(spec, feature) {
                    let Definition::ScalarTypeDefinition(scalar) = known else { continue };
                    if definition.arguments.iter().any(|argument| *argument.ty.inner_named_type() == scalar.name) {
                        self.define_scalar(&scalar.name);
                    }
                }
            }
        }
    }

    fn define_scalar(&mut self, name: &Name) {
        let scalar = ScalarType { description: None, name: name.clone(), directives: DirectiveList::default() };
        self.schema.types.insert(name.clone(), ExtendedType::Scalar(Node::new(scalar)));
    }
}
