//! Access tokens: what is believed, and everything that is not. Each refusal has status 401, a code, a challenge, and a
//! reason in the metrics; no refused request reaches a subgraph.

use crate::{
    issuer::{self, AUDIENCE, Folder, ISSUER, Key, base64, claims, header, key_set, now},
    running::{Answer, Running},
};
use hansa_server::Algorithm;
use serde_json::{Value, json};
use std::time::Duration;

const QUERY: &str = "{\"query\":\"{ user(id: 1) { id } }\"}";

struct Shop {
    router: Running,
    key: Key,
    _folder: Folder,
}

impl Shop {
    async fn start() -> Shop {
        let key = Key::ed();
        let (algorithms, jwks) = ([Algorithm::EdDSA], [key.jwk("key-1")]);
        let (router, folder) = with(&algorithms, &jwks).await;
        Shop { router, key, _folder: folder }
    }

    fn token(&self, claims: &Value) -> String {
        self.key.token(&header("EdDSA", "key-1"), claims)
    }
}

async fn with(algorithms: &[Algorithm], jwks: &[Value]) -> (Running, Folder) {
    let folder = Folder::new();
    let jwks = folder.write(&key_set(jwks));
    (Running::start(issuer::settings(algorithms, jwks)).await, folder)
}

async fn ask(router: &Running, token: &str) -> Answer {
    router.send(router.post().header("authorization", format!("Bearer {token}")), QUERY).await
}

async fn accepts(router: &Running, token: &str) {
    let answer = ask(router, token).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json(), json!({ "data": { "user": { "id": "1" } } }));
}

async fn refuses(router: &Running, token: &str, reason: &str) {
    let line = format!("hansa_token_refusals_total{{reason=\"{reason}\"}}");
    let before: u32 = router.metric(&line).await.parse().unwrap_or_default();
    let asked = router.accounts.requests().len();
    let answer = ask(router, token).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "UNAUTHENTICATED"), "{reason}: {token}");
    assert_eq!(answer.headers["www-authenticate"], "Bearer error=\"invalid_token\"");
    assert!(answer.json().get("data").is_none());
    assert_eq!(router.metric(&line).await, (before + 1).to_string(), "{reason}: {token}");
    assert_eq!(router.accounts.requests().len(), asked, "nothing is asked for a refused request");
}

fn with_claim(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}

#[tokio::test]
async fn a_good_token_and_none_at_all_are_answered() {
    let shop = Shop::start().await;
    accepts(&shop.router, &shop.token(&claims())).await;
    let visitor = shop.router.ask("{ user(id: 1) { id } }").await;
    assert_eq!(visitor.json(), json!({ "data": { "user": { "id": "1" } } }));
}

#[tokio::test]
async fn every_pinned_algorithm_is_verified() {
    let (ed, p256, p384, rsa) = (Key::ed(), Key::p256(), Key::p384(), Key::rsa());
    let jwks = [ed.jwk("1"), p256.jwk("2"), p384.jwk("3"), rsa.jwk("4")];
    let pinned = [Algorithm::EdDSA, Algorithm::ES256, Algorithm::ES384, Algorithm::RS256, Algorithm::PS256];
    let (router, _folder) = with(&pinned, &jwks).await;
    let keys =
        [(&ed, "EdDSA", "1"), (&p256, "ES256", "2"), (&p384, "ES384", "3"), (&rsa, "RS256", "4"), (&rsa, "PS256", "4")];
    for (key, alg, kid) in keys {
        let token = key.token(&header(alg, kid), &claims());
        accepts(&router, &token).await;
        let (message, _) = token.rsplit_once('.').unwrap();
        refuses(&router, &format!("{message}."), "signature").await;
        refuses(&router, &format!("{message}.{}", base64([7; 64])), "signature").await;
    }
    // Pinned, and not for this key.
    for (key, alg, kid) in [(&p256, "ES384", "2"), (&p256, "RS256", "2"), (&rsa, "ES256", "4"), (&ed, "ES256", "1")] {
        refuses(&router, &key.token(&header(alg, kid), &claims()), "algorithm").await;
    }
}

