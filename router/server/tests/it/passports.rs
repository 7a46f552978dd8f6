//! What the router tells subgraphs of who is calling: one passport for each client request, to those that want it.

use crate::{
    issuer::{self, Folder, Key, claims, header, key_set},
    running::{Running, SUPERGRAPH, settings},
};
use chrono::Utc;
use hansa_passport::{Claims, LIFETIME, Passport, PassportError, SigningKeys, Verifier, VerifyingKeys};
use hansa_server::{Algorithm, Config, HeaderRule, PropagateRule, Router, ServeError, Span};
use serde_json::json;

const BOTH: &str = "{ users { name posts { title } friend { id posts { id } } } }";

struct Shop {
    router: Running,
    keys: SigningKeys,
    key: Key,
    _folder: Folder,
}

impl Shop {
    /// `wanting` are the subgraphs that want passports.
    async fn start(wanting: &[&str], change: impl FnOnce(&mut Config)) -> Shop {
        let (folder, key) = (Folder::new(), Key::ed());
        let mut config = issuer::settings(&[Algorithm::EdDSA], folder.write(&key_set(&[key.jwk("1")])));
        for name in wanting {
            config.subgraphs.entry((*name).to_owned()).or_default().passport = true;
        }
        change(&mut config);
        let keys = SigningKeys::in_memory(LIFETIME, Utc::now()).unwrap();
        let (mut router, config) = Running::subgraphs(config, Default::default()).await;
        router.run(Router::new(config).supergraph_sdl(SUPERGRAPH).passport_keys(keys.clone())).await;
        Shop { router, keys, key, _folder: folder }
    }

    /// What `accounts` and `blog` got, fetch by fetch.
    async fn seen(&self, query: &str, headers: &[(&str, &str)]) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
        let before = (self.router.accounts.requests().len(), self.router.blog.requests().len());
        let mut request = self.router.post();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.router.send(request, json!({ "query": query }).to_string()).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (200, ""), "{}", answer.text());
        let passports = |requests: Vec<hansa_mock_subgraph::RecordedRequest>, before: usize| {
            let of = |headers: &[(String, String)]| {
                let passports = headers.iter().filter(|(name, _)| name == "hansa-passport");
                passports.map(|(_, value)| value.clone()).collect()
            };
            requests[before..].iter().map(|request| of(&request.headers)).collect()
        };
        (passports(self.router.accounts.requests(), before.0), passports(self.router.blog.requests(), before.1))
    }

    fn verify(&self, audience: &str, passport: &str) -> Result<Passport, PassportError> {
        Verifier::new(&self.keys, audience).verify(Some(passport), Utc::now())
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.key.token(&header("EdDSA", "1"), &claims()))
    }
}

/// What a passport says of somebody without a token: only where the request came from.
fn visitor() -> Claims {
    Claims { client: Some("127.0.0.1".to_owned()), ..Claims::default() }
}

#[tokio::test]
async fn one_passport_for_all_fetches_of_a_request() {
    let shop = Shop::start(&["accounts", "blog"], |_| {}).await;
    let (accounts, blog) = shop.seen(BOTH, &[("authorization", &shop.bearer())]).await;
    assert!(accounts.len() + blog.len() >= 2, "the plan asks both");
    let passport = &accounts[0][0];
    assert!(accounts.iter().chain(&blog).all(|seen| *seen == [passport.clone()]), "the same to both, once each");
    let claims = Claims {
        subject: Some("user_1".to_owned()),
        tenant: Some("tenant_1".to_owned()),
        roles: vec!["OWNER".to_owned()],
        scopes: vec!["tenant:read".to_owned(), "catalog:write".to_owned()],
        username: Some("greta".to_owned()),
        session: Some("session_1".to_owned()),
        ..visitor()
    };
    for audience in ["accounts", "blog"] {
        let passport = shop.verify(audience, passport).unwrap();
        assert_eq!(
            (&passport.claims, &passport.audiences[..]),
            (&claims, &["accounts".to_owned(), "blog".to_owned()][..])
        );
    }
    let (again, _) = shop.seen(BOTH, &[("authorization", &shop.bearer())]).await;
    assert_ne!(again[0][0], *passport, "another request has another");
}

