//! Reads a supergraph SDL of join v0.1 to v0.5 into [`Supergraph`].
//!
//! The join directives are read from the document as it names them (`as:` renames the prefix). Version 0.1 says less
//! than the later ones: what it leaves out is taken as known to every subgraph that can be at that place.

mod field_sets;
mod fields;
mod requirements;
mod types;

use crate::{
    Feature, FeatureError, Purpose, Subgraph, SubgraphId, Supergraph, TypeDefinition, TypeId, TypeKind, api_schema,
    features::linked_features,
    graphql_validation::{TOLERATED, refused, validate},
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, DirectiveList},
    schema::ExtendedType,
    validation::{DiagnosticList, Valid},
};
use hashbrown::HashMap;

/// Why a text is not a supergraph this router can serve.
#[derive(Debug, thiserror::Error, Clone)]
pub enum SupergraphError {
    /// Not GraphQL, or not a valid schema; the text has file, line and column.
    #[error("not a valid schema:\n{0}")]
    Invalid(String),
    #[error("the API schema, with inaccessible elements left out, is not valid:\n{0}")]
    InvalidApiSchema(String),
    #[error(transparent)]
    Feature(#[from] FeatureError),
    #[error(
        "not a supergraph: the schema does not link the join specification \
         (https://specs.apollo.dev/join/v0.1 to v0.5); compose the subgraphs first"
    )]
    NotASupergraph,
    #[error("join specification v{}.{} is not supported; v0.1 to v0.5 are", .0.0, .0.1)]
    UnsupportedJoinVersion((u32, u32)),
    #[error("the supergraph needs the feature {identity} v{}.{} ({purpose:?}), which this router does not know", .version.0, .version.1)]
    UnknownFeature { identity: String, version: (u32, u32), purpose: Purpose },
    #[error("{identity} v{}.{} is not supported; v0.1 is", .version.0, .version.1)]
    UnsupportedVersion { identity: String, version: (u32, u32) },
    #[error("the supergraph has no query root type")]
    NoQueryType,
    #[error("{0}")]
    Malformed(String),
}

/// Features that carry a purpose and whose meaning is known; security features are for the server to enforce or refuse.
const KNOWN_FEATURES: [&str; 11] = [
    "link",
    "core",
    "join",
    "tag",
    "inaccessible",
    "cost",
    "authenticated",
    "requiresScopes",
    "policy",
    "context",
    "cacheTag",
];

impl Supergraph {
    /// Reads a supergraph that a router can serve. `path` names the text in messages.
    pub fn parse(sdl: &str, path: &str) -> Result<Supergraph, SupergraphError> {
        let (schema, errors) = match Schema::parse(sdl, path) {
            Ok(schema) => (schema, None),
            Err(invalid) => (invalid.partial, Some(first_findings(&invalid.errors))),
        };
        let features = linked_features(&schema);
        // A subgraph's SDL, the likeliest mistake, is no valid schema either, but that is not what is wrong with it.
        let is_subgraph = features.as_ref().is_ok_and(|features| features.iter().any(is_federation));
        if let Some(errors) = errors.filter(|_| !is_subgraph) {
            return Err(SupergraphError::Invalid(errors));
        }
        let features = features?;
        let join = checked_join(&features)?;
        check_purposes(&features)?;
        let schema =
            validate(schema, &TOLERATED).map_err(|errors| SupergraphError::Invalid(first_findings(&errors)))?;
        Reader::new(&schema, &features, join)?.read()
    }

    /// Reads a supergraph that is parsed and validated already.
    pub fn from_schema(schema: &Valid<Schema>) -> Result<Supergraph, SupergraphError> {
        let features = linked_features(schema)?;
        let join = checked_join(&features)?;
        Reader::new(schema, &features, join)?.read()
    }
}

fn is_federation(feature: &Feature) -> bool {
    feature.identity == "https://specs.apollo.dev/federation"
}

fn checked_join(features: &[Feature]) -> Result<&Feature, SupergraphError> {
    let join = features.iter().find(|feature| feature.identity == "https://specs.apollo.dev/join");
    let join = join.ok_or(SupergraphError::NotASupergraph)?;
    if join.version.0 != 0 || !(1..=5).contains(&join.version.1) {
        return Err(SupergraphError::UnsupportedJoinVersion(join.version));
    }
    Ok(join)
}

/// A feature with a purpose may not be passed over by who does not know it. Link specification, "Purpose".
fn check_purposes(features: &[Feature]) -> Result<(), SupergraphError> {
    for feature in features {
        let is_known = feature
            .identity
            .strip_prefix("https://specs.apollo.dev/")
            .is_some_and(|name| KNOWN_FEATURES.contains(&name));
        if let (Some(purpose), false) = (feature.purpose, is_known) {
            let (identity, version) = (feature.identity.clone(), feature.version);
            return Err(SupergraphError::UnknownFeature { identity, version, purpose });
        }
    }
    Ok(())
}

