//! Environment variables: what they set, and what is no value.

use crate::{PaymentsSettings, ProviderSettings};
use hansa_subgraph_host::Mode;
use std::time::Duration;

fn settings(variables: &[(&str, &str)]) -> Result<PaymentsSettings, String> {
    let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    PaymentsSettings::from_variables(&variable).map_err(|error| error.to_string())
}

#[test]
fn without_variables_there_is_a_sandbox_without_faults() {
    assert_eq!(settings(&[]), Ok(PaymentsSettings::default()));
}

#[test]
fn variables_set_what_they_name() {
    let set = settings(&[
        ("HANSA_PAYMENTS_SANDBOX_DELAY_MS", "50"),
        ("HANSA_PAYMENTS_SANDBOX_SEED", "7"),
        ("HANSA_PAYMENTS_SANDBOX_DECLINE_PERCENT", "10"),
        ("HANSA_PAYMENTS_SANDBOX_LOST_ANSWER_PERCENT", "20"),
        ("HANSA_PAYMENTS_SANDBOX_LOST_CALL_PERCENT", "5"),
        ("HANSA_PAYMENTS_SANDBOX_WEBHOOK_PERCENT", "100"),
        ("HANSA_PAYMENTS_SANDBOX_WEBHOOK_LATE_MS", "9"),
        ("HANSA_PAYMENTS_SANDBOX_UNKNOWN_MS", "8"),
        ("HANSA_PAYMENTS_CALLS_MAX", "3"),
        ("HANSA_PAYMENTS_CALL_TIMEOUT_MS", "2000"),
        ("HANSA_PAYMENTS_FEE_BASIS_POINTS", "0"),
    ])
    .unwrap();
    let ProviderSettings::Sandbox(sandbox) = set.provider else { panic!("a sandbox is wanted") };
    assert_eq!((sandbox.delay, sandbox.seed), (Duration::from_millis(50), 7));
    let percents =
        [sandbox.decline_percent, sandbox.lost_answer_percent, sandbox.lost_call_percent, sandbox.webhook_percent];
    assert_eq!(percents, [10, 20, 5, 100]);
    assert_eq!((sandbox.webhook_late, sandbox.unknown_for), (Duration::from_millis(9), Duration::from_millis(8)));
    assert_eq!((set.calls_max, set.call_time_max, set.fee_basis_points), (3, Duration::from_secs(2), 0));
}

#[test]
fn a_key_makes_it_stripe_and_is_not_shown() {
    let variables = [
        ("HANSA_PAYMENTS_STRIPE_KEY", "sk_secret"),
        ("HANSA_PAYMENTS_STRIPE_URL", "http://127.0.0.1:9/"),
        ("HANSA_PAYMENTS_STRIPE_WEBHOOK_SECRET", "whsec_secret"),
    ];
    let set = settings(&variables).unwrap();
    let ProviderSettings::Stripe(stripe) = &set.provider else { panic!("Stripe is wanted") };
    assert_eq!((stripe.url.as_str(), stripe.key.0.as_str()), ("http://127.0.0.1:9", "sk_secret"));
    assert!(stripe.webhook_secret.is_some());
    assert!(!format!("{set:?}").contains("secret\""), "{set:?}");
    assert!(
        matches!(settings(&variables[..1]).unwrap().provider, ProviderSettings::Stripe(of) if of.url == "https://api.stripe.com")
    );
}

/// Who forgot the key is told so, where customers are real.
#[test]
fn a_sandbox_in_production_is_warned_of_unless_it_is_wanted() {
    let warning = |variables: &[(&str, &str)], mode: Mode| settings(variables).unwrap().warning(mode);
    for forgotten in [&[][..], &[("HANSA_PAYMENTS_STRIPE_KEY", "")], &[("HANSA_PAYMENTS_SANDBOX", "off")]] {
        let told = warning(forgotten, Mode::Production).unwrap();
        for part in ["NO MONEY MOVES", "HANSA_PAYMENTS_STRIPE_KEY", "HANSA_PAYMENTS_SANDBOX=on"] {
            assert!(told.contains(part), "{told}");
        }
        assert!(!told.contains("  "), "{told}");
        assert_eq!(warning(forgotten, Mode::Development), None);
    }
    assert_eq!(warning(&[("HANSA_PAYMENTS_SANDBOX", "on")], Mode::Production), None);
    assert_eq!(warning(&[("HANSA_PAYMENTS_STRIPE_KEY", "sk_live")], Mode::Production), None);
}

#[test]
fn wrong_values_are_named() {
    let cases = [
        ("HANSA_PAYMENTS_SANDBOX_DECLINE_PERCENT", "101", "a percentage from 0 to 100"),
        ("HANSA_PAYMENTS_SANDBOX", "true", "`on` or `off`"),
        ("HANSA_PAYMENTS_SANDBOX_DELAY_MS", "soon", "a number of milliseconds up to an hour"),
        ("HANSA_PAYMENTS_SANDBOX_SEED", "-1", "a whole number"),
        ("HANSA_PAYMENTS_CALLS_MAX", "0", "a number from 1 to 1000"),
        ("HANSA_PAYMENTS_FEE_BASIS_POINTS", "10001", "hundredths of a percent, from 0 to 10000"),
    ];
    for (name, value, wanted) in cases {
        let error = settings(&[(name, value)]).unwrap_err();
        assert_eq!(error, format!("the environment variable {name} is `{value}`: {wanted} is wanted"));
    }
    let both = [("HANSA_PAYMENTS_STRIPE_KEY", "k"), ("HANSA_PAYMENTS_SANDBOX", "on")];
    let expected = "the environment variable HANSA_PAYMENTS_SANDBOX is `on`: one of it and HANSA_PAYMENTS_STRIPE_KEY, and not \
                    both, is wanted";
    assert_eq!(settings(&both).unwrap_err(), expected);
    let url = [("HANSA_PAYMENTS_STRIPE_KEY", "k"), ("HANSA_PAYMENTS_STRIPE_URL", "ftp://x")];
    assert!(settings(&url).unwrap_err().contains("a URL with http:// or https:// is wanted"));
}
