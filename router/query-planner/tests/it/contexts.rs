//! Contexts that cannot be read, and what reading them may cost.

use apollo_compiler::ExecutableDocument;
use hansa_federation::Supergraph;
use hansa_query_planner::{PlanError, PlanningLimits, QueryPlanner, Specialisation, plan::QueryPlan};
use std::sync::Arc;

const DEFINITIONS: &str = r#"
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
{ query: Query }
directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION
directive @join__field(graph: join__Graph, requires: String, external: Boolean, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: String, resolvable: Boolean! = true) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [String]) repeatable on SCHEMA
input join__ContextArgument { name: String! type: String! context: String! selection: String! }
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
"#;

fn planner(types: &str) -> QueryPlanner {
    let supergraph = Supergraph::parse(&format!("{DEFINITIONS}{types}"), "supergraph.graphql");
    let supergraph = supergraph.unwrap_or_else(|error| panic!("{error}"));
    QueryPlanner::new(Arc::new(supergraph), PlanningLimits::default())
}

fn plan(planner: &QueryPlanner, operation: &str) -> Result<QueryPlan, PlanError> {
    let schema = &planner.supergraph().api_schema;
    let document = ExecutableDocument::parse_and_validate(schema, operation, "operation.graphql");
    let document = document.unwrap_or_else(|invalid| panic!("{}", invalid.errors));
    planner.plan(&document, document.operations.get(None).unwrap(), Specialisation::NONE)
}

const NOT_GIVEN: &str =
    "Product.price(in:) is read from a context, which nothing above it gives, or no resolvable key leads back to it";

fn refusal(planner: &QueryPlanner, operation: &str) -> String {
    plan(planner, operation).unwrap_err().to_string()
}

/// The shop's currency needs the price of its best product, which needs the shop's currency.
#[test]
fn a_value_is_not_had_by_way_of_itself() {
    let planner = planner(
        r#"type Query @join__type(graph: A) { shop: Shop }
        type Shop @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @context(name: "b__shop") {
            id: ID!
            currency: String @join__field(graph: B, requires: "best { price }")
            best: Product @join__field(graph: A) @join__field(graph: B, external: true)
        }
        type Product @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
            id: ID!
            price: Int @join__field(graph: B, contextArguments: [{context: "b__shop", name: "in", type: "String", selection: "{ currency }"}])
        }"#,
    );
    assert_eq!(
        refusal(&planner, "{ shop { best { id price } } }"),
        format!("no subgraph can give `shop.best.price`: {NOT_GIVEN}")
    );
    assert!(refusal(&planner, "{ shop { currency } }").starts_with("no subgraph can give `shop.currency`"));
    assert_eq!(plan(&planner, "{ shop { best { id } } }").unwrap().fetches.len(), 1);
}

/// A nearer object hides those further up, also where it cannot give the value.
#[test]
fn the_nearest_object_counts() {
    let planner = planner(
        r#"type Query @join__type(graph: A) { shop: Shop }
        type Shop @join__type(graph: A, key: "id") @context(name: "a__shop") { id: ID! currency: String branch: Branch best: Product }
        type Branch @join__type(graph: A, key: "id") @context(name: "a__shop") {
            id: ID!
            currency: String @join__field(graph: A, external: true)
            best: Product
        }
        type Product @join__type(graph: A, key: "id") {
            id: ID!
            price: Int @join__field(graph: A, contextArguments: [{context: "a__shop", name: "in", type: "String", selection: "{ currency }"}])
        }"#,
    );
    let refused = refusal(&planner, "{ shop { branch { best { price } } } }");
    assert!(refused.ends_with(NOT_GIVEN), "{refused}");
    assert_eq!(plan(&planner, "{ shop { best { price } branch { best { id } } } }").unwrap().fetches.len(), 2);
}

/// Without a key that can be resolved there is no coming back with the value. Composition does not let it pass.
#[test]
fn a_field_without_a_key_is_refused() {
    let planner = planner(
        r#"type Query @join__type(graph: A) { shop: Shop }
        type Shop @join__type(graph: A) @context(name: "a__shop") { currency: String best: Product }
        type Product @join__type(graph: A, key: "id", resolvable: false) {
            id: ID!
            price: Int @join__field(graph: A, contextArguments: [{context: "a__shop", name: "in", type: "String", selection: "{ currency }"}])
        }"#,
    );
    assert!(refusal(&planner, "{ shop { best { price } } }").ends_with(NOT_GIVEN));
}

/// Boxes in boxes, each with a value: neither the work nor the document may multiply by the levels.
#[test]
fn contexts_within_each_other_do_not_multiply() {
    let planner = planner(
        r#"type Query @join__type(graph: A) { box: Box }
        type Box @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @context(name: "a__box") {
            id: ID!
            label: String @join__field(graph: B) @join__field(graph: A, external: true)
            left: Box @join__field(graph: A)
            right: Box @join__field(graph: A)
            thing: Thing @join__field(graph: A)
        }
        type Thing @join__type(graph: A, key: "id") {
            id: ID!
            where: String @join__field(graph: A, contextArguments: [{context: "a__box", name: "in", type: "String", selection: "{ label }"}])
        }"#,
    );
    let nested = |depth: usize| {
        let inner =
            (0..depth).fold("thing { where }".to_owned(), |inner, _| format!("left {{ {inner} }} thing {{ where }}"));
        plan(&planner, &format!("{{ box {{ {inner} }} }}")).unwrap()
    };
    let length = |plan: &QueryPlan| plan.fetches.iter().map(|fetch| fetch.operation.len()).sum::<usize>();
    let (shallow, deep) = (nested(10), nested(20));
    assert_eq!((shallow.fetches.len(), deep.fetches.len()), (3, 3));
    assert!(length(&deep) < 3 * length(&shallow), "{} and {} bytes", length(&shallow), length(&deep));
}