/// What all steps of reading need.
struct Reader<'a> {
    schema: &'a Valid<Schema>,
    features: &'a [Feature],
    join: &'a Feature,
    inaccessible: String,
    subgraphs: Vec<Subgraph>,
    graphs: HashMap<Name, SubgraphId>,
    type_ids: HashMap<Name, TypeId>,
    /// By id.
    type_names: Vec<Name>,
    /// The objects of each interface.
    objects_of: HashMap<Name, Vec<types::Member>>,
    /// For each context, the types that set it and the objects of these, ascending.
    contexts: HashMap<String, Vec<TypeId>>,
    /// Of progressive overrides, sorted.
    labels: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(schema: &'a Valid<Schema>, features: &'a [Feature], join: &'a Feature) -> Result<Self, SupergraphError> {
        let (subgraphs, graphs) = read_graphs(schema, join)?;
        let mut type_names: Vec<Name> = schema.types.keys().filter(|name| !join.defines_type(name)).cloned().collect();
        type_names.sort();
        let type_ids =
            type_names.iter().enumerate().map(|(index, name)| (name.clone(), TypeId(index as u32))).collect();
        let inaccessible = api_schema::inaccessible_directive(features);
        let (objects_of, contexts, labels) = Default::default();
        let mut reader = Reader {
            schema,
            features,
            join,
            inaccessible,
            subgraphs,
            graphs,
            type_ids,
            type_names,
            objects_of,
            contexts,
            labels,
        };
        reader.objects_of = reader.objects_of_interfaces();
        reader.contexts = reader.types_of_contexts();
        reader.labels = reader.override_labels();
        Ok(reader)
    }

    fn read(self) -> Result<Supergraph, SupergraphError> {
        let mut types: Vec<TypeDefinition> = Vec::with_capacity(self.type_names.len());
        for name in &self.type_names {
            types.push(self.read_type(name, &self.schema.types[name.as_str()])?);
        }
        if self.is_v0_1() {
            fields::declare_provided(&mut types);
        }
        let requirements = self.read_requirements(&mut types)?;
        let root = |name: &Option<Node<Name>>| name.as_ref().and_then(|name| self.type_ids.get(name.as_ref())).copied();
        let roots = &self.schema.schema_definition;
        Ok(Supergraph {
            query: root(&roots.query).ok_or(SupergraphError::NoQueryType)?,
            mutation: root(&roots.mutation),
            subscription: root(&roots.subscription),
            api_schema: api_schema::api_schema(self.schema, self.features)?,
            features: self.features.iter().filter(|feature| !is_machinery(feature)).cloned().collect(),
            subgraphs: self.subgraphs,
            type_ids: self.type_ids,
            types,
            requirements,
            override_labels: self.labels,
        })
    }

    /// Applications of a join directive, by its name in the join specification.
    fn joins<'d>(&self, directives: &'d DirectiveList, name: &str) -> impl Iterator<Item = &'d Node<Directive>> {
        let local = self.join.directive_name(name);
        directives.iter().filter(move |directive| directive.name.as_str() == local)
    }

    fn graph(&self, directive: &Directive, coordinate: &str) -> Result<Option<SubgraphId>, SupergraphError> {
        let Some(value) = directive.specified_argument_by_name("graph") else { return Ok(None) };
        let name = value.as_enum().filter(|name| self.graphs.contains_key(*name));
        let name = name.ok_or_else(|| {
            SupergraphError::Malformed(format!(
                "{coordinate}: @{} names the graph {value}, which is not in join__Graph",
                directive.name
            ))
        })?;
        Ok(Some(self.graphs[name]))
    }

    fn every_subgraph(&self) -> impl Iterator<Item = SubgraphId> + use<> {
        (0..self.subgraphs.len() as u16).map(SubgraphId)
    }

    fn is_v0_1(&self) -> bool {
        self.join.version == (0, 1)
    }

    fn kind(&self, name: &str) -> TypeKind {
        match &self.schema.types[name] {
            ExtendedType::Scalar(_) => TypeKind::Scalar,
            ExtendedType::Object(_) => TypeKind::Object,
            ExtendedType::Interface(_) => TypeKind::Interface,
            ExtendedType::Union(_) => TypeKind::Union,
            ExtendedType::Enum(_) => TypeKind::Enum,
            ExtendedType::InputObject(_) => TypeKind::InputObject,
        }
    }
}

fn is_machinery(feature: &Feature) -> bool {
    matches!(feature.name(), "link" | "core" | "join")
}

fn flag(directive: &Directive, name: &str) -> Option<bool> {
    directive.specified_argument_by_name(name).and_then(|value| value.to_bool())
}

fn text<'d>(directive: &'d Directive, name: &str) -> Option<&'d str> {
    directive.specified_argument_by_name(name).and_then(|value| value.as_str())
}

type Graphs = (Vec<Subgraph>, HashMap<Name, SubgraphId>);

fn read_graphs(schema: &Schema, join: &Feature) -> Result<Graphs, SupergraphError> {
    let enum_name = format!("{}__Graph", join.namespace);
    let Some(ExtendedType::Enum(definition)) = schema.types.get(enum_name.as_str()) else {
        return Err(SupergraphError::Malformed(format!("the supergraph has no enum {enum_name}")));
    };
    let directive_name = join.directive_name("graph");
    let mut graphs = (Vec::new(), HashMap::new());
    for (name, value) in &definition.values {
        let directive = value.directives.get(&directive_name);
        let argument = |argument: &str| directive.and_then(|directive| text(directive, argument));
        let id = u16::try_from(graphs.0.len());
        let id = id.map_err(|_| SupergraphError::Malformed("more than 65535 subgraphs".to_owned()))?;
        graphs.1.insert(name.clone(), SubgraphId(id));
        graphs.0.push(Subgraph {
            name: argument("name").unwrap_or(name.as_str()).to_owned(),
            url: argument("url").unwrap_or_default().to_owned(),
        });
    }
    Ok(graphs)
}

/// One stray character can make dozens of findings; the first ones say it.
pub(crate) fn first_findings(findings: &DiagnosticList) -> String {
    const SHOWN_MAX: usize = 5;
    let mut text: String = refused(findings, &TOLERATED).take(SHOWN_MAX).map(|finding| finding.to_string()).collect();
    let more = refused(findings, &TOLERATED).count().saturating_sub(SHOWN_MAX);
    if more > 0 {
        text.push_str(&format!("and {more} more"));
    }
    text
}
