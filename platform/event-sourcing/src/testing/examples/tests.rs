//! What is found when examples, schemas and what is declared do not agree.

use super::*;
use crate::EventContent;
use hansa_values::{CurrencyCode, Money, TenantId};
use serde::Serialize;

#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Boat {
    Built { length_mm: i64, name: String, price: Money },
    Renamed { name: String },
    Sunk {},
}

impl EventContent for Boat {
    fn event_type(&self) -> &'static str {
        match self {
            Boat::Built { .. } => "built",
            Boat::Renamed { .. } => "renamed",
            Boat::Sunk {} => "sunk",
        }
    }
}

const PUBLISHED: &[Published] =
    &[Published { aggregate: "boat", events: &[("built", 1), ("renamed", 1), ("sunk", 1)] }];

fn example(content: &Boat) -> Example {
    let tenant: TenantId = Id::from_uuid(Uuid::from_u128(3));
    Example::of::<Boat>(DomainEvent::new("boat", ("boat_1".to_owned(), 1), Some(tenant), content))
}

fn examples() -> Vec<Example> {
    let price = Money { minor_units: 1, currency: "EUR".parse::<CurrencyCode>().unwrap() };
    vec![
        example(&Boat::Built { length_mm: 9000, name: "Kogge".to_owned(), price }),
        example(&Boat::Renamed { name: "Holk".to_owned() }),
        example(&Boat::Sunk {}),
    ]
}

#[test]
fn writes_what_is_missing_and_finds_nothing_then() {
    let folder = tempfile::tempdir().unwrap();
    let of = ("harbour", PUBLISHED);
    let missing = findings(folder.path(), of, &examples(), false);
    assert_eq!(missing.len(), 6, "{missing:?}");
    assert_eq!(findings(folder.path(), of, &examples(), true), Vec::<String>::new());
    assert_eq!(findings(folder.path(), of, &examples(), false), Vec::<String>::new());
    let names = ["harbour.boat.built.v1", "harbour.boat.renamed.v1", "harbour.boat.sunk.v1"];
    assert_eq!(example_names(folder.path()), names);
}

#[test]
fn a_schema_is_of_its_event_alone() {
    let schema = &examples()[1].schema;
    let fields = schema["properties"]["content"]["properties"].as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["name"]);
    assert_eq!(schema["properties"]["event_type"]["const"], "renamed");
    assert_eq!(schema.get("$defs"), None, "nothing of `built`'s");
    assert!(examples()[0].schema["$defs"].get("Money").is_some());
}

#[test]
fn finds_events_without_examples_and_examples_of_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let of = ("harbour", &[Published { aggregate: "boat", events: &[("sunk", 1), ("sold", 2)] }][..]);
    let found = findings(folder.path(), of, &examples()[1..], true);
    assert_eq!(
        found,
        ["harbour.boat.sold.v2: the test has no example", "harbour.boat.renamed.v1: is not among what is published"]
    );
}

#[test]
fn an_example_is_never_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let of = ("harbour", PUBLISHED);
    findings(folder.path(), of, &examples(), true);
    let file = folder.path().join("harbour.boat.renamed.v1.json");
    let changed = fs::read_to_string(&file).unwrap().replace("Holk", "Schnigge");
    fs::write(&file, &changed).unwrap();
    assert_eq!(findings(folder.path(), of, &examples(), true), Vec::<String>::new());
    assert_eq!(fs::read_to_string(&file).unwrap(), changed);
    // A field that was published and is not any more, one that is new, one of another type.
    for (from, to, why) in [
        ("\"name\": \"Schnigge\"", "\"name\": \"Schnigge\", \"oars\": 3", "$.content.oars is unknown"),
        ("\"name\": \"Schnigge\"", "\"title\": \"Schnigge\"", "$.content.name is missing"),
        ("\"name\": \"Schnigge\"", "\"name\": 3", "$.content.name is 3, not of type \"string\""),
        ("\"event_type\": \"renamed\"", "\"event_type\": \"sunk\"", "$.event_type is \"sunk\", not \"renamed\""),
        ("\"recorded_at\":", "\"recorded\":", "$.recorded_at is missing"),
    ] {
        fs::write(&file, changed.replace(from, to)).unwrap();
        let found = findings(folder.path(), of, &examples(), true);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("harbour.boat.renamed.v1.json is not what is published any more"), "{found:?}");
        assert!(found[0].contains(why), "{found:?}");
    }
}

#[test]
fn finds_a_schema_of_yesterday() {
    let folder = tempfile::tempdir().unwrap();
    let of = ("harbour", PUBLISHED);
    findings(folder.path(), of, &examples(), true);
    let file = folder.path().join("harbour.boat.sunk.v1.schema.json");
    fs::write(&file, "{}\n").unwrap();
    let found = findings(folder.path(), of, &examples(), false);
    assert_eq!(found, ["harbour.boat.sunk.v1.schema.json is not the schema of today; UPDATE_EXPECT=1 writes it"]);
}
