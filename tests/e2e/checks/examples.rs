//! The operations of `docs/examples`, in the order of their names, each as whom its first line names.

use super::journey::{LEARNING, LEARNT_WITHIN};
use crate::{
    client::Client,
    process::call,
    subscriber::{EventStream, Events},
    system::System,
};
use expect_test::expect_file;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// Examples that show what is in the whole demo only.
const OF_THE_WHOLE_DEMO: [&str; 4] = ["09-home-feed", "13-comment", "15-moderation-queue", "16-moderate"];

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
    let mut answers: HashMap<String, Value> = HashMap::new();
    for mut example in examples {
        if system.is_small && OF_THE_WHOLE_DEMO.contains(&example.name.as_str()) {
            continue;
        }
        fill_in(&mut example.variables, &answers);
        let client = match &example.login {
            Some(login) => Client::login(system, login),
            None => Client::visitor(&system.origin),
        };
        let data = match example.is_subscription() {
            true => first_event(system, &client, &example),
            false => answer_at_last(system, &client, &example),
        };
        for (field, value) in data.as_object().unwrap() {
            assert!(!value.is_null(), "{}: {field} is null", example.name);
            if let Some(errors) = value.get("userErrors") {
                assert_eq!(*errors, json!([]), "{}: {data:#}", example.name);
            }
            let page = value.get("nodes").and_then(Value::as_array);
            assert!(page.is_none_or(|nodes| !nodes.is_empty()), "{}: {field} has nothing to show", example.name);
        }
        answers.insert(example.name, data);
    }
    let placed = &answers["22-place-the-order"]["orderPlace"]["order"];
    assert_eq!(placed["status"], "CONFIRMED", "{placed:#}");
    let timeline = answers["23-order-page"]["order"]["timeline"]["nodes"].as_array().unwrap();
    let types: Vec<&str> = timeline.iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    assert!(types.starts_with(&["PLACED", "CONFIRMED"]), "{types:?}");
}

impl Example {
    fn is_subscription(&self) -> bool {
        self.text.lines().any(|line| line.starts_with("subscription "))
    }
}

/// From a place on that an earlier check has learnt: what has happened since is told at once.
#[track_caller]
fn first_event(system: &System, client: &Client, example: &Example) -> Value {
    let positions = system.positions.lock().unwrap().clone();
    let (_, position) = positions.iter().find(|(field, _)| example.text.contains(**field)).expect("a place is known");
    let mut variables = example.variables.clone();
    variables["after"] = json!(position);
    let mut response = EventStream::open(client, &example.text, &variables).next_within(LEARNT_WITHIN).unwrap();
    assert_eq!(response.get("errors"), None, "{}: {response:#}", example.name);
    response["data"].take()
}

/// A moment after the start of its process the cart may not know the catalog yet.
#[track_caller]
fn answer_at_last(system: &System, client: &Client, example: &Example) -> Value {
    let deadline = Instant::now() + LEARNT_WITHIN;
    loop {
        let data = client.data(&example.text, &example.variables);
        let codes = data.as_object().unwrap().values().filter_map(|value| value["userErrors"][0]["code"].as_str());
        let is_learning = codes.into_iter().any(|code| LEARNING.contains(&code));
        if !is_learning || !system.is_learning || Instant::now() > deadline {
            return data;
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// Puts answers of earlier examples where a text says `PASTE field.of.the.answer OF example`.
fn fill_in(variables: &mut Value, answers: &HashMap<String, Value>) {
    match variables {
        Value::String(text) => {
            let Some((path, example)) = text.strip_prefix("PASTE ").and_then(|rest| rest.split_once(" OF ")) else {
                return;
            };
            let answer = answers.get(example).unwrap_or_else(|| panic!("{text}: it comes later, or not at all"));
            let found = path.split('.').fold(answer, |value, field| &value[field]).clone();
            assert!(found.is_string(), "{text}: {answer:#}");
            *variables = found;
        }
        Value::Array(list) => list.iter_mut().for_each(|value| fill_in(value, answers)),
        Value::Object(fields) => fields.values_mut().for_each(|value| fill_in(value, answers)),
        _ => {}
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
