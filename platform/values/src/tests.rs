//! Laws of the value types: text and value are the same thing, and order survives.

use crate::{AnyId, CurrencyCode, IdError, Money, MoneyError, TenantId, UserId};
use uuid::Uuid;

fn money(amount: &str, currency: &str) -> Result<Money, MoneyError> {
    Money::parse(amount, currency.parse().unwrap())
}

#[test]
fn ids_are_their_texts() {
    for number in [0, 1, 31, 32, u128::MAX, 0x0199_0000_0000_7000_8000_0000_0000_0001] {
        let id = UserId::from_uuid(Uuid::from_u128(number));
        let text = id.to_string();
        assert_eq!(text.len(), "user_".len() + 26);
        assert_eq!(text.parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<UserId>(&json).unwrap(), id);
    }
}

#[test]
fn texts_of_ids_sort_as_the_ids_do() {
    let numbers = [0u128, 7, 31, 32, 1 << 64, (1 << 64) + 1, u128::MAX - 1, u128::MAX];
    let texts: Vec<String> = numbers.map(|number| UserId::from_uuid(Uuid::from_u128(number)).to_string()).to_vec();
    assert!(texts.is_sorted());
}

#[test]
fn says_why_a_text_is_no_id() {
    let tenant = TenantId::from_uuid(Uuid::from_u128(5)).to_string();
    let other = IdError::OtherKind { type_name: "User", prefix: "user", found: "tenant".to_owned() };
    assert_eq!(tenant.parse::<UserId>(), Err(other));
    let malformed = IdError::Malformed { type_name: "User", prefix: "user" };
    let good = UserId::from_uuid(Uuid::from_u128(5)).to_string();
    let bad = [
        "".to_owned(),
        "user".to_owned(),
        "user_".to_owned(),
        good.to_uppercase(),
        good.replace('5', "u"),
        format!("{good}0"),
        good[..good.len() - 1].to_owned(),
        good.replace("user_0", "user_8"),
        format!(" {good}"),
        "user_é0000000000000000000000000".to_owned(),
    ];
    for text in bad {
        assert_eq!(text.parse::<UserId>(), Err(malformed.clone()), "{text}");
        assert_eq!(AnyId::parse(&text), None, "{text}");
    }
}

#[test]
fn amounts_are_their_texts() {
    let cases =
        [("12.50", "EUR", 1250), ("0.05", "USD", 5), ("-0.05", "USD", -5), ("7", "JPY", 7), ("1.234", "KWD", 1234)];
    for (text, currency, units) in cases {
        let money = money(text, currency).unwrap();
        assert_eq!(money.minor_units, units);
        assert_eq!(money.amount().to_string(), text);
    }
    assert_eq!(money("3.5", "EUR").unwrap().amount().to_string(), "3.50");
    let largest = Money { minor_units: i64::MIN, currency: "EUR".parse().unwrap() };
    assert_eq!(money(&largest.amount().to_string(), "EUR"), Ok(largest));
}

#[test]
fn says_why_a_text_is_no_amount() {
    for text in ["", "-", ".5", "5.", "+1", "1e3", "1,50", " 1", "0x1", "NaN", "1.5.0", "١"] {
        assert_eq!(money(text, "EUR"), Err(MoneyError::NotADecimal), "{text}");
    }
    let yen = "JPY".parse().unwrap();
    assert_eq!(money("1.5", "JPY"), Err(MoneyError::TooManyDigits { currency: yen, digits: 0, found: 1 }));
    assert_eq!(money("92233720368547758.08", "EUR"), Err(MoneyError::TooLarge));
}

#[test]
fn currencies_are_found_by_their_codes() {
    assert_eq!("SEK".parse::<CurrencyCode>().unwrap().as_str(), "SEK");
    for text in ["", "eur", "EURO", "XAU", "ZZZ"] {
        assert!(text.parse::<CurrencyCode>().is_err(), "{text}");
    }
}
