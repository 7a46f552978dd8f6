//! Query roots that have nothing in them, or nothing that can be asked for.

use hansa_composition::{ComposeOptions, SubgraphSource, compose};

#[track_caller]
fn check(sdl: &str, codes: &[&str]) {
    let source = SubgraphSource {
        name: "shop".to_owned(),
        url: String::new(),
        sdl: sdl.to_owned(),
        origin: "shop.graphql".to_owned(),
    };
    let composition = compose(&[source], &ComposeOptions::default());
    let found: Vec<&str> = composition.errors.iter().map(|error| error.code.name).collect();
    assert_eq!(found, codes, "{:#?}", composition.errors);
}

#[test]
fn what_stands_on_a_query_without_fields_is_checked() {
    check("type Query @shareable", &["INVALID_GRAPHQL"]);
    check("type Query", &["NO_QUERIES"]);
    check("type Query { _service: _Service! } type _Service { sdl: String }", &["NO_QUERIES"]);
}

#[test]
fn a_query_of_which_every_field_has_an_error_is_not_called_missing() {
    check("type Query @key(fields: \"a\") { a: Int @external }", &["EXTERNAL_MISSING_ON_BASE"]);
}
