//! `_entities`: keys of all kinds, interfaces, interface objects, `@requires`, `@provides`, and errors that stay with
//! their entity.

use super::{check, mock, representations};
use serde_json::{Value, json};

const ORDERS: &str = r#"
    type Query { orders: [Order!]! }
    type Order @key(fields: "id") @key(fields: "shop { code } number") {
        id: ID!
        number: Int!
        shop: Shop!
        total: Int
        broken: Int!
    }
    type Shop @key(fields: "code") { code: String! name: String }
"#;

fn orders() -> Value {
    json!({
        "entities": {
            "Shop": [{ "code": "N", "name": "North" }, { "code": "S", "name": "South" }],
            "Order": [
                { "id": 1, "number": 1, "shop": { "__ref": "Shop:N" }, "total": 10, "broken": 1 },
                { "id": "2", "number": 1, "shop": { "code": "S" }, "total": 20, "broken": { "__error": "out of order" } },
            ],
        }
    })
}

#[test]
fn finds_entities_by_single_composite_and_nested_keys() {
    let asked = json!([
        { "__typename": "Order", "id": "1" },
        { "__typename": "Order", "id": 2 },
        { "__typename": "Order", "number": 1, "shop": { "__typename": "Shop", "code": "S" } },
        { "__typename": "Order", "shop": { "code": "N" }, "number": 1 },
        { "__typename": "Shop", "code": "N" },
    ]);
    let answer = representations(
        &mock(ORDERS, orders()),
        "{ ... on Order { id total shop { name } } ... on Shop { name } }",
        asked,
    );
    let expected = json!([
        { "id": "1", "total": 10, "shop": { "name": "North" } },
        { "id": "2", "total": 20, "shop": { "name": "South" } },
        { "id": "2", "total": 20, "shop": { "name": "South" } },
        { "id": "1", "total": 10, "shop": { "name": "North" } },
        { "name": "North" },
    ]);
    assert_eq!(answer, json!({ "data": { "_entities": expected } }));
}

#[test]
fn an_unknown_entity_is_null_and_a_faulty_one_fails_alone() {
    let asked = json!([
        { "__typename": "Order", "id": "9" },
        { "__typename": "Order", "id": "1" },
        { "__typename": "Order", "id": "2" },
        { "__typename": "Order", "number": 1 },
        { "__typename": "Nothing", "id": "1" },
        { "id": "1" },
    ]);
    let answer = representations(&mock(ORDERS, orders()), "{ ... on Order { total broken } }", asked);
    let expected = json!({
        "data": { "_entities": [null, { "total": 10, "broken": 1 }, null, null, null, null] },
        "errors": [
            { "message": "out of order", "path": ["_entities", 2, "broken"] },
            { "message": "the representation of Order has none of its keys (id; shop number)", "path": ["_entities", 3] },
            { "message": "subgraph \"shop\" has no entity type `Nothing` with a resolvable key", "path": ["_entities", 4] },
            { "message": "a representation needs `__typename`", "path": ["_entities", 5] },
        ],
    });
    assert_eq!(answer, expected);
}

#[test]
fn keys_with_the_same_letters_are_not_the_same_key() {
    let sdl = "type Query { a: A } type A @key(fields: \"x y\") { x: String y: String n: Int }";
    let data = json!({ "entities": { "A": [{ "x": "ab", "y": "c", "n": 1 }, { "x": "a", "y": "bc", "n": 2 }, { "x": null, "y": "null", "n": 3 }, { "x": "null", "y": null, "n": 4 }] } });
    let asked = json!([{ "__typename": "A", "x": "a", "y": "bc" }, { "__typename": "A", "x": "ab", "y": "c" }, { "__typename": "A", "x": null, "y": "null" }]);
    let answer = representations(&mock(sdl, data), "{ ... on A { n } }", asked);
    assert_eq!(answer["data"]["_entities"], json!([{ "n": 2 }, { "n": 1 }, { "n": 3 }]));
}

#[test]
fn required_lists_can_be_read_by_field() {
    let sdl = "type Query { a: A } type A @key(fields: \"id\") { id: ID! similar: [A!] @external ids: [ID!] @requires(fields: \"similar { id }\") text: String @requires(fields: \"similar { id }\") }";
    let data =
        json!({ "defaults": { "A": { "ids": { "__from": "similar.id" }, "text": { "__template": "{similar.id}" } } } });
    let asked = json!([{ "__typename": "A", "id": "1", "similar": [{ "id": 2 }, { "id": "3" }] }, { "__typename": "A", "id": "1", "similar": [{}] }]);
    let answer = representations(&mock(sdl, data), "{ ... on A { ids text } }", asked);
    assert_eq!(
        answer["data"]["_entities"],
        json!([{ "ids": ["2", "3"], "text": "[2,\"3\"]" }, { "ids": null, "text": null }])
    );
    assert_eq!(
        answer["errors"][0]["message"],
        json!("A.ids requires `similar.id`, which is neither in the representation nor in the data")
    );
}

#[test]
fn required_fragments_count_for_their_type_alone() {
    let sdl = "type Query { a: A } type A @key(fields: \"id\") { id: ID! of: Of @external n: String @requires(fields: \"of { ... on X { x } ... on Y { y } }\") } union Of = X | Y type X { x: Int } type Y { y: Int }";
    let asked = json!([
        { "__typename": "A", "id": "1", "of": { "__typename": "X", "x": 1 } },
        { "__typename": "A", "id": "1", "of": { "__typename": "Y", "x": 1 } },
    ]);
    let answer = representations(&mock(sdl, Value::Null), "{ ... on A { n } }", asked);
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{answer}");
    assert_eq!(answer["errors"][0]["path"], json!(["_entities", 1, "n"]));
    let on_top = "type Query { m: M } interface M { id: ID! } type A implements M @key(fields: \"id\") { id: ID! w: Int @external n: Int @requires(fields: \"... on A { w }\") }";
    let answer =
        representations(&mock(on_top, Value::Null), "{ ... on A { n } }", json!([{ "__typename": "A", "id": "1" }]));
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("requires `w`"), "{answer}");
}