#[tokio::test]
async fn what_a_key_is_for_is_kept_to() {
    let (rsa, ed) = (Key::rsa(), Key::ed());
    let marked = |kid: &str, name: &str, value: Value| {
        let mut jwk = rsa.jwk(kid);
        jwk[name] = value;
        jwk
    };
    let jwks = [
        marked("other-alg", "alg", json!("RS256")),
        marked("encryption", "use", json!("enc")),
        marked("signing", "key_ops", json!(["sign"])),
        marked("verifying", "key_ops", json!(["verify"])),
        json!({"kty": "oct", "kid": "secret", "k": base64("secret")}),
        json!({"kty": "XYZ", "kid": "unheard"}),
        json!("no key"),
        json!({"kty": "RSA", "kid": "short", "n": "AQAB", "e": "AQAB"}),
        ed.jwk("ed"),
    ];
    let (router, _folder) = with(&[Algorithm::RS256, Algorithm::PS256], &jwks).await;
    let token = |alg: &str, kid: &str| rsa.token(&header(alg, kid), &claims());
    accepts(&router, &token("RS256", "other-alg")).await;
    accepts(&router, &token("PS256", "verifying")).await;
    refuses(&router, &token("PS256", "other-alg"), "algorithm").await;
    for kid in ["encryption", "signing", "secret", "unheard", "ed"] {
        refuses(&router, &token("RS256", kid), "unknown_key").await;
    }
}

#[tokio::test]
async fn algorithms_that_are_not_pinned_are_refused() {
    let shop = Shop::start().await;
    let message = |alg: &str| format!("{}.{}", base64(header(alg, "key-1").to_string()), base64(claims().to_string()));
    for alg in ["none", "None", "NONE", "nOnE", "", "HS256", "eddsa", "EDDSA", "ES256", "RS256", "PS512"] {
        refuses(&shop.router, &format!("{}.", message(alg)), "algorithm").await;
        let signed = shop.key.token(&header(alg, "key-1"), &claims());
        refuses(&shop.router, &signed, "algorithm").await;
    }
}

#[tokio::test]
async fn public_keys_are_no_secrets_to_sign_with() {
    let key = Key::rsa();
    let (router, _folder) = with(&[Algorithm::RS256], &[key.jwk("key-1")]).await;
    let message = format!("{}.{}", base64(header("HS256", "key-1").to_string()), base64(claims().to_string()));
    let jwk = key.jwk("key-1");
    for secret in [jwk["n"].as_str().unwrap().to_owned(), jwk.to_string(), key_set(std::slice::from_ref(&jwk))] {
        let hmac = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
        let signature = aws_lc_rs::hmac::sign(&hmac, message.as_bytes());
        refuses(&router, &format!("{message}.{}", base64(signature)), "algorithm").await;
    }
}

#[tokio::test]
async fn what_a_token_says_of_its_own_key_is_not_even_read() {
    let shop = Shop::start().await;
    let attacker = Key::ed();
    let server =
        issuer::KeyServer::start(issuer::KeyAnswer::keys(&[attacker.jwk("key-1"), attacker.jwk("evil")])).await;
    let url = format!("http://{}/jwks.json", server.address);
    for kid in ["key-1", "evil"] {
        for (name, value) in
            [("jwk", attacker.jwk(kid)), ("jku", json!(url)), ("x5u", json!(url)), ("x5c", json!([base64("x")]))]
        {
            let mut header = header("EdDSA", kid);
            header[name] = value;
            let reason = if kid == "key-1" { "signature" } else { "unknown_key" };
            refuses(&shop.router, &attacker.token(&header, &claims()), reason).await;
            // The issuer's own token may have it, and is none the worse.
            let mut header = header.clone();
            header["kid"] = json!("key-1");
            accepts(&shop.router, &shop.key.token(&header, &claims())).await;
        }
    }
    assert_eq!(server.count(), 0, "nobody calls the attacker");
}

