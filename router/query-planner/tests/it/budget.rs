//! What planning may cost: operations made to be expensive end in a plan or in a clear error, after a bounded amount of
//! work, and a wide supergraph is no reason to give up.

use apollo_compiler::ExecutableDocument;
use hansa_federation::Supergraph;
use hansa_query_planner::{PlanError, PlanningLimits, QueryPlanner, Specialisation, plan::QueryPlan};
use std::{fmt::Write as _, sync::Arc};

const DEFINITIONS: &str = r#"
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
"#;

/// A planner for a supergraph of the subgraphs `S0`, `S1`, …
fn planner(subgraph_count: usize, types: &str, limits: PlanningLimits) -> QueryPlanner {
    QueryPlanner::new(Arc::new(supergraph(subgraph_count, types)), limits)
}

pub(crate) fn supergraph(subgraph_count: usize, types: &str) -> Supergraph {
    let graphs = each(0..subgraph_count, |index| format!("S{index} @join__graph(name: \"s{index}\", url: \"\") "));
    let sdl = format!("{DEFINITIONS} enum join__Graph {{ {graphs} }} {types}");
    Supergraph::parse(&sdl, "supergraph.graphql").unwrap_or_else(|error| panic!("{error}"))
}

/// Of types that are in all of the subgraphs, with the key `id`.
fn in_all(subgraph_count: usize) -> String {
    each(0..subgraph_count, |index| format!("@join__type(graph: S{index}, key: \"id\") "))
}

fn each(indexes: std::ops::Range<usize>, text: impl Fn(usize) -> String) -> String {
    indexes.map(text).collect()
}

fn plan(planner: &QueryPlanner, operation: &str) -> Result<QueryPlan, PlanError> {
    let schema = &planner.supergraph().api_schema;
    let document = ExecutableDocument::parse_and_validate(schema, operation, "operation.graphql");
    let document = document.unwrap_or_else(|invalid| panic!("{}", invalid.errors));
    planner.plan(&document, document.operations.get(None).unwrap(), Specialisation::NONE)
}

/// A tree node with its two halves in two subgraphs: each step down is a hop.
fn tree() -> QueryPlanner {
    let types = "type Query @join__type(graph: S0) { root: Node @join__field(graph: S0) }
        type Node @join__type(graph: S0, key: \"id\") @join__type(graph: S1, key: \"id\") {
            id: ID! left: Node @join__field(graph: S0) right: Node @join__field(graph: S1)
        }";
    planner(2, types, PlanningLimits::default())
}

#[test]
fn fragments_that_double_twenty_times_are_too_much_work() {
    let mut operation = String::from("{ root { ...f0 } } fragment f20 on Node { id }");
    for level in 0..20 {
        let next = level + 1;
        write!(operation, " fragment f{level} on Node {{ left {{ ...f{next} }} right {{ ...f{next} }} }}").unwrap();
    }
    let error = plan(&tree(), &operation).unwrap_err();
    assert!(matches!(error, PlanError::TooMuchWork | PlanError::TooManyFetches { .. }), "{error}");
}

#[test]
fn fragments_that_double_within_one_subgraph_are_too_much_work() {
    let types =
        "type Query @join__type(graph: S0) { root: Node } type Node @join__type(graph: S0) { id: ID! to: Node }";
    let planner = planner(1, types, PlanningLimits::default());
    let mut operation = String::from("{ root { ...f0 } } fragment f24 on Node { id }");
    for level in 0..24 {
        let next = level + 1;
        write!(operation, " fragment f{level} on Node {{ a: to {{ ...f{next} }} b: to {{ ...f{next} }} }}").unwrap();
    }
    assert!(matches!(plan(&planner, &operation), Err(PlanError::TooMuchWork)));
}

