//! What the logs of a busy day give away: never a token, a passport or a claim, however much is logged.

use crate::{
    issuer::{self, Folder, Key, claims, header, key_set},
    running::{Running, SUPERGRAPH},
};
use hansa_passport::{LIFETIME, SigningKeys};
use hansa_server::{Algorithm, Router};
use serde_json::json;
use std::{
    io,
    sync::{Arc, LazyLock, Mutex},
};
use tracing::{Dispatch, subscriber::NoSubscriber};

/// While there is only one subscriber, `tracing` asks the thread that meets a line first whether anybody wants it, and keeps
/// that answer for all threads. It may be another test's thread, where nobody does.
static ANOTHER_SUBSCRIBER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));

/// Log lines, kept instead of printed.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Keeps what is logged at this level and above.
    pub(crate) fn subscriber(&self, level: tracing::Level) -> impl tracing::Subscriber + use<> {
        LazyLock::force(&ANOTHER_SUBSCRIBER);
        let writer = self.clone();
        tracing_subscriber::fmt().with_max_level(level).with_ansi(false).with_writer(move || writer.clone()).finish()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_token_is_ever_logged() {
    let log = Log::default();
    // The router runs on this thread.
    let _guard = tracing::subscriber::set_default(log.subscriber(tracing::Level::TRACE));
    let (folder, key) = (Folder::new(), Key::ed());
    let mut config = issuer::settings(&[Algorithm::EdDSA], folder.write(&key_set(&[key.jwk("1")])));
    config.logs.requests = true;
    let accounts = config.subgraphs.entry("accounts".to_owned()).or_default();
    accounts.passport = true;
    // Nobody is there, so that the failure is logged, too.
    let blog = config.subgraphs.entry("blog".to_owned()).or_default();
    (blog.url, blog.passport) = (Some("http://127.0.0.1:1/".to_owned()), true);
    let (mut router, config) = Running::subgraphs(config, Default::default()).await;
    let keys = SigningKeys::in_memory(LIFETIME, chrono::Utc::now()).unwrap();
    router.run(Router::new(config).supergraph_sdl(SUPERGRAPH).passport_keys(keys)).await;
    let mut secret = claims();
    secret["sub"] = json!("user_SECRET");
    let good = key.token(&header("EdDSA", "1"), &secret);
    let forged = Key::ed().token(&header("EdDSA", "1"), &secret);
    let unknown = key.token(&header("EdDSA", "kid_SECRET"), &secret);
    let mut tokens = vec![good.clone(), forged, unknown, "no_token_SECRET".to_owned()];
    for token in &tokens {
        let request = router.post().header("authorization", format!("Bearer {token}"));
        router.send(request, json!({ "query": "{ user(id: 1) { name posts { id } } }" }).to_string()).await;
    }
    let headers = router.accounts.requests().pop().unwrap().headers;
    tokens.extend(headers.into_iter().filter(|(name, _)| name == "hansa-passport").map(|(_, value)| value));
    let text = log.text();
    assert!(text.contains("access token refused") && text.contains("reason=\"signature\""), "{text}");
    assert!(text.contains("DOWNSTREAM_UNAVAILABLE"), "{text}");
    // Of the router's own lines: libraries log what they send at `trace`, where nobody runs a router.
    let own: Vec<&str> = text.lines().filter(|line| line.contains("hansa_")).collect();
    assert!(own.len() >= 5);
    for line in own {
        assert!(!line.contains("SECRET"), "{line}");
        for part in tokens.iter().flat_map(|token| token.split('.')) {
            assert!(!line.contains(part), "{line}");
        }
    }
}
