//! Whether an HTTP answer is a GraphQL response at all: GraphQL specification, "Response Format", and what the
//! GraphQL-over-HTTP specification says of `application/json`. Another status than 200 may say why nothing was executed.

use http::StatusCode;
use serde_json::{Map, Value};

/// What is wrong with an answer, in the order in which it is met; nothing is.
pub fn faults(status: StatusCode, media_type: &str, response: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if status != StatusCode::OK && response.get("data").is_some() {
        faults.push(format!("answered {status} with data, not 200 as for application/json"));
    }
    if media_type.split(';').next().map(str::trim) != Some("application/json") {
        faults.push(format!("the media type is `{media_type}`, not application/json"));
    }
    let Some(members) = response.as_object() else {
        faults.push("the answer is no object".to_owned());
        return faults;
    };
    let unknown = members.keys().filter(|name| !["data", "errors", "extensions"].contains(&name.as_str()));
    faults.extend(unknown.map(|name| format!("a response has no `{name}`")));
    match members.get("data") {
        Some(Value::Object(_)) => {}
        Some(Value::Null) | None if members.contains_key("errors") => {}
        Some(Value::Null) | None => faults.push("there is neither data nor an error".to_owned()),
        Some(_) => faults.push("`data` is neither an object nor null".to_owned()),
    }
    if members.get("extensions").is_some_and(|extensions| !extensions.is_object()) {
        faults.push("`extensions` is no object".to_owned());
    }
    match members.get("errors") {
        None => {}
        Some(Value::Array(errors)) if !errors.is_empty() => {
            for (index, error) in errors.iter().enumerate() {
                faults
                    .extend(error_faults(error, members.get("data")).map(|fault| format!("errors[{index}]: {fault}")));
                if errors[..index].contains(error) {
                    faults.push(format!("errors[{index}]: stands there twice"));
                }
            }
        }
        Some(_) => faults.push("`errors` is no list with something in it".to_owned()),
    }
    faults
}

fn error_faults(error: &Value, data: Option<&Value>) -> impl Iterator<Item = String> {
    let Some(members) = error.as_object() else { return vec!["is no object".to_owned()].into_iter() };
    let mut faults = Vec::new();
    let known = ["message", "locations", "path", "extensions"];
    faults.extend(members.keys().filter(|name| !known.contains(&name.as_str())).map(|name| format!("has `{name}`")));
    if !members.get("message").is_some_and(Value::is_string) {
        faults.push("has no message".to_owned());
    }
    if members.get("extensions").is_some_and(|extensions| !extensions.is_object()) {
        faults.push("`extensions` is no object".to_owned());
    }
    if !are_locations(members) {
        faults.push("`locations` is no list of lines and columns".to_owned());
    }
    match (members.get("path"), data) {
        (None, _) => {}
        (Some(path), None) => faults.push(format!("has a path, {path}, and nothing was executed")),
        (Some(path), Some(data)) => faults.extend(path_fault(path, data).map(|why| format!("path {path}: {why}"))),
    }
    faults.into_iter()
}

fn are_locations(error: &Map<String, Value>) -> bool {
    let Some(locations) = error.get("locations") else { return true };
    let is_counted = |location: &Value, name: &str| location.get(name).and_then(Value::as_u64).is_some_and(|at| at > 0);
    locations.as_array().is_some_and(|locations| {
        !locations.is_empty() && locations.iter().all(|at| is_counted(at, "line") && is_counted(at, "column"))
    })
}

/// A path leads to a null: that of the field, or the one it has propagated to.
fn path_fault(path: &Value, data: &Value) -> Option<String> {
    let Some(segments) = path.as_array() else { return Some("is no list".to_owned()) };
    let mut value = data;
    for segment in segments {
        let next = match (value, segment) {
            (Value::Null, _) => return None,
            (Value::Object(members), Value::String(name)) => members.get(name),
            (Value::Array(items), Value::Number(index)) => index.as_u64().and_then(|index| items.get(index as usize)),
            _ => None,
        };
        let Some(next) = next else { return Some(format!("the data has no {segment} there")) };
        value = next;
    }
    (!value.is_null()).then(|| "the data has a value there".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(response: Value, expected: &[&str]) {
        assert_eq!(faults(StatusCode::OK, "application/json; charset=utf-8", &response), expected, "{response}");
    }

    #[test]
    fn answers_that_follow_the_specification_have_no_faults() {
        check(json!({"data": {"a": 1}}), &[]);
        check(json!({"data": {"a": null}, "errors": [{"message": "no", "path": ["a"]}]}), &[]);
        check(json!({"data": {"a": [1, null]}, "errors": [{"message": "no", "path": ["a", 1, "b"]}]}), &[]);
        check(json!({"data": null, "errors": [{"message": "no", "path": ["a", 0]}], "extensions": {}}), &[]);
        check(json!({"errors": [{"message": "no", "locations": [{"line": 1, "column": 2}]}]}), &[]);
    }

    #[test]
    fn what_a_response_may_not_have_is_named() {
        check(json!([]), &["the answer is no object"]);
        check(json!({"data": {}, "more": 1}), &["a response has no `more`"]);
        check(json!({}), &["there is neither data nor an error"]);
        check(json!({"data": null}), &["there is neither data nor an error"]);
        check(json!({"data": 3}), &["`data` is neither an object nor null"]);
        check(json!({"data": {}, "extensions": 3}), &["`extensions` is no object"]);
        check(json!({"data": {}, "errors": []}), &["`errors` is no list with something in it"]);
        let html = faults(StatusCode::BAD_GATEWAY, "text/html", &json!({"data": {}}));
        let expected = [
            "answered 502 Bad Gateway with data, not 200 as for application/json",
            "the media type is `text/html`, not application/json",
        ];
        assert_eq!(html, expected);
    }

    #[test]
    fn what_an_error_may_not_have_is_named() {
        let with = |error: Value| json!({"data": {"a": [1]}, "errors": [error]});
        check(with(json!("no")), &["errors[0]: is no object"]);
        check(with(json!({"code": 1})), &["errors[0]: has `code`", "errors[0]: has no message"]);
        check(with(json!({"message": "no", "extensions": 1})), &["errors[0]: `extensions` is no object"]);
        let unplaced = json!({"message": "no", "locations": [{"line": 0, "column": 1}]});
        check(with(unplaced), &["errors[0]: `locations` is no list of lines and columns"]);
        let twice = json!({"message": "no"});
        check(json!({"data": {}, "errors": [twice, twice]}), &["errors[1]: stands there twice"]);
    }

    #[test]
    fn a_path_leads_to_a_null_in_the_data() {
        let with = |path: Value| json!({"data": {"a": [1, null]}, "errors": [{"message": "no", "path": path}]});
        check(with(json!(["a", 1])), &[]);
        check(with(json!("a")), &["errors[0]: path \"a\": is no list"]);
        check(with(json!(["b"])), &["errors[0]: path [\"b\"]: the data has no \"b\" there"]);
        check(with(json!(["a", 2])), &["errors[0]: path [\"a\",2]: the data has no 2 there"]);
        check(with(json!(["a", "x"])), &["errors[0]: path [\"a\",\"x\"]: the data has no \"x\" there"]);
        check(with(json!(["a", 0])), &["errors[0]: path [\"a\",0]: the data has a value there"]);
        let refused = json!({"errors": [{"message": "no", "path": ["a"]}]});
        check(refused, &["errors[0]: has a path, [\"a\"], and nothing was executed"]);
    }
}