#[tokio::test]
async fn names_of_keys_are_names_and_nothing_else() {
    let shop = Shop::start().await;
    let long = "k".repeat(5_000);
    for kid in ["../../../../dev/null", "' OR '1'='1", "", "KEY-1", "key-1 ", "\u{0}", "http://127.0.0.1/", &long] {
        refuses(&shop.router, &shop.key.token(&header("EdDSA", kid), &claims()), "unknown_key").await;
    }
    for kid in [json!(1), json!(["key-1"]), json!({"$ne": null})] {
        let header = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid});
        refuses(&shop.router, &shop.key.token(&header, &claims()), "malformed").await;
    }
    // With one key there is no choice; with two there would be.
    let nameless = json!({"alg": "EdDSA", "typ": "at+jwt"});
    accepts(&shop.router, &shop.key.token(&nameless, &claims())).await;
    let (router, _folder) = with(&[Algorithm::EdDSA], &[shop.key.jwk("1"), Key::ed().jwk("2")]).await;
    refuses(&router, &shop.key.token(&nameless, &claims()), "unknown_key").await;
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let shop = Shop::start().await;
    let token = shop.token(&claims());
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let malformed = [
        "x".to_owned(),
        "..".to_owned(),
        format!("{header}.{payload}"),
        format!("{token}.x"),
        format!("{token}="),
        format!("{header}.{payload}.{signature}!"),
        format!("{}.{payload}.{signature}", base64("[]")),
        format!("{}.{payload}.{signature}", base64("{\"alg\":\"EdDSA\",\"alg\":\"none\"}")),
        format!("{header}.{}.{signature}", base64("[1]")),
        format!("{header}.{}.{signature}", base64("\u{7}")),
        format!("{header}.{}.{signature}", base64("[".repeat(3_000))),
        shop.key.token(&json!({"alg": "EdDSA", "kid": "key-1", "crit": ["b64"], "b64": false}), &claims()),
    ];
    for token in malformed {
        refuses(&shop.router, &token, "malformed").await;
    }
    refuses(&shop.router, &format!("{header}.{}.{signature}", base64(claims().to_string() + " ")), "signature").await;
    refuses(&shop.router, &shop.token(&with_claim("padding", "x".repeat(8_000))), "too_large").await;
}

#[tokio::test]
async fn the_header_comes_once_and_is_a_bearer_token() {
    let shop = Shop::start().await;
    let token = shop.token(&claims());
    let good = [format!("bearer {token}"), format!("BEARER   {token}"), format!("Bearer {token} ")];
    for value in good {
        let answer = shop.router.send(shop.router.post().header("authorization", &value), QUERY).await;
        assert_eq!(answer.status, 200, "{value}");
    }
    let bad: [&[&str]; 11] = [
        &[""],
        &["Bearer"],
        &["Bearer "],
        &["Basic dTpw"],
        &["DPoP x"],
        &[&token],
        &[&format!("Bearer{token}")],
        &[&format!("Bearer {token}, Bearer {token}")],
        &[&format!("Bearer {token} {token}")],
        &[&format!("Bearer {token}"), &format!("Bearer {token}")],
        &[&format!("Bearer {token}"), "Basic dTpw"],
    ];
    for values in bad {
        let mut request = shop.router.post();
        for value in values {
            request = request.header("authorization", *value);
        }
        let answer = shop.router.send(request, QUERY).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "UNAUTHENTICATED"), "{values:?}");
        let text = answer.text();
        assert!(text.contains("the header `authorization` must come once, as `Bearer TOKEN`"), "{values:?}: {text}");
    }
    let bytes = http::HeaderValue::from_bytes(b"Bearer \xff").unwrap();
    let answer = shop.router.send(shop.router.post().header("authorization", bytes), QUERY).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn claims_that_are_needed_and_missing_or_of_the_wrong_type() {
    let shop = Shop::start().await;
    let wrong = [
        without("exp"),
        without("aud"),
        without("sub"),
        with_claim("exp", (now() + 60).to_string()),
        with_claim("exp", Value::Null),
        with_claim("exp", json!([now() + 60])),
        with_claim("exp", "9e99"),
        with_claim("nbf", (now() + 600).to_string()),
        with_claim("nbf", (now() - 600).to_string()),
        with_claim("iat", true),
        with_claim("sub", ""),
        with_claim("sub", 7),
        with_claim("aud", json!({ AUDIENCE: true })),
        with_claim("aud", json!([AUDIENCE, 7])),
        with_claim("tenant", 7),
        with_claim("tenant", json!({"$ne": null})),
        with_claim("roles", json!([["OWNER"]])),
        with_claim("scope", json!({"a": "b"})),
        with_claim("preferred_username", json!(["greta"])),
        with_claim("sid", false),
    ];
    for claims in wrong {
        refuses(&shop.router, &shop.token(&claims), "claims").await;
    }
    for fine in [
        without("iat"),
        without("tenant"),
        without("scope"),
        with_claim("exp", now() as f64 + 0.5),
        with_claim("tenant", Value::Null),
    ] {
        accepts(&shop.router, &shop.token(&fine)).await;
    }
}