#[test]
fn the_same_fields_again_and_again_are_one_field() {
    let mut operation = String::from("{ root { ...f0 } } fragment f20 on Node { id }");
    for level in 0..20 {
        let next = level + 1;
        write!(operation, " fragment f{level} on Node {{ left {{ ...f{next} }} left {{ ...f{next} ...f{next} }} }}")
            .unwrap();
    }
    let plan = plan(&tree(), &operation).unwrap();
    assert_eq!(plan.fetches.len(), 1);
    assert_eq!(plan.fetches[0].operation.matches("left").count(), 20);
}

/// Each type leads on by a field of its own, so that every level multiplies by the number of types.
#[test]
fn deep_nesting_of_an_interface_with_many_types_is_too_much_work() {
    let types = each(0..40, |index| {
        format!(
            "type T{index} implements Node @join__implements(graph: S0, interface: \"Node\")
                @join__type(graph: S0, key: \"id\") @join__type(graph: S1, key: \"id\") {{
                id: ID! next: Node @join__field(graph: S{}) own{index}: Node @join__field(graph: S0)
            }} ",
            index % 2
        )
    });
    let types = format!(
        "type Query @join__type(graph: S0) {{ root: Node }} {types}
        interface Node @join__type(graph: S0) {{ id: ID! next: Node }}"
    );
    let planner = planner(2, &types, PlanningLimits::default());
    let mut operation = String::from("{ root { ...f0 } } fragment f12 on Node { id }");
    for level in 0..12 {
        let next = level + 1;
        let fragments =
            each(0..40, |index| format!("... on T{index} {{ next {{ ...f{next} }} own{index} {{ ...f{next} }} }} "));
        write!(operation, " fragment f{level} on Node {{ {fragments} }}").unwrap();
    }
    let error = plan(&planner, &operation).unwrap_err();
    assert!(matches!(error, PlanError::TooMuchWork | PlanError::TooManyFetches { .. }), "{error}");
}

#[test]
fn one_field_in_thirty_subgraphs_is_asked_of_one() {
    let count = 30;
    let types = format!(
        "type Query @join__type(graph: S0) {{ items: [Item!]! @join__field(graph: S0) }}
        type Item {} {{ id: ID! shared: Int {} {} }}",
        in_all(count),
        each(1..count, |index| format!("@join__field(graph: S{index}) ")),
        each(1..count, |index| format!("own{index}: Int @join__field(graph: S{index}) ")),
    );
    let planner = planner(count, &types, PlanningLimits::default());
    assert_eq!(plan(&planner, "{ items { shared } }").unwrap().fetches.len(), 2);
    assert_eq!(plan(&planner, "{ items { shared own7 } }").unwrap().fetches.len(), 2);
    let all = each(1..count, |index| format!("own{index} "));
    let plan = plan(&planner, &format!("{{ items {{ shared {all} }} }}")).unwrap();
    assert_eq!(plan.fetches.len(), count);
    assert!(plan.fetches.iter().all(|fetch| fetch.depends_on.len() <= 1), "all wait for the first alone");
}

#[test]
fn thirty_fields_in_thirty_subgraphs_each_are_asked_of_one_subgraph() {
    let count = 30;
    let shared = each(1..count, |index| format!("@join__field(graph: S{index}) "));
    let fields = each(0..30, |index| format!("f{index}: Int {shared} "));
    let types = format!(
        "type Query @join__type(graph: S0) {{ items: [Item!]! @join__field(graph: S0) }}
        type Item {} {{ id: ID! to: Item {shared} {fields} }}",
        in_all(count),
    );
    let planner = planner(count, &types, PlanningLimits::default());
    let fields = each(0..30, |index| format!("f{index} "));
    let mut operation = fields.clone();
    for _ in 0..6 {
        operation = format!("{fields} to {{ {operation} }}");
    }
    assert_eq!(plan(&planner, &format!("{{ items {{ {operation} }} }}")).unwrap().fetches.len(), 2);
}

