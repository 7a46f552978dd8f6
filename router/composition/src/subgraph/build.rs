//! SDL in, [`Subgraph`] out. Each step adds what it finds wrong; a step that cannot be built on ends the reading.

use super::{FederationNames, Subgraph, constant_values, definitions, duplicates, graphql_rules, roots, syntax};
use crate::{
    Diagnostic, Place, SubgraphSource, codes, diagnostic,
    link::{self, Links},
    specs,
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Definition, Document, FieldDefinition, OperationType, Type},
    parser::SourceSpan,
    schema::{ExtendedType, ObjectType, SchemaBuilder},
    validation::DiagnosticList,
};
use hashbrown::HashSet;

/// Fields that every subgraph has without saying so.
const MACHINERY_FIELDS: [&str; 2] = ["_service", "_entities"];
const MACHINERY_TYPES: [&str; 2] = ["_Service", "_Any"];
/// The query root of a subgraph that has none, while it is checked as GraphQL.
const STAND_IN_QUERY: &str = "_Query";

/// Reads a parsed subgraph; `None` when it is too broken to be checked further. What is wrong with it is in `errors`.
pub(crate) fn read(source: &SubgraphSource, mut document: Document, errors: &mut Vec<Diagnostic>) -> Option<Subgraph> {
    let errors_before = errors.len();
    errors.extend(name_problem(source));
    let sources = document.sources.clone();
    let place = |location: Option<SourceSpan>| diagnostic::place(&source.name, &sources, location);
    let (links, problems) = link::read(&document);
    errors.extend(
        problems.into_iter().map(|problem| Diagnostic::new(problem.code, problem.message).at(place(problem.location))),
    );
    if errors.len() > errors_before {
        return None;
    }
    let refuse = |finding: graphql_rules::Finding| {
        Diagnostic::new(codes::INVALID_GRAPHQL, finding.message).at(place(finding.location))
    };
    errors.extend(graphql_rules::check_document(&document, &links).into_iter().map(refuse));
    if errors.len() > errors_before {
        return None;
    }
    duplicates::remove(&mut document);
    remove_machinery(&mut document);
    let (added, problems) = definitions::complete(&mut document, &links, &place);
    let has_own_definitions = problems.is_empty();
    errors.extend(problems);
    let (schema, extended_only) =
        built_schema((source, &links), (&document, added, has_own_definitions), refuse, errors)?;
    if errors.len() > errors_before {
        return None;
    }
    let names = FederationNames::of_links(&links);
    let (name, url) = (source.name.clone(), source.url.clone());
    let mut subgraph = Subgraph { name, url, schema, links, names, extended_only, upgraded: false };
    roots::rename(&mut subgraph, errors);
    remove_machinery_types(&mut subgraph.schema);
    Some(subgraph)
}

/// The document as a valid schema. With `is_sound` false, definitions in it are wrong already: of what is wrong otherwise,
/// only unknown directives are no consequence of that.
fn built_schema(
    (source, links): (&SubgraphSource, &Links),
    (document, added, is_sound): (&Document, Vec<Definition>, bool),
    refuse: impl Fn(graphql_rules::Finding) -> Diagnostic,
    errors: &mut Vec<Diagnostic>,
) -> Option<(Schema, HashSet<Name>)> {
    let types = document.definitions.iter().filter(|definition| definition.as_directive_definition().is_none());
    let types: Vec<&str> = types.filter_map(|definition| Some(definition.name()?.as_str())).collect();
    let known = syntax::Known { links, types: &types };
    let mut add = |findings: &DiagnosticList| match is_sound {
        true => errors.extend(syntax::findings(&source.name, findings, &known)),
        false => errors.extend(syntax::unknown_directives(&source.name, findings, &known)),
    };
    let (mut schema, extended_only) = build(document, added).map_err(|findings| add(&findings)).ok()?;
    let of_values: Vec<graphql_rules::Finding> = match is_sound {
        true => {
            let one_of = graphql_rules::check_one_of(&mut schema, document);
            one_of.into_iter().chain(constant_values::coerce(&mut schema)).collect()
        }
        false => Vec::new(),
    };
    let validated = validate(schema).map_err(|findings| add(&findings));
    errors.extend(of_values.into_iter().map(refuse));
    let mut schema = validated.ok()?;
    duplicates::remove_arguments(&mut schema);
    Some((schema, extended_only))
}

