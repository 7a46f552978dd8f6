//! The specifications that composing knows: their versions, and the directives and types each version defines.
//!
//! Definitions are written with the names the specification gives; a schema that links it may use others, so they are
//! renamed when they are put into a schema (`Feature::directive_name`, [`local_type_name`]).

use crate::type_members::BUILT_IN_SCALARS;
use apollo_compiler::{Name, Node, ast};
use hansa_federation::{Feature, Purpose};
use std::sync::OnceLock;

/// Major and minor.
pub(crate) type Version = (u32, u32);

const ORIGIN: &str = "https://specs.apollo.dev/";
/// The newest version of the federation specification that composing knows.
pub const FEDERATION_NEWEST: Version = (2, 14);
/// What a subgraph of federation 1 is upgraded to.
pub(crate) const FEDERATION_OF_UPGRADED: Version = (2, 4);

/// A specification, by the last segment of its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Spec {
    Link,
    Core,
    Federation,
    Tag,
    Inaccessible,
    Authenticated,
    RequiresScopes,
    Policy,
    Context,
    Cost,
    CacheTag,
    Join,
    Connect,
}

/// A definition and the first version that has it; a later entry of the same name replaces an earlier one.
struct Definition {
    since: Version,
    sdl: &'static str,
}

const fn define(minor: u32, sdl: &'static str) -> Definition {
    Definition { since: (2, minor), sdl }
}

const fn define_v0(minor: u32, sdl: &'static str) -> Definition {
    Definition { since: (0, minor), sdl }
}

const TAG_V1: &str = "directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION";
const TAG_V2: &str = "directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | \
    ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION";
const TAG_V3: &str = "directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | \
    ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA";
const INACCESSIBLE_V1: &str = "directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION";
const INACCESSIBLE_V2: &str = "directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | \
    ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION";
const AUTHENTICATED: &str = "directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM";
const SCOPE: &str = "scalar Scope";
const REQUIRES_SCOPES: &str =
    "directive @requiresScopes(scopes: [[Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM";
const POLICY_TYPE: &str = "scalar Policy";
const POLICY: &str =
    "directive @policy(policies: [[Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM";
const CONTEXT_TYPE: &str = "scalar ContextFieldValue";
const CONTEXT: &str = "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION";
const FROM_CONTEXT: &str = "directive @fromContext(field: ContextFieldValue) on ARGUMENT_DEFINITION";
const COST: &str = "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | \
    INPUT_FIELD_DEFINITION | OBJECT | SCALAR";
const LIST_SIZE: &str = "directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], \
    requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION";
const CACHE_TAG: &str = "directive @cacheTag(format: String!) repeatable on OBJECT | FIELD_DEFINITION";

const LINK: [Definition; 3] = [
    Definition { since: (1, 0), sdl: "scalar Import" },
    Definition { since: (1, 0), sdl: "enum Purpose { SECURITY EXECUTION }" },
    Definition {
        since: (1, 0),
        sdl: "directive @link(url: String, as: String, for: Purpose, import: [Import]) repeatable on SCHEMA",
    },
];

/// Connectors are passed on to the router, so what is in their arguments is its business.
const CONNECT: [Definition; 9] = [
    define_v0(1, "scalar SourceHTTP"),
    define_v0(1, "scalar SourceErrors"),
    define_v0(1, "scalar ConnectHTTP"),
    define_v0(1, "scalar ConnectBatch"),
    define_v0(1, "scalar ConnectorErrors"),
    define_v0(1, "scalar JSONSelection"),
    define_v0(1, "scalar URLTemplate"),
    define_v0(
        1,
        "directive @source(name: String!, http: SourceHTTP, errors: SourceErrors, isSuccess: JSONSelection) repeatable on \
         SCHEMA",
    ),
    define_v0(
        1,
        "directive @connect(source: String, id: String, http: ConnectHTTP, batch: ConnectBatch, errors: ConnectorErrors, \
         isSuccess: JSONSelection, entity: Boolean = false, selection: JSONSelection!) repeatable on \
         FIELD_DEFINITION | OBJECT",
    ),
];

