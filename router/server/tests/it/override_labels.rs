//! Progressive `@override`: for which requests a field comes from the subgraph that takes it over.

use crate::{
    bad_settings::load,
    issuer::{self, Folder, Key, claims, header, key_set},
    logs_of_tokens::Log,
    running::{Running, SUPERGRAPH, settings},
};
use hansa_server::{Algorithm, CallerClaim, Config, LabelClaim, LabelHeader, LabelRule, Router, Span, Switch};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::timeout;

pub(crate) const QUERY: &str = r#"{"query":"{ user(id: 1) { name } }"}"#;

/// `blog` takes over `User.name` by this label, and `User.friend` by another.
pub(crate) fn supergraph(name_label: &str, friend_label: &str) -> String {
    let on_its_way = |label: &str| {
        format!(
            "@join__field(graph: ACCOUNTS, overrideLabel: \"{label}\")
             @join__field(graph: BLOG, override: \"accounts\", overrideLabel: \"{label}\")"
        )
    };
    SUPERGRAPH
        .replacen("usedOverridden: Boolean", "usedOverridden: Boolean overrideLabel: String", 1)
        .replacen("name: String @join__field(graph: ACCOUNTS)", &format!("name: String {}", on_its_way(name_label)), 1)
        .replacen(
            "friend: User @join__field(graph: ACCOUNTS)",
            &format!("friend: User {}", on_its_way(friend_label)),
            1,
        )
}

async fn start(config: Config, labels: (&str, &str)) -> Running {
    let (mut router, config) =
        Running::subgraphs(Config { query_plan: Switch::On, ..config }, Default::default()).await;
    router.run(Router::new(config).supergraph_sdl(supergraph(labels.0, labels.1))).await;
    router
}

fn with_rules<const N: usize>(rules: [(&str, LabelRule); N]) -> Config {
    let override_labels = rules.map(|(label, rule)| (label.to_owned(), rule));
    Config { override_labels: BTreeMap::from(override_labels), ..settings() }
}

/// Whether `blog` was asked to answer the operation.
pub(crate) async fn is_taken_over(router: &Running, headers: &[(&str, &str)], body: &str) -> bool {
    let mut request = router.post().header("hansa-query-plan", "1");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = router.send(request, body.to_owned()).await;
    assert_eq!(answer.code(), "", "{}", answer.text());
    let fetches = answer.json()["extensions"]["queryPlan"]["fetches"].clone();
    fetches.as_array().unwrap().iter().any(|fetch| fetch["subgraph"] == "blog" && fetch["status"] == 200)
}

#[tokio::test]
async fn a_label_is_off_unless_settings_switch_it_on() {
    let router = start(settings(), ("next", "other")).await;
    assert!(!is_taken_over(&router, &[], QUERY).await);
    let router = start(with_rules([("next", LabelRule::Off)]), ("next", "other")).await;
    assert!(!is_taken_over(&router, &[], QUERY).await);
    let router = start(with_rules([("next", LabelRule::On)]), ("next", "other")).await;
    assert!(is_taken_over(&router, &[], QUERY).await);
    // Another label has no part in it.
    let router = start(with_rules([("other", LabelRule::On)]), ("next", "other")).await;
    assert!(!is_taken_over(&router, &[], QUERY).await);
}

#[tokio::test]
async fn a_header_switches_a_label_on_for_its_request() {
    let rule = LabelRule::Header(LabelHeader { name: "X-Beta".to_owned(), value: "on".to_owned() });
    let router = start(with_rules([("next", rule)]), ("next", "other")).await;
    assert!(!is_taken_over(&router, &[], QUERY).await);
    assert!(is_taken_over(&router, &[("x-beta", "on")], QUERY).await);
    assert!(!is_taken_over(&router, &[("x-beta", "off")], QUERY).await);
    assert!(is_taken_over(&router, &[("x-beta", "off"), ("x-beta", "on")], QUERY).await);
    assert!(!is_taken_over(&router, &[], QUERY).await, "the request before has left nothing behind");
    assert_eq!(router.metric("hansa_plan_cache_entries").await, "2", "one plan with the label and one without");
}

#[tokio::test]
async fn a_claim_switches_a_label_on_for_its_caller() {
    let (folder, key) = (Folder::new(), Key::ed());
    let mut config = issuer::settings(&[Algorithm::EdDSA], folder.write(&key_set(&[key.jwk("1")])));
    let rule = LabelRule::Claim(LabelClaim { name: CallerClaim::Roles, value: "STAFF".to_owned() });
    config.override_labels = BTreeMap::from([("next".to_owned(), rule)]);
    let router = start(config, ("next", "other")).await;
    assert!(!is_taken_over(&router, &[("roles", "STAFF"), ("x-roles", "STAFF")], QUERY).await, "no header does it");
    for (roles, expected) in [(json!(["OWNER"]), false), (json!(["OWNER", "STAFF"]), true), (json!(["STAFFER"]), false)]
    {
        let mut claims = claims();
        claims["roles"] = roles;
        let token = format!("Bearer {}", key.token(&header("EdDSA", "1"), &claims));
        assert_eq!(is_taken_over(&router, &[("authorization", &token)], QUERY).await, expected, "{claims}");
    }
}

/// The trace id decides, so that it is the same again for all routers that a trace comes through.
#[tokio::test]
async fn a_percentage_of_requests_is_taken_over() {
    let router = start(settings(), ("percent(25)", "percent(50)")).await;
    let both = r#"{"query":"{ user(id: 1) { friend { name } } }"}"#;
    let (mut of_name, mut of_friend) = (0, 0);
    for request in 1..=400u32 {
        let traceparent = format!("00-{request:032x}-b7ad6b7169203331-01");
        let headers = [("traceparent", traceparent.as_str())];
        let (name, friend) =
            (is_taken_over(&router, &headers, QUERY).await, is_taken_over(&router, &headers, both).await);
        assert_eq!(is_taken_over(&router, &headers, QUERY).await, name, "the same trace, the same subgraph");
        assert!(friend || !name, "who is among the 25 is among the 50, too: {traceparent}");
        of_name += u32::from(name);
        of_friend += u32::from(friend);
    }
    assert!((70..=130).contains(&of_name), "{of_name} of 400 are no 25 %");
    assert!((160..=240).contains(&of_friend), "{of_friend} of 400 are no 50 %");
    assert_eq!(router.metric("hansa_plan_cache_entries").await, "5", "two plans of one operation, three of the other");
}

#[tokio::test]
async fn nothing_and_everything_are_percentages_too() {
    let router = start(settings(), ("percent(0)", "percent(100)")).await;
    let friend = r#"{"query":"{ user(id: 1) { friend { id } } }"}"#;
    for _ in 0..20 {
        assert!(!is_taken_over(&router, &[], QUERY).await);
        assert!(is_taken_over(&router, &[], friend).await);
    }
    // What settings say of a label goes before what it says itself.
    let rules = [("percent(0)", LabelRule::Percent(100.0)), ("percent(100)", LabelRule::Off)];
    let router = start(with_rules(rules), ("percent(0)", "percent(100)")).await;
    assert!(is_taken_over(&router, &[], QUERY).await);
    assert!(!is_taken_over(&router, &[], friend).await);
}

#[test]
fn rules_are_read_from_settings() {
    let yaml = "\
override_labels:
  new-stock: on
  old/stock: off
  percent(5): { percent: 12.5 }
  beta: { header: { name: x-beta, value: \"on\" } }
authentication:
  issuers: []
";
    let config = load(yaml, &[("HANSA_OVERRIDE_LABELS__NEW-STOCK", "off")], &[]).unwrap();
    assert_eq!(config.override_labels["new-stock"], LabelRule::Off);
    assert_eq!(config.override_labels["old/stock"], LabelRule::Off);
    assert_eq!(config.override_labels["percent(5)"], LabelRule::Percent(12.5));
    assert!(matches!(&config.override_labels["beta"], LabelRule::Header(header) if header.name == "x-beta"));
}

#[test]
fn wrong_rules_are_refused_with_their_place() {
    let refused = |rule: &str| load(&format!("override_labels:\n  a: {rule}\n"), &[], &[]).unwrap_err();
    for (rule, message) in [
        ("maybe", "`maybe` is not one of"),
        ("{ percent: 101 }", "101 of `a` is no percentage; write a number from 0 to 100"),
        ("{ percent: -1 }", "-1 of `a` is no percentage"),
        ("{ percent: NaN }", "percent"),
        ("{ percentage: 5 }", "percent"),
        ("{ header: { name: \"x beta\", value: a } }", "`x beta` of `a` is no name of a header"),
        ("{ header: { name: x-beta, value: \"\" } }", "`a` needs a value to compare with"),
        ("{ header: { name: x-beta } }", "value"),
        ("{ claim: { name: shoe_size, value: a } }", "`shoe_size` is not one of"),
        ("{ claim: { name: roles, value: a } }", "configure `authentication.issuers`"),
    ] {
        let error = refused(rule);
        assert!(error.contains(message) && error.contains("hansa.yaml:"), "{rule}: {error}");
    }
}

/// A label may be gone before the settings that named it are cleaned up: that must not keep a router from starting.
#[tokio::test]
async fn a_rule_for_no_label_does_no_harm() {
    let log = Log::default();
    // The router runs on this thread.
    let _guard = tracing::subscriber::set_default(log.subscriber(tracing::Level::WARN));
    let router = start(with_rules([("nxt", LabelRule::On)]), ("next", "other")).await;
    assert!(!is_taken_over(&router, &[], QUERY).await);
    let warning = "`override_labels` names `nxt`, which is no label in the supergraph; did you mean `next`?";
    assert!(log.text().contains(warning), "{}", log.text());
}

/// Operators take a field back at once, without a restart.
#[tokio::test]
async fn rules_change_while_the_router_runs() {
    let folder = Folder::new();
    let file = folder.file().with_file_name("hansa.yaml");
    std::fs::write(&file, "").unwrap();
    let (mut router, mut config) = Running::subgraphs(settings(), Default::default()).await;
    (config.query_plan, config.reload.interval) = (Switch::On, Span::from_millis(20));
    let (read_file, base) = (file.clone(), config.clone());
    let read = move || {
        let config = Config::load(Some(&read_file), [], &[]).map_err(|error| error.to_string())?;
        Ok(Config { override_labels: config.override_labels, requests_max: config.requests_max, ..base.clone() })
    };
    let sdl = supergraph("next", "other");
    router.run(Router::new(config).supergraph_sdl(sdl).settings_file(file.clone(), read)).await;
    let becomes = async |expected: bool| {
        while is_taken_over(&router, &[], QUERY).await != expected {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(!is_taken_over(&router, &[], QUERY).await);
    std::fs::write(&file, "override_labels: { next: on }\n").unwrap();
    timeout(Duration::from_secs(5), becomes(true)).await.unwrap();
    // What is wrong changes nothing.
    std::fs::write(&file, "override_labels: { next: perhaps }\n").unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(is_taken_over(&router, &[], QUERY).await);
    std::fs::write(&file, "requests_max: 7\n").unwrap();
    timeout(Duration::from_secs(5), becomes(false)).await.unwrap();
    std::fs::remove_file(&file).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    std::fs::write(&file, "requests_max: 7\noverride_labels: { next: { percent: 100 } }\n").unwrap();
    timeout(Duration::from_secs(5), becomes(true)).await.unwrap();
}
