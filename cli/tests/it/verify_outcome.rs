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
