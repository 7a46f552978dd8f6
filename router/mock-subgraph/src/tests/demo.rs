//! The demo's SDLs and data files fit each other and the supergraph.

use super::{ask, check, representations};
use crate::MockSubgraph;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

const SUBGRAPHS: [&str; 4] = ["accounts", "catalog", "reviews", "stock"];

fn demo_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/demo")
}

fn demo(name: &str) -> MockSubgraph {
    let folder = demo_folder().join("subgraphs");
    let sdl = fs::read_to_string(folder.join(format!("{name}.graphql"))).unwrap();
    let data = fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
    MockSubgraph::new(name, &sdl, Some(&data)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_subgraph_loads_and_serves_its_sdl() {
    for name in SUBGRAPHS {
        let mock = demo(name);
        check(&mock, "{ _service { sdl } }", json!({ "data": { "_service": { "sdl": mock.sdl() } } }));
    }
}

#[test]
fn supergraph_is_valid_and_has_every_field_of_every_subgraph() {
    use apollo_compiler::{Schema, schema::ExtendedType};
    let text = fs::read_to_string(demo_folder().join("supergraph.graphql")).unwrap();
    let supergraph = Schema::parse_and_validate(text, "supergraph.graphql").unwrap();
    for name in SUBGRAPHS {
        let mock = demo(name);
        for (type_name, definition) in &mock.schema.graphql.types {
            if definition.is_built_in() || type_name.starts_with('_') {
                continue;
            }
            assert!(supergraph.types.contains_key(type_name), "{name}: {type_name}");
            let ExtendedType::Object(object) = definition else { continue };
            for (field_name, field) in object.fields.iter().filter(|(name, _)| !name.starts_with('_')) {
                let merged = supergraph.type_field(type_name, field_name);
                let merged = merged.unwrap_or_else(|_| panic!("{name}: {type_name}.{field_name}"));
                assert_eq!(merged.ty, field.ty, "{name}: {type_name}.{field_name}");
                assert_eq!(merged.arguments, field.arguments, "{name}: {type_name}.{field_name}");
            }
        }
    }
}

#[test]
fn prepared_operations_fit_the_supergraph() {
    let text = fs::read_to_string(demo_folder().join("supergraph.graphql")).unwrap();
    let supergraph = apollo_compiler::Schema::parse_and_validate(text, "supergraph.graphql").unwrap();
    let mut count = 0;
    for entry in fs::read_dir(demo_folder().join("operations")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "graphql") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# "), "{} says what it shows", path.display());
        apollo_compiler::ExecutableDocument::parse_and_validate(&supergraph, text, &path).unwrap();
        count += 1;
    }
    assert_eq!(count, 7);
}

#[test]
fn members_are_found_by_either_key() {
    check(
        &demo("accounts"),
        "{ me { handle } member(handle: \"lev\") { id city } porto: members(city: \"Porto\") { id } members(first: 1) { id } }",
        json!({ "data": {
            "me": { "handle": "ines" },
            "member": { "id": "m-4", "city": null },
            "porto": [{ "id": "m-1" }, { "id": "m-3" }],
            "members": [{ "id": "m-1" }],
        } }),
    );
    let asked = json!([{ "__typename": "Member", "handle": "amara" }, { "__typename": "Member", "id": "m-2" }, { "__typename": "Member", "id": "x" }]);
    let found = representations(&demo("accounts"), "{ ... on Member { displayName } }", asked);
    assert_eq!(
        found["data"]["_entities"],
        json!([{ "displayName": "Amara Obi" }, { "displayName": "Tomasz Wrona" }, null])
    );
}

#[test]
fn offers_are_of_both_kinds_and_the_feed_mixes_types() {
    check(
        &demo("catalog"),
        "{ offers(first: 4) { __typename title ... on Course { seats } } feed(first: 3) { __typename ... on Offer { id } ... on Workshop { owner { handle } } } pieces(ids: [\"p-2\", \"p-3\"]) { id workshop { pieces(first: 1) { id } } } }",
        json!({ "data": {
            "offers": [
                { "__typename": "Piece", "title": "Stoneware bowl" },
                { "__typename": "Piece", "title": "Teapot" },
                { "__typename": "Piece", "title": "Oak stool" },
                { "__typename": "Course", "title": "First turns at the wheel", "seats": 6 },
            ],
            "feed": [
                { "__typename": "Course", "id": "c-1" },
                { "__typename": "Piece", "id": "p-3" },
                { "__typename": "Workshop", "owner": { "handle": "tomasz" } },
            ],
            "pieces": [
                { "id": "p-2", "workshop": { "pieces": [{ "id": "p-1" }] } },
                { "id": "p-3", "workshop": { "pieces": [{ "id": "p-3" }] } },
            ],
        } }),
    );
}

#[test]
fn shipping_is_made_from_the_required_weight() {
    let stock = demo("stock");
    let asked = json!([
        { "__typename": "Piece", "id": "p-1", "weightGrams": 850, "title": "Bowl" },
        { "__typename": "Piece", "id": "p-2" },
    ]);
    let answer =
        representations(&stock, "{ ... on Piece { shippingCost { amountCents currency } packingNote } }", asked);
    let expected = json!({
        "data": { "_entities": [
            { "shippingCost": { "amountCents": 1300, "currency": "EUR" }, "packingNote": "Bowl: box for 850 g" },
            { "shippingCost": null, "packingNote": null },
        ] },
        "errors": [
            { "message": "Piece.shippingCost requires `weightGrams`, which is neither in the representation nor in the data", "path": ["_entities", 1, "shippingCost"] },
            { "message": "Piece.packingNote requires `title`, which is neither in the representation nor in the data", "path": ["_entities", 1, "packingNote"] },
        ],
    });
    assert_eq!(answer, expected);
}

#[test]
fn mutations_count_up_in_order() {
    let stock = demo("stock");
    let answer = ask(
        &stock,
        "mutation { a: stockReserve(pieceId: \"p-1\") { reservedInTotal } b: stockReserve(pieceId: \"p-2\", quantity: 3) { quantity reservedInTotal piece { inStock } } }",
    );
    let expected = json!({ "data": { "a": { "reservedInTotal": 1 }, "b": { "quantity": 3, "reservedInTotal": 4, "piece": { "inStock": 2 } } } });
    assert_eq!(answer, expected);
    let reviews = demo("reviews");
    let query = "mutation { reviewAdd(input: { rating: 4, text: \"Fine\" }) { addedInTotal review { id rating text author { id displayName } } } }";
    let review =
        json!({ "id": "r-new", "rating": 4, "text": "Fine", "author": { "id": "m-1", "displayName": "Inês Duarte" } });
    check(&reviews, query, json!({ "data": { "reviewAdd": { "addedInTotal": 1, "review": review } } }));
}

#[test]
fn one_count_fails_and_the_others_are_kept() {
    let asked = json!([{ "__typename": "Piece", "id": "p-1" }, { "__typename": "Piece", "id": "p-3" }]);
    let answer = representations(&demo("stock"), "{ ... on Piece { inStock warehouses { city } } }", asked);
    assert_eq!(answer["data"]["_entities"][0]["inStock"], json!(12));
    assert_eq!(answer["data"]["_entities"][1], json!({ "inStock": null, "warehouses": [{ "city": "Gdańsk" }] }));
    assert_eq!(answer["errors"][0]["path"], json!(["_entities", 1, "inStock"]));
    assert_eq!(answer["errors"][0]["extensions"]["code"], Value::from("STOCK_COUNTING"));
}