const CORE: [Definition; 2] = [
    Definition { since: (0, 1), sdl: "enum Purpose { SECURITY EXECUTION }" },
    Definition {
        since: (0, 1),
        sdl: "directive @core(feature: String!, as: String, for: Purpose) repeatable on SCHEMA",
    },
];

const FEDERATION: [Definition; 26] = [
    define(0, "scalar FieldSet"),
    define(0, "directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE"),
    define(0, "directive @requires(fields: FieldSet!) on FIELD_DEFINITION"),
    define(0, "directive @provides(fields: FieldSet!) on FIELD_DEFINITION"),
    define(0, "directive @external(reason: String) on OBJECT | FIELD_DEFINITION"),
    define(0, "directive @extends on OBJECT | INTERFACE"),
    define(0, TAG_V2),
    define(3, TAG_V3),
    define(0, INACCESSIBLE_V2),
    define(0, "directive @shareable on OBJECT | FIELD_DEFINITION"),
    define(2, "directive @shareable repeatable on OBJECT | FIELD_DEFINITION"),
    define(0, "directive @override(from: String!) on FIELD_DEFINITION"),
    define(7, "directive @override(from: String!, label: String) on FIELD_DEFINITION"),
    define(1, "directive @composeDirective(name: String) repeatable on SCHEMA"),
    define(3, "directive @interfaceObject on OBJECT"),
    define(5, AUTHENTICATED),
    define(5, SCOPE),
    define(5, REQUIRES_SCOPES),
    define(6, POLICY_TYPE),
    define(6, POLICY),
    define(8, CONTEXT_TYPE),
    define(8, CONTEXT),
    define(8, FROM_CONTEXT),
    define(9, COST),
    define(9, LIST_SIZE),
    define(12, CACHE_TAG),
];

/// What a subgraph of federation 1 may use without saying so.
const FEDERATION_1: [&str; 6] = [
    "directive @key(fields: _FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE",
    "directive @requires(fields: _FieldSet!) on FIELD_DEFINITION",
    "directive @provides(fields: _FieldSet!) on FIELD_DEFINITION",
    "directive @external(reason: String) on OBJECT | FIELD_DEFINITION",
    "directive @extends on OBJECT | INTERFACE",
    TAG_V2,
];

impl Spec {
    const ALL: [Spec; 13] = [
        Spec::Link,
        Spec::Core,
        Spec::Federation,
        Spec::Tag,
        Spec::Inaccessible,
        Spec::Authenticated,
        Spec::RequiresScopes,
        Spec::Policy,
        Spec::Context,
        Spec::Cost,
        Spec::CacheTag,
        Spec::Join,
        Spec::Connect,
    ];

    pub(crate) fn of_identity(identity: &str) -> Option<Spec> {
        let name = identity.strip_prefix(ORIGIN)?;
        Spec::ALL.into_iter().find(|spec| spec.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Spec::Link => "link",
            Spec::Core => "core",
            Spec::Federation => "federation",
            Spec::Tag => "tag",
            Spec::Inaccessible => "inaccessible",
            Spec::Authenticated => "authenticated",
            Spec::RequiresScopes => "requiresScopes",
            Spec::Policy => "policy",
            Spec::Context => "context",
            Spec::Cost => "cost",
            Spec::CacheTag => "cacheTag",
            Spec::Join => "join",
            Spec::Connect => "connect",
        }
    }

    pub(crate) fn identity(self) -> String {
        format!("{ORIGIN}{}", self.name())
    }

    /// The specification as a schema links it that does not rename anything.
    pub(crate) fn feature(self, version: Version, purpose: Option<Purpose>) -> Feature {
        Feature { identity: self.identity(), version, namespace: self.name().to_owned(), purpose, imports: Vec::new() }
    }

    /// The specification as a supergraph links it.
    pub(crate) fn linked_in(self, features: &[Feature]) -> Option<&Feature> {
        let identity = self.identity();
        features.iter().find(|feature| feature.identity == identity)
    }