#[tokio::test]
async fn issuer_and_audience_are_compared_to_the_letter() {
    let shop = Shop::start().await;
    for issuer in
        [json!("https://issuer.example"), json!("https://ISSUER.example/"), json!(""), json!([ISSUER]), json!(null)]
    {
        refuses(&shop.router, &shop.token(&with_claim("iss", issuer)), "issuer").await;
    }
    refuses(&shop.router, &shop.token(&without("iss")), "issuer").await;
    for audience in [json!("https://api.example/"), json!(""), json!([]), json!(["client-1"]), json!("account")] {
        refuses(&shop.router, &shop.token(&with_claim("aud", audience)), "audience").await;
    }
    for audience in
        [json!([AUDIENCE]), json!(["https://userinfo.example", AUDIENCE]), json!("https://other-name.example")]
    {
        accepts(&shop.router, &shop.token(&with_claim("aud", audience))).await;
    }
}

#[tokio::test]
async fn times_count_with_the_configured_leeway() {
    let shop = Shop::start().await;
    for expired in [now() - 61, now() - 11, 0, -1] {
        refuses(&shop.router, &shop.token(&with_claim("exp", expired)), "expired").await;
    }
    accepts(&shop.router, &shop.token(&with_claim("exp", now() - 5))).await;
    accepts(&shop.router, &shop.token(&with_claim("exp", 1e300))).await;
    for name in ["nbf", "iat"] {
        for future in [now() + 60, now() + 13] {
            refuses(&shop.router, &shop.token(&with_claim(name, future)), "not_yet_valid").await;
        }
        accepts(&shop.router, &shop.token(&with_claim(name, now() + 5))).await;
    }
    let answer = ask(&shop.router, &shop.token(&with_claim("exp", now() - 61))).await;
    assert_eq!(answer.json()["errors"][0]["message"], "the access token has expired");
}

#[tokio::test]
async fn tokens_for_something_else_are_refused() {
    let shop = Shop::start().await;
    for typ in ["id_token", "refresh", "rt+jwt", "logout+jwt", "dpop+jwt", "passport+jwt", ""] {
        let header = json!({"alg": "EdDSA", "kid": "key-1", "typ": typ});
        refuses(&shop.router, &shop.key.token(&header, &claims()), "type").await;
    }
    for typ in ["JWT", "jwt", "application/at+jwt", "AT+JWT"] {
        let header = json!({"alg": "EdDSA", "kid": "key-1", "typ": typ});
        accepts(&shop.router, &shop.key.token(&header, &claims())).await;
    }
    accepts(&shop.router, &shop.key.token(&json!({"alg": "EdDSA", "kid": "key-1"}), &claims())).await;
    // Issuers whose every token is a `JWT` say it in the claims.
    for (name, kind) in
        [("typ", "ID"), ("typ", "Refresh"), ("typ", "Offline"), ("token_use", "id"), ("token_use", "refresh")]
    {
        refuses(&shop.router, &shop.token(&with_claim(name, kind)), "type").await;
    }
    refuses(&shop.router, &shop.token(&with_claim("typ", json!(["Bearer", "Refresh"]))), "type").await;
    accepts(&shop.router, &shop.token(&with_claim("typ", "Bearer"))).await;
    accepts(&shop.router, &shop.token(&with_claim("token_use", "access"))).await;
}