fn name_problem(source: &SubgraphSource) -> Option<Diagnostic> {
    let message = match source.name.as_str() {
        "_" => "a subgraph cannot be called `_`: the name is reserved",
        "" => "a subgraph needs a name",
        _ => return None,
    };
    Some(Diagnostic::new(codes::INVALID_SUBGRAPH_NAME, message).at(Place::in_subgraph(&source.name, "")))
}

/// `_service`, `_entities` and the union they need are federation's own; an SDL may have them, also out of date.
fn remove_machinery(document: &mut Document) {
    let query = query_root(document);
    document.definitions.retain(|definition| {
        let is_entity = definition.name().is_some_and(|name| name == "_Entity");
        !(is_entity && matches!(definition, Definition::UnionTypeDefinition(_) | Definition::UnionTypeExtension(_)))
    });
    for definition in &mut document.definitions {
        match definition {
            Definition::ObjectTypeDefinition(object) if object.name == query && has_machinery(&object.fields) => {
                object.make_mut().fields.retain(|field| !is_machinery(field));
            }
            Definition::ObjectTypeExtension(object) if object.name == query && has_machinery(&object.fields) => {
                object.make_mut().fields.retain(|field| !is_machinery(field));
            }
            _ => {}
        }
    }
}

fn is_machinery(field: &FieldDefinition) -> bool {
    MACHINERY_FIELDS.contains(&field.name.as_str())
}

fn has_machinery(fields: &[Node<FieldDefinition>]) -> bool {
    fields.iter().any(|field| is_machinery(field))
}

fn query_root(document: &Document) -> Name {
    let roots = document.definitions.iter().find_map(|definition| match definition {
        Definition::SchemaDefinition(schema) => Some(&schema.root_operations),
        Definition::SchemaExtension(schema) if !schema.root_operations.is_empty() => Some(&schema.root_operations),
        _ => None,
    });
    let query = roots.into_iter().flatten().find(|root| root.0 == OperationType::Query);
    query.map_or_else(|| specs::name("Query"), |root| root.1.clone())
}

fn build(document: &Document, added: Vec<Definition>) -> Result<(Schema, HashSet<Name>), DiagnosticList> {
    let mut own = Document::new();
    own.definitions = added;
    let builder = SchemaBuilder::new().adopt_orphan_extensions().ignore_builtin_redefinitions();
    let builder = builder.add_ast(document).add_ast(&own);
    let extended_only = builder.iter_orphan_extension_types().cloned().collect();
    match builder.build() {
        Ok(schema) => Ok((schema, extended_only)),
        Err(invalid) => Err(invalid.errors),
    }
}

/// Checks the schema as GraphQL, with a query root lent to those that have none.
fn validate(mut schema: Schema) -> Result<Schema, DiagnosticList> {
    let lent = lend_query(&mut schema);
    let mut schema = hansa_federation::validate(schema, &graphql_rules::TOLERATED)?.into_inner();
    if lent {
        take_query_back(&mut schema);
    }
    Ok(schema)
}

/// A subgraph needs no query of its own, and one that had nothing but the machinery in it is the same as none.
fn lend_query(schema: &mut Schema) -> bool {
    let query = schema.schema_definition.query.as_ref().map(|name| name.as_ref().clone());
    if let Some(query) = &query {
        let is_empty =
            matches!(schema.types.get(query), Some(ExtendedType::Object(object)) if object.fields.is_empty());
        if !is_empty {
            return false;
        }
        schema.types.shift_remove(query);
    }
    let field = FieldDefinition {
        description: None,
        name: specs::name("_service"),
        arguments: Vec::new(),
        ty: Type::Named(specs::name("String")),
        directives: Default::default(),
    };
    // An empty query keeps its name, as other types may refer to it.
    let name = query.unwrap_or_else(|| specs::name(STAND_IN_QUERY));
    let object = ObjectType {
        description: None,
        name: name.clone(),
        implements_interfaces: Default::default(),
        directives: Default::default(),
        fields: [(field.name.clone(), Node::new(field))].into_iter().collect(),
    };
    schema.types.insert(name.clone(), ExtendedType::Object(Node::new(object)));
    schema.schema_definition.make_mut().query = Some(Node::new(name));
    true
}

fn take_query_back(schema: &mut Schema) {
    if let Some(query) = schema.schema_definition.make_mut().query.take() {
        schema.types.shift_remove(query.as_ref());
    }
}

fn remove_machinery_types(schema: &mut Schema) {
    schema.types.retain(|name, _| !MACHINERY_TYPES.contains(&name.as_str()));
}