const MEDIA: &str = r#"
    type Query { media: [Media!]! }
    interface Media @key(fields: "id") { id: ID! title: String! }
    type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int! }
    type Film implements Media @key(fields: "id") { id: ID! title: String! minutes: Int! }
"#;

#[test]
fn an_interface_representation_becomes_the_record_with_its_key() {
    let data = json!({ "entities": {
        "Book": [{ "id": "b", "title": "Dune", "pages": 412 }],
        "Film": [{ "id": "f", "title": "Alien", "minutes": 117 }],
    } });
    let asked = json!([{ "__typename": "Media", "id": "f" }, { "__typename": "Media", "id": "b" }, { "__typename": "Media", "id": "x" }]);
    let answer =
        representations(&mock(MEDIA, data), "{ __typename ... on Media { title } ... on Book { pages } }", asked);
    let expected = json!([{ "__typename": "Film", "title": "Alien" }, { "__typename": "Book", "title": "Dune", "pages": 412 }, null]);
    assert_eq!(answer, json!({ "data": { "_entities": expected } }));
}

#[test]
fn an_interface_object_is_an_object_type() {
    let sdl = "type Query { m: Media } type Media @interfaceObject @key(fields: \"id\") { id: ID! rating: Int }";
    let mock = mock(sdl, json!({ "entities": { "Media": [{ "id": "b", "rating": 5 }] } }));
    let answer =
        representations(&mock, "{ __typename ... on Media { rating } }", json!([{ "__typename": "Media", "id": "b" }]));
    assert_eq!(answer, json!({ "data": { "_entities": [{ "__typename": "Media", "rating": 5 }] } }));
}

const PARCELS: &str = r#"
    type Query { parcels: [Parcel!]! near: Parcel @provides(fields: "size { width }") }
    type Parcel @key(fields: "id") {
        id: ID!
        weight: Int @external
        size: Size @external
        price: Int @requires(fields: "weight size { width }")
        label: String @requires(fields: "weight")
        twice: Int @requires(fields: "weight")
        shelf: String
    }
    type Size { width: Int height: Int }
"#;

fn parcels() -> Value {
    json!({
        "roots": { "Query": { "near": { "id": "p", "size": { "width": 3 } } } },
        "defaults": { "Parcel": {
            "price": { "__sum": ["weight", "size.width", 100] },
            "label": { "__template": "{id}: {weight} kg" },
            "twice": { "__sum": ["weight", "weight"] },
        } },
        "entities": { "Parcel": [{ "id": "p", "shelf": "A" }] },
    })
}

#[test]
fn required_values_come_from_the_representation() {
    let asked = json!([
        { "__typename": "Parcel", "id": "p", "weight": 7, "size": { "width": 2 } },
        { "__typename": "Parcel", "id": "p", "weight": 8, "size": null },
        { "__typename": "Parcel", "id": "p", "weight": 9, "size": {} },
        { "__typename": "Parcel", "id": "p", "weight": null, "size": { "width": 2 } },
    ]);
    let answer = representations(&mock(PARCELS, parcels()), "{ ... on Parcel { price label shelf } }", asked);
    let expected = json!([
        { "price": 109, "label": "p: 7 kg", "shelf": "A" },
        { "price": null, "label": "p: 8 kg", "shelf": "A" },
        { "price": null, "label": "p: 9 kg", "shelf": "A" },
        { "price": null, "label": "p: null kg", "shelf": "A" },
    ]);
    assert_eq!(answer["data"]["_entities"], expected);
    let errors: Vec<(&Value, &Value)> =
        answer["errors"].as_array().unwrap().iter().map(|e| (&e["message"], &e["path"])).collect();
    let required = "Parcel.price requires `size.width`, which is neither in the representation nor in the data";
    let expected = [
        (&json!("price adds up numbers, and null is none"), &json!(["_entities", 1, "price"])),
        (&json!(required), &json!(["_entities", 2, "price"])),
        (&json!("price adds up numbers, and null is none"), &json!(["_entities", 3, "price"])),
    ];
    assert_eq!(errors, expected);
}

#[test]
fn an_external_field_is_an_error_unless_it_is_provided() {
    let mock = mock(PARCELS, parcels());
    check(
        &mock,
        "{ near { id shelf size { width } } }",
        json!({ "data": { "near": { "id": "p", "shelf": "A", "size": { "width": 3 } } } }),
    );
    let message = "Parcel.weight is external in subgraph \"shop\": it cannot be asked for here";
    check(
        &mock,
        "{ near { weight } }",
        json!({ "data": { "near": { "weight": null } }, "errors": [{ "message": message, "path": ["near", "weight"] }] }),
    );
}

#[test]
fn an_invented_value_shows_the_required_ones() {
    let asked = json!([{ "__typename": "Parcel", "id": "p-4", "weight": 7 }, { "__typename": "Parcel", "id": "p-4", "weight": 8 }]);
    let answer = representations(&mock(PARCELS, Value::Null), "{ ... on Parcel { label twice } }", asked);
    let [first, second] = answer["data"]["_entities"].as_array().unwrap().as_slice() else { panic!("{answer}") };
    assert_eq!((&first["label"], &second["label"]), (&json!("label-4 of 7"), &json!("label-4 of 8")));
    assert_ne!(first["twice"], second["twice"]);
}
