//! What the SDL says to other subgraphs and to the router.

use expect_test::expect;

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
          productCounts: ProductCounts @requiresScopes(scopes: [["tenant:read"]])"#]].assert_eq(&said.join("\n"));
}

#[test]
fn every_kind_of_id_has_a_type() {
    let sdl = hansa_catalog::sdl();
    assert!(sdl.contains("interface Node {"));
    for (prefix, type_name) in hansa_catalog::NODES {
        assert!(sdl.contains(&format!("type {type_name} implements Node ")), "{prefix}");
    }
}