#[test]
fn too_many_fetches_are_refused() {
    let limits = PlanningLimits { fetches_max: 3, ..PlanningLimits::default() };
    let types = format!(
        "type Query @join__type(graph: S0) {{ item: Item @join__field(graph: S0) }} type Item {} {{ id: ID! {} }}",
        in_all(4),
        each(1..4, |index| format!("f{index}: Int @join__field(graph: S{index}) ")),
    );
    let planner = planner(4, &types, limits);
    assert_eq!(plan(&planner, "{ item { f1 f2 } }").unwrap().fetches.len(), 3);
    let error = plan(&planner, "{ item { f1 f2 f3 } }").unwrap_err();
    assert_eq!(error.to_string(), "the operation needs more than 3 fetches");
}

/// Past the first limit the plan may be a worse one, but it is one; past three times as much there is none.
#[test]
fn less_work_gives_a_plan_that_still_answers_everything() {
    let count = 8;
    let shared = each(1..count, |index| format!("@join__field(graph: S{index}) "));
    let types = format!(
        "type Query @join__type(graph: S0) {{ item: Item @join__field(graph: S0) }}
        type Item {} {{ id: ID! a: Int {shared} b: Int {shared} to: Item {shared} }}",
        in_all(count),
    );
    let operation = "{ item { a b to { a b to { a b } } } }";
    let limited = |moves_max| {
        let limits = PlanningLimits { moves_max, ..PlanningLimits::default() };
        plan(&planner(count, &types, limits), operation)
    };
    let mut planned = 0;
    for moves_max in [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 100_000] {
        match limited(moves_max) {
            Ok(plan) => {
                let text: String = plan.fetches.iter().map(|fetch| fetch.operation.as_str()).collect();
                assert!(text.matches("to{").count() >= 2, "{moves_max}: {text}");
                planned += 1;
            }
            Err(error) => assert!(matches!(error, PlanError::TooMuchWork), "{error}"),
        }
    }
    assert!(planned > 3, "only {planned} of the budgets gave a plan");
    assert_eq!(limited(100_000).unwrap().fetches.len(), 2);
}

#[test]
fn what_no_subgraph_gives_is_named() {
    let types = "type Query @join__type(graph: S0) { a: A @join__field(graph: S0) }
        type A @join__type(graph: S0) { bs: [B!]! }
        type B @join__type(graph: S0, key: \"id\") @join__type(graph: S1, key: \"id\", resolvable: false) {
            id: ID! c: C @join__field(graph: S1)
        }
        type C @join__type(graph: S1) { name: String }";
    let planner = planner(2, types, PlanningLimits::default());
    assert_eq!(
        plan(&planner, "{ mine: a { bs { id it: c { name } } } }").unwrap_err().to_string(),
        "no subgraph can give `mine.bs.it.name`: C.name is in no subgraph that can be reached from there by a resolvable key"
    );
}

#[test]
fn condition_variables_are_listed_once_and_in_order() {
    let operation = "query ($z: Boolean!, $a: Boolean!, $m: Boolean!, $u: Boolean!, $id: Boolean!) {
            root { left @skip(if: $z) { id @include(if: $a) @skip(if: true) } ...f ...f ... @include(if: $a) { id } }
        }
        fragment f on Node { right @include(if: $m) { id @skip(if: $z) ...g } }
        fragment g on Node { id @skip(if: $u) @include(if: $id) }";
    let planner = tree();
    let document =
        ExecutableDocument::parse_and_validate(&planner.supergraph().api_schema, operation, "operation.graphql")
            .unwrap();
    let names = QueryPlanner::condition_variables(&document, document.operations.get(None).unwrap());
    assert_eq!(names, ["a", "id", "m", "u", "z"]);
}

