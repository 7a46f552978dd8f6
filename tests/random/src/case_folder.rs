//! Writes a failure as a folder in the form of `tests/cases`.

use crate::{
    operation::Operation,
    sdl::{subgraph_sdl, supergraph_sdl},
    shrink::Failure,
    world::{Role, Value, World},
};
use serde_json::{Map, Value as Json, json};
use std::{fs, io, path::Path};

pub(crate) fn write_case(folder: &Path, failure: &Failure, seed: &str) -> io::Result<()> {
    let Failure { world, operation, difference } = failure;
    fs::create_dir_all(folder.join("subgraphs"))?;
    let pretty = |json: &Json| serde_json::to_string_pretty(json).unwrap_or_default() + "\n";
    let readme = format!(
        "# A random operation with a wrong answer\n\nSeed {seed}. Kind: {}.\n\n```\n{}\n```\n",
        difference.kind, difference.text
    );
    fs::write(folder.join("README.md"), readme)?;
    for (index, name) in world.subgraphs.iter().enumerate() {
        fs::write(folder.join(format!("subgraphs/{name}.graphql")), subgraph_sdl(world, index))?;
    }
    fs::write(folder.join("supergraph.graphql"), supergraph_sdl(world))?;
    fs::write(folder.join("data.json"), pretty(&data(world)))?;
    write_operation(folder, operation)?;
    fs::write(folder.join("expected.json"), pretty(&json!({"data": difference.expected})))?;
    fs::write(folder.join("actual.json"), pretty(&difference.actual))?;
    fs::write(folder.join("plan.txt"), &difference.plan)?;
    fs::write(folder.join("fetches.txt"), difference.fetches.join("\n\n"))
}

fn write_operation(folder: &Path, operation: &Operation) -> io::Result<()> {
    fs::write(folder.join("operation.graphql"), operation.text())?;
    if operation.caller.is_known {
        fs::write(folder.join("caller.json"), json!({"scopes": operation.caller.scopes}).to_string() + "\n")?;
    }
    if !operation.labels.is_empty() {
        fs::write(folder.join("labels.json"), json!(operation.labels).to_string() + "\n")?;
    }
    let variables = serde_json::to_string_pretty(&operation.variable_values())?;
    fs::write(folder.join("variables.json"), variables + "\n")
}

/// Roots and entities of the merged data; `__fails` marks resolvers that fail, and how.
fn data(world: &World) -> Json {
    let (mut roots, mut entities) = (Map::new(), Map::new());
    for (index, record) in world.records.iter().enumerate() {
        let Some(object) = world.objects.get(&record.type_name) else { continue };
        let mut fields: Map<String, Json> = record
            .values
            .iter()
            .filter(|(name, _)| object.fields.contains_key(*name))
            .map(|(name, value)| (name.clone(), json_of(world, value)))
            .collect();
        if object.role == Role::Root {
            // Shrinking leaves empty ones behind.
            if !fields.is_empty() {
                roots.insert(record.type_name.clone(), Json::Object(fields));
            }
            continue;
        }
        if !record.missing_in.is_empty() {
            let missing: Vec<&str> =
                record.missing_in.keys().map(|subgraph| world.subgraphs[*subgraph].as_str()).collect();
            fields.insert("__missingIn".to_owned(), json!(missing));
        }
        fields.insert("__name".to_owned(), json!(name_of(world, index)));
        let list = entities.entry(record.type_name.clone()).or_insert_with(|| json!([]));
        if let Json::Array(list) = list {
            list.push(Json::Object(fields));
        }
    }
    let down = world.down.map(|subgraph| world.subgraphs[subgraph].clone());
    json!({"roots": roots, "entities": entities, "down": down})
}

fn json_of(world: &World, value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Leaf(json) => json.clone(),
        Value::Record(record) => json!({"__ref": name_of(world, *record)}),
        Value::List(items) => Json::Array(items.iter().map(|item| json_of(world, item)).collect()),
        Value::Failed(failing) => json!({"__fails": format!("{failing:?}")}),
    }
}

fn name_of(world: &World, record: usize) -> String {
    let type_name = &world.records[record].type_name;
    let number = world.records[..record].iter().filter(|earlier| earlier.type_name == *type_name).count();
    format!("{type_name}:{number}")
}
