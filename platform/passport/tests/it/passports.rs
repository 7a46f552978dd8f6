//! What a subgraph believes, and what it refuses.

use crate::{noon, seconds};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansa_passport::{Claims, LIFETIME, Minter, Passport, PassportError, SigningKeys, TYP, Verifier, VerifyingKeys};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, jwk::JwkSet};
use serde_json::{Value, json};

fn keys() -> SigningKeys {
    SigningKeys::in_memory(LIFETIME, noon()).unwrap()
}

fn catalog(keys: &SigningKeys) -> Verifier {
    Verifier::new(keys, "catalog")
}

fn buyer() -> Claims {
    Claims {
        subject: Some("auth0|7 \"é\"".to_owned()),
        tenant: Some("tenant_1".to_owned()),
        roles: vec!["OWNER".to_owned()],
        scopes: vec!["tenant:read".to_owned(), "catalog:write".to_owned()],
        username: Some("greta".to_owned()),
        session: Some("session_1".to_owned()),
        client: Some("192.0.2.7".to_owned()),
    }
}

/// What a passport says, for tokens that are nearly one.
fn claims() -> Value {
    let now = noon().timestamp();
    json!({"iss": "hansa-router", "aud": ["catalog"], "iat": now, "nbf": now, "exp": now + 60, "jti": "1"})
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

#[track_caller]
fn check(claims: &Value, typ: &str, expected: Result<(), PassportError>) {
    let keys = keys();
    let token = keys.sign(claims, typ, noon()).unwrap();
    assert_eq!(catalog(&keys).verify(Some(&token), noon()).map(|_| ()), expected, "{claims}");
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn kid(keys: &SigningKeys) -> String {
    let jwks: Value = serde_json::from_str(&keys.public_jwks(noon())).unwrap();
    jwks["keys"][0]["kid"].as_str().unwrap().to_owned()
}

#[test]
fn tells_the_subgraph_what_the_router_knows() {
    let keys = keys();
    for claims in [buyer(), Claims::default()] {
        let token = Minter::new(keys.clone()).mint(&claims, &["identity", "catalog"], noon()).unwrap();
        let passport: Passport = catalog(&keys).verify(Some(&token), noon()).unwrap();
        assert_eq!(passport.claims, claims);
        assert_eq!(passport.audiences, ["identity", "catalog"]);
        assert_eq!((passport.issued_at, passport.expires_at), (noon(), noon() + LIFETIME));
        assert!(passport.id.len() >= 16, "{}", passport.id);
    }
}

#[test]
fn every_passport_has_an_id_of_its_own() {
    let minter = Minter::new(keys());
    let mint = || minter.mint(&buyer(), &["catalog"], noon()).unwrap();
    assert_ne!(mint(), mint());
}

#[test]
fn another_implementation_reads_a_passport() {
    let keys = keys();
    let token = Minter::new(keys.clone()).mint(&buyer(), &["catalog"], chrono::Utc::now()).unwrap();
    let jwks: JwkSet = serde_json::from_str(&keys.public_jwks(noon())).unwrap();
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::EdDSA, Some(TYP)));
    let key = DecodingKey::from_jwk(jwks.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["catalog"]);
    validation.set_issuer(&["hansa-router"]);
    let read = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap();
    assert_eq!(read.claims["sub"], "auth0|7 \"é\"");
    assert_eq!(read.claims["scopes"], json!(["tenant:read", "catalog:write"]));
    assert_eq!(read.claims["sid"], "session_1");
}

#[test]
fn nothing_is_missing() {
    let verifier = catalog(&keys());
    assert_eq!(verifier.verify(None, noon()), Err(PassportError::Missing));
    assert_eq!(verifier.verify(Some(""), noon()), Err(PassportError::Missing));
}

