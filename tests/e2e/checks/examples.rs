//! The operations of `docs/examples`, in the order of their names, each as whom its first line names.

use crate::{client::Client, process::call, system::System};
use expect_test::expect_file;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// One operation with what belongs to it.
struct Example {
    name: String,
    text: String,
    variables: Value,
    /// Who asks; none for a visitor.
    login: Option<String>,
}

pub(crate) fn answer(system: &System) {
    let examples = examples();
    assert!(examples.len() >= 12, "{}", examples.len());
    for example in examples {
        let client = match &example.login {
            Some(login) => Client::login(system, login),
            None => Client::visitor(&system.origin),
        };
        let data = client.data(&example.text, &example.variables);
        for (field, value) in data.as_object().unwrap() {
            assert!(!value.is_null(), "{}: {field} is null", example.name);
            if let Some(errors) = value.get("userErrors") {
                assert_eq!(*errors, json!([]), "{}: {data:#}", example.name);
            }
            let page = value.get("nodes").and_then(Value::as_array);
            assert!(page.is_none_or(|nodes| !nodes.is_empty()), "{}: {field} has nothing to show", example.name);
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples")
}

fn examples() -> Vec<Example> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".graphql").map(str::to_owned))
        .collect();
    names.sort();
    names.into_iter().map(example).collect()
}

fn example(name: String) -> Example {
    let text = fs::read_to_string(folder().join(format!("{name}.graphql"))).unwrap();
    let title = text.lines().next().unwrap().split(':').next().unwrap().to_owned();
    let login = title.rsplit_once(", as ").map(|(_, login)| login.to_owned());
    let variables = fs::read_to_string(folder().join(format!("{name}.variables.json")));
    let variables = variables.map_or(json!({}), |text| serde_json::from_str(&text).unwrap());
    Example { name, text, variables, login }
}

#[test]
fn each_example_is_planned_as_its_file_says() {
    for Example { name, .. } in examples() {
        let file = |ending: &str| folder().join(format!("{name}{ending}"));
        let supergraph = folder().join("../../schema/supergraph.graphql");
        let operation = file(".graphql");
        let called =
            call(&["plan", "--supergraph", supergraph.to_str().unwrap(), "--operation", operation.to_str().unwrap()]);
        assert_eq!(called.status, 0, "{name}: {}", called.stderr);
        expect_file![file(".plan.txt")].assert_eq(&called.stdout);
    }
}

/// The playground has the same operations, in the same order.
pub(crate) fn are_in_the_playground(system: &System) {
    let prepared = crate::http::get(&system.origin, "/playground/operations.json").unwrap();
    if prepared.status != 200 {
        // Production has no playground.
        return;
    }
    let prepared = prepared.json();
    let texts: Vec<&str> = prepared.as_array().unwrap().iter().map(|one| one["query"].as_str().unwrap()).collect();
    let examples = examples();
    assert_eq!(texts, examples.iter().map(|example| example.text.as_str()).collect::<Vec<_>>());
}
