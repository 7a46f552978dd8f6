//! Scalars and money, as clients may and may not write them.

use super::small_subgraph::small_subgraph;
use crate::{Caller, testing::execute};
use serde_json::{Value, json};

const QUERY: &str = "query($time: DateTime, $decimal: Decimal, $url: URL) {
  echo(time: $time, decimal: $decimal, url: $url)
}";

async fn ask(query: &str, variables: Value) -> Value {
    execute(&small_subgraph(), &Caller::visitor(), query, variables).await
}

fn code_and_text(answer: &Value) -> (&str, &str) {
    let error = &answer["errors"][0];
    (error["extensions"]["code"].as_str().unwrap(), error["message"].as_str().unwrap())
}

#[tokio::test]
async fn reads_what_is_well_written() {
    let variables =
        json!({ "time": "2026-01-02T03:04:05.6+01:00", "decimal": "-12.50", "url": "https://example.org/a?b" });
    let answer = ask(QUERY, variables).await;
    let expected = json!(["2026-01-02T02:04:05.600+00:00", "-12.50", "https://example.org/a?b"]);
    assert_eq!(answer["data"]["echo"], expected, "{answer}");
    let answer = ask("{ now }", json!({})).await;
    assert_eq!(answer["data"]["now"], "2026-01-02T03:04:05.678Z");
}

#[tokio::test]
async fn says_what_is_wrong_with_a_scalar() {
    let long = "9".repeat(3000);
    let wrong = [
        ("time", json!("yesterday")),
        ("time", json!("2026-01-02")),
        ("time", json!("2026-02-30T00:00:00Z")),
        ("time", json!(1_767_323_045)),
        ("time", json!({ "year": 2026 })),
        ("decimal", json!(12.5)),
        ("decimal", json!("1e3")),
        ("decimal", json!("1,5")),
        ("decimal", json!(".5")),
        ("decimal", json!("5.")),
        ("decimal", json!("-")),
        ("decimal", json!("1.2.3")),
        ("decimal", json!(long)),
        ("url", json!("javascript:alert(1)")),
        ("url", json!("/path")),
        ("url", json!("https://")),
        ("url", json!("ftp://example.org/")),
        ("url", json!("https://exa mple.org/")),
    ];
    for (name, value) in wrong {
        let answer = ask(QUERY, json!({ name: value })).await;
        let (code, text) = code_and_text(&answer);
        assert_eq!(code, "BAD_USER_INPUT", "{value}: {answer}");
        assert!(text.len() < 200 && text.contains("Failed to parse"), "{value}: {text}");
    }
}

#[tokio::test]
async fn the_same_in_the_text_of_an_operation() {
    let answer = ask("{ echo(decimal: 12.5) }", json!({})).await;
    let expected = "Failed to parse \"Decimal\": a text such as \"12.50\" is wanted";
    assert_eq!(code_and_text(&answer), ("BAD_USER_INPUT", expected));
}

#[tokio::test]
async fn money_fits_its_currency() {
    let query = "query($money: MoneyInput!) { money(money: $money) { amount currencyCode } }";
    let answer = ask(query, json!({ "money": { "amount": "12.5", "currencyCode": "EUR" } })).await;
    assert_eq!(answer["data"]["money"], json!({ "amount": "12.50", "currencyCode": "EUR" }));
    for (amount, currency) in
        [("12.505", "EUR"), ("1.5", "JPY"), ("92233720368547758.08", "EUR"), ("1", "XXX"), ("1", "eur")]
    {
        let answer = ask(query, json!({ "money": { "amount": amount, "currencyCode": currency } })).await;
        assert_eq!(code_and_text(&answer).0, "BAD_USER_INPUT", "{amount} {currency}: {answer}");
    }
}
