//! `hansa plan`: snapshots of the demo's plans, and what is said about operations that cannot be planned.

use crate::{
    process::{Called, call},
    scratch::{Scratch, demo_argument, demo_file},
};
use expect_test::{expect, expect_file};

fn plan(operation: &str, more: &[&str]) -> Called {
    let supergraph = demo_argument("supergraph.graphql");
    let mut arguments = vec!["plan", "--supergraph", &supergraph, "--operation", operation];
    arguments.extend(more);
    call(&arguments)
}

#[test]
fn prints_the_demos_plans() {
    for name in [
        "1-keys",
        "2-requires",
        "3-provides",
        "4-interface-and-union",
        "5-list-arguments",
        "6-mutation-order",
        "7-partial-data",
    ] {
        let operation = demo_argument(&format!("operations/{name}.graphql"));
        let text = plan(&operation, &[]);
        assert_eq!(text.status, 0, "{}", text.stderr);
        expect_file![demo_file(&format!("operations/{name}.plan.txt"))].assert_eq(&text.stdout);
        assert_eq!(plan(&operation, &[]).stdout, text.stdout, "the same plan each time");
    }
}

#[test]
fn prints_json_that_says_what_each_fetch_waits_for() {
    let json = plan(&demo_argument("operations/1-keys.graphql"), &["--format", "json"]);
    assert_eq!(json.status, 0, "{}", json.stderr);
    let parsed: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(parsed.is_object());
    expect_file![demo_file("operations/1-keys.plan.json")].assert_eq(&json.stdout);
}