#[tokio::test]
async fn visitors_have_a_passport_without_a_subject() {
    let shop = Shop::start(&["accounts"], |_| {}).await;
    let (accounts, _) = shop.seen("{ user(id: 1) { id } }", &[]).await;
    assert_eq!(shop.verify("accounts", &accounts[0][0]).unwrap().claims, visitor());
}

#[tokio::test]
async fn clients_behind_a_trusted_proxy_differ_and_others_cannot_pretend() {
    let client = async |shop: &Shop, headers: &[(&str, &str)]| {
        let (accounts, _) = shop.seen("{ user(id: 1) { id } }", headers).await;
        shop.verify("accounts", &accounts[0][0]).unwrap().claims.client
    };
    let lines = [("x-forwarded-for", "198.51.100.9"), ("x-forwarded-for", "203.0.113.5")];
    let trusting = Shop::start(&["accounts"], |config| config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]);
    let trusting = trusting.await;
    assert_eq!(client(&trusting, &lines).await.as_deref(), Some("203.0.113.5"));
    assert_eq!(client(&trusting, &lines[..1]).await.as_deref(), Some("198.51.100.9"));
    assert_eq!(client(&trusting, &[("x-forwarded-for", "203.0.113.5, unknown")]).await, None);
    assert_eq!(client(&trusting, &[]).await, None, "the proxy is nobody's client");
    let shop = Shop::start(&["accounts"], |_| {}).await;
    assert_eq!(client(&shop, &lines).await, visitor().client);
}

#[tokio::test]
async fn only_subgraphs_that_want_one_and_are_asked_are_named_and_sent_one() {
    let shop = Shop::start(&["accounts"], |_| {}).await;
    let (accounts, blog) = shop.seen(BOTH, &[("authorization", &shop.bearer())]).await;
    assert!(!blog.is_empty() && blog.iter().all(Vec::is_empty), "blog wants none");
    assert_eq!(shop.verify("accounts", &accounts[0][0]).unwrap().audiences, ["accounts"]);
    assert_eq!(shop.verify("blog", &accounts[0][0]), Err(PassportError::OtherAudience));
    let shop = Shop::start(&["accounts", "blog"], |_| {}).await;
    let (accounts, _) = shop.seen("{ user(id: 1) { name } }", &[]).await;
    assert_eq!(shop.verify("accounts", &accounts[0][0]).unwrap().audiences, ["accounts"], "blog is not asked");
}

#[tokio::test]
async fn nothing_that_a_client_says_of_itself_goes_on() {
    let all = |config: &mut Config| {
        let everything = PropagateRule { matching: Some("*".to_owned()), ..PropagateRule::default() };
        config.headers.all = vec![HeaderRule::Propagate(everything)];
    };
    let shop = Shop::start(&["accounts"], all).await;
    let lies = [
        ("hansa-passport", "forged"),
        ("Hansa-Passport", "forged"),
        ("hansa_passport", "forged"),
        ("Hansa_Passport", "forged"),
        ("content_length", "1"),
        ("transfer_encoding", "chunked"),
        ("ev-user", "user_9"),
        ("EV_Tenant", "tenant_9"),
        ("x-tenant-id", "tenant_9"),
        ("X-Tenant", "tenant_9"),
        ("x_tenant_id", "tenant_9"),
        ("x-user-id", "user_9"),
        ("X-USER", "user_9"),
        ("x-internal-admin", "1"),
        ("x-harmless", "1"),
    ];
    let (accounts, blog) = shop.seen(BOTH, &lies).await;
    assert!(accounts.iter().all(|seen| seen.len() == 1));
    assert!(blog.iter().all(Vec::is_empty));
    assert_eq!(shop.verify("accounts", &accounts[0][0]).unwrap().claims, visitor());
    for request in shop.router.accounts.requests().iter().chain(&shop.router.blog.requests()) {
        let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"x-harmless"), "{names:?}");
        let lies = ["x-tenant", "x_tenant", "x-user", "x-internal", "hansa_", "ev-", "ev_", "content_", "transfer_"];
        let is_lie = |name: &&str| lies.iter().any(|lie| name.starts_with(lie));
        assert!(!names.iter().any(is_lie), "{names:?}");
    }
}

