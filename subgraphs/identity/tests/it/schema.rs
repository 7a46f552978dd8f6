//! The SDL that composition reads.

use expect_test::expect_file;

#[test]
fn sdl() {
    expect_file!["../../../../schema/subgraphs/identity.graphql"].assert_eq(&hansa_identity::sdl());
}
