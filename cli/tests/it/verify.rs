//! `hansa verify` over `hansa mock` processes: graphs that agree, that contradict themselves, and that are not there.

use crate::{
    process::{Called, Running, Server, call},
    scratch::{Scratch, demo_argument, demo_supergraph_at},
};
use serde_json::Value;
use std::{fs, path::Path, time::Duration};

/// Two subgraphs that know a product's name, and their supergraph.
pub(crate) struct Shop {
    pub(crate) folder: Scratch,
    _mocks: Vec<Server>,
    pub(crate) supergraph: String,
}

const PRODUCTS_SDL: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
type Query { products(first: Int): [Product!]! product(id: ID!): Product }
type Product @key(fields: "id") { id: ID! name: String! @shareable views: Int @shareable size: Size colour: String }
type Size { cm: Int @shareable inches: Int @shareable }
"#;

const STOCK_SDL: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
type Product @key(fields: "id") { id: ID! name: String! @shareable views: Int @shareable stored: Int }
"#;

pub(crate) const PRODUCTS: &str = r#"{ "entities": { "Product": [
  { "id": "p1", "name": "Bowl", "views": 5, "size": { "cm": 20, "inches": 8 }, "colour": "red" },
  { "id": "p2", "name": "Cup", "views": null, "size": null, "colour": "blue" } ] },
  "roots": { "Query": { "product": { "__find": "Product", "by": { "id": "$id" } } } } }"#;

impl Shop {
    pub(crate) fn new(stock_data: &str) -> Shop {
        Shop::with_stock(stock_data, &[])
    }

    fn with_stock(stock_data: &str, stock_knobs: &[&str]) -> Shop {
        Shop::with_data(PRODUCTS, stock_data, stock_knobs)
    }

    pub(crate) fn with_data(products_data: &str, stock_data: &str, stock_knobs: &[&str]) -> Shop {
        let folder = Scratch::new();
        let mut yaml = "subgraphs:\n".to_owned();
        let mut mocks = Vec::new();
        let subgraphs =
            [("products", PRODUCTS_SDL, products_data, [].as_slice()), ("stock", STOCK_SDL, stock_data, stock_knobs)];
        for (name, sdl, data, knobs) in subgraphs {
            let sdl = folder.file(&format!("{name}.graphql"), sdl);
            let data = folder.file(&format!("{name}.json"), data);
            let mut arguments = vec!["mock", "--sdl", &sdl, "--data", &data];
            arguments.extend(knobs);
            let mock = Server::start(&arguments);
            let url = format!("{}/graphql", mock.origin);
            yaml.push_str(&format!("  {name}:\n    routing_url: {url}\n    schema: {{ file: {name}.graphql }}\n"));
            mocks.push(mock);
        }
        let config = folder.file("supergraph.yaml", &yaml);
        let supergraph = folder.path("supergraph.graphql").display().to_string();
        let composed = call(&["compose", "--config", &config, "--output", &supergraph]);
        assert_eq!(composed.status, 0, "{}", composed.stderr);
        Shop { folder, _mocks: mocks, supergraph }
    }

    pub(crate) fn verify(&self, more: &[&str]) -> Called {
        let mut arguments = vec!["verify", "--supergraph", &self.supergraph, "--seed", "7"];
        arguments.extend(more);
        if !more.contains(&"--rate") {
            arguments.extend(["--rate", "2000"]);
        }
        call(&arguments)
    }

    pub(crate) fn verify_json(&self, more: &[&str]) -> (Called, Value) {
        let called = self.verify(&[&["--format", "json"], more].concat());
        let outcome = serde_json::from_str(&called.stdout);
        let outcome = outcome.unwrap_or_else(|error| panic!("{error}: {}{}", called.stdout, called.stderr));
        (called, outcome)
    }
}

pub(crate) const AGREEING_STOCK: &str = r#"{ "entities": { "Product": [
  { "id": "p1", "name": "Bowl", "views": 5, "stored": 3 }, { "id": "p2", "name": "Cup", "views": null, "stored": 0 } ] } }"#;

pub(crate) const CONTRADICTING_STOCK: &str = r#"{ "entities": { "Product": [
  { "id": "p1", "name": "Bowl", "views": 5, "stored": 3 }, { "id": "p2", "name": "Mug", "views": null, "stored": 0 } ] } }"#;

