//! What `hansa verify` makes of the user's own operations, and how it ends: the last line and the exit status agree.

use crate::{
    process::Called,
    verify::{AGREEING_STOCK, CONTRADICTING_STOCK, PRODUCTS, Shop},
};
use std::fs;

impl Shop {
    /// Asks one operation, with variables, and nothing else.
    fn ask(&self, (document, variables): (&str, &str), more: &[&str]) -> Called {
        let folder = self.operations(document, variables);
        self.verify(&[&["--operations", &folder, "--count", "0"], more].concat())
    }

    fn operations(&self, document: &str, variables: &str) -> String {
        let folder = self.folder.path("operations");
        fs::create_dir_all(&folder).unwrap();
        self.folder.file("operations/page.graphql", document);
        self.folder.file("operations/page.variables.json", variables);
        folder.display().to_string()
    }

    fn settings(&self, yaml: &str) -> String {
        self.folder.file("router.yaml", yaml)
    }
}

#[track_caller]
fn assert_ends(called: &Called, status: i32, end: &str) {
    let (stdout, stderr) = (&called.stdout, &called.stderr);
    assert_eq!(called.status, status, "{stdout}{stderr}");
    assert!(stdout.trim_end().ends_with(&format!("; {end}")), "{stdout}{stderr}");
}

#[test]
fn deferred_and_streamed_operations_are_asked_as_a_whole() {
    let shop = Shop::new(AGREEING_STOCK);
    // In two places the fragment's labels would be there twice.
    let document = r#"
        query Page($later: Boolean!) {
          one: product(id: "p1") { colour ...Late }
          two: product(id: "p2") { ...Late @defer(if: $later, label: "two") }
          products @stream(initialCount: 1, label: "all") { name }
        }
        fragment Late on Product { size { cm } ... @defer(label: "stock") { name stored } }"#;
    let page = (document, r#"{ "later": true }"#);
    assert_ends(&shop.ask(page, &[]), 0, "all answers agree");
    let off = shop.settings("incremental_delivery: { enabled: false }\n");
    let called = shop.ask(page, &["--config", &off]);
    assert_eq!(called.status, 1, "{}{}", called.stdout, called.stderr);
    assert!(called.stderr.contains("page.graphql:4:") && called.stderr.contains("defer"), "{}", called.stderr);
    let shop = Shop::new(CONTRADICTING_STOCK);
    assert_ends(&shop.ask(page, &["--concurrency", "1"]), 1, "1 difference, seen in 3 more operations");
}

#[test]
fn an_operation_of_the_users_that_is_refused_is_wrong_and_named() {
    let shop = Shop::new(AGREEING_STOCK);
    let settings = shop.settings("planning: { fetches_max: 1 }\n");
    let too_large = ("query Page { products { colour stored } }", "{}");
    let called = shop.ask(too_large, &["--config", &settings]);
    assert_ends(&called, 1, "1 operation of yours refused");
    assert!(called.stdout.contains("page.graphql, Page: PLAN_TOO_LARGE: "), "{}", called.stdout);
    let bad_value = ("query Page($id: ID!) { product(id: $id) { name } }", r#"{ "id": true }"#);
    let called = shop.ask(bad_value, &[]);
    assert_ends(&called, 1, "1 operation of yours refused");
    assert!(called.stdout.contains("page.graphql, Page: BAD_USER_INPUT: "), "{}", called.stdout);
    let folder = shop.operations(bad_value.0, bad_value.1);
    let (called, outcome) = shop.verify_json(&["--operations", &folder, "--count", "40"]);
    assert_eq!((called.status, &outcome["agrees"]), (1, &false.into()), "{outcome:#}");
    assert_eq!(outcome["conclusion"], "1 operation of yours refused", "{outcome:#}");
}

#[test]
fn a_field_that_no_subgraph_gives_is_wrong() {
    let shop = Shop::new(AGREEING_STOCK);
    let composed = fs::read_to_string(&shop.supergraph).unwrap();
    let keyless = composed.replace("@join__type(graph: STOCK, key: \"id\")", "@join__type(graph: STOCK)");
    assert_ne!(keyless, composed);
    fs::write(&shop.supergraph, keyless).unwrap();
    let called = shop.verify(&["--count", "60", "--log", "off"]);
    assert_eq!(called.status, 1, "{}{}", called.stdout, called.stderr);
    assert!(called.stdout.trim_end().ends_with(" that no subgraph can answer"), "{}", called.stdout);
}

#[test]
fn nothing_compared_is_undecided_but_where_there_is_one_plan_only() {
    let counting = AGREEING_STOCK.replace("\"views\": 5", r#""views": { "__counter": "views" }"#);
    let shop = Shop::with_data(&PRODUCTS.replace("\"views\": 5", "\"views\": 5000"), &counting, &[]);
    let called = shop.ask(("{ products { views } }", "{}"), &[]);
    assert_ends(&called, 3, "nothing could be compared");
    assert!(called.stdout.contains("change by themselves: Product.views"), "{}", called.stdout);
    let called = shop.ask(("{ products { colour } }", "{}"), &[]);
    assert_ends(&called, 0, "nothing to compare, as each operation has one plan only");
    assert_ends(&shop.verify(&["--count", "0"]), 3, "nothing could be compared");
}

#[test]
fn a_subgraph_that_never_answers_is_in_the_last_line() {
    let shop = Shop::with_data(PRODUCTS, AGREEING_STOCK, &["--body", "html"]);
    let called = shop.ask(("{ products { colour stored } }", "{}"), &["--log", "off"]);
    assert_ends(&called, 3, "nothing could be compared: no usable answer from stock");
}

#[test]
fn a_malformed_header_is_not_repeated() {
    let shop = Shop::new(AGREEING_STOCK);
    for header in ["authorization Bearer SECRET", "authorization Bearer SECRET:", "-SECRET", "x-key: SECRET\u{7}"] {
        let called = shop.verify(&["--count", "1", "--header", "a: b", "--header", header]);
        assert_eq!(called.status, 2, "{header}: {}", called.stderr);
        assert!(called.stderr.contains("--header, number 2: "), "{header}: {}", called.stderr);
        let printed = [called.stdout, called.stderr].concat();
        assert!(!printed.contains("SECRET"), "{header}: {printed}");
    }
}

#[test]
fn the_duration_bounds_the_shrinking() {
    let shop = Shop::new(CONTRADICTING_STOCK);
    let parts: Vec<String> = (0..20).map(|index| format!("p{index}: product(id: \"p2\") {{ name }}")).collect();
    let folder = shop.operations(&format!("{{ {} }}", parts.join(" ")), "{}");
    let slowly = ["--rate", "2", "--concurrency", "1", "--duration", "3s", "--operations", &folder];
    let (called, outcome) = shop.verify_json(&slowly);
    assert_eq!(called.status, 1, "{}", called.stderr);
    assert_eq!(outcome["findings"].as_array().map(Vec::len), Some(1), "{outcome:#}");
    // Made small, it would take 20 seconds more.
    assert!(outcome["seconds"].as_f64() < Some(10.0), "{outcome:#}");
}
