//! The SDL that composition reads.

use expect_test::expect_file;

#[test]
fn the_schema_is_the_one_of_the_contracts() {
    expect_file!["../../../../schema/subgraphs/social.graphql"].assert_eq(&crate::sdl());
}