#[test]
fn answers_of_a_graph_that_is_right_agree() {
    let (called, outcome) = Shop::new(AGREEING_STOCK).verify_json(&["--count", "60"]);
    assert_eq!(called.status, 0, "{}{}", called.stdout, called.stderr);
    assert_eq!(outcome["operations"]["asked"], 60);
    assert!(outcome["operations"]["agreed"].as_u64() > Some(20), "{outcome:#}");
    assert_eq!(outcome["fields"]["unreached"], Value::Array(Vec::new()), "every field is found: {outcome:#}");
    assert!(outcome["subgraphs"]["stock"]["requests"].as_u64() > Some(20), "{outcome:#}");
}

#[test]
fn the_demo_agrees_in_both_formats_and_equal_seeds_ask_equally() {
    let names = ["accounts", "catalog", "reviews", "stock"];
    let mock = |name: &str| {
        let (sdl, data) =
            (demo_argument(&format!("subgraphs/{name}.graphql")), demo_argument(&format!("subgraphs/{name}.json")));
        Server::start(&["mock", "--sdl", &sdl, "--data", &data])
    };
    let mocks = names.map(mock);
    let urls: Vec<String> = mocks.iter().map(|mock| format!("{}/graphql", mock.origin)).collect();
    let places: Vec<(&str, &str)> = names.into_iter().zip(urls.iter().map(String::as_str)).collect();
    let scratch = Scratch::new();
    let supergraph = scratch.file("supergraph.graphql", &demo_supergraph_at(&places));
    let verify = |more: &[&str]| {
        let arguments = ["verify", "--supergraph", &supergraph, "--count", "40", "--seed", "3", "--rate", "2000"];
        call(&[&arguments, more].concat())
    };
    let text = verify(&["--operations", &demo_argument("operations")]);
    assert_eq!(text.status, 0, "{}{}", text.stdout, text.stderr);
    assert!(text.stdout.trim_end().ends_with("all answers agree"), "{}", text.stdout);
    assert!(text.stdout.contains("left out: ") && text.stdout.contains("(a mutation)"), "{}", text.stdout);
    let counts = |called: &Called| {
        let outcome: Value = serde_json::from_str(&called.stdout).unwrap();
        (outcome["operations"].clone(), outcome["fields"].clone(), outcome["requests"]["total"].clone())
    };
    let (one, another) = (verify(&["--format", "json"]), verify(&["--format", "json"]));
    assert_eq!(counts(&one), counts(&another));
}

#[test]
fn graphs_with_contexts_are_served_and_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases/context");
    let supergraph = folder.join("supergraph.graphql").display().to_string();
    let mut yaml = "subgraphs:\n".to_owned();
    let mut mocks = Vec::new();
    for entry in fs::read_dir(folder.join("subgraphs")).unwrap() {
        let sdl = entry.unwrap().path();
        if sdl.extension() != Some("graphql".as_ref()) {
            continue;
        }
        let data = sdl.with_extension("json");
        let mock = Server::start(&["mock", "--sdl", &sdl.display().to_string(), "--data", &data.display().to_string()]);
        yaml.push_str(&format!("  {}: {{ url: {}/graphql }}\n", sdl.file_stem().unwrap().display(), mock.origin));
        mocks.push(mock);
    }
    let scratch = Scratch::new();
    let config = scratch.file("router.yaml", &yaml);
    let arguments = ["--config", &config, "--count", "40", "--seed", "1", "--rate", "2000"];
    let called = call(&[&["verify", "--supergraph", &supergraph], arguments.as_slice()].concat());
    assert_eq!(called.status, 0, "{}{}", called.stdout, called.stderr);
}

#[test]
fn a_contradiction_is_found_and_made_small() {
    let shop = Shop::new(CONTRADICTING_STOCK);
    let (called, outcome) = shop.verify_json(&["--count", "80"]);
    assert_eq!(called.status, 1, "{}{}", called.stdout, called.stderr);
    let findings = outcome["findings"].as_array().unwrap();
    let finding = &findings[0];
    for finding in findings {
        assert_eq!(finding["differences"][0]["field"], "Product.name", "{finding:#}");
    }
    let sides = [&finding["differences"][0]["first"], &finding["differences"][0]["second"]];
    for (subgraph, name) in [("products", "Cup"), ("stock", "Mug")] {
        let of_subgraph = sides.iter().find(|side| side["from"][0] == subgraph);
        assert_eq!(of_subgraph.unwrap()["value"], name, "{finding:#}");
    }
    let operation = finding["operation"].as_str().unwrap();
    // A root field and the name, nothing else.
    assert_eq!(operation.matches('\n').count(), 5, "{operation}");
    assert!(operation.contains("name"), "{operation}");
    let text = shop.verify(&["--count", "80"]);
    assert_eq!(text.status, 1, "{}", text.stderr);
    for part in ["difference 1: Product.name", "\"Cup\"", "\"Mug\"", "plan 1", "plan 2", "from stock", "_entities"] {
        assert!(text.stdout.contains(part), "no {part} in {}", text.stdout);
    }
}

