//! Random operations are valid whatever the schema has, go everywhere, and use what answers showed.

use crate::{assert_valid, schema};
use hansa_verification::{Coverage, Generator, GeneratorLimits, Harvest, Operation, Random, Selection, learn};
use serde_json::{Value, json};
use std::{fs, path::Path};

/// A schema with all kinds of types and arguments.
const KINDS: &str = r#"
    type Query {
      user(id: ID!): User
      users(first: Int, after: String, last: Int, before: String, filter: UserFilter, sort: Sort = NAME): UserConnection!
      usersByIds(ids: [ID!]!): [User]!
      search(text: String!, limit: Int!): [Found!]!
      named(name: Named!): Actor
      at(moment: Moment!): Int
      grid: [[Cell!]!]!
      choice(by: By!): User
    }
    interface Actor { id: ID! name: String }
    interface Node { id: ID! }
    type User implements Actor & Node { id: ID! name: String age: Int friends(first: Int): [User!]! kind: Sort joined: Moment }
    type Robot implements Actor & Node { id: ID! name: String model: Float! owner: User }
    union Found = User | Robot | Cell
    type Cell { row: Int! actor: Actor cells: [Cell] }
    type UserConnection { edges: [UserEdge!]! nodes: [User!]! pageInfo: PageInfo! }
    type UserEdge { cursor: String! node: User! }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    input UserFilter { name: String ageOver: Int friendId: ID and: UserFilter }
    input Named { name: String! sort: Sort }
    input By @oneOf { id: ID name: String }
    enum Sort { NAME AGE }
    scalar Moment
"#;

fn operations(sdl: &str, count: u64, harvest: &Harvest) -> Vec<Operation> {
    let schema = schema(sdl);
    let generator = Generator::new(&schema, GeneratorLimits::default());
    let coverage = Coverage::new(&schema);
    (0..count).filter_map(|index| generator.operation(Random::part(1, index), harvest, &coverage)).collect()
}

#[test]
fn operations_are_valid_with_their_variables() {
    let kinds = schema(KINDS);
    let made = operations(KINDS, 1500, &taught(KINDS));
    assert!(made.len() > 1400, "{}", made.len());
    for operation in &made {
        assert_valid(&kinds, operation);
    }
    let texts: String = made.iter().map(ToString::to_string).collect();
    for part in ["$v1", "@include", "@skip", "fragment F", "... on Robot", "__typename", "a1_", "first: ", "and: {"] {
        assert!(texts.contains(part), "no {part} in 1500 operations");
    }
}

#[test]
fn operations_on_the_platforms_schema_are_valid() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/api.graphql");
    let sdl = fs::read_to_string(path).unwrap();
    let api = schema(&sdl);
    for operation in operations(&sdl, 300, &Harvest::default()) {
        assert_valid(&api, &operation);
    }
}

#[test]
fn equal_seeds_make_equal_operations() {
    let harvest = taught(KINDS);
    assert_eq!(operations(KINDS, 200, &harvest), operations(KINDS, 200, &harvest));
}

#[test]
fn limits_hold() {
    let schema = schema(KINDS);
    let limits = GeneratorLimits { depth_max: 3, fields_max: 8, items_max: 10 };
    let generator = Generator::new(&schema, limits);
    let coverage = Coverage::new(&schema);
    for index in 0..500 {
        let Some(operation) = generator.operation(Random::part(2, index), &Harvest::default(), &coverage) else {
            continue;
        };
        assert!(depth(&operation.selections) <= 3, "{operation}");
        // Type names and fragments come on top.
        assert!(operation.size() <= 30, "{operation}");
        assert!(lists(&operation.selections) <= 1, "two lists of eight are more than 10: {operation}");
    }
}

/// Lists that nobody limits, within each other.
fn lists(selections: &[Selection]) -> usize {
    let counts = selections.iter().map(|selection| match selection {
        Selection::Field(field) => {
            let is_list = ["grid", "cells", "search", "usersByIds"].contains(&field.name.as_str());
            usize::from(is_list) + lists(&field.selections)
        }
        Selection::Fragment(fragment) => lists(&fragment.selections),
    });
    counts.max().unwrap_or_default()
}

fn depth(selections: &[Selection]) -> usize {
    let depths = selections.iter().map(|selection| match selection {
        Selection::Field(field) => 1 + depth(&field.selections),
        Selection::Fragment(fragment) => depth(&fragment.selections),
    });
    depths.max().unwrap_or_default()
}

