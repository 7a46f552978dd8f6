//! Data files that do not fit: each finding names its place and what to do.

use crate::{LoadError, MockSubgraph};
use serde_json::{Value, json};

const SDL: &str = r#"
    type Query { user(id: ID!): User users(first: Int): [User!]! pet: Pet word: String kind: Kind day: Day }
    type User @key(fields: "id") @key(fields: "team { code } number") { id: ID! name: String age: Int number: Int team: Team note: String }
    type Team @key(fields: "code") { code: String! }
    interface Pet { name: String }
    type Cat implements Pet { name: String }
    type Dog implements Pet { name: String }
    enum Kind { GOOD BAD }
    scalar Day
"#;

#[track_caller]
fn refused(data: Value, expected: &[(&str, &str, &str)]) {
    let error = MockSubgraph::new("shop", SDL, Some(&data.to_string())).unwrap_err();
    let text = error.to_string();
    let LoadError::Data(problems) = error else { panic!("{text}") };
    let found: Vec<_> =
        problems.iter().map(|found| (found.pointer.as_str(), found.problem.as_str(), found.advice.as_str())).collect();
    assert_eq!(found, expected, "{data}\n{text}");
    assert!(text.contains(expected[0].0) && text.contains(expected[0].2), "{text}");
}

fn query(fields: Value) -> Value {
    json!({ "roots": { "Query": fields } })
}

#[test]
fn refuses_what_is_no_json_and_says_where() {
    let error = MockSubgraph::new("shop", SDL, Some("{\n  \"roots\": }")).unwrap_err();
    assert!(matches!(error, LoadError::Json { line: 2, column: 12, .. }), "{error:?}");
    assert!(error.to_string().contains("line 2, column 12: expected value"), "{error}");
}

#[test]
fn refuses_a_wrong_outline() {
    refused(json!([]), &[("", "expected an object, found a list", "write an object with roots, entities, defaults")]);
    refused(json!({ "entitis": {} }), &[("/entitis", "unknown section `entitis`", "did you mean `entities`?")]);
    refused(
        json!({ "roots": [] }),
        &[("/roots", "expected an object, found a list", "write an object with an object for each root type")],
    );
    refused(
        json!({ "invent": "no" }),
        &[(
            "/invent",
            "expected true or false",
            "false turns missing values into errors, true (the default) invents them",
        )],
    );
    refused(
        json!({ "roots": { "Quer": {} } }),
        &[("/roots/Quer", "the SDL has no root type `Quer`", "did you mean `Query`?")],
    );
    refused(
        json!({ "roots": { "User": {} } }),
        &[("/roots/User", "the SDL has no root type `User`", "the right names are `Query`")],
    );
    refused(
        json!({ "roots": { "Query": 1 } }),
        &[("/roots/Query", "expected an object", "list the fields of Query in it")],
    );
    refused(
        json!({ "entities": { "Usr": [] } }),
        &[("/entities/Usr", "the SDL has no object type `Usr`", "did you mean `User`?")],
    );
    refused(
        json!({ "entities": { "User": {} } }),
        &[("/entities/User", "expected a list, found an object", "write a list of User objects")],
    );
    refused(
        json!({ "entities": { "Team": [1] } }),
        &[("/entities/Team/0", "expected an object, found a number", "write an object with fields of Team")],
    );
    refused(
        json!({ "defaults": { "Tem": {} } }),
        &[("/defaults/Tem", "the SDL has no object type `Tem`", "did you mean `Team`?")],
    );
}

#[test]
fn refuses_records_that_cannot_be_found_apart() {
    refused(
        json!({ "entities": { "Team": [{}] } }),
        &[(
            "/entities/Team/0",
            "has no value for a key of Team: `code` is missing",
            "add it; without a complete key the record cannot be found",
        )],
    );
    refused(
        json!({ "entities": { "Team": [{ "code": "a" }, { "code": "b" }, { "code": "a" }] } }),
        &[("/entities/Team/2", "has the same key (code) as /entities/Team/0", "make them differ, or leave one out")],
    );
}

#[test]
fn refuses_unknown_fields_and_wrong_values() {
    let raw = "correct it, or write {\"__raw\": …} to send it all the same";
    refused(query(json!({ "wrd": "x" })), &[("/roots/Query/wrd", "Query has no field `wrd`", "did you mean `word`?")]);
    refused(query(json!({ "word": 1 })), &[("/roots/Query/word", "1 is no value of type String", raw)]);
    refused(
        query(json!({ "kind": "GOD" })),
        &[("/roots/Query/kind", "\"GOD\" is no value of type Kind (did you mean `GOOD`?)", raw)],
    );
    refused(
        json!({ "entities": { "User": [{ "id": "1", "age": 3_000_000_000_u64, "nme": "x" }] } }),
        &[
            ("/entities/User/0/age", "3000000000 is no value of type Int", raw),
            ("/entities/User/0/nme", "User has no field `nme`", "did you mean `name`?"),
        ],
    );
    refused(
        query(json!({ "users": {} })),
        &[("/roots/Query/users", "expected a list ([User!]!), found an object", "put it in brackets")],
    );
    refused(
        query(json!({ "users": [1] })),
        &[(
            "/roots/Query/users/0",
            "expected an object (User!), found a number",
            "write an object, or {\"__ref\": \"Type:key\"} for a record of the section entities",
        )],
    );
    refused(
        query(json!({ "pet": { "name": "x" } })),
        &[(
            "/roots/Query/pet",
            "Pet is abstract, and nothing says which type this is",
            "add \"__typename\", one of `Cat`, `Dog`",
        )],
    );
    refused(
        query(json!({ "pet": { "__typename": "Kat" } })),
        &[("/roots/Query/pet/__typename", "\"Kat\" is no type that Pet can be", "did you mean `Cat`?")],
    );
    assert!(MockSubgraph::new("shop", SDL, Some(&query(json!({ "day": { "any": ["thing"] } })).to_string())).is_ok());
}

