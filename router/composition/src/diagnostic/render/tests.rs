//! How diagnostics look, and what foreign text must not do to that.

use crate::{
    Diagnostic, Place, Span, SubgraphSource,
    codes::{FIELD_TYPE_MISMATCH, INCONSISTENT_DESCRIPTION, KEY_INVALID_FIELDS, NO_QUERIES, SATISFIABILITY_ERROR},
    render, render_all,
};
use expect_test::{Expect, expect};

fn source(name: &str, sdl: &str) -> SubgraphSource {
    SubgraphSource {
        name: name.to_owned(),
        url: String::new(),
        sdl: sdl.to_owned(),
        origin: format!("subgraphs/{name}.graphql"),
    }
}

/// A place on one line.
fn place(subgraph: &str, line: usize, columns: std::ops::Range<usize>, label: &str) -> Place {
    let span = Span { line, column: columns.start, end_line: line, end_column: columns.end };
    Place { subgraph: subgraph.to_owned(), span: Some(span), label: label.to_owned() }
}

fn check(diagnostic: &Diagnostic, sources: &[SubgraphSource], expected: &Expect) {
    expected.assert_eq(&render(diagnostic, sources, false));
}

/// The lines with source text of a diagnostic about this one line.
fn check_line(sdl: &str, span: Span, expected: &Expect) {
    let place = Place { subgraph: "shop".to_owned(), span: Some(span), label: "here".to_owned() };
    let text = render(&Diagnostic::new(NO_QUERIES, "wrong").at(place), &[source("shop", sdl)], false);
    let lines: Vec<&str> = text.lines().skip(1).take_while(|line| !line.contains("what it means")).collect();
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

fn on_line(line: usize, columns: std::ops::Range<usize>) -> Span {
    Span { line, column: columns.start, end_line: line, end_column: columns.end }
}

#[test]
fn shows_code_place_meaning_and_advice() {
    let sdl = "type Query {\n  products: [Product!]!\n}\n\ntype Product @key(fields: \"sku\") {\n  id: ID!\n}\n";
    let diagnostic = Diagnostic::new(KEY_INVALID_FIELDS, "`Product` has no field `sku` to be a key").at(place(
        "products",
        5,
        14..33,
        "`sku` is selected here",
    ));
    check(
        &diagnostic,
        &[source("products", sdl)],
        &expect![[r#"
            error[KEY_INVALID_FIELDS]: `Product` has no field `sku` to be a key
             --> subgraphs/products.graphql:5:14 (subgraph products)
              |
            5 | type Product @key(fields: "sku") {
              |              ^^^^^^^^^^^^^^^^^^^ `sku` is selected here
              |
              = what it means: The selection of a `@key` does not parse, or does not fit its type: a field that the type does not have, or an object without (or a scalar with) fields selected in it.
              = what to do: Correct the selection: every name is a field of the type in this subgraph, separated by blanks, with braces for nested ones (`"id owner { id }"`).
        "#]],
    );
}

#[test]
fn shows_several_places_below_each_other() {
    let sources =
        [source("stock", "type Product {\n  price: Int\n}\n"), source("shop", "\ntype Product { price: String! }")];
    let diagnostic = Diagnostic::new(FIELD_TYPE_MISMATCH, "`Product.price` has types that cannot be merged")
        .at(place("shop", 2, 23..30, "is String! here"))
        .at(place("stock", 2, 10..13, "is Int here"));
    check(
        &diagnostic,
        &sources,
        &expect![[r#"
            error[FIELD_TYPE_MISMATCH]: `Product.price` has types that cannot be merged
             --> subgraphs/shop.graphql:2:23 (subgraph shop)
              |
            2 | type Product { price: String! }
              |                       ^^^^^^^ is String! here
              |
             --> subgraphs/stock.graphql:2:10 (subgraph stock)
              |
            2 |   price: Int
              |          ^^^ is Int here
              |
              = what it means: A field has types in different subgraphs that cannot be merged: none of them is more general than all others (more specific, for an input field).
              = what to do: Give the field the same type everywhere. Only `!`, and an object type for its interface or union, may differ.
        "#]],
    );
}

#[test]
fn shows_explanation_lines_as_they_are() {
    let diagnostic = Diagnostic::new(SATISFIABILITY_ERROR, "`Product.stock` cannot be reached").explained(vec![
        "{".to_owned(),
        "  product {".to_owned(),
        "    stock".to_owned(),
        "  }".to_owned(),
        "}".to_owned(),
        String::new(),
        "`shop` has no field `stock`".to_owned(),
    ]);
    check(
        &diagnostic,
        &[],
        &expect![[r#"
            error[SATISFIABILITY_ERROR]: `Product.stock` cannot be reached
             = {
                 product {
                   stock
                 }
               }

               `shop` has no field `stock`
             = what it means: Clients could ask for something in the supergraph that no sequence of requests to the subgraphs can answer; the shortest such operation is shown.
             = what to do: Give the type a `@key` in both subgraphs that the router has to go between (one that the first can also give), or mark the field `@shareable` and resolve it where the operation comes by.
        "#]],
    );
}

#[test]
fn shows_a_place_without_span_or_source() {
    let without_span =
        |subgraph: &str, label: &str| Place { subgraph: subgraph.to_owned(), span: None, label: label.to_owned() };
    let diagnostic = Diagnostic::new(NO_QUERIES, "no subgraph has a query")
        .at(without_span("shop", "no `Query` here"))
        .at(without_span("gone", ""))
        .at(place("shop", 99, 1..2, "after the end of the file"))
        .at(place("gone", 3, 4..5, "no such subgraph"));
    check(
        &diagnostic,
        &[source("shop", "scalar Money")],
        &expect![[r#"
            error[NO_QUERIES]: no subgraph has a query
            --> subgraphs/shop.graphql (subgraph shop): no `Query` here
            --> subgraph gone
            --> subgraphs/shop.graphql:99:1 (subgraph shop): after the end of the file
            --> subgraph gone:3:4: no such subgraph
             |
             = what it means: No subgraph has a field on `Query`, so clients of the supergraph would have nothing to ask for.
             = what to do: Define at least one field on `Query` in one of the subgraphs, and check that every subgraph's file was found.
        "#]],
    );
}

#[test]
fn shows_hints_with_their_level() {
    let diagnostic = Diagnostic::new(INCONSISTENT_DESCRIPTION, "`Product` is described in different words");
    check(
        &diagnostic,
        &[],
        &expect![[r#"
            warn hint[INCONSISTENT_DESCRIPTION]: `Product` is described in different words
             = what it means: Subgraphs describe the same element in different words; the supergraph has the text that most of them use.
             = what to do: Write the same description everywhere, or only in the subgraph that owns the element.
        "#]],
    );
}

#[test]
fn shows_at_most_ten_places() {
    let mut diagnostic = Diagnostic::new(FIELD_TYPE_MISMATCH, "many places");
    for line in 1..=12 {
        diagnostic = diagnostic.at(place("shop", line, 1..2, ""));
    }
    let text = render(&diagnostic, &[source("shop", &"x\n".repeat(20))], false);
    assert_eq!(text.matches("subgraph shop").count(), 10);
    assert!(text.contains("and 2 more places"), "{text}");
}

#[test]
fn counts_errors_and_subgraphs_and_explains_each_code_once() {
    let sources = [source("shop", "type A\n"), source("stock", "type A\n")];
    let diagnostics = [
        Diagnostic::new(NO_QUERIES, "first").at(place("shop", 1, 6..7, "")),
        Diagnostic::new(NO_QUERIES, "second").at(place("stock", 1, 6..7, "")),
        Diagnostic::new(NO_QUERIES, "third").at(place("shop", 1, 6..7, "")),
    ];
    expect![[r#"
        error[NO_QUERIES]: first
         --> subgraphs/shop.graphql:1:6 (subgraph shop)
          |
        1 | type A
          |      ^
          |
          = what it means: No subgraph has a field on `Query`, so clients of the supergraph would have nothing to ask for.
          = what to do: Define at least one field on `Query` in one of the subgraphs, and check that every subgraph's file was found.

        error[NO_QUERIES]: second
         --> subgraphs/stock.graphql:1:6 (subgraph stock)
          |
        1 | type A
          |      ^

        error[NO_QUERIES]: third
         --> subgraphs/shop.graphql:1:6 (subgraph shop)
          |
        1 | type A
          |      ^

        composition failed: 3 errors in 2 subgraphs
    "#]].assert_eq(&render_all(&diagnostics, &sources, false));
    let one_hint = [Diagnostic::new(INCONSISTENT_DESCRIPTION, "hint")];
    let text = render_all(&one_hint, &sources, false);
    assert_eq!(text.lines().last(), Some("composed with 1 hint"));
    assert_eq!(render_all(&[], &sources, false), "");
}

#[test]
fn underlines_below_tabs_and_wide_characters() {
    check_line(
        "type Query {\n\t\tpreis: Int\n}",
        on_line(2, 3..8),
        &expect![[r#"
             --> subgraphs/shop.graphql:2:3 (subgraph shop)
              |
            2 |         preis: Int
              |         ^^^^^ here
              |
        "#]],
    );
    check_line(
        "type A { \"価格\" price: Int }",
        on_line(1, 15..20),
        &expect![[r#"
             --> subgraphs/shop.graphql:1:15 (subgraph shop)
              |
            1 | type A { "価格" price: Int }
              |                 ^^^^^ here
              |
        "#]],
    );
}

#[test]
fn counts_lines_as_graphql_does() {
    check_line(
        "scalar A\r\nscalar B\rscalar C\r\n",
        on_line(3, 8..9),
        &expect![[r#"
             --> subgraphs/shop.graphql:3:8 (subgraph shop)
              |
            3 | scalar C
              |        ^ here
              |
        "#]],
    );
}

#[test]
fn cuts_long_lines_around_the_place() {
    let sdl = format!("type A {{{} wrong: Int {} }}", " a: Int".repeat(1000), " b: Int".repeat(1000));
    check_line(
        &sdl,
        on_line(1, 7010..7015),
        &expect![[r#"
             --> subgraphs/shop.graphql:1:7010 (subgraph shop)
              |
            1 | ...t a: Int a: Int a: Int a: Int wrong: Int  b: Int b: Int b: Int b: Int b: Int b: Int b: Int b: Int b: Int b: In...
              |                                  ^^^^^ here
              |
        "#]],
    );
    check_line(
        &"x".repeat(500),
        on_line(1, 1..501),
        &expect![[r#"
             --> subgraphs/shop.graphql:1:1 (subgraph shop)
              |
            1 | xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
              |
        "#]],
    );
    check_line(
        &"x".repeat(500),
        on_line(1, 501..501),
        &expect![[r#"
             --> subgraphs/shop.graphql:1:501 (subgraph shop)
              |
            1 | ...xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
              |                                                                                                                  ^ here
              |
        "#]],
    );
}

#[test]
fn underlines_the_first_line_of_a_long_place() {
    let span = Span { line: 1, column: 8, end_line: 3, end_column: 2 };
    check_line(
        "type A @key(  \n  fields: \"id\"\n) { id: ID }",
        span,
        &expect![[r#"
             --> subgraphs/shop.graphql:1:8 (subgraph shop)
              |
            1 | type A @key(
              |        ^^^^^ here
              |
        "#]],
    );
}

#[test]
fn survives_spans_that_make_no_sense() {
    for (column, end_column) in [(0, 0), (5, 2), (900, 901), (usize::MAX, usize::MAX), (1, usize::MAX), (1, 0)] {
        for (line, end_line) in [(0, 0), (1, 0), (1, 1), (1, usize::MAX), (usize::MAX, 1)] {
            let span = Span { line, column, end_line, end_column };
            let place = Place { subgraph: "shop".to_owned(), span: Some(span), label: String::new() };
            let text = render(&Diagnostic::new(NO_QUERIES, "wrong").at(place), &[source("shop", "type A")], true);
            assert!(text.contains("NO_QUERIES"));
        }
    }
}

#[test]
fn lets_no_control_character_through() {
    let every: String = (0..0x3000).filter_map(char::from_u32).filter(|character| *character != '\n').collect();
    let hostile = format!("{every}\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{feff}");
    let sources =
        [SubgraphSource { name: hostile.clone(), url: hostile.clone(), sdl: hostile.clone(), origin: hostile.clone() }];
    for column in (1..hostile.chars().count()).step_by(50) {
        let diagnostic = Diagnostic::new(NO_QUERIES, hostile.clone())
            .at(place(&hostile, 1, column..column + 5, &hostile))
            .explained(vec![hostile.clone()]);
        let text = render(&diagnostic, &sources, false);
        let bad = text.chars().find(|character| character.is_control() && *character != '\n');
        assert_eq!(bad, None);
        assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}']));
    }
}

#[test]
fn colours_only_when_asked() {
    let diagnostic = Diagnostic::new(NO_QUERIES, "wrong").at(place("shop", 1, 1..5, "here"));
    let sources = [source("shop", "type A")];
    assert!(!render(&diagnostic, &sources, false).contains('\u{1b}'));
    let coloured = render(&diagnostic, &sources, true);
    let mut plain = String::new();
    let mut pieces = coloured.split('\u{1b}');
    plain.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        plain.push_str(piece.split_once('m').expect("every escape sequence is about colour").1);
    }
    assert_eq!(plain, render(&diagnostic, &sources, false));
}