#[test]
fn pages_are_small_and_have_one_end() {
    for operation in operations(KINDS, 800, &taught(KINDS)) {
        for line in operation.to_string().lines().filter(|line| line.contains("users(")) {
            assert!(line.contains("first: ") || line.contains("last: "), "{line}");
            assert!(!(line.contains("first: ") && line.contains("last: ")), "{line}");
            for size in ["first: 4", "first: 5", "first: null"] {
                assert!(!line.contains(size), "{line}");
            }
        }
    }
}

fn taught(sdl: &str) -> Harvest {
    let schema = schema(sdl);
    let mut harvest = Harvest::default();
    let mut coverage = Coverage::new(&schema);
    let operation = read("{ user(id: 1) { id name joined } users { edges { cursor node { id } } } }", sdl);
    let data = json!({
        "user": { "id": "user-77", "name": "Zo$e \"Q\"", "joined": { "day": 3 } },
        "users": { "edges": [{ "cursor": "cursor-9", "node": { "id": "user-78" } }] }
    });
    learn(&schema, &operation, &data, (&mut harvest, &mut coverage));
    harvest
}

fn read(text: &str, sdl: &str) -> Operation {
    let schema = schema(sdl);
    let document = apollo_compiler::ExecutableDocument::parse_and_validate(&schema, text, "operation.graphql").unwrap();
    hansa_verification::read_operation(&document, document.operations.get(None).unwrap(), &serde_json::Map::new())
}

#[test]
fn values_of_answers_are_asked_for() {
    let made = operations(KINDS, 1500, &taught(KINDS));
    let text: String = made.iter().map(|operation| format!("{operation}{}", operation.variable_values())).collect();
    // By the argument's name, by the type that the field gives, by the owner in the name, in lists and input objects.
    for part in
        ["user-77", "user-78", "cursor-9", "friendId: \"user-", "usersByIds(ids: [\"user-", "{\"day\":3}", "Zo$e"]
    {
        assert!(text.contains(part), "no {part}");
    }
}

#[test]
fn what_needs_an_unknown_scalar_waits_for_one() {
    let schema = schema(KINDS);
    let generator = Generator::new(&schema, GeneratorLimits::default());
    assert_eq!(generator.without_values(&Harvest::default()), ["Query.at(moment:)"]);
    assert_eq!(generator.without_values(&taught(KINDS)), [""; 0]);
    let made = operations(KINDS, 300, &Harvest::default());
    assert!(made.iter().all(|operation| !operation.to_string().contains("at(moment")));
    let only = "scalar Moment type Query { at(moment: Moment!): Int }";
    assert_eq!(operations(only, 50, &Harvest::default()), []);
}

#[test]
fn what_was_answered_is_counted_by_the_type_it_is_of() {
    let schema = schema(KINDS);
    let mut coverage = Coverage::new(&schema);
    let total = coverage.total();
    assert_eq!(coverage.covered(), 0);
    let operation =
        read("{ named(name: {name: \"a\"}) { __typename name ... on Robot { model owner { age } } } }", KINDS);
    let data = json!({ "named": { "__typename": "Robot", "name": null, "model": 1.5, "owner": null } });
    learn(&schema, &operation, &data, (&mut Harvest::default(), &mut coverage));
    let never = coverage.never();
    for covered in ["Query.named", "Actor.name", "Robot.name", "Robot.model", "Robot.owner"] {
        assert!(!never.contains(&covered.to_owned()), "{covered}");
    }
    for uncovered in ["User.age", "User.name", "Actor.id"] {
        assert!(never.contains(&uncovered.to_owned()), "{uncovered}");
    }
    assert_eq!((coverage.total(), coverage.covered()), (total, 5));
}

#[test]
fn all_fields_are_asked_for_sooner_or_later() {
    let schema = schema(KINDS);
    let generator = Generator::new(&schema, GeneratorLimits::default());
    let harvest = taught(KINDS);
    let mut texts = String::new();
    for index in 0..2000 {
        let operation = generator.operation(Random::part(9, index), &harvest, &Coverage::new(&schema)).unwrap();
        texts.push_str(&operation.to_string());
    }
    for (_, definition) in &schema.types {
        if let apollo_compiler::schema::ExtendedType::Object(object) = definition
            && !object.name.starts_with("__")
        {
            for field in object.fields.keys() {
                assert!(texts.contains(field.as_str()), "{}.{field}", object.name);
            }
        }
    }
}

#[test]
fn values_that_are_no_ids_are_not_kept() {
    let schema = schema(KINDS);
    let mut harvest = Harvest::default();
    let operation = read("{ user(id: 1) { name } }", KINDS);
    let data: Value = json!({ "user": { "name": "x".repeat(10_000) } });
    learn(&schema, &operation, &data, (&mut harvest, &mut Coverage::new(&schema)));
    let made = operations(KINDS, 300, &harvest);
    assert!(made.iter().all(|operation| operation.to_string().len() < 5_000));
}
