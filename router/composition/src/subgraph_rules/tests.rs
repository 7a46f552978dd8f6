//! Each rule with what it says, and with what is close by and fine.

use crate::{Composition, Span, SubgraphSource, compose};
use expect_test::{Expect, expect};
use std::fmt::Write;

const ALL: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@interfaceObject", "@authenticated", "@policy",
  "@requiresScopes", "@context", "@fromContext", "@cost", "@listSize"])
"#;

/// What a subgraph that links all of federation is told: the text that each finding points at, and the finding.
fn check(sdl: &str, expected: Expect) {
    check_linked(ALL, sdl, expected);
}

fn check_linked(link: &str, sdl: &str, expected: Expect) {
    let source = SubgraphSource {
        name: "shop".to_owned(),
        url: String::new(),
        sdl: format!("{link}{sdl}"),
        origin: "shop.graphql".to_owned(),
    };
    let Composition { errors, .. } = compose(std::slice::from_ref(&source), &Default::default());
    let mut text = String::new();
    for error in &errors {
        let at: Vec<&str> = error.places.iter().filter_map(|place| underlined(&source.sdl, place.span?)).collect();
        let coordinate = error.coordinate.as_deref().unwrap_or_default();
        writeln!(text, "{} {coordinate} [{}]\n  {}", error.code.name, at.join("] ["), error.message).unwrap();
    }
    expected.assert_eq(&text);
}

/// The first line of what a span covers.
fn underlined(sdl: &str, span: Span) -> Option<&str> {
    let line = sdl.lines().nth(span.line - 1)?;
    let from = line.char_indices().nth(span.column - 1)?.0;
    let to = line.char_indices().nth(span.end_column - 1).map_or(line.len(), |(at, _)| at);
    line.get(from..if span.end_line == span.line { to } else { line.len() })
}