#[test]
fn an_invalid_operation_has_file_line_and_column() {
    let scratch = Scratch::new();
    let operation = scratch.file("operation.graphql", "{\n  me { displayNam }\n  member { id }\n}\n");
    let called = plan(&operation, &[]);
    assert_eq!(called.status, 1, "{}", called.stderr);
    let stderr = called.stderr.replace(&operation, "operation.graphql");
    expect![[r#"
        error: the operation is not valid
        operation.graphql:2:8: type `Member` does not have a field `displayNam`
        operation.graphql:3:3: the required argument `Query.member(handle:)` is not provided
    "#]]
    .assert_eq(&stderr);
}

#[test]
fn a_syntax_error_has_file_line_and_column() {
    let scratch = Scratch::new();
    let operation = scratch.file("operation.graphql", "query {\n  me {\n");
    let called = plan(&operation, &[]);
    assert_eq!(called.status, 1, "{}", called.stderr);
    assert!(called.stderr.contains("operation.graphql:"), "{}", called.stderr);
}

#[test]
fn several_operations_need_a_name() {
    let scratch = Scratch::new();
    let operation = scratch.file("operation.graphql", "query A { me { id } } query B { me { city } }");
    let called = plan(&operation, &[]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("--operation-name: A, B"), "{}", called.stderr);
    assert_eq!(plan(&operation, &["--operation-name", "B"]).status, 0);
    let called = plan(&operation, &["--operation-name", "C"]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("A, B"), "{}", called.stderr);
}

#[test]
fn the_plan_follows_the_values_of_condition_variables() {
    let scratch = Scratch::new();
    let text = "query ($more: Boolean!) { me { id reviews @include(if: $more) { rating } } }";
    let operation = scratch.file("operation.graphql", text);
    let called = plan(&operation, &[]);
    assert_eq!(called.status, 2, "{}", called.stdout);
    assert!(called.stderr.contains("$more"), "{}", called.stderr);
    let without = plan(&operation, &["--variables", r#"{"more": false}"#]);
    assert!(!without.stdout.contains("reviews"), "{}{}", without.stdout, without.stderr);
    let with = plan(&operation, &["--variables", &scratch.file("variables.json", r#"{"more": true}"#)]);
    assert!(with.stdout.contains("reviews"), "{}{}", with.stdout, with.stderr);
    assert_eq!(plan(&operation, &["--variables", r#"{"more": 1}"#]).status, 2);
    assert_eq!(plan(&operation, &["--variables", r#"{"mor": true}"#]).status, 2);
    assert_eq!(plan(&operation, &["--variables", "{nonsense"]).status, 2);
}

#[test]
fn files_that_are_not_there_or_no_supergraph() {
    let operation = demo_argument("operations/1-keys.graphql");
    assert_eq!(plan("no-such-file.graphql", &[]).status, 2);
    assert_eq!(call(&["plan", "--supergraph", "no-such-file.graphql", "--operation", &operation]).status, 2);
    let called = call(&["plan", "--supergraph", &operation, "--operation", &operation]);
    assert_eq!(called.status, 1, "{}", called.stderr);
}

/// A case in which fields, types and keys are protected.
fn protected(file: &str) -> String {
    format!("{}/../tests/cases/auth-fields/{file}", env!("CARGO_MANIFEST_DIR"))
}

fn plan_as(caller: &str, more: &[&str]) -> Called {
    let (supergraph, operation) = (protected("supergraph.graphql"), protected("operations/2-signed-in.graphql"));
    let mut arguments = vec!["plan", "--supergraph", &supergraph, "--operation", &operation, "--as", caller];
    arguments.extend(more);
    call(&arguments)
}

#[test]
fn the_plan_follows_what_the_caller_may_read() {
    expect![[r#"
        fetch 0 from shop
          query{orders{total}}
        refused orders[].note: UNAUTHENTICATED
        refused orders[].points: UNAUTHENTICATED
        refused orders[].margin: UNAUTHENTICATED
    "#]]
    .assert_eq(&plan_as("anonymous", &[]).stdout);
    let authenticated = plan_as("authenticated", &["--format", "json"]).stdout;
    let parsed: serde_json::Value = serde_json::from_str(&authenticated).unwrap();
    assert_eq!(parsed["refused"], serde_json::json!([{ "position": "orders[].margin", "code": "FORBIDDEN" }]));
    assert!(plan_as("scopes=finance,write", &[]).stdout.contains("refused"), "one of two scopes is not enough");
    let admin = plan_as("scopes=other, admin", &[]).stdout;
    assert!(admin.contains("margin") && !admin.contains("refused"), "{admin}");
    let (supergraph, operation) = (protected("supergraph.graphql"), protected("operations/2-signed-in.graphql"));
    let everything = call(&["plan", "--supergraph", &supergraph, "--operation", &operation]);
    assert_eq!(everything.stdout, admin, "by default the caller may read everything");
}

#[test]
fn a_caller_that_cannot_be_understood_is_a_wrong_call() {
    for (caller, advice) in [
        ("nobody", "a caller is anonymous, authenticated or scopes=A,B"),
        ("scopes=", "names with commas between them"),
        ("scopes=a,,b", "names with commas between them"),
        ("scopes=a b", "names with commas between them"),
    ] {
        let called = plan_as(caller, &[]);
        assert_eq!(called.status, 2, "{caller}: {}", called.stdout);
        assert!(called.stderr.contains(advice), "{caller}: {}", called.stderr);
    }
}

/// A case whose fields are on their way from one subgraph to another.
fn plan_with_labels(labels: &[&str]) -> Called {
    let file = |name: &str| format!("{}/../tests/cases/override-labels/{name}", env!("CARGO_MANIFEST_DIR"));
    let (supergraph, operation) = (file("supergraph.graphql"), file("operations/8-key-and-requirement-off.graphql"));
    let mut arguments = vec!["plan", "--supergraph", &supergraph, "--operation", &operation];
    labels.iter().for_each(|label| arguments.extend(["--label", label]));
    call(&arguments)
}

#[test]
fn the_plan_follows_the_labels_that_are_active() {
    let off = plan_with_labels(&[]).stdout;
    assert!(off.contains("products{sku weight}") && !off.contains("depot"), "{off}");
    let one = plan_with_labels(&["percent(25)"]).stdout;
    assert!(one.contains("products{sku id}"), "{one}");
    let both = plan_with_labels(&["percent(25)", "new-stock", "percent(25)"]).stdout;
    assert!(both.contains("products{id}"), "{both}");
    assert_eq!(plan_with_labels(&["new-stock", "percent(25)"]).stdout, both, "their order does not matter");
}

#[test]
fn a_label_that_is_not_there_is_a_wrong_call() {
    for (label, advice) in [
        ("new-stok", "no label new-stok; did you mean new-stock?"),
        ("something else", "it has new-stock, new-titles, percent(25)"),
    ] {
        let called = plan_with_labels(&[label]);
        assert_eq!(called.status, 2, "{label}: {}", called.stdout);
        assert!(called.stderr.contains(advice), "{label}: {}", called.stderr);
    }
    let operation = demo_argument("operations/1-keys.graphql");
    let called = plan(&operation, &["--label", "new-stock"]);
    assert!(called.stderr.contains("no label new-stock, nor any other"), "{}", called.stderr);
}

#[test]
fn shows_the_parts_of_a_response_to_clients_that_take_them() {
    let scratch = Scratch::new();
    let text = "query($now: Boolean) { member(handle: \"ines\") { displayName ... @defer(if: $now, label: \"slow\") { reviews { text } } } }";
    let operation = scratch.file("operation.graphql", text);
    let whole = plan(&operation, &[]);
    assert_eq!(whole.status, 0, "{}", whole.stderr);
    assert!(!whole.stdout.contains("part"), "{}", whole.stdout);
    let in_parts = plan(&operation, &["--incremental"]);
    expect![[r#"
        fetch 0 from accounts
          query{member(handle:"ines"){displayName id}}
        fetch 1 from reviews after 0 for part 1
          at member
          query($representations:[_Any!]!){_entities(representations:$representations){...on Member{reviews{text}}}}
        part 1 deferred "slow": member.reviews
    "#]]
    .assert_eq(&in_parts.stdout);
    assert_eq!(plan(&operation, &["--incremental", "--variables", r#"{"now": false}"#]).stdout, whole.stdout);
    let wrong = plan(&operation, &["--variables", r#"{"now": null}"#]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("$now is used by @skip, @include, @defer or @stream"), "{}", wrong.stderr);
}

/// A router serves it with incremental delivery switched off.
#[test]
fn another_defer_is_no_obstacle_to_whole_responses() {
    let scratch = Scratch::new();
    let sdl = std::fs::read_to_string(demo_file("supergraph.graphql")).unwrap();
    let supergraph = scratch.file("supergraph.graphql", &format!("{sdl}\ndirective @defer(until: String) on FIELD\n"));
    let operation =
        scratch.file("operation.graphql", "{ member(handle: \"ines\") @defer(until: \"noon\") { displayName } }");
    let arguments = ["plan", "--supergraph", &supergraph, "--operation", &operation];
    let whole = call(&arguments);
    assert_eq!(whole.status, 0, "{}", whole.stderr);
    let in_parts = call(&[&arguments[..], &["--incremental"]].concat());
    assert_eq!(in_parts.status, 1);
    expect![[r#"
        error: the supergraph has a directive `@defer` of its own, which is another one than that of incremental delivery: directive @defer(until: String) on FIELD
    "#]]
    .assert_eq(&in_parts.stderr);
}
