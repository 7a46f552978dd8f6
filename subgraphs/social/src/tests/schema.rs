//! The SDL that composition reads.

use expect_test::expect_file;

#[test]
fn the_schema_is_as_expected() {
    expect_file!["schema.graphql"].assert_eq(&crate::sdl());
}
