//! The simulated subgraph notices what a router could do wrong.

use super::*;
use crate::{
    generate::generate,
    values::requires_of,
    world::{How, Role},
};

/// A field with `@requires` of leaves, in an entity of a world without faults: world, type, field, subgraph.
fn computed_field() -> (World, String, String, SubgraphIndex) {
    for seed in 0..500 {
        let world = generate(seed);
        for (type_name, object) in &world.objects {
            for (name, field) in &object.fields {
                let Some((subgraph, inputs)) = requires_of(field) else { continue };
                let is_entity = object.role == Role::Entity && field.from_interface.is_none();
                let is_sound = world.down.is_none() && world.records.iter().all(|record| record.missing_in.is_empty());
                if is_entity && is_sound && !inputs.is_nested() {
                    let found = (type_name.clone(), name.clone());
                    return (world, found.0, found.1, subgraph);
                }
            }
        }
    }
    panic!("no such world");
}

/// What the subgraph objects to when it is asked for `selection` of the first record, whose representation `change`
/// may spoil.
fn violations(selection: &str, change: impl Fn(&mut Map<String, Json>, &[&str])) -> Vec<String> {
    let (world, type_name, field, index) = computed_field();
    let record = world.records.iter().position(|record| record.type_name == type_name).unwrap();
    let object = &world.objects[&type_name];
    let present = object.presence[&index].keys.iter().find(|key| key.is_resolvable).unwrap();
    let (_, inputs) = requires_of(&object.fields[&field]).unwrap();
    let truth = |fields: &FieldSet| {
        true_value(&world, record, fields, &|record, name, arguments| {
            field_value(&world, record, name, arguments, &mut Ledger::default())
        })
    };
    let mut representation = Map::new();
    representation.insert("__typename".to_owned(), json!(type_name));
    for part in [truth(&object.keys[present.key]), truth(inputs)] {
        representation.extend(part.as_object().unwrap().clone());
    }
    change(&mut representation, &inputs.names());
    let external = object
        .fields
        .iter()
        .find(|(_, field)| field.placements.get(&index).is_some_and(|placement| placement.how == How::External))
        .map(|(name, _)| name.clone());
    let selection = selection.replace("COMPUTED", &field).replace("EXTERNAL", &external.unwrap_or_default());
    let query = format!("query($r:[_Any!]!){{_entities(representations:$r){{...on {type_name}{{{selection}}}}}}}");
    let body = json!({"query": query, "variables": {"r": [representation]}}).to_string();
    let mut violations = Vec::new();
    let mut request = Request {
        counters: &Counters::default(),
        ledger: &mut Ledger::default(),
        violations: &mut violations,
        caller: &Caller::default(),
        labels: &BTreeSet::new(),
        spoils: None,
    };
    Subgraph::new(&world, index).unwrap().answer(body.as_bytes(), &mut request);
    violations
}

#[test]
fn accepts_true_inputs() {
    assert_eq!(violations("COMPUTED", |_, _| ()), Vec::<String>::new());
}

#[test]
fn objects_to_untrue_inputs() {
    let found = violations("COMPUTED", |representation, inputs| {
        representation.insert(inputs[0].to_owned(), json!("not the truth"));
    });
    assert!(found[0].contains("the truth is"), "{found:?}");
}

#[test]
fn objects_to_missing_inputs() {
    let found = violations("COMPUTED", |representation, inputs| {
        representation.shift_remove(inputs[0]);
    });
    assert!(found[0].contains("is missing"), "{found:?}");
}

#[test]
fn objects_to_external_fields() {
    let found = violations("EXTERNAL", |_, _| ());
    assert!(found[0].contains("external") || found[0].contains("invalid operation"), "{found:?}");
}

#[test]
fn objects_to_invalid_operations() {
    let found = violations("noSuchField", |_, _| ());
    assert!(found[0].contains("invalid operation"), "{found:?}");
}

#[test]
fn objects_to_representations_without_a_key() {
    let found = violations("COMPUTED", |representation, inputs| {
        representation.retain(|name, _| name == "__typename" || inputs.contains(&name.as_str()));
    });
    assert!(found[0].contains("has no key"), "{found:?}");
}