#[tokio::test]
async fn the_public_keys_are_shown() {
    let shop = Shop::start(&["accounts"], |_| {}).await;
    let (accounts, _) = shop.seen("{ user(id: 1) { id } }", &[]).await;
    let page = shop.router.get("/.well-known/jwks.json").await;
    assert_eq!((page.status.as_u16(), page.content_type()), (200, "application/json"));
    assert!(page.json()["keys"][0].get("d").is_none());
    let verifier = Verifier::new(VerifyingKeys::parse(&page.text()).unwrap(), "accounts");
    assert!(verifier.verify(Some(&accounts[0][0]), Utc::now()).is_ok());
    let without = Running::start(settings()).await;
    assert_eq!(without.get("/.well-known/jwks.json").await.status, 404);
}

#[tokio::test]
async fn keys_in_a_file_are_made_and_used() {
    let folder = Folder::new();
    let mut config = settings();
    config.passport.keys_file = Some(folder.file());
    config.subgraphs.entry("accounts".to_owned()).or_default().passport = true;
    let router = Running::start(config).await;
    assert_eq!(router.ask("{ user(id: 1) { id } }").await.code(), "");
    let headers = router.accounts.requests().pop().unwrap().headers;
    let (_, passport) = headers.iter().find(|(name, _)| name == "hansa-passport").unwrap();
    let keys = VerifyingKeys::open(&folder.file(), Utc::now()).unwrap();
    assert!(Verifier::new(keys, "accounts").verify(Some(passport), Utc::now()).is_ok());
}

#[tokio::test]
async fn a_key_that_is_old_gets_a_follower() {
    let folder = Folder::new();
    let yesterday = Utc::now() - chrono::TimeDelta::days(1);
    let keys = SigningKeys::open(&folder.file(), LIFETIME, yesterday).unwrap();
    let mut config = settings();
    config.passport.keys_file = Some(folder.file());
    config.passport.rotation = Some(Span::from_secs(3_600));
    config.subgraphs.entry("accounts".to_owned()).or_default().passport = true;
    let router = Running::start(config).await;
    let rotated = async {
        while router.get("/.well-known/jwks.json").await.json()["keys"].as_array().unwrap().len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), rotated).await.unwrap();
    assert_eq!(router.ask("{ user(id: 1) { id } }").await.code(), "");
    let headers = router.accounts.requests().pop().unwrap().headers;
    let (_, passport) = headers.iter().find(|(name, _)| name == "hansa-passport").unwrap();
    assert!(Verifier::new(&keys, "accounts").verify(Some(passport), Utc::now()).is_ok(), "the old one signs for now");
}

async fn start_error(config: Config) -> ServeError {
    let (_running, config) = Running::subgraphs(config, Default::default()).await;
    Router::new(config).supergraph_sdl(SUPERGRAPH).bind().await.unwrap_err()
}

#[tokio::test]
async fn passports_without_usable_keys_are_a_start_error() {
    let mut config = settings();
    config.subgraphs.entry("blog".to_owned()).or_default().passport = true;
    let error = start_error(config.clone()).await;
    assert_eq!(
        error.to_string(),
        "subgraph `blog` wants passports, and there are no keys to sign them; name a file in the setting `passport.keys_file`"
    );
    let folder = Folder::new();
    folder.write("{\"keys\": []}");
    config.passport.keys_file = Some(folder.file());
    let error = start_error(config).await;
    assert!(matches!(error, ServeError::PassportKeys(_)), "{error}");
}
