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

#[tokio::test]
async fn security_directives_are_not_ignored() {
    let authenticated = "\
  @link(url: \"https://specs.apollo.dev/authenticated/v0.1\", for: SECURITY)
  @link(url: \"https://specs.apollo.dev/join/v0.3\"";
    let sdl = SUPERGRAPH.replace("  @link(url: \"https://specs.apollo.dev/join/v0.3\"", authenticated)
        + "\ndirective @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n";
    let text = refusal(settings(), Some(&sdl)).await;
    assert!(text.contains("authenticated"), "{text}");
    assert!(text.contains("does not enforce") || text.contains("not enforce"), "{text}");
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
