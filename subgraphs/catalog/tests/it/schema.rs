//! The SDL that composition reads.

use expect_test::expect_file;

#[test]
fn the_sdl_is_as_it_was_read() {
    expect_file!["../../catalog.graphql"].assert_eq(&hansa_catalog::sdl());
}

#[test]
fn every_kind_of_id_has_a_type() {
    let sdl = hansa_catalog::sdl();
    for (prefix, type_name) in hansa_catalog::NODES {
        assert!(sdl.contains(&format!("type {type_name} implements Node ")), "{prefix}");
    }
}