    /// Local name of the directive of the same name, where the specification is linked.
    pub(crate) fn directive_in(self, features: &[Feature]) -> Option<String> {
        self.linked_in(features).map(|feature| feature.directive_name(self.name()))
    }

    pub(crate) fn is_known_version(self, (major, minor): Version) -> bool {
        match self {
            Spec::Link => (major, minor) == (1, 0),
            Spec::Core => major == 0 && (1..=2).contains(&minor),
            Spec::Federation => major == 2 && minor <= FEDERATION_NEWEST.1,
            Spec::Tag => major == 0 && (1..=3).contains(&minor),
            Spec::Inaccessible => major == 0 && (1..=2).contains(&minor),
            Spec::Join => major == 0 && (1..=5).contains(&minor),
            Spec::Connect => major == 0 && (1..=4).contains(&minor),
            Spec::Authenticated | Spec::RequiresScopes | Spec::Policy | Spec::Context | Spec::Cost | Spec::CacheTag => {
                (major, minor) == (0, 1)
            }
        }
    }

    /// The federation version that brought the newest element of this version of the specification.
    pub(crate) fn federation_version_needed(self, version: Version) -> Option<Version> {
        Some(match self {
            Spec::Tag if version >= (0, 3) => (2, 3),
            Spec::Tag | Spec::Inaccessible => (2, 0),
            Spec::Authenticated | Spec::RequiresScopes => (2, 5),
            Spec::Policy => (2, 6),
            Spec::Context => (2, 8),
            Spec::Cost => (2, 9),
            Spec::CacheTag => (2, 12),
            Spec::Connect => (2, 10),
            Spec::Federation => version,
            Spec::Link | Spec::Core | Spec::Join => return None,
        })
    }

    fn definitions(self) -> &'static [Definition] {
        const TAG: [Definition; 3] = [define_v0(1, TAG_V1), define_v0(2, TAG_V2), define_v0(3, TAG_V3)];
        const INACCESSIBLE: [Definition; 2] = [define_v0(1, INACCESSIBLE_V1), define_v0(2, INACCESSIBLE_V2)];
        const AUTHENTICATED_SPEC: [Definition; 1] = [define_v0(1, AUTHENTICATED)];
        const REQUIRES_SCOPES_SPEC: [Definition; 2] = [define_v0(1, SCOPE), define_v0(1, REQUIRES_SCOPES)];
        const POLICY_SPEC: [Definition; 2] = [define_v0(1, POLICY_TYPE), define_v0(1, POLICY)];
        const CONTEXT_SPEC: [Definition; 3] =
            [define_v0(1, CONTEXT_TYPE), define_v0(1, CONTEXT), define_v0(1, FROM_CONTEXT)];
        const COST_SPEC: [Definition; 2] = [define_v0(1, COST), define_v0(1, LIST_SIZE)];
        const CACHE_TAG_SPEC: [Definition; 1] = [define_v0(1, CACHE_TAG)];
        match self {
            Spec::Link => &LINK,
            Spec::Core => &CORE,
            Spec::Federation => &FEDERATION,
            Spec::Tag => &TAG,
            Spec::Inaccessible => &INACCESSIBLE,
            Spec::Authenticated => &AUTHENTICATED_SPEC,
            Spec::RequiresScopes => &REQUIRES_SCOPES_SPEC,
            Spec::Policy => &POLICY_SPEC,
            Spec::Context => &CONTEXT_SPEC,
            Spec::Cost => &COST_SPEC,
            Spec::CacheTag => &CACHE_TAG_SPEC,
            Spec::Connect => &CONNECT,
            Spec::Join => &[],
        }
    }
}

/// Definitions of a specification's version, under the specification's own names.
pub(crate) fn definitions(spec: Spec, version: Version) -> Vec<ast::Definition> {
    let mut found: Vec<ast::Definition> = Vec::new();
    for definition in spec.definitions().iter().filter(|definition| definition.since <= version) {
        let parsed = parsed(definition.sdl);
        match found.iter_mut().find(|known| known.name() == parsed.name()) {
            Some(known) => *known = parsed,
            None => found.push(parsed),
        }
    }
    found
}

