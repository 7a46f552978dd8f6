//! What the SDL says to other subgraphs and to the router.

use expect_test::expect;
use std::collections::BTreeSet;

#[test]
fn the_sdl_says_what_is_shared_and_what_is_guarded() {
    let sdl = hansa_catalog::sdl();
    let said: Vec<&str> = sdl.lines().filter(|line| line.contains(" @") && !line.contains("@shareable")).collect();
    expect![[r#"
        type Category implements Node @key(fields: "id") @key(fields: "nodeId") {
          nodeId: ID! @inaccessible
        type Product implements Node @key(fields: "id") @key(fields: "nodeId") {
          nodeId: ID! @inaccessible
        type ProductVariant implements Node @key(fields: "id") @key(fields: "nodeId") {
          nodeId: ID! @inaccessible
          priceHistory: [FormerPrice!] @requiresScopes(scopes: [["tenant:read"]])
        type Tenant @key(fields: "id") {
        type Vendor implements Node @key(fields: "id") @key(fields: "nodeId") {
          nodeId: ID! @inaccessible
          productCounts: ProductCounts @requiresScopes(scopes: [["tenant:read"]])"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn every_kind_of_id_has_a_type() {
    let sdl = hansa_catalog::sdl();
    assert!(sdl.contains("interface Node {"));
    for (prefix, type_name) in hansa_catalog::NODES {
        assert!(sdl.contains(&format!("type {type_name} implements Node ")), "{prefix}");
    }
}

/// Every word that looks like a code, in quotation marks or backticks.
fn codes(text: &str) -> BTreeSet<&str> {
    let is_code = |word: &&str| word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    text.split(['"', '`']).filter(is_code).collect()
}

#[test]
fn every_code_is_on_the_page_and_reached_by_a_test() {
    let page = include_str!("../../README.md");
    let (_, page) = page.split_once("## User errors").unwrap();
    let known = codes(include_str!("../../src/domain/refusal.rs"));
    assert!(known.len() > 20);
    let tests = [
        include_str!("categories.rs"),
        include_str!("idempotency.rs"),
        include_str!("products.rs"),
        include_str!("variants.rs"),
        include_str!("vendors.rs"),
        include_str!("../../src/tests/suspensions.rs"),
    ];
    let tests = tests.concat();
    for code in known.union(&codes(page)).filter(|code| !["BAD_USER_INPUT", "NUMBER", "CHOICE"].contains(code)) {
        assert!(page.contains(&format!("`{code}`")), "{code} is not on the page");
        assert!(tests.contains(code), "{code} is reached by no test");
    }
}
