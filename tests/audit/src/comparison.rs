//! Compares an answer with a test's expectation, more strictly than the public audit does: errors that a test does not
//! expect are a failure too. Tells a failure that says so from wrong data.

use serde_json::Value;

/// How one answer stands to what its test expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    /// The data are right, and there are errors of which the test says nothing.
    UnexpectedErrors,
    /// Not what the test expects, but the client is told: errors, and no value that contradicts the expectation.
    Refused,
    /// The client would take it for the truth.
    WrongData,
}

/// Deep equality of `data`, and errors exactly where the expectation has them.
pub fn judge(expected: &Value, received: &Value) -> Verdict {
    let expected_data = expected.get("data").unwrap_or(&Value::Null);
    let received_data = received.get("data").unwrap_or(&Value::Null);
    let has_errors = received.get("errors").and_then(Value::as_array).is_some_and(|errors| !errors.is_empty());
    let are_expected = expected.get("errors").and_then(Value::as_bool);
    match (equal(expected_data, received_data), has_errors) {
        (true, true) if are_expected.is_none() => Verdict::UnexpectedErrors,
        (true, _) if has_errors == are_expected.unwrap_or(false) => Verdict::Passed,
        (_, true) if is_part_of(received_data, expected_data) => Verdict::Refused,
        _ => Verdict::WrongData,
    }
}

/// JSON equality as JavaScript sees it: members in any order, `1` equals `1.0`.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| equal(value, other)))
        }
        _ => left == right,
    }
}

/// True where `received` differs from `whole` only by nulls in place of values, as null propagation leaves it.
fn is_part_of(received: &Value, whole: &Value) -> bool {
    match (received, whole) {
        (Value::Null, _) => true,
        (Value::Array(received), Value::Array(whole)) => {
            received.len() == whole.len() && received.iter().zip(whole).all(|(part, whole)| is_part_of(part, whole))
        }
        (Value::Object(received), Value::Object(whole)) => {
            received.len() == whole.len()
                && received.iter().all(|(name, part)| whole.get(name).is_some_and(|whole| is_part_of(part, whole)))
        }
        _ => equal(received, whole),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_data_passes_whatever_the_order_of_members() {
        let expected = json!({"data": {"a": 1, "b": [1.0, null]}});
        assert_eq!(judge(&expected, &json!({"data": {"b": [1, null], "a": 1}})), Verdict::Passed);
        assert_eq!(judge(&json!({"data": null}), &json!({"data": null})), Verdict::Passed);
    }

    #[test]
    fn errors_are_there_exactly_where_they_are_expected() {
        let answer = json!({"data": {"a": null}, "errors": [{"message": "no"}]});
        assert_eq!(judge(&json!({"data": {"a": null}}), &answer), Verdict::UnexpectedErrors);
        assert_eq!(judge(&json!({"data": {"a": null}, "errors": true}), &answer), Verdict::Passed);
        assert_eq!(judge(&json!({"data": {"a": null}, "errors": false}), &answer), Verdict::Refused);
        assert_eq!(judge(&json!({"errors": true}), &json!({"data": null, "errors": []})), Verdict::WrongData);
        assert_eq!(judge(&json!({"data": {"a": 1}, "errors": true}), &json!({"data": {"a": 1}})), Verdict::WrongData);
    }

    #[test]
    fn an_error_does_not_excuse_a_wrong_value() {
        let expected = json!({"data": {"list": [{"id": "1"}, {"id": "2"}]}});
        let errors = json!([{"message": "no"}]);
        let nulled = json!({"data": {"list": [null, {"id": "2"}]}, "errors": errors});
        assert_eq!(judge(&expected, &nulled), Verdict::Refused);
        let wrong = json!({"data": {"list": [null, {"id": "3"}]}, "errors": errors});
        assert_eq!(judge(&expected, &wrong), Verdict::WrongData);
        let shorter = json!({"data": {"list": [{"id": "1"}]}, "errors": errors});
        assert_eq!(judge(&expected, &shorter), Verdict::WrongData);
    }

    #[test]
    fn a_missing_member_is_wrong_data_even_when_the_rest_agrees() {
        assert_eq!(judge(&json!({"data": {"a": 1, "b": null}}), &json!({"data": {"a": 1}})), Verdict::WrongData);
    }
}
