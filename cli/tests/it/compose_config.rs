//! `supergraph.yaml` and the call: everything that can be wrong is refused with status 2, named and placed.

use crate::{
    process::{Call, Called, call},
    scratch::Scratch,
};
use std::{fs, path::Path};

fn compose_in(folder: &Scratch, more: &[&str]) -> Called {
    let arguments = [&["compose"], more].concat();
    Call { arguments: &arguments, folder: Some(&folder.path("")), ..Call::default() }.run()
}

fn compose(yaml: &str) -> Called {
    let folder = Scratch::new();
    folder.file("supergraph.yaml", yaml);
    folder.file("a.graphql", "type Query { a: Int }");
    compose_in(&folder, &[])
}

#[track_caller]
fn refuses(yaml: &str, lines: &[&str]) {
    let called = compose(yaml);
    assert_eq!(called.status, 2, "{yaml}\n{}", called.stderr);
    assert_eq!(called.stdout, "", "{yaml}");
    let expected: String = lines.iter().map(|line| format!("error: {line}\n")).collect();
    assert_eq!(called.stderr, expected, "{yaml}");
}

/// A subgraph `a` with this `schema`.
fn with_schema(schema: &str) -> String {
    format!("subgraphs:\n  a:\n    routing_url: http://a/\n    schema: {schema}\n")
}

#[test]
fn what_is_no_yaml_or_has_no_subgraphs() {
    let none = "no subgraphs: name at least one under `subgraphs`, with its `routing_url` and its `schema`";
    refuses("", &[&format!("supergraph.yaml:1:1: {none}")]);
    refuses("# nothing\n", &[&format!("supergraph.yaml:1:1: {none}")]);
    refuses("federation_version: 2\n", &[&format!("supergraph.yaml:1:1: {none}")]);
    refuses("federation_version: 2\nsubgraphs:\n", &[&format!("supergraph.yaml:2:1: {none}")]);
    refuses("subgraphs: {}\n", &[&format!("supergraph.yaml:1:1: {none}")]);
    refuses("subgraphs: &a\n  a: *a\n", &["supergraph.yaml:2:6: not valid YAML: an anchor is used inside of itself"]);
    refuses(
        &format!("subgraphs: {}\n", "[".repeat(10_000)),
        &["supergraph.yaml:1:267: not valid YAML: it is nested too deeply"],
    );
    let bomb: String =
        (1..9).map(|level| format!("a{level}: &a{level} [{}]\n", format!("*a{},", level - 1).repeat(9))).collect();
    refuses(
        &format!("a0: &a0 x\n{bomb}"),
        &["supergraph.yaml:7:18: not valid YAML: it has too many values, those that aliases repeat included"],
    );
    refuses("subgraphs: [\n", &["supergraph.yaml:1:12: not valid YAML: unclosed bracket '['"]);
    refuses("subgraphs:\n  a: {}\n  a: {}\n", &["supergraph.yaml:3:3: not valid YAML: duplicate mapping key: a"]);
    refuses(
        "- a\n- b\n",
        &[
            "supergraph.yaml:1:1: wrong value for `(the whole file)`: a list is not a section: settings, each with its key",
        ],
    );
}

#[test]
fn unknown_keys_and_wrong_kinds() {
    let good = "subgraphs: { a: { routing_url: \"http://a/\", schema: { file: a.graphql } } }\n";
    refuses(
        &format!("federation_verison: 2\n{good}"),
        &["supergraph.yaml:1:1: unknown setting `federation_verison`; did you mean `federation_version`?"],
    );
    refuses(
        "subgraphs:\n  a:\n    routing_ulr: http://a/\n    schema: { file: a.graphql }\n",
        &["supergraph.yaml:3:5: unknown setting `subgraphs.a.routing_ulr`; did you mean `subgraphs.a.routing_url`?"],
    );
    refuses(
        &with_schema("{ flie: a.graphql }"),
        &[
            "supergraph.yaml:4:5: `subgraphs.a.schema` names no SDL; write one of `file`, `subgraph_url` and `sdl`",
            "supergraph.yaml:4:15: unknown setting `subgraphs.a.schema.flie`; did you mean `subgraphs.a.schema.file`?",
        ],
    );
    refuses(
        &with_schema("a.graphql"),
        &["supergraph.yaml:4:13: wrong value for `subgraphs.a.schema`: the text `a.graphql` is not a section: \
           settings, each with its key"],
    );
    refuses(
        &with_schema("{ file: [a.graphql] }"),
        &["supergraph.yaml:4:21: wrong value for `subgraphs.a.schema.file`: a list is not a text"],
    );
}

