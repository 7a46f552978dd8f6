//! What cannot be served is refused at start, in words that say what to do.

use crate::running::{SUPERGRAPH, settings};
use hansa_server::{Config, Router, ServeError, SubgraphConfig};
use std::error::Error;

async fn refusal(config: Config, sdl: Option<&str>) -> String {
    let router = Router::new(config);
    let router = match sdl {
        Some(sdl) => router.supergraph_sdl(sdl),
        None => router,
    };
    let error: ServeError = router.bind().await.unwrap_err();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn no_supergraph_no_start() {
    assert!(refusal(settings(), None).await.contains("no supergraph: name its file with --supergraph"));
    let mut config = settings();
    config.supergraph = "/nowhere/supergraph.graphql".into();
    let text = refusal(config, None).await;
    assert!(text.contains("could not read the supergraph file /nowhere/supergraph.graphql: No such file"), "{text}");
    for sdl in ["", "not graphql at all {", "type Query { a: ID }"] {
        let text = refusal(settings(), Some(sdl)).await;
        assert!(text.starts_with("cannot serve the supergraph: not a supergraph: "), "{text}");
        assert_eq!(text.matches("not a supergraph").count(), 1, "said once: {text}");
    }
}

/// The tests' supergraph with a specification linked, its directive defined, and applied to one field.
fn protected(name: &str, definition: &str, application: &str) -> String {
    let join = "  @link(url: \"https://specs.apollo.dev/join/v0.3\"";
    let link = format!("  @link(url: \"https://specs.apollo.dev/{name}/v0.1\", for: SECURITY)\n{join}");
    let (field, guarded) = ("  title: String", format!("  title: String {application}"));
    assert!(SUPERGRAPH.contains(join) && SUPERGRAPH.contains(field));
    format!(
        "{}\n{definition} on FIELD_DEFINITION | OBJECT\n",
        SUPERGRAPH.replace(join, &link).replacen(field, &guarded, 1)
    )
}

#[tokio::test]
async fn policies_are_not_ignored() {
    let definition = "directive @policy(policies: [[String!]!]!)";
    for application in ["", "@policy(policies: [[\"p\"]])"] {
        let text = refusal(settings(), Some(&protected("policy", definition, application))).await;
        assert!(text.contains("@policy (https://specs.apollo.dev/policy), which this version"), "{text}");
        assert!(text.contains("does not enforce"), "{text}");
    }
}

#[tokio::test]
async fn what_is_protected_needs_a_way_to_know_callers() {
    let scopes = "directive @requiresScopes(scopes: [[String!]!]!)";
    for (name, definition, application) in [
        ("authenticated", "directive @authenticated", "@authenticated"),
        ("requiresScopes", scopes, "@requiresScopes(scopes: [[\"a\"]])"),
    ] {
        let text = refusal(settings(), Some(&protected(name, definition, application))).await;
        assert!(text.contains(&format!("uses @{name} (https://specs.apollo.dev/{name})")), "{text}");
        assert!(text.contains("Configure `authentication` with an issuer"), "{text}");
    }
    // Linked and not used, it protects nothing.
    let unused = protected("authenticated", "directive @authenticated", "");
    Router::new(settings()).supergraph_sdl(&unused).bind().await.unwrap();
}

#[tokio::test]
async fn another_defer_is_refused_where_responses_come_in_parts() {
    let sdl = format!("{SUPERGRAPH}\ndirective @defer(until: String) on FIELD\n");
    let text = refusal(settings(), Some(&sdl)).await;
    assert!(text.contains("Rename the supergraph's directive, or switch `incremental_delivery.enabled` off"), "{text}");
    assert!(text.contains("that of incremental delivery: directive @defer(until: String) on FIELD"), "{text}");
    let mut config = settings();
    config.incremental_delivery.enabled = false;
    Router::new(config).supergraph_sdl(&sdl).bind().await.unwrap();
    let older = format!("{SUPERGRAPH}\ndirective @defer(label: String, if: Boolean) on INLINE_FRAGMENT\n");
    Router::new(settings()).supergraph_sdl(&older).bind().await.unwrap();
}

#[tokio::test]
async fn wrong_subgraph_settings_are_refused() {
    let mut config = settings();
    config.subgraphs.insert("acounts".to_owned(), SubgraphConfig::default());
    let text = refusal(config, Some(SUPERGRAPH)).await;
    assert!(text.contains("the settings name a subgraph `acounts` that the supergraph does not have"), "{text}");
    assert!(text.contains("did you mean `accounts`?"), "{text}");

    let nowhere = SUPERGRAPH.replacen("http://", "nowhere:", 1);
    let text = refusal(settings(), Some(&nowhere)).await;
    assert!(text.contains("has no usable URL (`nowhere:"), "{text}");
}

#[tokio::test]
async fn a_port_in_use_says_which() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = settings();
    config.listen = taken.local_addr().unwrap();
    let text = refusal(config.clone(), Some(SUPERGRAPH)).await;
    assert!(text.starts_with(&format!("could not listen on {}: the port is in use", config.listen)), "{text}");
}
