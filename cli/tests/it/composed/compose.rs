//! `hansa compose` to its end: what is printed, what is written, and the exit status.

use super::{BROKEN, Graph, accounts, accounts_sdl};
use crate::{
    http,
    process::{Call, Server, call},
    scratch::{Scratch, demo_argument, demo_text},
};
use serde_json::Value;
use std::{fs, path::Path};

const SHARED_A: &str = "\
extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@shareable\", \"@tag\"])
type Query { a: Money secret: Int @tag(name: \"internal\") open: Int @tag(name: \"public\") }
\"One text.\"
type Money @shareable { cents: Int }
";
const SHARED_B: &str = "\
extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@shareable\"])
type Query { b: Money }
\"Another text.\"
type Money @shareable { cents: Int }
";

fn shared() -> Graph {
    Graph::new(&[("a", "http://a/", SHARED_A), ("b", "http://b/", SHARED_B)])
}

#[test]
fn the_repositorys_own_file_composes_into_its_supergraph_without_a_hint() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let arguments = ["compose", "--hints", "debug"];
    let called = Call { arguments: &arguments, folder: Some(&root), ..Call::default() }.run();
    assert_eq!((called.status, called.stderr.as_str()), (0, ""));
    let committed = fs::read_to_string(root.join("schema/supergraph.graphql")).unwrap();
    assert_eq!(called.stdout, committed, "`cargo xtask schema` writes it anew");
}

#[test]
fn the_demo_case_composes_into_a_graph_that_can_be_planned() {
    let sdls =
        ["accounts", "catalog", "reviews", "stock"].map(|name| (name, demo_text(&format!("subgraphs/{name}.graphql"))));
    let graph: Vec<(&str, &str, &str)> = sdls.iter().map(|(name, sdl)| (*name, "http://mock/", sdl.as_str())).collect();
    let graph = Graph::new(&graph);
    let called = call(&["compose", "--config", &graph.config]);
    assert_eq!(called.status, 0, "{}", called.stderr);
    let supergraph = graph.folder.file("supergraph.graphql", &called.stdout);
    for operation in ["1-keys", "2-requires", "3-provides", "4-interface-and-union", "6-mutation-order"] {
        let plan = |supergraph: &str| {
            let operation = demo_argument(&format!("operations/{operation}.graphql"));
            call(&["plan", "--supergraph", supergraph, "--operation", &operation])
        };
        let ours = plan(&supergraph);
        assert_eq!(ours.status, 0, "{operation}: {}", ours.stderr);
        assert_eq!(ours.stdout, plan(&demo_argument("supergraph.graphql")).stdout, "{operation}");
    }
}

#[test]
fn a_router_serves_what_was_composed_of_a_running_subgraph() {
    let accounts = accounts();
    let folder = Scratch::new();
    let url = format!("{}/graphql", accounts.origin);
    let yaml = format!("subgraphs:\n  accounts: {{ schema: {{ subgraph_url: \"{url}\" }} }}\n");
    let config = folder.file("supergraph.yaml", &yaml);
    let output = folder.path("supergraph.graphql").display().to_string();
    let called = call(&["compose", "--config", &config, "--output", &output]);
    assert_eq!(called.status, 0, "{}", called.stderr);
    assert_eq!(called.stdout, format!("Composed 1 subgraph into {output}\n"));
    let router = Server::start(&["router", "--supergraph", &output]);
    let answer = http::query(&router.origin, "{ me { displayName } }");
    assert!(answer["data"]["me"]["displayName"].is_string(), "{answer}");

    let graph = Graph::new(&[("accounts", &url, &accounts_sdl())]);
    let called = call(&["compose", "--config", &graph.config]);
    assert_eq!(called.stdout, fs::read_to_string(&output).unwrap(), "the same as from the file");
}

#[test]
fn a_failed_composition_says_where_and_leaves_the_output_as_it_was() {
    let graph = Graph::new(&[("a", "http://a/", BROKEN), ("accounts", "http://b/", &accounts_sdl())]);
    let output = graph.folder.file("supergraph.graphql", "the last good one");
    let called = call(&["compose", "--config", &graph.config, "--output", &output]);
    assert_eq!((called.status, called.stdout.as_str()), (1, ""), "{}", called.stderr);
    let file = graph.folder.path("a.graphql").display().to_string();
    assert!(called.stderr.contains("error[INVALID_GRAPHQL]"), "{}", called.stderr);
    assert!(called.stderr.contains(&format!("{file}:2:")), "{}", called.stderr);
    assert!(called.stderr.contains("Missing"), "{}", called.stderr);
    assert_eq!(graph.written().unwrap(), "the last good one");
}

#[test]
fn json_has_errors_with_places() {
    let graph = Graph::new(&[("a", "http://a/", BROKEN), ("accounts", "http://b/", &accounts_sdl())]);
    let called = call(&["compose", "--config", &graph.config, "--format", "json"]);
    assert_eq!((called.status, called.stderr.as_str()), (1, ""));
    let answer: Value = serde_json::from_str(&called.stdout).unwrap();
    assert_eq!((&answer["ok"], &answer["supergraph"], &answer["api"]), (&false.into(), &().into(), &().into()));
    let error = &answer["errors"][0];
    assert_eq!((&error["code"], &error["subgraph"]), (&"INVALID_GRAPHQL".into(), &"a".into()), "{error:#}");
    assert_eq!(error["file"], graph.folder.path("a.graphql").display().to_string());
    assert_eq!((&error["line"], &error["column"]), (&2.into(), &6.into()), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("Missing"), "{error:#}");
}

#[test]
fn json_has_supergraph_api_and_hints() {
    let graph = shared();
    let called = call(&["compose", "--config", &graph.config, "--format", "json"]);
    assert_eq!((called.status, called.stderr.as_str()), (0, ""));
    let answer: Value = serde_json::from_str(&called.stdout).unwrap();
    assert_eq!((&answer["ok"], &answer["errors"]), (&true.into(), &Value::Array(Vec::new())));
    assert!(answer["supergraph"].as_str().unwrap().contains("join__Graph"));
    let api = answer["api"].as_str().unwrap();
    assert!(api.contains("type Money") && !api.contains("join__"), "{api}");
    let hint = answer["hints"].as_array().unwrap().iter().find(|hint| hint["code"] == "INCONSISTENT_DESCRIPTION");
    assert_eq!(hint.unwrap()["level"], "warn");
}

#[test]
fn hints_are_told_as_far_as_they_are_wanted() {
    let graph = shared();
    let called = call(&["compose", "--config", &graph.config]);
    assert_eq!(called.status, 0);
    assert!(called.stderr.contains("INCONSISTENT_DESCRIPTION"), "{}", called.stderr);
    assert!(called.stdout.contains("join__Graph"));
    let called = call(&["compose", "--config", &graph.config, "--hints", "off"]);
    assert_eq!((called.status, called.stderr.as_str()), (0, ""));
}

#[test]
fn everyday_mistakes_are_told_with_what_was_meant() {
    let product = |field: &str| {
        format!(
            "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@override\"])\n\
             type Query {{ weight: Int {field} }}\n"
        )
    };
    let graph = Graph::new(&[
        ("products", "http://a/", &product("")),
        ("shipping", "http://b/", &product("@override(from: \"product\")")),
    ]);
    let called = call(&["compose", "--config", &graph.config]);
    assert_eq!(called.status, 1, "{}", called.stderr);
    for part in
        ["error[INVALID_FIELD_SHARING]", "did you mean `products`?", "composition failed: 1 error in 2 subgraphs"]
    {
        assert!(called.stderr.contains(part), "no {part:?} in {}", called.stderr);
    }
    let member = |key: &str, field: &str| {
        format!(
            "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\n\
             type Query {{ {field}: Member }}\ntype Member {key} {{ id: ID! {field}: Int }}\n"
        )
    };
    let keyed = member("@key(fields: \"id\")", "one");
    let graph = Graph::new(&[("a", "http://a/", &keyed), ("b", "http://b/", &member("", "other"))]);
    let called = call(&["compose", "--config", &graph.config]);
    for part in ["not @shareable here", "part of a key here, and so shared", "give the type its `@key`"] {
        assert!(called.stderr.contains(part), "no {part:?} in {}", called.stderr);
    }
    let many: String = (0..22).map(|number| format!("a{number}: Nope ")).collect();
    for (sdl, part) in [
        ("type Query { a: Strng }", "did you mean `String`?"),
        ("type Query { a: Mony }\ntype Money { amount: Int }", "did you mean `Money`?"),
        ("type Query {\n  a: [Int\n}", "error[INVALID_GRAPHQL]: syntax error: expected `]`, found `}`"),
        ("type Query {", "syntax error: expected field definition"),
        ("# nothing yet\n", "syntax error: it defines nothing"),
        (&format!("type Query {{ {many} }}"), "and 2 more in this subgraph, which are not shown"),
    ] {
        let called = call(&["compose", "--config", &Graph::new(&[("a", "http://a/", sdl)]).config]);
        assert_eq!(called.status, 1, "{}", called.stderr);
        assert!(called.stderr.contains(part), "no {part:?} in {}", called.stderr);
    }
}

#[test]
fn a_place_is_that_of_a_name_and_not_of_its_description() {
    let link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\")\n";
    let short = format!("{link}type Query {{\n  \"Says \\\"both\\\" \\\\\" # note\n  both: Int\n}}\n");
    let long = format!("{link}type Query {{\n  \"\"\"\n  A \"word\", \\\"\"\" and more\n  \"\"\"\n  both: Int\n}}\n");
    let graph = Graph::new(&[("a", "http://a/", &short), ("b", "http://b/", &long)]);
    let called = call(&["compose", "--config", &graph.config]);
    assert!(called.stderr.contains("INVALID_FIELD_SHARING"), "{}", called.stderr);
    for part in ["a.graphql:4:3 ", "b.graphql:6:3 "] {
        assert!(called.stderr.contains(part), "no {part:?} in {}", called.stderr);
    }
}

#[test]
fn a_contract_shows_what_its_tags_say() {
    let graph = shared();
    let api = |flags: &[&str]| {
        let called = call(&[&["compose", "--config", &graph.config, "--format", "json"], flags].concat());
        assert_eq!(called.status, 0, "{flags:?}: {}", called.stdout);
        let answer: Value = serde_json::from_str(&called.stdout).unwrap();
        answer["api"].as_str().unwrap().to_owned()
    };
    assert!(api(&[]).contains("secret: Int"));
    let without_internal = api(&["--exclude-tags", "internal"]);
    assert!(!without_internal.contains("secret") && without_internal.contains("open: Int"), "{without_internal}");
    let only_public = api(&["--include-tags", "public", "--hide-unreachable-types"]);
    assert!(only_public.contains("open: Int"), "{only_public}");
    assert!(!only_public.contains("secret") && !only_public.contains("Money"), "{only_public}");
}

#[test]
fn an_error_in_an_sdl_written_in_the_configuration_is_placed_there() {
    let folder = Scratch::new();
    let yaml = "\
subgraphs:
  a:
    routing_url: http://a/
    schema:
      sdl: |
        type Query {
          a: Missing
        }
";
    let config = folder.file("supergraph.yaml", yaml);
    let called = call(&["compose", "--config", &config, "--format", "json"]);
    let answer: Value = serde_json::from_str(&called.stdout).unwrap();
    let error = &answer["errors"][0];
    assert_eq!(error["file"].as_str(), Some(config.as_str()), "{answer:#}");
    assert_eq!((&error["line"], &error["column"]), (&7.into(), &14.into()), "{answer:#}");
}

#[test]
fn a_graph_composes_without_routing_urls_and_says_so() {
    let folder = Scratch::new();
    let config = folder.file("supergraph.yaml", "subgraphs: { a: { schema: { sdl: \"type Query { a: Int }\" } } }\n");
    let called = call(&["compose", "--config", &config]);
    assert_eq!(called.status, 0);
    assert!(called.stderr.contains("warning: subgraph `a` has no `routing_url`"), "{}", called.stderr);
    assert!(called.stdout.contains("@join__graph(name: \"a\", url: \"\")"), "{}", called.stdout);
    let called = call(&["compose", "--config", &config, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&called.stdout).unwrap();
    assert_eq!((&json["ok"], &json["unrouted"]), (&true.into(), &serde_json::json!(["a"])));
}

#[test]
fn the_output_is_replaced_as_a_whole() {
    let graph = Graph::new(&[("accounts", "http://a/", &accounts_sdl())]);
    let target = graph.folder.file("target.graphql", "old");
    let output = graph.output();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("target.graphql", &output).unwrap();
    }
    let reader = fs::File::open(&target).unwrap();
    let called = call(&["compose", "--config", &graph.config, "--output", &output]);
    assert_eq!(called.status, 0, "{}", called.stderr);
    assert_eq!(std::io::read_to_string(reader).unwrap(), "old", "who reads the old one reads on in it");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert!(fs::symlink_metadata(&output).unwrap().is_symlink(), "a link stays a link");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::read_to_string(&target).unwrap().contains("join__Graph"));
    }
    let left: Vec<String> = fs::read_dir(graph.folder.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("unfinished"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let nowhere = graph.folder.path("no/such/folder.graphql").display().to_string();
    let called = call(&["compose", "--config", &graph.config, "--output", &nowhere]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("there is no such folder"), "{}", called.stderr);
}

#[test]
fn configuration_and_supergraph_can_come_and_go_by_a_pipe() {
    let graph = Graph::new(&[("accounts", "http://a/", &accounts_sdl())]);
    let input = fs::read_to_string(&graph.config).unwrap();
    let folder = graph.folder.path("");
    let arguments = ["compose", "--config", "-"];
    let called = Call { arguments: &arguments, folder: Some(&folder), input: &input, ..Call::default() }.run();
    assert_eq!(called.status, 0, "{}", called.stderr);
    assert_eq!(called.stdout, call(&["compose", "--config", &graph.config]).stdout);
    let to_standard_output = call(&["compose", "--config", &graph.config, "--output", "-"]);
    assert_eq!((to_standard_output.status, to_standard_output.stdout), (0, called.stdout));
    assert!(demo_text("subgraphs/accounts.graphql").contains("type Member"));
}