#[test]
fn a_contradiction_shows_in_operations_of_the_users_own() {
    let shop = Shop::new(CONTRADICTING_STOCK);
    fs::create_dir(shop.folder.path("operations")).unwrap();
    shop.folder.file(
        "operations/page.graphql",
        "query Page($id: ID!) { product(id: $id) { colour ...Named } }\nfragment Named on Product { name stored }",
    );
    shop.folder.file("operations/page.variables.json", r#"{ "id": "p2" }"#);
    let folder = shop.folder.path("operations").display().to_string();
    let called = shop.verify(&["--operations", &folder, "--count", "0"]);
    assert_eq!(called.status, 1, "{}{}", called.stdout, called.stderr);
    assert!(called.stdout.contains("page.graphql, Page"), "{}", called.stdout);
    assert!(called.stdout.contains("{\"id\":\"p2\"}"), "{}", called.stdout);
}

#[test]
fn an_entity_that_one_subgraph_does_not_know_is_a_difference() {
    let shop =
        Shop::new(r#"{ "entities": { "Product": [ { "id": "p1", "name": "Bowl", "views": 5, "stored": 3 } ] } }"#);
    let (called, outcome) = shop.verify_json(&["--count", "80"]);
    assert_eq!(called.status, 1, "{}{}", called.stdout, called.stderr);
    let findings = outcome["findings"].as_array().unwrap();
    let of_one = findings.iter().find(|finding| finding["differences"][0]["field"] == "Query.product");
    let difference = &of_one.unwrap_or_else(|| panic!("{outcome:#}"))["differences"][0];
    let null = [&difference["first"], &difference["second"]].into_iter().find(|side| side["value"].is_null());
    assert_eq!(null.unwrap()["from"], serde_json::json!(["products", "stock"]), "{outcome:#}");
}

#[test]
fn values_that_change_by_themselves_are_no_differences() {
    let counting = AGREEING_STOCK.replace("\"views\": 5", r#""views": { "__counter": "views" }"#);
    let shop = Shop::new(&counting);
    let (called, outcome) = shop.verify_json(&["--count", "60"]);
    assert_eq!(called.status, 0, "{}{}", called.stdout, called.stderr);
    assert!(outcome["operations"]["unstable"].as_u64() > Some(0), "{outcome:#}");
    assert!(outcome["unstableFields"]["Product.views"].as_u64() > Some(0), "{outcome:#}");
}

#[test]
fn a_dead_subgraph_leaves_it_undecided() {
    let shop = Shop::with_stock(AGREEING_STOCK, &["--body", "html"]);
    let called = shop.verify(&["--count", "60"]);
    assert_eq!(called.status, 3, "{}{}", called.stdout, called.stderr);
    assert!(called.stderr.contains("no usable answer from stock"), "{}", called.stderr);
    assert!(called.stdout.contains("subgraph stock: "), "{}", called.stdout);
    let scratch = Scratch::new();
    let nowhere = "http://127.0.0.1:1/graphql";
    let supergraph = demo_supergraph_at(&["accounts", "catalog", "reviews", "stock"].map(|name| (name, nowhere)));
    let supergraph = scratch.file("supergraph.graphql", &supergraph);
    let called =
        call(&["verify", "--supergraph", &supergraph, "--rate", "2000", "--log", "off", "--seed", "256169321"]);
    assert_eq!(called.status, 3, "{}{}", called.stdout, called.stderr);
    assert!(called.stdout.contains("nothing could be compared"), "{}", called.stdout);
}

#[test]
fn subgraphs_are_where_the_settings_say_and_get_the_headers() {
    let shop = Shop::new(AGREEING_STOCK);
    let yaml = "subgraphs:\n  stock:\n    url: http://127.0.0.1:1/graphql\n";
    let config = shop.folder.file("router.yaml", yaml);
    let called = shop.verify(&["--config", &config, "--count", "40", "--log", "off"]);
    assert_eq!(called.status, 3, "{}{}", called.stdout, called.stderr);
    // A mock that lets headers decide: they arrive, or the answers would be good.
    let shop = Shop::with_stock(AGREEING_STOCK, &["--allow-headers"]);
    let header = ["--header", "x-mock-body: html", "--count", "40"];
    let called = shop.verify(&header);
    assert_eq!(called.status, 3, "{}{}", called.stdout, called.stderr);
    let config = shop.folder.file("rules.yaml", "headers:\n  all:\n    - insert: {name: x-other, value: a}\n");
    let called = shop.verify(&[header.as_slice(), &["--config", &config]].concat());
    assert_eq!(called.status, 0, "{}{}", called.stdout, called.stderr);
    assert!(called.stderr.contains("`x-mock-body`") && called.stderr.contains("no effect"), "{}", called.stderr);
}

#[test]
fn ctrl_c_ends_with_what_was_found() {
    let shop = Shop::new(CONTRADICTING_STOCK);
    let mut running =
        Running::start(&["verify", "--supergraph", &shop.supergraph, "--duration", "10m", "--rate", "500"]);
    running.wait_for("a difference", || running.stdout().contains("difference 1"));
    running.signal("INT");
    let status = running.end_within(Duration::from_secs(20));
    assert_eq!(status.code(), Some(1), "{}", running.stderr());
    assert!(running.stdout().contains("stopped early"), "{}", running.stdout());
}

#[test]
fn wrong_calls_say_what_is_wrong() {
    let shop = Shop::new(AGREEING_STOCK);
    let (folder, nothing) = (Scratch::new(), Scratch::new());
    let operations = folder.path("").display().to_string();
    let empty = nothing.path("").display().to_string();
    let cases: [(&[&str], i32, &str); 12] = [
        (&["--supergraph", "no-such-file.graphql"], 2, "there is no such file"),
        (&["--config", "no-such-file.yaml"], 2, "no-such-file.yaml"),
        (&["--operations", "no-such-folder"], 2, "the folder cannot be read"),
        (&["--operations", &empty], 2, "no file in it ends in .graphql"),
        (&["--rate", "0"], 2, "--rate"),
        (&["--concurrency", "0"], 2, "--concurrency"),
        (&["--duration", "soon"], 2, "--duration"),
        (&["--header", "authorization"], 2, "a name, a colon and a value"),
        (&["--header", "b ad: 1"], 2, "no header name"),
        (&["--header", "host: x"], 2, "router's own"),
        (&["--format", "yaml"], 2, "--format"),
        (&["--seed", "x"], 2, "--seed"),
    ];
    for (arguments, status, part) in cases {
        let mut all = vec!["verify", "--count", "1"];
        if !arguments.contains(&"--supergraph") {
            all.extend(["--supergraph", &shop.supergraph]);
        }
        all.extend(arguments);
        let called = call(&all);
        assert_eq!(called.status, status, "{arguments:?}: {}", called.stderr);
        assert!(called.stderr.contains(part), "{arguments:?}: {}", called.stderr);
    }
    assert_eq!(call(&["verify"]).status, 2, "there is no supergraph");
    let sdl = folder.file("no-supergraph.graphql", "type Query { a: Int }");
    assert_eq!(call(&["verify", "--supergraph", &sdl]).status, 1);
    folder.file("wrong.graphql", "query Wrong($id: ID!) { product(id: $id) { nme } }");
    let called = shop.verify(&["--operations", &operations]);
    assert_eq!(called.status, 1, "{}", called.stderr);
    assert!(called.stderr.contains("wrong.graphql:1:") && called.stderr.contains("nme"), "{}", called.stderr);
    folder.file("wrong.graphql", "query Wrong($id: ID!) { product(id: $id) { name } }");
    fs::remove_file(folder.path("no-supergraph.graphql")).unwrap();
    let called = shop.verify(&["--operations", &operations]);
    assert_eq!(called.status, 1, "{}", called.stderr);
    assert!(called.stderr.contains("no value for $id") && called.stderr.contains("wrong.variables.json"));
}
