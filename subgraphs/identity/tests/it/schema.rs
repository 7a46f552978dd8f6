//! The SDL that composition reads, and the migrations.

use expect_test::expect_file;

#[test]
fn sdl() {
    expect_file!["schema.graphql"].assert_eq(&hansa_identity::sdl());
}