#[test]
fn what_is_no_token_is_malformed() {
    let keys = keys();
    let token = Minter::new(keys.clone()).mint(&buyer(), &["catalog"], noon()).unwrap();
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let id = kid(&keys);
    let headers = [
        json!({"typ": TYP, "kid": id}),
        json!({"alg": null, "typ": TYP, "kid": id}),
        json!({"alg": "EdDSA", "typ": TYP, "kid": 1}),
        json!({"alg": "EdDSA", "typ": TYP, "kid": id, "crit": ["exp"], "exp": 1}),
        json!({"alg": "EdDSA", "typ": TYP, "kid": id, "crit": null}),
        json!([]),
    ];
    let mut bad: Vec<String> = headers.iter().map(|header| format!("{}.{payload}.{signature}", part(header))).collect();
    bad.extend([
        "x".to_owned(),
        "..".to_owned(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{signature}.{signature}"),
        format!("{header}.{payload}.{signature}="),
        format!("{header}.{payload}.{signature} "),
        format!(" {token}"),
        format!("{{}}.{payload}.{signature}"),
        format!("Bearer {token}"),
        format!("{token},{token}"),
        "é".repeat(100),
        format!("{header}.{}.{signature}", "A".repeat(17_000)),
        // A header member twice: whoever looks at the other one is deceived.
        format!("{}.{payload}.{signature}", URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","alg":"none"}"#)),
    ]);
    for token in bad {
        assert_eq!(catalog(&keys).verify(Some(&token), noon()), Err(PassportError::Malformed), "{token}");
    }
}

#[test]
fn other_kinds_of_token_are_no_passport() {
    for typ in ["at+jwt", "JWT", "", "passport", "x/passport+jwt", "id_token", "é"] {
        check(&claims(), typ, Err(PassportError::WrongType));
    }
    for typ in ["application/passport+jwt", "Passport+JWT", "APPLICATION/passport+jwt"] {
        check(&claims(), typ, Ok(()));
    }
    check(&with("iss", "hansa-identity"), TYP, Err(PassportError::WrongType));
}

#[test]
fn a_token_without_typ_is_no_passport() {
    let keys = keys();
    let token = keys.sign(&claims(), TYP, noon()).unwrap();
    let (_, rest) = token.split_once('.').unwrap();
    let token = format!("{}.{rest}", part(&json!({"alg": "EdDSA", "kid": kid(&keys)})));
    assert_eq!(catalog(&keys).verify(Some(&token), noon()), Err(PassportError::WrongType));
}

#[test]
fn the_algorithm_is_that_of_the_key() {
    let keys = keys();
    let token = keys.sign(&claims(), TYP, noon()).unwrap();
    let [_, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    for alg in ["none", "None", "NONE", "nOnE", "HS256", "ES256", "RS256", "eddsa", "Ed25519", ""] {
        let header = part(&json!({"alg": alg, "typ": TYP, "kid": kid(&keys)}));
        for signature in ["", signature] {
            let token = format!("{header}.{payload}.{signature}");
            assert_eq!(catalog(&keys).verify(Some(&token), noon()), Err(PassportError::WrongType), "{alg}");
        }
    }
}

#[test]
fn the_public_key_is_no_secret_to_sign_with() {
    let keys = keys();
    let jwks: Value = serde_json::from_str(&keys.public_jwks(noon())).unwrap();
    let public = URL_SAFE_NO_PAD.decode(jwks["keys"][0]["x"].as_str().unwrap()).unwrap();
    let header = Header { typ: Some(TYP.to_owned()), kid: Some(kid(&keys)), ..Header::new(Algorithm::HS256) };
    for secret in [public.as_slice(), jwks["keys"][0]["x"].as_str().unwrap().as_bytes()] {
        let token = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(secret)).unwrap();
        assert_eq!(catalog(&keys).verify(Some(&token), noon()), Err(PassportError::WrongType));
    }
}

#[test]
fn keys_that_the_router_does_not_have_are_unknown() {
    let (keys, others) = (keys(), keys());
    let token = others.sign(&claims(), TYP, noon()).unwrap();
    assert_eq!(catalog(&keys).verify(Some(&token), noon()), Err(PassportError::UnknownKey));
    let [_, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let jwks: Value = serde_json::from_str(&others.public_jwks(noon())).unwrap();
    let foreign = [
        json!({"alg": "EdDSA", "typ": TYP}),
        json!({"alg": "EdDSA", "typ": TYP, "kid": ""}),
        json!({"alg": "EdDSA", "typ": TYP, "kid": "../../etc/passwd"}),
        json!({"alg": "EdDSA", "typ": TYP, "kid": "x' OR '1'='1"}),
        json!({"alg": "EdDSA", "typ": TYP, "kid": "k".repeat(8_000)}),
        json!({"alg": "EdDSA", "typ": TYP, "jwk": jwks["keys"][0]}),
        json!({"alg": "EdDSA", "typ": TYP, "jku": "http://127.0.0.1:1/jwks.json"}),
    ];
    for header in foreign {
        let token = format!("{}.{payload}.{signature}", part(&header));
        assert_eq!(catalog(&keys).verify(Some(&token), noon()), Err(PassportError::UnknownKey), "{header}");
    }
}

#[test]
fn a_forger_who_knows_the_name_of_a_key_does_not_have_the_key() {
    let (keys, others) = (keys(), keys());
    let token = others.sign(&claims(), TYP, noon()).unwrap();
    let [_, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let jwks: Value = serde_json::from_str(&others.public_jwks(noon())).unwrap();
    let header = part(&json!({"alg": "EdDSA", "typ": TYP, "kid": kid(&keys), "jwk": jwks["keys"][0]}));
    for signature in [signature, "", "AAAA"] {
        let token = format!("{header}.{payload}.{signature}");
        assert_eq!(catalog(&keys).verify(Some(&token), noon()), Err(PassportError::BadSignature));
    }
}

#[test]
fn changed_claims_need_a_new_signature() {
    let keys = keys();
    let token = Minter::new(keys.clone()).mint(&buyer(), &["social"], noon()).unwrap();
    let [header, _, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let token = format!("{header}.{}.{signature}", part(&claims()));
    assert_eq!(catalog(&keys).verify(Some(&token), noon()), Err(PassportError::BadSignature));
}

#[test]
fn claims_of_the_wrong_type_or_missing_are_malformed() {
    let now = noon().timestamp();
    let wrong = [
        with("exp", (now + 60).to_string()),
        with("exp", Value::Null),
        with("exp", 1e30),
        with("nbf", "2099-01-01"),
        with("iat", json!([now])),
        with("aud", "catalog"),
        with("aud", json!(["catalog", 1])),
        with("aud", json!({"catalog": true})),
        with("sub", 7),
        with("tenant", json!({"$ne": null})),
        with("scopes", "tenant:read catalog:write"),
        with("roles", json!([null])),
        without("exp"),
        without("nbf"),
        without("iat"),
        without("aud"),
        without("iss"),
        without("jti"),
        json!([]),
        json!("text"),
    ];
    for claims in wrong {
        check(&claims, TYP, Err(PassportError::Malformed));
    }
    check(&claims(), TYP, Ok(()));
    check(&with("unheard", "of"), TYP, Ok(()));
}

#[test]
fn times_count_with_five_seconds_of_leeway() {
    let now = noon().timestamp();
    check(&with("exp", now - 4), TYP, Ok(()));
    check(&with("exp", now - 5), TYP, Err(PassportError::Expired));
    check(&with("exp", i64::MIN), TYP, Err(PassportError::Expired));
    check(&with("exp", i64::MAX), TYP, Err(PassportError::Malformed));
    check(&with("nbf", now + 5), TYP, Ok(()));
    check(&with("nbf", now + 6), TYP, Err(PassportError::NotYetValid));
    check(&with("iat", now + 6), TYP, Err(PassportError::NotYetValid));
    check(&with("nbf", i64::MAX), TYP, Err(PassportError::NotYetValid));
}

#[test]
fn a_passport_lives_for_a_minute() {
    let keys = keys();
    let token = Minter::new(keys.clone()).mint(&buyer(), &["catalog"], noon()).unwrap();
    let verify = |after| catalog(&keys).verify(Some(&token), noon() + seconds(after)).map(|_| ());
    assert_eq!(verify(64), Ok(()));
    assert_eq!(verify(65), Err(PassportError::Expired));
    assert_eq!(verify(-5), Ok(()));
    assert_eq!(verify(-6), Err(PassportError::NotYetValid));
}

#[test]
fn a_passport_for_others_is_refused() {
    let keys = keys();
    let minter = Minter::new(keys.clone());
    for audiences in [&[][..], &["social"], &["catalog2", "cata"], &["Catalog"], &["*"]] {
        let token = minter.mint(&buyer(), audiences, noon()).unwrap();
        assert_eq!(catalog(&keys).verify(Some(&token), noon()), Err(PassportError::OtherAudience), "{audiences:?}");
    }
}

#[test]
fn public_keys_are_enough_to_verify() {
    let keys = keys();
    let token = keys.sign(&claims(), TYP, noon()).unwrap();
    let public = VerifyingKeys::parse(&keys.public_jwks(noon())).unwrap();
    assert!(Verifier::new(public, "catalog").verify(Some(&token), noon()).is_ok());
}

#[test]
fn nothing_that_is_printed_for_debugging_holds_a_secret() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("keys.json");
    let keys = SigningKeys::open(&path, LIFETIME, noon()).unwrap();
    let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let secret = file["keys"][0]["d"].as_str().unwrap();
    assert!(!format!("{:?}", Minter::new(keys.clone())).contains(secret));
    assert!(!format!("{:?}", catalog(&keys)).contains(secret));
    assert!(!keys.public_jwks(noon()).contains(secret));
    assert!(!keys.public_jwks(noon()).contains("\"d\""));
}