pub(crate) fn federation_1_definitions() -> Vec<ast::Definition> {
    FEDERATION_1.iter().map(|sdl| parsed(sdl)).collect()
}

/// The first federation version with a directive of this name; for advice about a missing import.
pub(crate) fn federation_version_of(name: &str) -> Option<Version> {
    let is_named = |definition: &&Definition| {
        parsed(definition.sdl).as_directive_definition().is_some_and(|directive| directive.name == name)
    };
    FEDERATION.iter().filter(is_named).map(|definition| definition.since).min()
}

/// Name of a feature's type in the schema that links it: imported, or `namespace__Name`.
pub(crate) fn local_type_name(feature: &Feature, name: &str) -> String {
    let imported = feature.imports.iter().find(|(original, _)| original == name);
    imported.map_or_else(|| format!("{}__{name}", feature.namespace), |(_, local)| local.clone())
}

/// A directive of a linked feature, with the names it has in the schema that links it.
pub(crate) fn local_directive(
    spec: Spec,
    feature: &Feature,
    directive: &str,
) -> Option<Node<ast::DirectiveDefinition>> {
    let local = feature.directive_name(directive);
    local_definitions(spec, feature).into_iter().find_map(|definition| match definition {
        ast::Definition::DirectiveDefinition(directive) => (directive.name == local.as_str()).then_some(directive),
        _ => None,
    })
}

/// Definitions of a linked feature, with the names it has in the schema that links it.
pub(crate) fn local_definitions(spec: Spec, feature: &Feature) -> Vec<ast::Definition> {
    let mut definitions = definitions(spec, feature.version);
    for definition in &mut definitions {
        match definition {
            ast::Definition::DirectiveDefinition(directive) => {
                let directive = directive.make_mut();
                directive.name = name(&feature.directive_name(&directive.name));
                for argument in &mut directive.arguments {
                    let ty = &mut argument.make_mut().ty;
                    rename_type(ty.make_mut(), feature);
                }
            }
            ast::Definition::ScalarTypeDefinition(scalar) => {
                let scalar = scalar.make_mut();
                scalar.name = name(&local_type_name(feature, &scalar.name));
            }
            ast::Definition::EnumTypeDefinition(definition) => {
                let definition = definition.make_mut();
                definition.name = name(&local_type_name(feature, &definition.name));
            }
            _ => {}
        }
    }
    definitions
}

/// Gives the types of a specification their local names, in the type of an argument.
fn rename_type(ty: &mut ast::Type, feature: &Feature) {
    match ty {
        ast::Type::Named(named) | ast::Type::NonNullNamed(named) => {
            if !BUILT_IN_SCALARS.contains(&named.as_str()) {
                *named = name(&local_type_name(feature, named));
            }
        }
        ast::Type::List(item) | ast::Type::NonNullList(item) => rename_type(item, feature),
    }
}

/// `v2.3`.
pub(crate) fn version_text((major, minor): Version) -> String {
    format!("v{major}.{minor}")
}

/// A name made of checked parts.
pub(crate) fn name(text: &str) -> Name {
    Name::new_unchecked(text)
}

/// Parsing the same dozen constants for every subgraph would cost more than composing small graphs.
fn parsed(sdl: &'static str) -> ast::Definition {
    type Parsed = std::sync::Mutex<hashbrown::HashMap<&'static str, ast::Definition>>;
    static PARSED: OnceLock<Parsed> = OnceLock::new();
    let mut parsed = PARSED.get_or_init(Parsed::default).lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let definition = parsed.entry(sdl).or_insert_with(|| {
        let document = ast::Document::parse(sdl, "specification.graphql").expect("constants of this file are GraphQL");
        document.definitions.into_iter().next().expect("each constant defines one thing")
    });
    definition.clone()
}