#[test]
fn keys_select_existing_fields() {
    check(
        r#"
        type Query { product: Product brand: Brand size: Size maker: Maker owner: Owner }
        type Product @key(fields: "id nmae") { id: ID! name: String }
        type Brand @key(fields: "maker") { maker: Maker }
        type Size @key(fields: "width { cm }") { width: Int }
        type Maker @key(fields: "{ id address { street(number: 1) } }") { id: ID! address: Address }
        type Address { street: String }
        type Owner @key(fields: """
          id
          ... on Person { id }
        """) { id: ID! }
        "#,
        expect![[r#"
            KEY_INVALID_FIELDS Product [nmae]
              @key on Product: Product has no field nmae in this subgraph; did you mean name?
            KEY_INVALID_FIELDS Brand [maker]
              @key on Brand: Brand.maker is of type Maker; say which of its fields: `maker { ... }`
            KEY_INVALID_FIELDS Size [width]
              @key on Size: Size.width is of type Int, which has no fields to select
            KEY_INVALID_FIELDS Maker [number]
              @key on Maker: Address.street has no argument number
            KEY_INVALID_FIELDS Owner [Person]
              @key on Owner: there is no type Person in this subgraph
        "#]],
    );
}

#[test]
fn field_sets_are_one_selection() {
    check(
        r#"
        type Query { product: Product }
        type Product
          @key(fields: "")
          @key(fields: "id {")
          @key(fields: "id }")
          @key(fields: "id: ID!")
          @key(fields: "id # number of the product")
          @key(fields: "...All")
          @key(fields: ["id"])
          @key(fields: id)
        { id: ID! }
        "#,
        expect![[r#"
            KEY_INVALID_FIELDS Product [@key(fields: "")]
              @key on Product: the fields are not a selection: it selects nothing
            KEY_INVALID_FIELDS Product [@key(fields: "id {")]
              @key on Product: the fields are not a selection: a `{` is not closed
            KEY_INVALID_FIELDS Product [@key(fields: "id }")]
              @key on Product: the fields are not a selection: there is a `}` without its `{`
            KEY_INVALID_FIELDS Product [!]
              @key on Product: the fields are not a selection: it should be names of fields, each with its own fields in braces
            KEY_INVALID_FIELDS Product [@key(fields: "id # number of the product")]
              @key on Product: the fields are not a selection: a comment swallows the rest of its line; leave it out
            KEY_INVALID_FIELDS Product [All]
              @key on Product: there is no fragment All, and nowhere to define one; write `... on TYPE { ... }`
            KEY_INVALID_FIELDS_TYPE Product [@key(fields: ["id"])]
              the fields of @key on Product should be a string, as in `@key(fields: "id")`
            KEY_INVALID_FIELDS_TYPE Product [@key(fields: id)]
              the fields of @key on Product should be a string, as in `@key(fields: "id")`
        "#]],
    );
}

#[test]
fn field_sets_are_plain() {
    check(
        r#"
        type Query { product: Product }
        type Product @key(fields: "number: id") @key(fields: "id @include(if: true)") { id: ID! }
        "#,
        expect![[r#"
            KEY_INVALID_FIELDS Product [number]
              @key on Product: `number: id` gives id another name, which a field set cannot; write `id`
            KEY_DIRECTIVE_IN_FIELDS_ARG Product [@include(if: true)]
              @key on Product: it cannot depend on @include; remove that directive from the selection
        "#]],
    );
}

#[test]
fn positions_are_those_in_the_string() {
    check(
        r#"
        type Query { a: A b: B c: C }
        type A @key(fields: " ,id, number ") { id: ID! }
        type B @key(fields: """
            id
              number
        """) { id: ID! }
        type C @key(fields: "i\u0064 number") { id: ID! }
        "#,
        expect![[r#"
            KEY_INVALID_FIELDS A [number]
              @key on A: A has no field number in this subgraph
            KEY_INVALID_FIELDS B [number]
              @key on B: B has no field number in this subgraph
            KEY_INVALID_FIELDS C [@key(fields: "i\u0064 number")]
              @key on C: C has no field number in this subgraph
        "#]],
    );
}

#[test]
fn keys_take_no_arguments_and_no_abstract_types() {
    check(
        r#"
        type Query { product: Product part: Part thing: Thing }
        type Product @key(fields: "price") { price(currency: String): Int }
        type Part @key(fields: "of { id }") { of: Thing }
        interface Thing { id: ID! }
        type Screw implements Thing @key(fields: "id sizes { width }") { id: ID! sizes: [Size!]! }
        type Size { width: Int }
        "#,
        expect![[r#"
            KEY_FIELDS_HAS_ARGS Product [price]
              @key on Product: Product.price takes arguments, and cannot be selected here
            KEY_FIELDS_SELECT_INVALID_TYPE Part [of]
              @key on Part: Part.of is of type Thing, an interface; a key goes through object types only
        "#]],
    );
}

#[test]
fn interfaces_have_keys_from_version_2_3_on() {
    check_linked(
        r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.2", import: ["@key"])"#,
        r#"
        type Query { thing: Thing }
        interface Thing @key(fields: "id") { id: ID! }
        type Screw implements Thing @key(fields: "id") { id: ID! }
        "#,
        expect![[r#"
            KEY_UNSUPPORTED_ON_INTERFACE Thing [@key(fields: "id")]
              @key is on the interface Thing, which federation has from v2.3 on; link that, or remove the key
        "#]],
    );
}

#[test]
fn renamed_directives_are_called_by_their_names() {
    check_linked(
        r#"extend schema @link(
          url: "https://specs.apollo.dev/federation/v2.3", import: [{ name: "@requires", as: "@needs" }])"#,
        r#"
        type Query { product: Product }
        type Product @federation__key(fields: "sku") { id: ID! size: Int cost: Int @needs(fields: "size") }
        "#,
        expect![[r#"
            KEY_INVALID_FIELDS Product [sku]
              @federation__key on Product: Product has no field sku in this subgraph
            REQUIRES_FIELDS_MISSING_EXTERNAL Product.cost [size]
              @needs on Product.cost: Product.size is resolved by this subgraph itself, as it is not @federation__external
        "#]],
    );
}

#[test]
fn requirements_are_external() {
    check(
        r#"
        type Query { product: Product }
        type Product @key(fields: "id") {
          id: ID!
          size: Int
          weight(unit: Unit): Int @external
          shelf: Shelf
          cost: Int @requires(fields: "size weight(unit: KG) shelf { row place { __typename } }")
        }
        type Shelf { row: Int place: Place @external }
        type Place { room: Int }
        enum Unit { KG }
        "#,
        expect![[r#"
            REQUIRES_FIELDS_MISSING_EXTERNAL Product.cost [size]
              @requires on Product.cost: Product.size is resolved by this subgraph itself, as it is not @external
            REQUIRES_FIELDS_MISSING_EXTERNAL Product.cost [row]
              @requires on Product.cost: Shelf.row is resolved by this subgraph itself, as it is not @external
        "#]],
    );
}

#[test]
fn keys_of_extensions_are_not_external() {
    check(
        r#"
        type Query { product: Product }
        extend type Product @key(fields: "id") { id: ID! @external cost: Int @requires(fields: "id") }
        "#,
        expect![[r#"
            REQUIRES_FIELDS_MISSING_EXTERNAL Product.cost [id]
              @requires on Product.cost: Product.id is in the key of an extension, where @external says nothing: this subgraph has it anyway
        "#]],
    );
}

#[test]
fn what_implementations_call_external_can_be_required_of_an_interface() {
    check(
        r#"
        type Query { product: Product }
        type Product @key(fields: "id") {
          id: ID!
          part: Part
          cost: Int @requires(fields: "part { size { cm } id }")
        }
        interface Part { id: ID! size: Size }
        type Screw implements Part @key(fields: "id") { id: ID! size: Size @external }
        type Size { cm: Int }
        "#,
        expect![[r#"
            REQUIRES_FIELDS_MISSING_EXTERNAL Product.cost [id]
              @requires on Product.cost: Part.id is resolved by this subgraph itself, as it is not @external
        "#]],
    );
}

#[test]
fn provided_selections_are_external_and_without_arguments() {
    check(
        r#"
        type Query {
          product: Product @provides(fields: "name price")
          products: [Product!] @provides(fields: "nmae")
        }
        type Product @key(fields: "id") { id: ID! name: String price(currency: String): Int @external }
        "#,
        expect![[r#"
            PROVIDES_FIELDS_HAS_ARGS Query.product [price]
              @provides on Query.product: Product.price takes arguments, and cannot be selected here
            PROVIDES_FIELDS_MISSING_EXTERNAL Query.product [name]
              @provides on Query.product: Product.name is resolved by this subgraph itself, as it is not @external
            PROVIDES_INVALID_FIELDS Query.products [nmae]
              @provides on Query.products: Product has no field nmae in this subgraph; did you mean name?
        "#]],
    );
}

#[test]
fn only_object_types_provide_and_require() {
    check(
        r#"
        type Query { part: Part }
        interface Part { id: ID! of: Product @provides(fields: "name") size: Int @requires(fields: "id") }
        type Product @key(fields: "id") { id: ID! name: String @external }
        "#,
        expect![[r#"
            REQUIRES_UNSUPPORTED_ON_INTERFACE Part.size [@requires(fields: "id")]
              @requires is on Part.size, a field of an interface; put it on the field in the types that implement it
            REQUIRES_FIELDS_MISSING_EXTERNAL Part.size [id]
              @requires on Part.size: Part.id is resolved by this subgraph itself, as it is not @external
            PROVIDES_UNSUPPORTED_ON_INTERFACE Part.of [@provides(fields: "name")]
              @provides is on Part.of, a field of an interface; put it on the field in the types that implement it
        "#]],
    );
}

#[test]
fn provides_needs_something_to_provide() {
    check(
        r#"
        type Query { name: String @provides(fields: "first") unused: Product }
        type Product @key(fields: "nope") { id: ID! }
        "#,
        expect![[r#"
            PROVIDES_ON_NON_OBJECT_FIELD Query.name [@provides(fields: "first")]
              @provides is on Query.name, whose type String has no fields that it could provide
        "#]],
    );
}

#[test]
fn provides_is_not_on_external_fields() {
    check(
        r#"
        type Query { product: Product }
        type Product @key(fields: "id") { id: ID! maker: Maker @external @provides(fields: "name") }
        type Maker @key(fields: "id") { id: ID! name: String @external }
        "#,
        expect![[r#"
            EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE Product.maker [@provides(fields: "name")]
              Product.maker is @external and has @provides too: what another subgraph resolves, this one provides nothing through
        "#]],
    );
}

#[test]
fn external_fields_are_used() {
    check(
        r#"
        type Query { product: Product }
        type Product implements Named @key(fields: "id") {
          id: ID! name: String @external weight: Int size: Int @external
        }
        interface Named { name: String weight: Int @external }
        type Shelf @external { row: Int }
        "#,
        expect![[r#"
            EXTERNAL_ON_INTERFACE Named.weight [@external]
              @external is on Named.weight, a field of an interface; put it on the field in the types that implement it
            EXTERNAL_UNUSED Product.size [@external]
              Product.size is @external, but no key, requirement, provided selection, context or interface here needs it
            EXTERNAL_UNUSED Named.weight [@external]
              Named.weight is @external, but no key, requirement, provided selection, context or interface here needs it
            EXTERNAL_UNUSED Shelf.row [@external]
              Shelf.row is @external, but no key, requirement, provided selection, context or interface here needs it; on a type, @external means all its fields
        "#]],
    );
}

#[test]
fn implementations_have_the_keys_of_their_interface() {
    check(
        r#"
        type Query { part: Part }
        interface Part @key(fields: "maker { id } number") @key(fields: "sku") { number: Int maker: Maker sku: ID }
        type Maker { id: ID }
        type Screw implements Part @key(fields: "number,maker{id}") { number: Int maker: Maker sku: ID }
        type Nail implements Part
          @key(fields: "number maker { id }", resolvable: false) @key(fields: "sku")
        { number: Int maker: Maker sku: ID }
        "#,
        expect![[r#"
            INTERFACE_KEY_NOT_ON_IMPLEMENTATION Screw [Screw] [@key(fields: "sku")]
              Screw implements Part and lacks its key: add @key(fields: "sku") to Screw
            INTERFACE_KEY_NOT_ON_IMPLEMENTATION Nail [@key(fields: "number maker { id }", resolvable: false)] [@key(fields: "maker { id } number")]
              Nail implements Part, whose key "maker { id } number" is resolvable, and has it with `resolvable: false`
        "#]],
    );
}

#[test]
fn interface_objects_have_a_key() {
    check(
        "type Query { part: Part } type Part @interfaceObject { size: Int }",
        expect![[r#"
        INTERFACE_OBJECT_USAGE_ERROR Part [@interfaceObject]
          Part is @interfaceObject and has no @key; give it the one that the interface Part has elsewhere
    "#]],
    );
}

#[test]
fn shareable_is_said_once_and_not_on_interfaces() {
    check(
        r#"
        type Query { size: Size }
        type Size @shareable { cm: Int }
        extend type Size @shareable @shareable { inch: Int @shareable @shareable }
        interface Measure { cm: Int @shareable }
        "#,
        expect![[r#"
            INVALID_SHAREABLE_USAGE Size [@shareable]
              Size is @shareable twice in one declaration; once is enough
            INVALID_SHAREABLE_USAGE Size.inch [@shareable]
              Size.inch is @shareable twice in one declaration; once is enough
            INVALID_SHAREABLE_USAGE Measure.cm [@shareable]
              @shareable is on Measure.cm, a field of an interface; put it on the field in the types that implement it
        "#]],
    );
}

#[test]
fn context_names_are_letters_and_digits() {
    check(
        r#"
        type Query @context(name: "the_shop") @context(name: "1") @context(name: "") @context(name: "shop1") { a: A }
        type A @context(name: "café") { b: Int }
        "#,
        expect![[r#"
            CONTEXT_NAME_INVALID Query [@context(name: "the_shop")]
              `the_shop` on Query cannot be the name of a context: it has an underscore
            CONTEXT_NAME_INVALID Query [@context(name: "1")]
              `1` on Query cannot be the name of a context: it does not start with a letter
            CONTEXT_NAME_INVALID Query [@context(name: "")]
              `` on Query cannot be the name of a context: it is empty
            CONTEXT_NAME_INVALID A [@context(name: "café")]
              `café` on A cannot be the name of a context: it has more than letters and digits
        "#]],
    );
}

#[test]
fn contexts_are_named_and_set() {
    check(
        r#"
        type Query @context(name: "shop") { currency: String product: Product }
        type Product implements Priced @key(fields: "id", resolvable: false) {
          id: ID!
          price(currency: String @fromContext(field: "$store { currency }")): Int
          tax(currency: String = "EUR" @fromContext(field: "$shop { currency }")): Int
          cost(currency: String @fromContext(field: "currency")): Int
        }
        interface Priced { price: Int cost(currency: String @fromContext(field: "$shop { currency }")): Int }
        directive @priced(in: String @fromContext(field: "$shop { currency }")) on FIELD_DEFINITION
        "#,
        expect![[r#"
            CONTEXT_NOT_SET @priced(in:) [@fromContext(field: "$shop { currency }")]
              @fromContext is on @priced(in:), an argument of a directive; it works on arguments of object types' own fields only
            CONTEXT_NOT_SET Product.price(currency:) [@fromContext(field: "$store { currency }")]
              @fromContext is on Product.price(currency:), and the field implements Priced.price; it works on arguments of object types' own fields only
            CONTEXT_NOT_SET Product.price(currency:) [@fromContext(field: "$store { currency }")]
              Product.price(currency:) takes its value from the context `store`, which no type here sets
            CONTEXT_NOT_SET Product.tax(currency:) [@fromContext(field: "$shop { currency }")]
              Product.tax(currency:) takes its value from a context, and cannot have a default value
            CONTEXT_NOT_SET Product.cost(currency:) [@fromContext(field: "currency")]
              @fromContext is on Product.cost(currency:), and the field implements Priced.cost; it works on arguments of object types' own fields only
            NO_CONTEXT_IN_SELECTION Product.cost(currency:) [@fromContext(field: "currency")]
              @fromContext on Product.cost(currency:) should name a context and select from it, as in `@fromContext(field: "$shop { currency }")`
            CONTEXT_NO_RESOLVABLE_KEY Product [@fromContext(field: "$store { currency }")]
              Product has an argument from a context and no resolvable @key: the router could not come back with the value
            CONTEXT_NOT_SET Priced.cost(currency:) [@fromContext(field: "$shop { currency }")]
              @fromContext is on Priced.cost(currency:), an argument of an interface's field; it works on arguments of object types' own fields only
        "#]],
    );
}

/// What comes of one selection from a context that a shop and an interface of two kinds of market set.
fn check_selection(argument: &str, selection: &str, expected: Expect) {
    let sdl = format!(
        r#"
        type Query {{ shop: Shop market: Market }}
        type Shop @context(name: "place") {{ currency: String! codes: [Int!]! product: Product fair: Fair }}
        interface Market @context(name: "place") {{ currency: String product: Product }}
        type Fair implements Market {{ currency: String product: Product name: String }}
        type Bazaar implements Market {{ currency: String product: Product }}
        type Product @key(fields: "id") {{ id: ID! price(currency: {argument} @fromContext(field: "{selection}")): Int }}
        "#
    );
    check(&sdl, expected);
}

#[test]
fn contexts_give_one_value_in_every_type_that_sets_them() {
    let fine = || expect![[""]];
    check_selection("String", "$place { currency }", fine());
    check_selection("String", "$place ... on Shop { fair { name } } ... on Fair { name }", fine());
    check_selection(
        "String",
        "$place",
        expect![[r#"
        NO_CONTEXT_IN_SELECTION Product.price(currency:) [@fromContext(field: "$place")]
          @fromContext on Product.price(currency:) should name a context and select from it, as in `@fromContext(field: "$shop { currency }")`
    "#]],
    );
    check_selection(
        "String",
        "$place { currency product { id } }",
        expect![[r#"
        CONTEXT_INVALID_SELECTION Product.price(currency:) [@fromContext(field: "$place { currency product { id } }")]
          Product.price(currency:) cannot take its value from the context `place`: it should select one field, or one in each of several `... on TYPE`
    "#]],
    );
    check_selection(
        "String",
        "$place { codes }",
        expect![[r#"
        CONTEXT_INVALID_SELECTION Product.price(currency:) [@fromContext(field: "$place { codes }")]
          Product.price(currency:) cannot take its value from the context `place`: Shop.codes gives [Int], and the argument is of type String
    "#]],
    );
    check_selection(
        "String",
        "$place { currency: name }",
        expect![[r#"
        CONTEXT_INVALID_SELECTION Product.price(currency:) [@fromContext(field: "$place { currency: name }")]
          Product.price(currency:) cannot take its value from the context `place`: `name` cannot have another name in it
    "#]],
    );
    check_selection(
        "String",
        "$place { currency @skip(if: true) }",
        expect![[r#"
        CONTEXT_INVALID_SELECTION Product.price(currency:) [@fromContext(field: "$place { currency @skip(if: true) }")]
          Product.price(currency:) cannot take its value from the context `place`: it cannot depend on @skip
    "#]],
    );
}

#[test]
fn fragments_of_contexts_are_for_the_types_that_set_them() {
    check_selection(
        "String",
        "$place { ... on Shop { currency } }",
        expect![[r#"
        CONTEXT_INVALID_SELECTION Product.price(currency:) [@fromContext(field: "$place { ... on Shop { currency } }")]
          Product.price(currency:) cannot take its value from the context `place`: Market sets the context, too, and no `... on` is for it
    "#]],
    );
    check_selection(
        "String",
        "$place { ... on Shop { currency } ... on Market { currency } }",
        expect![[r#"
        CONTEXT_INVALID_SELECTION Product.price(currency:) [@fromContext(field: "$place { ... on Shop { currency } ... on Market { currency } }")]
          Product.price(currency:) cannot take its value from the context `place`: `... on Market` does not name an object type
    "#]],
    );
    check_selection(
        "String",
        "$place { ... on Shop { currency } ... on Fair { name } ... on Product { id } }",
        expect![[r#"
        CONTEXT_INVALID_SELECTION Product.price(currency:) [@fromContext(field: "$place { ... on Shop { currency } ... on Fair { name } ... on Product { id } }")]
          Product.price(currency:) cannot take its value from the context `place`: `... on Product` is never used: nothing that sets the context is a Product
    "#]],
    );
    check_selection(
        "String",
        "$place { ... on Shop { codes } ... on Fair { name } }",
        expect![[r#"
        CONTEXT_INVALID_SELECTION Product.price(currency:) [@fromContext(field: "$place { ... on Shop { codes } ... on Fair { name } }")]
          Product.price(currency:) cannot take its value from the context `place`: Shop.codes gives [Int], and the argument is of type String
    "#]],
    );
    check_selection(
        "String",
        "$place { ... on Shop { fair { ... on Fair { name } } } ... on Fair { name } }",
        expect![[r#"
        CONTEXT_INVALID_SELECTION Product.price(currency:) [@fromContext(field: "$place { ... on Shop { fair { ... on Fair { name } } } ... on Fair { name } }")]
          Product.price(currency:) cannot take its value from the context `place`: `...` can only be at its top
    "#]],
    );
}

#[test]
fn values_of_contexts_may_be_missing() {
    check_selection(
        "String!",
        "$place { currency }",
        expect![[r#"
        CONTEXT_INVALID_SELECTION Product.price(currency:) [@fromContext(field: "$place { currency }")]
          Product.price(currency:) cannot take its value from the context `place`: the value may be missing, so the argument cannot be of type String!; make it String
    "#]],
    );
    check_selection(
        "[Int!]",
        "$place { ... on Shop { codes } ... on Fair { name } }",
        expect![[r#"
        CONTEXT_INVALID_SELECTION Product.price(currency:) [@fromContext(field: "$place { ... on Shop { codes } ... on Fair { name } }")]
          Product.price(currency:) cannot take its value from the context `place`: the value may be missing, so the argument cannot be of type [Int!]; make it [Int]
    "#]],
    );
}

#[test]
fn costs_are_not_on_interfaces() {
    check(
        "type Query { part: Part } interface Part { size(in: Int @cost(weight: 1)): Int @cost(weight: 2) }",
        expect![[r#"
        COST_APPLIED_TO_INTERFACE_FIELD Part.size [@cost(weight: 2)]
          @cost is on Part.size, a field of an interface; put it on the field in the types that implement it
    "#]],
    );
}

#[test]
fn list_sizes_are_about_lists() {
    check(
        r#"
        type Query {
          one: Product @listSize(assumedSize: 1)
          page(first: Int, after: String): Page @listSize(slicingArguments: ["first", "after", "last"], sizedFields: ["items"])
          pages: [Page] @listSize(assumedSize: -1, sizedFields: ["items", "size", "products"])
          sizes: Int @listSize(sizedFields: ["items"])
          some(first: Int): [Product] @listSize(slicingArguments: "first")
          fine(first: Int! = 3): [Product!]! @listSize(slicingArguments: ["first"], assumedSize: 0)
        }
        type Page { items: [Product!]! size: Int }
        type Product { id: ID! }
        "#,
        expect![[r#"
            LIST_SIZE_APPLIED_TO_NON_LIST Query.one [@listSize(assumedSize: 1)]
              @listSize on Query.one: Product is not a list; name the lists in it in `sizedFields`
            LIST_SIZE_INVALID_SLICING_ARGUMENT Query.page ["after"]
              @listSize on Query.page: its argument `after` is of type String; only Int can be a size
            LIST_SIZE_INVALID_SLICING_ARGUMENT Query.page ["last"]
              @listSize on Query.page: the field has no argument `last`
            LIST_SIZE_INVALID_ASSUMED_SIZE Query.pages [-1]
              @listSize on Query.pages: no list has a size of -1; assume 0 or more
            LIST_SIZE_APPLIED_TO_NON_LIST Query.pages ["size"]
              @listSize on Query.pages: Page.size is not a list, so it has no size
            LIST_SIZE_INVALID_SIZED_FIELD Query.pages ["products"]
              @listSize on Query.pages: Page has no field `products`
            LIST_SIZE_INVALID_SIZED_FIELD Query.sizes [["items"]]
              @listSize on Query.sizes: there are no fields in Int that could have a size
            LIST_SIZE_INVALID_SLICING_ARGUMENT Query.some ["first"]
              @listSize on Query.some: `slicingArguments` needs a list, as in `slicingArguments: ["first"]`
        "#]],
    );
}

#[test]
fn requirements_to_clients_are_not_on_interfaces() {
    check(
        r#"
        type Query { part: Part thing: Thing }
        interface Part @authenticated { size: Int @policy(policies: [["p"]]) }
        type Thing @key(fields: "id") @interfaceObject @requiresScopes(scopes: [["s"]]) { id: ID! name: String @authenticated }
        "#,
        expect![[r#"
            AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE Part [@authenticated]
              @authenticated is on Part, an interface; put it on the types that implement the interface, or on their fields
            AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE Part.size [@policy(policies: [["p"]])]
              @policy is on Part.size, a field of an interface; put it on the types that implement the interface, or on their fields
            AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE Thing [@requiresScopes(scopes: [["s"]])]
              @requiresScopes is on Thing, which stands for an interface; put it on the types that implement the interface, or on their fields
        "#]],
    );
}

#[test]
fn upgraded_subgraphs_are_checked() {
    check_linked(
        "",
        r#"type Query { a: A } type A @key(fields: "nope") { id: ID! }"#,
        expect![[r#"
        KEY_INVALID_FIELDS A [nope]
          @key on A: A has no field nope in this subgraph
    "#]],
    );
}
