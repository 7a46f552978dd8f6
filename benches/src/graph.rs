//! A scenario's graph: the supergraph, what it says of each subgraph, and the data behind all of them.
//!
//! Who resolves what is read from the join directives, so that a scenario is a supergraph and records, and nothing is said twice.

use anyhow::{Context, Result, ensure};
use apollo_compiler::{
    Node,
    ast::{self, Definition, Directive, DirectiveList},
};
use hashbrown::{HashMap, HashSet};

use crate::world::{Record, World};

/// What every supergraph begins with: the link to the join specification and its definitions.
const PREAMBLE: &str = include_str!("../scenarios/preamble.graphql");

/// Supergraph, subgraphs and data.
#[derive(Debug)]
pub struct Graph {
    supergraph: String,
    pub subgraphs: Vec<Subgraph>,
    pub world: World,
    /// The object types of interfaces and unions.
    possible_types: HashMap<String, HashSet<String>>,
}

/// What one subgraph resolves.
#[derive(Debug, Default)]
pub struct Subgraph {
    pub name: String,
    url: String,
    types: HashMap<String, TypeFields>,
}

/// The fields of one type that a subgraph resolves.
#[derive(Debug, Default)]
pub struct TypeFields {
    /// Each is one field, or several together.
    pub keys: Vec<Vec<String>>,
    pub fields: HashSet<String>,
    /// Fields that are computed from other subgraphs' fields, and from which.
    pub requires: Vec<(String, Vec<String>)>,
}

impl Subgraph {
    pub fn type_fields(&self, type_name: &str) -> Option<&TypeFields> {
        self.types.get(type_name)
    }
}

impl Graph {
    /// `types` are the supergraph's types and its `join__Graph`, whose subgraphs have URLs of their own; field sets are flat.
    pub fn new(types: &str, records: Vec<Record>) -> Result<Graph> {
        let supergraph = format!("{PREAMBLE}\n{types}");
        let document = ast::Document::parse(&supergraph, "supergraph.graphql")
            .map_err(|error| anyhow::anyhow!("the scenario's supergraph: {error}"))?;
        let mut graph = Graph {
            supergraph: supergraph.clone(),
            subgraphs: Vec::new(),
            world: World::default(),
            possible_types: HashMap::new(),
        };
        let graph_names = graph.read_subgraphs(&document)?;
        for definition in &document.definitions {
            match definition {
                Definition::ObjectTypeDefinition(object) => {
                    for interface in &object.implements_interfaces {
                        graph.add_possible_type(interface, &object.name);
                    }
                    graph.read_type(&graph_names, &object.name, &object.directives, &object.fields)?;
                }
                Definition::InterfaceTypeDefinition(interface) => {
                    graph.read_type(&graph_names, &interface.name, &interface.directives, &interface.fields)?;
                }
                Definition::UnionTypeDefinition(union) => {
                    for member in &union.members {
                        graph.add_possible_type(&union.name, member);
                    }
                }
                _ => {}
            }
        }
        let keys = graph.subgraphs.iter().flat_map(|subgraph| &subgraph.types).flat_map(|(type_name, fields)| {
            fields.keys.iter().flatten().map(|field| (type_name.as_str(), field.as_str()))
        });
        graph.world = World::new(records, keys);
        Ok(graph)
    }

    /// The supergraph, with URLs in the order of the subgraphs.
    pub fn supergraph(&self, urls: &[String]) -> String {
        let mut text = self.supergraph.clone();
        for (subgraph, url) in self.subgraphs.iter().zip(urls) {
            text = text.replace(&format!("\"{}\"", subgraph.url), &format!("\"{url}\""));
        }
        text
    }

    pub fn subgraph(&self, name: &str) -> Option<usize> {
        self.subgraphs.iter().position(|subgraph| subgraph.name == name)
    }

    /// Whether an object of this type is meant by a condition on that type.
    pub fn is_of_type(&self, object: &str, condition: &str) -> bool {
        object == condition || self.possible_types.get(condition).is_some_and(|types| types.contains(object))
    }

    fn add_possible_type(&mut self, abstract_type: &str, object: &str) {
        self.possible_types.entry_ref(abstract_type).or_default().insert(object.to_owned());
    }

    /// What `join__Graph` calls the subgraphs, in their order.
    fn read_subgraphs(&mut self, document: &ast::Document) -> Result<Vec<String>> {
        let graphs = document.definitions.iter().find_map(|definition| match definition {
            Definition::EnumTypeDefinition(graphs) if graphs.name == "join__Graph" => Some(graphs),
            _ => None,
        });
        let mut names = Vec::new();
        for value in &graphs.context("no enum join__Graph in the scenario's supergraph")?.values {
            let join = value.directives.get("join__graph").context("a value of join__Graph without @join__graph")?;
            let name = text(join, "name").context("a subgraph without name")?.to_owned();
            let url = text(join, "url").context("a subgraph without URL")?.to_owned();
            self.subgraphs.push(Subgraph { name, url, types: HashMap::new() });
            names.push(value.value.to_string());
        }
        Ok(names)
    }

    fn read_type(
        &mut self,
        graph_names: &[String],
        type_name: &str,
        directives: &DirectiveList,
        fields: &[Node<ast::FieldDefinition>],
    ) -> Result<()> {
        let mut owners = Vec::new();
        for join in directives.get_all("join__type") {
            let owner = graph_of(graph_names, join).with_context(|| format!("a @join__type of {type_name}"))?;
            let known = self.subgraphs[owner].types.entry_ref(type_name).or_default();
            known.keys.extend(text(join, "key").map(|key| field_set(type_name, key)).transpose()?);
            owners.push(owner);
        }
        for field in fields {
            let mut is_joined = false;
            for join in field.directives.get_all("join__field") {
                let Some(owner) = graph_of(graph_names, join) else { continue };
                is_joined = true;
                if is_true(join, "external") {
                    continue;
                }
                let known = self.subgraphs[owner].types.entry_ref(type_name).or_default();
                known.fields.insert(field.name.to_string());
                if let Some(requires) = text(join, "requires") {
                    known.requires.push((field.name.to_string(), field_set(type_name, requires)?));
                }
            }
            for &owner in owners.iter().filter(|_| !is_joined) {
                let known = self.subgraphs[owner].types.entry_ref(type_name).or_default();
                known.fields.insert(field.name.to_string());
            }
        }
        Ok(())
    }
}

fn graph_of(graph_names: &[String], join: &Directive) -> Option<usize> {
    let name = join.specified_argument_by_name("graph")?.as_enum()?;
    graph_names.iter().position(|known| known.as_str() == name.as_str())
}

fn text<'directive>(directive: &'directive Directive, argument: &str) -> Option<&'directive str> {
    directive.specified_argument_by_name(argument)?.as_str()
}

fn is_true(directive: &Directive, argument: &str) -> bool {
    directive.specified_argument_by_name(argument).and_then(|value| value.to_bool()).unwrap_or(false)
}

fn field_set(type_name: &str, fields: &str) -> Result<Vec<String>> {
    ensure!(!fields.contains(['{', '.', '(']), "{type_name}: the field set \"{fields}\" is not flat");
    Ok(fields.split_whitespace().map(str::to_owned).collect())
}