#[test]
fn versions_of_federation() {
    let with = |version: &str| format!("federation_version: {version}\n{}", with_schema("{ file: nope.graphql }"));
    for right in ["2", "=2.9.0", "=2.14", "=2.0.1", "\"2\"", "=2.14.4"] {
        let called = compose(&with(right));
        assert!(called.stderr.contains("nope.graphql: there is no such file"), "{right}: {}", called.stderr);
        assert!(!called.stderr.contains("federation_version"), "{right}: {}", called.stderr);
    }
    for (wrong, reason) in [
        ("2.10", "`2.1` is read as a number; write a version with an equals sign, such as `=2.9.0`"),
        ("1", "`1` is not composed any more; write 2, which takes subgraphs of federation 1 as they are"),
        ("=2.15.0", "`=2.15.0` is newer than 2.14, the newest federation version known here"),
        ("3", "`3` is newer than 2.14, the newest federation version known here"),
        ("latest", "`latest` is no federation version; write 2, or an exact one such as `=2.9.0`"),
        ("=2.x", "`=2.x` is no federation version; write 2, or an exact one such as `=2.9.0`"),
    ] {
        let called = compose(&with(wrong));
        let line = format!("error: supergraph.yaml:1:21: wrong value for `federation_version`: {reason}\n");
        assert!(called.stderr.starts_with(&line), "{wrong}: {}", called.stderr);
        assert_eq!(called.status, 2);
    }
}

#[test]
fn names_and_urls() {
    for bad in [" a", "a\\tb", "a "] {
        let called = compose(&format!(
            "subgraphs:\n  \"{bad}\":\n    routing_url: http://a/\n    schema: {{ file: a.graphql }}\n"
        ));
        assert_eq!(called.status, 2);
        let part = "is no name for a subgraph: it has control characters, or blanks at an end\n";
        assert!(
            called.stderr.starts_with("error: supergraph.yaml:2:3: ") && called.stderr.ends_with(part),
            "{}",
            called.stderr
        );
    }
    refuses(
        "subgraphs:\n  a: { routing_url: \"no\\e[31m\", schema: { file: a.graphql } }\n",
        &[
            "supergraph.yaml:2:21: wrong value for `subgraphs.a.routing_url`: `no\\u{1b}[31m` is no URL; write http:// or \
           https://, a host and a path",
        ],
    );
    for bad in ["localhost:4001", "ftp://a/", "http://", "a.graphql", "http://a:99999/", "http:///graphql"] {
        let yaml = format!("subgraphs:\n  a:\n    routing_url: {bad}\n    schema: {{ file: a.graphql }}\n");
        refuses(
            &yaml,
            &[&format!(
                "supergraph.yaml:3:18: wrong value for `subgraphs.a.routing_url`: `{bad}` is no URL; write http:// or \
                 https://, a host and a path"
            )],
        );
    }
    refuses(
        &with_schema("{ subgraph_url: ../a.graphql }"),
        &["supergraph.yaml:4:29: wrong value for `subgraphs.a.schema.subgraph_url`: `../a.graphql` is no URL; write \
           http:// or https://, a host and a path; a file is named with `file`"],
    );
    refuses(
        &with_schema("{ file: \"https://a/schema.graphql\" }"),
        &[
            "supergraph.yaml:4:21: wrong value for `subgraphs.a.schema.file`: this is a URL; a running subgraph is named \
           with `subgraph_url`",
        ],
    );
}

