//! The decoder and serde_json agree on which texts are JSON, and on what they mean.

use crate::{
    plan_text::PlanText,
    random::Random,
    scripted::{Setting, ok, run_prepared},
    supergraph::SUPERGRAPH,
};
use hansa_executor::PreparedPlan;
use serde_json::Value;

struct Texts {
    random: Random,
}

impl Texts {
    fn space(&mut self) -> &'static str {
        self.random.pick(&["", "", "", "", " ", "\n", "\t \r"])
    }

    fn string(&mut self) -> String {
        let pieces =
            ["a", "bc", "ü", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e4", "\\uD83D\\uDE00", "0123456789abcdef", " "];
        let count = self.random.below(8);
        let text: String = (0..count).map(|_| self.random.pick(&pieces)).collect();
        format!("\"{text}\"")
    }

    fn value(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 8 } else { 12 }) {
            0 => "null".to_owned(),
            1 => self.random.pick(&["true", "false"]).to_owned(),
            2 | 3 => self
                .random
                .pick(&["0", "-0", "7", "-12", "1.5", "2e3", "1E-2", "-0.0e+1", "2147483648", "18446744073709551616"])
                .to_owned(),
            4..8 => self.string(),
            8 | 9 => {
                let count = self.random.below(4);
                let items: Vec<String> =
                    (0..count).map(|_| format!("{}{}{}", self.space(), self.value(depth - 1), self.space())).collect();
                format!("[{}{}]", self.space(), items.join(","))
            }
            _ => self.object(depth - 1),
        }
    }

    fn object(&mut self, depth: usize) -> String {
        let count = self.random.below(6);
        let members: Vec<String> = (0..count)
            .map(|_| {
                let key = self.random.pick(&["any", "text", "child", "list", "\\u0061ny", "other", ""]);
                let value = self.value(depth);
                format!("{}\"{key}\"{}:{}{value}{}", self.space(), self.space(), self.space(), self.space())
            })
            .collect();
        format!("{{{}{}}}", self.space(), members.join(","))
    }
}

#[test]
fn on_random_texts() {
    let plan = PlanText::new()
        .view(0, "Query", "any: JSON text: String child: User -> 1 list: [JSON] ")
        .view(1, "User", "any: JSON text: String child: Place -> 2 list: [[String]]")
        .view(2, "Place", "any: JSON text: String")
        .root(
            "accounts",
            &[],
            "is Query { any: JSON text: String child: User -> 1 is User { any: JSON text: String child: Place -> 2 is Place { any: JSON text: String } list: [[String]] } list: [JSON] }",
        )
        .build();
    let plan = PreparedPlan::new(plan, &SUPERGRAPH);
    let mut texts = Texts { random: Random(0x5eed) };
    let (mut valid_count, mut invalid_count) = (0, 0);
    for _ in 0..10_000 {
        let text = format!("{{\"data\":{}}}", texts.object(4));
        let text = if texts.random.below(2) == 0 { texts.random.mutate(text.as_bytes()) } else { text.into_bytes() };
        let expected = serde_json::from_slice::<Value>(&text).ok();
        let shown = String::from_utf8_lossy(&text).into_owned();
        let response = run_prepared(&plan, vec![ok(text)], &Setting::default()).response;
        let response: Value = serde_json::from_str(&response).expect("responses are JSON");
        let message = response["errors"][0]["message"].as_str().unwrap_or_default();
        if message.starts_with("a subgraph's") {
            // Other messages are about texts that may be JSON, but are no answers.
            assert!(expected.is_none() || !message.ends_with("not JSON"), "{shown}");
            invalid_count += 1;
            continue;
        }
        let Some(expected) = expected else {
            // serde_json also refuses halves of surrogate pairs, which cost us only the field.
            assert!(shown.contains("\\u"), "{shown}");
            continue;
        };
        if expected.get("data").is_some_and(Value::is_object) {
            assert_eq!(response["data"], view(&expected["data"], 0), "{shown}");
            valid_count += 1;
        }
    }
    assert!(valid_count > 2_500 && invalid_count > 500, "{valid_count} valid, {invalid_count} invalid");
}

/// What the client should see of an object at that level.
fn view(object: &Value, level: usize) -> Value {
    if !object.is_object() {
        return Value::Null;
    }
    let mut shown = serde_json::Map::new();
    shown.insert("any".into(), object["any"].clone());
    shown.insert("text".into(), text(&object["text"]));
    if level < 2 {
        shown.insert("child".into(), view(&object["child"], level + 1));
        let list = &object["list"];
        let list = match (list.as_array(), level) {
            (None, _) => Value::Null,
            (Some(_), 0) => list.clone(),
            (Some(items), _) => items.iter().map(list_of_texts).collect(),
        };
        shown.insert("list".into(), list);
    }
    Value::Object(shown)
}

fn text(value: &Value) -> Value {
    if value.is_string() { value.clone() } else { Value::Null }
}

fn list_of_texts(value: &Value) -> Value {
    value.as_array().map_or(Value::Null, |items| items.iter().map(text).collect())
}