/// Where the concrete type decides what an interface object is asked for, its rows are asked about in parts; the number of
/// parts may not double with each level.
#[test]
fn interface_objects_within_each_other_do_not_multiply() {
    let count = 8;
    let types = each(0..count, |index| {
        format!(
            "type T{index} implements Person @join__implements(graph: S0, interface: \"Person\")
                @join__type(graph: S0, key: \"id\") {{
                id: ID! own{index}: Int friend: Person @join__field score: Int @join__field
            }} "
        )
    });
    let types = format!(
        "type Query @join__type(graph: S0) @join__type(graph: S1) {{ people: [Person!]! @join__field(graph: S0) }} {types}
        interface Person @join__type(graph: S0, key: \"id\") @join__type(graph: S1, key: \"id\", isInterfaceObject: true) {{
            id: ID! friend: Person @join__field(graph: S1) score: Int @join__field(graph: S1)
        }}"
    );
    let planner = planner(2, &types, PlanningLimits::default());
    let nested = |depth: usize| {
        let mut operation = format!("{{ people {{ ...f0 }} }} fragment f{depth} on Person {{ id }}");
        for level in 0..depth {
            let next = level + 1;
            let own = each(0..count / 2, |index| format!("... on T{index} {{ own{index} score }} "));
            write!(operation, " fragment f{level} on Person {{ friend {{ ...f{next} }} {own} }}").unwrap();
        }
        plan(&planner, &operation)
    };
    assert_eq!(nested(1).unwrap().fetches.len(), 2);
    let (shallow, deep) = (nested(10).unwrap(), nested(20).unwrap());
    assert_eq!(shallow.fetches.len(), deep.fetches.len());
    let length = |plan: &QueryPlan| plan.fetches.iter().map(|fetch| fetch.operation.len()).sum::<usize>();
    assert!(length(&deep) < 3 * length(&shallow), "{} and {} bytes", length(&shallow), length(&deep));
}

/// Many subgraphs know an entity by two keys, and only one leads from the key at hand to these. The ways that go in circles
/// through the others are far too many to be walked.
#[test]
fn many_keys_are_no_reason_to_give_up() {
    let count = 30;
    let known = each(2..count, |index| {
        format!("@join__type(graph: S{index}, key: \"a\") @join__type(graph: S{index}, key: \"b\") ")
    });
    let types = format!(
        "type Query @join__type(graph: S0) {{ item: Item @join__field(graph: S0) }}
        type Item @join__type(graph: S0, key: \"c\") @join__type(graph: S1, key: \"c\") @join__type(graph: S1, key: \"a\") {known} {{
            a: ID! @join__field(graph: S1) {resolved} b: ID! {resolved}
            c: ID! @join__field(graph: S0) @join__field(graph: S1) {own}
        }}",
        resolved = each(2..count, |index| format!("@join__field(graph: S{index}) ")),
        own = each(2..count, |index| format!("own{index}: Int @join__field(graph: S{index}) ")),
    );
    let planner = planner(count, &types, PlanningLimits::default());
    assert_eq!(plan(&planner, "{ item { own7 } }").unwrap().fetches.len(), 3);
    assert_eq!(plan(&planner, "{ item { own7 own9 b } }").unwrap().fetches.len(), 4);
}

/// What an interface's types share is asked once; neither the document nor the plan may multiply by the types, level by
/// level.
#[test]
fn an_interface_with_many_types_nests_deeply() {
    let implementation = |index| {
        format!(
            "type T{index} implements Node @join__implements(graph: S0, interface: \"Node\") @join__type(graph: S0) {{
                id: ID! next: Node own{index}: Int
            }} "
        )
    };
    let types = format!(
        "type Query @join__type(graph: S0) {{ root: Node }} interface Node @join__type(graph: S0) {{ id: ID! next: Node }} {}",
        each(0..100, implementation)
    );
    let planner = planner(1, &types, PlanningLimits::default());
    let nested = |level: &str| (0..30).fold("id".to_owned(), |inner, _| format!("{level} next {{ {inner} }}"));
    let shared = plan(&planner, &format!("{{ root {{ {} }} }}", nested("id"))).unwrap();
    assert!(shared.fetches[0].operation.len() < 1000);
    let own = plan(&planner, &format!("{{ root {{ {} }} }}", nested("... on T7 { own7 } ... on T9 { own9 }"))).unwrap();
    assert!(own.fetches[0].operation.len() < 3000);
}