#[test]
fn sources_of_an_sdl() {
    refuses(
        "subgraphs:\n  a:\n    routing_url: http://a/\n",
        &["supergraph.yaml:2:3: subgraph `a` has no `schema`; write one, with `file`, `subgraph_url` or `sdl`"],
    );
    refuses(
        &with_schema("{}"),
        &["supergraph.yaml:4:5: `subgraphs.a.schema` names no SDL; write one of `file`, `subgraph_url` and `sdl`"],
    );
    refuses(
        &with_schema("{ file: a.graphql, sdl: \"type Query { a: Int }\" }"),
        &["supergraph.yaml:4:32: `subgraphs.a.schema` has both `file` and `sdl`; keep one"],
    );
    refuses(
        &with_schema("{ file: }"),
        &["supergraph.yaml:4:19: wrong value for `subgraphs.a.schema.file`: nothing is written here"],
    );
    refuses(
        &with_schema("{ file: a.graphql, introspection_headers: { a: b } }"),
        &["supergraph.yaml:4:55: wrong value for `subgraphs.a.schema.introspection_headers`: has no effect without \
           `subgraph_url`"],
    );
    refuses(
        &with_schema("{ subgraph_url: http://a/, introspection_headers: { \"a b\": c } }"),
        &[
            "supergraph.yaml:4:72: wrong value for `subgraphs.a.schema.introspection_headers.a b`: `a b` is no header name",
        ],
    );
    let called = compose(&with_schema("{ graphref: mine@current, subgraph: a }"));
    assert_eq!(called.status, 2);
    assert!(
        called.stderr.contains("supergraph.yaml:4:25: wrong value for `subgraphs.a.schema.graphref`"),
        "{}",
        called.stderr
    );
    assert!(called.stderr.contains("`file`"), "says what to do: {}", called.stderr);
}

#[test]
fn files_that_cannot_be_read() {
    let folder = Scratch::new();
    fs::write(folder.path("latin1.graphql"), b"# caf\xe9\ntype Query { a: Int }").unwrap();
    fs::create_dir(folder.path("folder")).unwrap();
    let huge = fs::File::create(folder.path("huge.graphql")).unwrap();
    huge.set_len((16 << 20) + 1).unwrap();
    let subgraph =
        |name: &str, file: &str| format!("  {name}: {{ routing_url: \"http://a/\", schema: {{ file: {file} }} }}\n");
    let yaml = [
        subgraph("a", "./nope.graphql"),
        subgraph("b", "latin1.graphql"),
        subgraph("c", "folder"),
        subgraph("d", "huge.graphql"),
    ];
    folder.file("supergraph.yaml", &format!("subgraphs:\n{}", yaml.concat()));
    let called = compose_in(&folder, &[]);
    assert_eq!(called.status, 2);
    let expected = "\
error: supergraph.yaml:2:50: could not read nope.graphql: there is no such file
error: supergraph.yaml:3:50: could not read latin1.graphql: it is not UTF-8 text
error: supergraph.yaml:4:50: could not read folder: it is a folder, not a file
error: supergraph.yaml:5:50: could not read huge.graphql: it is larger than 16 MiB
";
    assert_eq!(called.stderr, expected);
}

#[test]
fn paths_start_at_the_folder_of_the_file() {
    let folder = Scratch::new();
    fs::create_dir(folder.path("graphs")).unwrap();
    folder.file("graphs/supergraph.yaml", &with_schema("{ file: ./nope.graphql }"));
    let called = compose_in(&folder, &["--config", "graphs/supergraph.yaml"]);
    let expected = Path::new("graphs").join("nope.graphql");
    assert!(called.stderr.contains(&format!("could not read {}:", expected.display())), "{}", called.stderr);
}