#[tokio::test]
async fn types_can_be_narrowed() {
    let (folder, key) = (Folder::new(), Key::ed());
    let mut config = issuer::settings(&[Algorithm::EdDSA], folder.write(&key_set(&[key.jwk("key-1")])));
    config.authentication.issuers[0].types = vec!["at+jwt".to_owned()];
    let router = Running::start(config).await;
    accepts(&router, &key.token(&header("EdDSA", "key-1"), &claims())).await;
    for header in [json!({"alg": "EdDSA", "kid": "key-1"}), json!({"alg": "EdDSA", "kid": "key-1", "typ": "JWT"})] {
        refuses(&router, &key.token(&header, &claims()), "type").await;
    }
}

#[tokio::test]
async fn where_a_token_is_required_visitors_are_asked_for_one() {
    let (folder, key) = (Folder::new(), Key::ed());
    let mut config = issuer::settings(&[Algorithm::EdDSA], folder.write(&key_set(&[key.jwk("key-1")])));
    config.authentication.required = true;
    let router = Running::start(config).await;
    let answer = router.ask("{ user(id: 1) { id } }").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "UNAUTHENTICATED"));
    assert_eq!(answer.headers["www-authenticate"], "Bearer", "who sent nothing has made no mistake");
    accepts(&router, &key.token(&header("EdDSA", "key-1"), &claims())).await;
    assert_eq!(router.get("/health").await.status, 200);
}

#[tokio::test]
async fn without_issuers_the_header_is_not_looked_at() {
    let router = Running::start(crate::running::settings()).await;
    for value in ["Bearer x", "Basic dTpw", ""] {
        let answer = router.send(router.post().header("authorization", value), QUERY).await;
        assert_eq!(answer.status, 200, "{value}");
    }
}

#[tokio::test]
async fn another_issuers_key_signs_nothing_here() {
    let (folder, other_folder, key, other) = (Folder::new(), Folder::new(), Key::ed(), Key::ed());
    let mut config = issuer::settings(&[Algorithm::EdDSA], folder.write(&key_set(&[key.jwk("key-1")])));
    let mut second = config.authentication.issuers[0].clone();
    second.issuer = "https://second.example/".to_owned();
    second.jwks = other_folder.write(&key_set(&[other.jwk("key-2")]));
    config.authentication.issuers.push(second);
    let router = Running::start(config).await;
    accepts(&router, &key.token(&header("EdDSA", "key-1"), &claims())).await;
    let theirs = with_claim("iss", "https://second.example/");
    accepts(&router, &other.token(&header("EdDSA", "key-2"), &theirs)).await;
    refuses(&router, &other.token(&header("EdDSA", "key-2"), &claims()), "unknown_key").await;
    refuses(&router, &key.token(&header("EdDSA", "key-1"), &theirs), "unknown_key").await;
}

#[tokio::test]
async fn the_same_token_again_costs_no_signature_check() {
    let shop = Shop::start().await;
    let token = shop.token(&with_claim("exp", now() - 4));
    for _ in 0..5 {
        accepts(&shop.router, &token).await;
    }
    assert_eq!(shop.router.metric("hansa_token_cache_lookups_total{outcome=\"miss\"}").await, "1");
    assert_eq!(shop.router.metric("hansa_token_cache_lookups_total{outcome=\"hit\"}").await, "4");
    // It is the same in every byte, or it is another.
    let changed = if token.ends_with('A') { "Q" } else { "A" };
    refuses(&shop.router, &format!("{}{changed}", &token[..token.len() - 1]), "signature").await;
    let expired = async {
        while ask(&shop.router, &token).await.status == 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), expired).await.unwrap();
    refuses(&shop.router, &token, "expired").await;
}