/// Here the interface has no field for the next level, so the document does multiply; it is refused before it fills the
/// memory.
#[test]
fn a_document_that_multiplies_by_the_types_is_too_much_work() {
    let implementation = |index| {
        format!(
            "type T{index} implements Node @join__implements(graph: S0, interface: \"Node\") @join__type(graph: S0) {{
                id: ID! next: Node
            }} "
        )
    };
    let types = format!(
        "type Query @join__type(graph: S0) {{ root: Node }} interface Node @join__type(graph: S0) {{ id: ID! }} {}",
        each(0..30, implementation)
    );
    let planner = planner(1, &types, PlanningLimits::default());
    let mut operation = String::from("{ root { ...f0 } } fragment f12 on Node { id }");
    for level in 0..12 {
        let next = level + 1;
        let fragments = each(0..30, |index| format!("... on T{index} {{ next {{ ...f{next} }} }} "));
        write!(operation, " fragment f{level} on Node {{ {fragments} }}").unwrap();
    }
    assert!(matches!(plan(&planner, &operation), Err(PlanError::TooMuchWork)));
}

/// A subgraph that no key leads to is not searched for along all ways through the others that cannot be reached either.
#[test]
fn what_cannot_be_reached_is_not_searched_for() {
    let count = 14;
    let keys = ["a", "b", "d", "e"];
    let others = |text: &dyn Fn(usize) -> String| each(2..count, text);
    let known = others(&|index| keys.map(|key| format!("@join__type(graph: S{index}, key: \"{key}\") ")).concat());
    let resolved = others(&|index| format!("@join__field(graph: S{index}) "));
    let types = format!(
        "type Query @join__type(graph: S0) {{ item: Item @join__field(graph: S0) }}
        type Item @join__type(graph: S0, key: \"c\") @join__type(graph: S1, key: \"c\") {known} {{
            c: ID! @join__field(graph: S0) @join__field(graph: S1) {}
            shared: Int @join__field(graph: S1) {resolved}
        }}",
        keys.map(|key| format!("{key}: ID! {resolved} ")).concat(),
    );
    let planner = planner(count, &types, PlanningLimits::default());
    assert_eq!(plan(&planner, "{ item { shared } }").unwrap().fetches.len(), 2);
}

/// Requirements that would need each other are met at once elsewhere; how often they meet does not multiply by the levels.
#[test]
fn circles_of_requirements_do_not_multiply() {
    let count = 6;
    let others = |text: &dyn Fn(usize) -> String| each(1..count, text);
    let external = others(&|index| format!("@join__field(graph: S{index}, external: true) "));
    let types = format!(
        "type Query @join__type(graph: S0) {{ user: User @join__field(graph: S0) }}
        type User {all} {{
            id: ID! next: User {resolved} order: Order @join__field(graph: S0) {external}
            score: Int {}
        }}
        type Order {all} {{
            id: ID! user: User @join__field(graph: S0) {external}
            total: Int @join__field(graph: S0, requires: \"user {{ score }}\") {resolved}
        }}",
        others(&|index| format!("@join__field(graph: S{index}, requires: \"order {{ total }}\") ")),
        all = in_all(count),
        resolved = others(&|index| format!("@join__field(graph: S{index}) ")),
    );
    let planner = planner(count, &types, PlanningLimits::default());
    let nested = |depth: usize| {
        let level = |inner: String, _| format!("score order {{ total user {{ score next {{ {inner} }} }} }}");
        let operation = (0..depth).fold("id score order { total }".to_owned(), level);
        plan(&planner, &format!("{{ user {{ {operation} }} }}")).unwrap().fetches.len()
    };
    assert_eq!(nested(12) - nested(11), nested(11) - nested(10));
}