#[test]
fn variables_of_the_environment_and_files() {
    let folder = Scratch::new();
    let yaml = with_schema("{ file: \"${env.NAME}-${env.OTHER:-plain}${file.ending}$${x}$y\" }");
    folder.file("supergraph.yaml", &yaml);
    folder.file("ending", ".graphql\n");
    let environment = [("NAME", "from-environment")];
    let called =
        Call { arguments: &["compose"], environment: &environment, folder: Some(&folder.path("")), ..Call::default() }
            .run();
    assert!(called.stderr.contains("could not read from-environment-plain.graphql${x}$y:"), "{}", called.stderr);

    for (value, reason) in [
        ("${env.NOPE}", "the environment variable NOPE is not set; set it, or write `${env.NOPE:-DEFAULT}`"),
        ("${NOPE}", "`${NOPE}` is unknown; write `${env.NOPE}` for a variable of the environment"),
        ("${env.NOPE", "`${` has no closing brace"),
        ("${file.nope}", "the file `nope` that it takes its value from: there is no such file"),
        ("${env.}", "`` is no name of an environment variable"),
    ] {
        refuses(
            &format!("subgraphs:\n  a:\n    routing_url: \"{value}\"\n    schema: {{ file: a.graphql }}\n"),
            &[&format!("supergraph.yaml:3:18: wrong value for `subgraphs.a.routing_url`: {reason}")],
        );
    }
}

#[test]
fn all_mistakes_are_told_at_once_and_in_json_too() {
    let folder = Scratch::new();
    let yaml = "\
federation_version: 1
subgraphs:
  a: { routing_url: nowhere, schema: { file: nope.graphql } }
  b: { schema: { fil: b.graphql } }
  c:
";
    folder.file("supergraph.yaml", yaml);
    let called = compose_in(&folder, &["--format", "json"]);
    assert_eq!(called.status, 2);
    let answer: serde_json::Value = serde_json::from_str(&called.stdout).unwrap();
    assert_eq!((&answer["ok"], &answer["supergraph"], &answer["api"]), (&false.into(), &().into(), &().into()));
    let errors = answer["errors"].as_array().unwrap();
    let places: Vec<u64> = errors.iter().map(|error| error["line"].as_u64().unwrap()).collect();
    assert_eq!(places, [1, 3, 4, 4, 5], "{errors:#?}");
    for error in errors {
        assert_eq!(error["code"], "CONFIGURATION_INVALID");
        assert_eq!(error["file"], "supergraph.yaml");
        assert!(error["message"].is_string() && error["column"].is_u64(), "{error}");
    }
    assert_eq!(called.stderr.lines().count(), 5, "told to people as well: {}", called.stderr);
}

#[test]
fn the_file_itself_is_missing_or_comes_from_standard_input() {
    let folder = Scratch::new();
    let called = compose_in(&folder, &[]);
    assert_eq!(called.status, 2);
    assert!(
        called.stderr.contains("--config supergraph.yaml: there is no such file; write one, or name"),
        "{}",
        called.stderr
    );
    let called = compose_in(&folder, &["--config", "."]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("it is a folder"), "{}", called.stderr);

    let input = with_schema("{ file: nope.graphql }");
    let arguments = ["compose", "--config", "-"];
    let called = Call { arguments: &arguments, folder: Some(&folder.path("")), input: &input, ..Call::default() }.run();
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("<standard input>:4:21: could not read nope.graphql"), "{}", called.stderr);
    let called = call(&["compose", "--config", "-", "--watch"]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("--watch"), "{}", called.stderr);
}

#[test]
fn flags_are_checked_before_anything_is_read() {
    for (flags, part) in [
        (vec!["--include-tags", "a,,b"], "`` is no tag"),
        (vec!["--exclude-tags", "1a"], "`1a` is no tag"),
        (vec!["--include-tags", "a", "--exclude-tags", "b,a"], "tag `a` is both included and excluded"),
        (vec!["--interval", "0s"], "try 1s"),
        (vec!["--timeout", "5"], "no duration"),
        (vec!["--format", "yaml"], "json"),
        (vec!["--outptu", "x"], "--output"),
        (vec!["--color", "blue"], "never"),
    ] {
        let called = call(&[vec!["compose"], flags.clone()].concat());
        assert_eq!(called.status, 2, "{flags:?}");
        assert!(called.stderr.contains(part), "{flags:?}: {}", called.stderr);
    }
}

#[test]
fn colour_is_for_terminals_or_by_order() {
    let folder = Scratch::new();
    assert!(!compose_in(&folder, &[]).stderr.contains('\x1b'));
    assert!(compose_in(&folder, &["--color", "always"]).stderr.contains('\x1b'));
    assert!(!compose_in(&folder, &["--color", "never"]).stderr.contains('\x1b'));
}
