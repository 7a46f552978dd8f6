//! Scalars and enums: what passes, what is refused, and that the rest is kept.

use crate::{
    plan_text::PlanText,
    scripted::{ok, run},
};
use expect_test::{Expect, expect};

/// Each text is given as a field `a` of the type, and the response's values are listed with `E` for an error.
fn check(ty: &str, values: &[&str], expected: &Expect) {
    let mut outcomes = String::new();
    for value in values {
        let plan = PlanText::new()
            .view(0, "Query", &format!("a: {ty} b: Int"))
            .root("accounts", &[], &format!("is Query {{ a: {ty} b: Int }}"))
            .build();
        let outcome = run(plan, vec![ok(format!("{{\"data\":{{\"a\":{value},\"b\":1}}}}"))]);
        let rest = outcome.response.strip_prefix("{\"data\":{\"a\":").expect("a field a");
        let (written, errors) = rest.split_once(",\"b\":1}").expect("the other field is kept");
        outcomes.push_str(&format!("{value} -> {written}{}\n", if errors == "}" { "" } else { " E" }));
    }
    expected.assert_eq(&outcomes);
}

#[test]
fn int() {
    check(
        "Int",
        &[
            "0",
            "-2147483648",
            "2147483647",
            "2147483648",
            "-2147483649",
            "1.0",
            "1e3",
            "\"1\"",
            "true",
            "[1]",
            "{}",
            "null",
            "99999999999999999999999",
        ],
        &expect![[r#"
            0 -> 0
            -2147483648 -> -2147483648
            2147483647 -> 2147483647
            2147483648 -> null E
            -2147483649 -> null E
            1.0 -> null E
            1e3 -> null E
            "1" -> null E
            true -> null E
            [1] -> null E
            {} -> null E
            null -> null
            99999999999999999999999 -> null E
        "#]],
    );
}

#[test]
fn float() {
    check(
        "Float",
        &["1", "-1.5e-7", "1e308", "1e999", "\"1\"", "false"],
        &expect![[r#"
            1 -> 1
            -1.5e-7 -> -1.5e-7
            1e308 -> 1e308
            1e999 -> null E
            "1" -> null E
            false -> null E
        "#]],
    );
}

#[test]
fn string() {
    check(
        "String",
        &["\"\"", "\"Lübeck \\u00e4 \\ud83d\\ude00 \\n\"", "\"\\ud83d\"", "\"\\ude00 \\ud83d\"", "1", "null"],
        &expect![[r#"
            "" -> ""
            "Lübeck \u00e4 \ud83d\ude00 \n" -> "Lübeck \u00e4 \ud83d\ude00 \n"
            "\ud83d" -> null E
            "\ude00 \ud83d" -> null E
            1 -> null E
            null -> null
        "#]],
    );
}

#[test]
fn boolean_and_id() {
    check(
        "Boolean",
        &["true", "false", "\"true\"", "0"],
        &expect![[r#"
            true -> true
            false -> false
            "true" -> null E
            0 -> null E
        "#]],
    );
    check(
        "ID",
        &["\"a\"", "12", "-99999999999999999999", "1.0", "true"],
        &expect![[r#"
            "a" -> "a"
            12 -> "12"
            -99999999999999999999 -> "-99999999999999999999"
            1.0 -> null E
            true -> null E
        "#]],
    );
}

#[test]
fn enums() {
    check(
        "Role",
        &["\"ADMIN\"", "\"AUDITOR\"", "\"KING\"", "\"\"", "1", "null"],
        &expect![[r#"
            "ADMIN" -> "ADMIN"
            "AUDITOR" -> null E
            "KING" -> null E
            "" -> null E
            1 -> null E
            null -> null
        "#]],
    );
}

#[test]
fn any_json_is_a_custom_scalar() {
    check(
        "JSON",
        &["{\"a\": [1, {\"b\" : null}] }", "[]", "\"x\"", "1e999", "1e99", "true", "[\"\\udc00\"]"],
        &expect![[r#"
            {"a": [1, {"b" : null}] } -> {"a": [1, {"b" : null}] }
            [] -> []
            "x" -> "x"
            1e999 -> null E
            1e99 -> 1e99
            true -> true
            ["\udc00"] -> null E
        "#]],
    );
}

#[test]
fn lists() {
    check(
        "[Int]",
        &["[ ]", "[1, 2]", "[1,null]", "[1,\"2\"]", "1", "[[1]]", "null"],
        &expect![[r#"
            [ ] -> [ ]
            [1, 2] -> [1, 2]
            [1,null] -> [1,null]
            [1,"2"] -> [1,null] E
            1 -> null E
            [[1]] -> [null] E
            null -> null
        "#]],
    );
    check(
        "[[ID]!]",
        &["[[\"a\"],[]]", "[[1],[\"b\"]]", "[[\"a\"],null]", "[1]"],
        &expect![[r#"
            [["a"],[]] -> [["a"],[]]
            [[1],["b"]] -> [["1"],["b"]]
            [["a"],null] -> null E
            [1] -> null E
        "#]],
    );
    check(
        "[Role]",
        &["[\"ADMIN\",\"AUDITOR\"]"],
        &expect![[r#"
            ["ADMIN","AUDITOR"] -> ["ADMIN",null] E
        "#]],
    );
    check(
        "[Color!]",
        &["[\"RED\",\"BLUE\"]", "[\"RED\",\"GREEN\"]"],
        &expect![[r#"
            ["RED","BLUE"] -> ["RED","BLUE"]
            ["RED","GREEN"] -> null E
        "#]],
    );
}