#[test]
fn refuses_references_that_lead_nowhere() {
    let with_user = |user: Value| json!({ "roots": { "Query": { "user": user } }, "entities": { "User": [{ "id": "ann" }], "Team": [{ "code": "x" }] } });
    refused(
        with_user(json!({ "__ref": "User:an" })),
        &[(
            "/roots/Query/user/__ref",
            "the section entities has no User with this key",
            "add the record there; or did you mean `ann`?",
        )],
    );
    refused(
        with_user(json!({ "__ref": "Team:x" })),
        &[("/roots/Query/user/__ref", "`Team` is no type that User can be", "the right names are `User`")],
    );
    let shape = "write \"Type:key\", or \"Type\" and \"key\": {…} for a key of several fields";
    refused(
        with_user(json!({ "__ref": "ann" })),
        &[("/roots/Query/user/__ref", "a reference needs a type and a key", shape)],
    );
    refused(
        with_user(json!({ "__ref": "User:ann", "kee": 1 })),
        &[("/roots/Query/user/kee", "`__ref` has no option `kee`", "did you mean `key`?")],
    );
}

#[test]
fn refuses_forms_in_the_wrong_place() {
    let user = |form: Value| query(json!({ "user": form }));
    let users = |form: Value| query(json!({ "users": form }));
    let word = |form: Value| query(json!({ "word": form }));
    refused(
        word(json!({ "__templat": "x" })),
        &[("/roots/Query/word/__templat", "unknown form `__templat`", "did you mean `__template`?")],
    );
    refused(
        user(json!({ "__fnd": "User" })),
        &[("/roots/Query/user/__fnd", "unknown form `__fnd`", "did you mean `__find`?")],
    );
    refused(
        user(json!({ "__find": "User" })),
        &[(
            "/roots/Query/user/by",
            "`__find` needs the option `by`, an object with at least one field",
            "write for example \"by\": {\"id\": \"$id\"}",
        )],
    );
    refused(
        user(json!({ "__find": "User", "by": { "idd": "$id" } })),
        &[("/roots/Query/user/by/idd", "User has no field `idd`", "did you mean `id`?")],
    );
    refused(
        user(json!({ "__find": "User", "by": { "id": "$ide" } })),
        &[("/roots/Query/user/by/id", "the field `user` has no argument `ide`", "did you mean `id`?")],
    );
    refused(
        user(json!({ "__find": "Team", "by": { "code": "x" } })),
        &[("/roots/Query/user/__find", "`Team` is no type that User can be", "the right names are `User`")],
    );
    refused(
        user(json!({ "__list": "User" })),
        &[("/roots/Query/user", "`__list` does not make a value of type User", "use `__find`")],
    );
    refused(
        users(json!({ "__ref": "User:1" })),
        &[(
            "/roots/Query/users",
            "`__ref` does not make a value of type [User!]!",
            "put it in a list, or use `__list`",
        )],
    );
    refused(
        users(json!({ "__list": 1 })),
        &[(
            "/roots/Query/users/__list",
            "expected a string or a list, found a number",
            "write the name of a type, or a list of values",
        )],
    );
    refused(
        users(json!({ "__list": "User", "first": "x" })),
        &[("/roots/Query/users/first", "expected a whole number or \"$argument\", found a string", "correct it")],
    );
    refused(
        users(json!({ "__list": "User", "where": 1 })),
        &[(
            "/roots/Query/users/where",
            "`where` needs an object, and items with fields",
            "write an object: field name to value or \"$argument\"",
        )],
    );
}

#[test]
fn refuses_forms_whose_contents_make_no_sense() {
    let word = |form: Value| query(json!({ "word": form }));
    refused(
        word(json!({ "__arg": "x" })),
        &[("/roots/Query/word/__arg", "the field `word` has no argument `x`", "there is none to choose from")],
    );
    refused(
        word(json!({ "__template": "{word" })),
        &[(
            "/roots/Query/word/__template",
            "a brace stands alone",
            "close every { with }, and write {{ or }} for a brace itself",
        )],
    );
    refused(
        word(json!({ "__template": "{wrod}" })),
        &[("/roots/Query/word/__template", "Query has no field `wrod`", "did you mean `word`?")],
    );
    refused(
        word(json!({ "__from": 1 })),
        &[("/roots/Query/word/__from", "expected a string, found a number", "write the name of a field")],
    );
    refused(
        word(json!({ "__sum": "a" })),
        &[(
            "/roots/Query/word/__sum",
            "expected a list, found a string",
            "write a list of field names, \"$arguments\" and numbers",
        )],
    );
    refused(
        word(json!({ "__sum": [null] })),
        &[("/roots/Query/word/__sum/0", "expected a string or a number, found null", "name a field or an argument")],
    );
    refused(
        word(json!({ "__error": 1 })),
        &[("/roots/Query/word/__error", "expected a string, found a number", "write the error's text")],
    );
    refused(
        word(json!({ "__error": "x", "extensions": 1 })),
        &[(
            "/roots/Query/word/extensions",
            "expected an object, found a number",
            "write for example {\"code\": \"NOT_FOUND\"}",
        )],
    );
}

#[test]
fn reports_all_problems_at_once() {
    let data = json!({ "roots": { "Query": { "a": 1, "b": 2 } }, "entities": { "C": [] } });
    let LoadError::Data(problems) = MockSubgraph::new("shop", SDL, Some(&data.to_string())).unwrap_err() else {
        panic!()
    };
    assert_eq!(problems.len(), 3);
}
