//! Sessions: signing in and out, refreshing, acting in tenants.

use crate::world::{PASSWORD, Person, World, address, code_of, contains, text};
use chrono::TimeDelta;
use hansa_identity::Role;
use hansa_relational::query;
use hansa_subgraph_host::{Caller, testing::scopes_of};
use serde_json::{Value, json};

async fn refresh(world: &World, token: &str) -> Value {
    let input = json!({ "refreshToken": token });
    world.mutate(&Caller::visitor(), "sessionRefresh", input, "refreshToken accessToken session { id }").await
}

async fn live_sessions(world: &World, person: &Person) -> Vec<Value> {
    let query = "{ viewer { sessions(first: 100) { nodes { id isCurrent endedAt } } } }";
    let mut data = world.data(&person.caller, query, json!({})).await;
    data["viewer"]["sessions"]["nodes"].as_array_mut().unwrap().drain(..).collect()
}

#[tokio::test]
async fn signs_in_by_name_and_by_address() {
    let world = World::new().await;
    let id = world.register("greta").await;
    for login in ["greta", "GRETA", " greta@example.com ", "Greta@Example.Com"] {
        let input = json!({ "login": login, "password": PASSWORD });
        let fields = "user { id email } session { createdAt expiresAt isCurrent } accessToken accessTokenExpiresAt";
        let payload = world.mutate(&Caller::visitor(), "sessionCreate", input, fields).await;
        assert_eq!(payload["user"]["id"], json!(id), "{login}");
        assert_eq!(payload["user"]["email"], Value::Null, "the request that signs in is still a visitor's");
        assert_eq!(payload["session"]["expiresAt"], "2026-03-31T08:00:00.000Z");
        assert_eq!(payload["accessTokenExpiresAt"], "2026-03-01T08:10:00.000Z");
        let claims = world.claims(payload["accessToken"].as_str().unwrap()).await;
        assert_eq!(
            (&claims["sub"], &claims["aud"], &claims["iss"]),
            (&json!(id), &json!("hansa"), &json!("hansa-identity"))
        );
        let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!((lifetime, &claims["nbf"]), (600, &claims["iat"]));
    }
}

#[tokio::test]
async fn unknown_logins_and_wrong_passwords_look_alike() {
    let world = World::new().await;
    world.register("greta").await;
    let attempt = |login: &str, password: &str| {
        let input = json!({ "login": login, "password": password });
        world_attempt(&world, input)
    };
    let wrong = attempt("greta", "a wrong password").await;
    for login in ["nobody", &address("nobody"), "", "no\u{0}body", &"x".repeat(10_000)] {
        assert_eq!(attempt(login, "a wrong password").await, wrong, "{login:?}");
    }
    assert_eq!(attempt("greta", &"x".repeat(1_000)).await, wrong);
    assert_eq!(code_of(&wrong), "CREDENTIALS_INVALID");
}

async fn world_attempt(world: &World, input: Value) -> Value {
    world.mutate(&Caller::visitor(), "sessionCreate", input, "accessToken user { id }").await
}

#[tokio::test]
async fn a_refresh_token_is_good_once() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    world.clock.advance(TimeDelta::minutes(9));
    let second = refresh(&world, &greta.refresh_token).await;
    assert_eq!(code_of(&second), "OK");
    let second_token = text(&second["refreshToken"]);
    assert_ne!(second_token, greta.refresh_token);
    assert_eq!(world.caller(second["accessToken"].as_str().unwrap()).await, greta.caller, "same session, same person");
    assert_eq!(code_of(&refresh(&world, "nonsense").await), "REFRESH_TOKEN_INVALID");
    assert_eq!(code_of(&refresh(&world, "").await), "REFRESH_TOKEN_INVALID");
    // The old one again: somebody has a copy. Both of them lose.
    let reused = refresh(&world, &greta.refresh_token).await;
    assert_eq!((code_of(&reused), &reused["accessToken"]), ("REFRESH_TOKEN_REUSED".to_owned(), &Value::Null));
    assert_eq!(code_of(&refresh(&world, &second_token).await), "SESSION_ENDED");
    assert_eq!(code_of(&refresh(&world, &greta.refresh_token).await), "SESSION_ENDED");
    assert_eq!(world.count_events("session", "revoked").await, 1);
    let events = world.events().await;
    assert!(events.iter().any(|event| event.contains("token_reused")));
    // Commands of the session are refused at once, although its token is good for a while.
    assert_eq!(world.code(&greta.caller, "privacySet", json!({ "isPrivate": true })).await, "SESSION_ENDED");
    let back = world.sign_in(greta.id, "greta", None).await;
    let query = "{ viewer { auditLog(first: 10) { nodes { action operation actor { username } } } } }";
    let log = world.data(&back.caller, query, json!({})).await;
    let log = log["viewer"]["auditLog"]["nodes"].to_string();
    assert!(log.contains(r#"{"action":"session.revoked","operation":"sessionRefresh","actor":null}"#), "{log}");
}

#[tokio::test]
async fn a_used_token_ends_the_session_however_many_came_after_it() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    let mut token = greta.refresh_token.clone();
    for _ in 0..110 {
        token = text(&refresh(&world, &token).await["refreshToken"]);
    }
    let (secret_of_session, own) = token.split_once('.').unwrap();
    assert!(!contains(&world.kept_bytes("mail").await, secret_of_session), "only its hash is kept");
    assert!(!contains(&world.kept_bytes("mail").await, own), "only its hash is kept");
    // What everybody may see of a session ends nothing.
    let session = greta.caller.session.clone().unwrap();
    for guess in [format!("{session}.{own}"), own.to_owned(), secret_of_session.to_owned(), format!(".{own}")] {
        assert_eq!(code_of(&refresh(&world, &guess).await), "REFRESH_TOKEN_INVALID", "{guess}");
    }
    assert_eq!(code_of(&refresh(&world, &greta.refresh_token).await), "REFRESH_TOKEN_REUSED");
    assert_eq!(code_of(&refresh(&world, &token).await), "SESSION_ENDED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_refreshes_at_once_end_the_session() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    let both = tokio::join!(refresh(&world, &greta.refresh_token), refresh(&world, &greta.refresh_token));
    let mut codes = [code_of(&both.0), code_of(&both.1)];
    codes.sort();
    assert_eq!(codes, ["OK", "REFRESH_TOKEN_REUSED"]);
    assert_eq!(live_sessions(&world, &greta).await.len(), 0);
}

#[tokio::test]
async fn sign_ins_act_in_the_tenant_that_the_user_chose_last() {
    let world = World::new().await;
    let (mut greta, mut mallory) = (world.person("greta").await, world.person("mallory").await);
    let first = world.found(&mut greta, "moewe").await;
    let foreign = world.found(&mut mallory, "falle").await;
    let membership = world.grant(&mallory, "greta", &[Role::Editor]).await;
    assert_eq!(world.sign_in(greta.id, "greta", None).await.caller.tenant, Some(first));
    world.clock.advance(TimeDelta::seconds(1));
    world.act_in(&mut greta, Some(foreign)).await;
    world.act_in(&mut greta, None).await;
    assert_eq!(world.sign_in(greta.id, "greta", None).await.caller.tenant, Some(foreign));
    // Sent away, and made a member once more without being asked.
    assert_eq!(world.code(&mallory.caller, "membershipRevoke", json!({ "membershipId": membership })).await, "OK");
    assert_eq!(world.sign_in(greta.id, "greta", None).await.caller.tenant, Some(first));
    world.grant(&mallory, "greta", &[Role::Editor]).await;
    assert_eq!(world.sign_in(greta.id, "greta", None).await.caller.tenant, Some(first));
    assert_eq!(world.sign_in(greta.id, "greta", Some(foreign)).await.caller.tenant, Some(foreign));
}

#[tokio::test]
async fn a_refresh_that_breaks_leaves_the_token_good() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    world.found(&mut greta, "moewe").await;
    let roles = async |roles: &str| {
        let mut unit = world.unit().await;
        query("UPDATE memberships SET roles = $1").bind(roles).execute(&mut unit).await.unwrap();
        unit.commit(&()).await.unwrap();
    };
    roles("NONSENSE").await;
    let input = json!({ "input": { "refreshToken": greta.refresh_token } });
    let mutation = "mutation($input: SessionRefreshInput!) { sessionRefresh(input: $input) { accessToken } }";
    let broken = world.ask(&Caller::visitor(), mutation, input).await;
    assert_eq!(broken["errors"][0]["extensions"]["code"], "INTERNAL", "{broken}");
    roles("OWNER").await;
    assert_eq!(code_of(&refresh(&world, &greta.refresh_token).await), "OK");
}

#[tokio::test]
async fn who_was_signed_out_signs_nobody_out() {
    let world = World::new().await;
    let first = world.person("greta").await;
    let second = world.sign_in(first.id, "greta", None).await;
    let revoke = |person: &Person| json!({ "sessionId": person.caller.session });
    assert_eq!(world.code(&second.caller, "sessionRevoke", revoke(&first)).await, "OK");
    assert_eq!(world.code(&first.caller, "sessionRevoke", revoke(&second)).await, "SESSION_ENDED");
    assert_eq!(world.code(&first.caller, "sessionRevoke", revoke(&first)).await, "OK");
    assert_eq!(code_of(&refresh(&world, &second.refresh_token).await), "OK");
}

#[tokio::test]
async fn a_session_is_over_after_30_days_however_often_it_is_refreshed() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    world.clock.advance(TimeDelta::days(29));
    let refreshed = refresh(&world, &greta.refresh_token).await;
    assert_eq!(code_of(&refreshed), "OK");
    world.clock.advance(TimeDelta::days(1));
    let token = text(&refreshed["refreshToken"]);
    assert_eq!(code_of(&refresh(&world, &token).await), "SESSION_ENDED");
    // Another sign-in clears away what is over.
    world.sign_in(greta.id, "greta", None).await;
    assert_eq!(code_of(&refresh(&world, &token).await), "REFRESH_TOKEN_INVALID");
}

#[tokio::test]
async fn signs_out_here_there_and_everywhere() {
    let world = World::new().await;
    let first = world.person("greta").await;
    let second = world.sign_in(first.id, "greta", None).await;
    let third = world.sign_in(first.id, "greta", None).await;
    let other = world.person("hugo").await;
    let own = |person: &Person| json!({ "sessionId": person.caller.session });
    // Nobody else's, and nothing that is none.
    assert_eq!(world.code(&first.caller, "sessionRevoke", own(&other)).await, "NOT_FOUND");
    for id in ["session_00000000000000000000000001", "nonsense", &first.id.to_string()] {
        assert_eq!(world.code(&first.caller, "sessionRevoke", json!({ "sessionId": id })).await, "NOT_FOUND");
    }
    assert_eq!(world.code(&first.caller, "sessionRevoke", own(&second)).await, "OK");
    assert_eq!(world.code(&first.caller, "sessionRevoke", own(&second)).await, "OK");
    assert_eq!(code_of(&refresh(&world, &second.refresh_token).await), "SESSION_ENDED");
    assert_eq!(world.code(&first.caller, "sessionRevoke", json!({})).await, "OK");
    assert_eq!(code_of(&refresh(&world, &first.refresh_token).await), "SESSION_ENDED");
    let left = live_sessions(&world, &third).await;
    assert_eq!(left, [json!({ "id": third.caller.session, "isCurrent": true, "endedAt": null })]);
    let fourth = world.sign_in(first.id, "greta", None).await;
    let input = json!({ "keepsCurrent": true });
    let payload = world.mutate(&third.caller, "sessionsRevokeAll", input, "revokedCount").await;
    assert_eq!(payload["revokedCount"], 1);
    assert_eq!(code_of(&refresh(&world, &fourth.refresh_token).await), "SESSION_ENDED");
    let payload = world.mutate(&third.caller, "sessionsRevokeAll", json!({}), "revokedCount").await;
    assert_eq!(payload["revokedCount"], 1);
    assert_eq!(world.code(&third.caller, "sessionsRevokeAll", json!({})).await, "SESSION_ENDED");
    assert_eq!(live_sessions(&world, &other).await.len(), 1, "nobody else was signed out");
}

#[tokio::test]
async fn a_user_has_fifty_sessions_at_most() {
    let world = World::new().await;
    let first = world.person("greta").await;
    let mut last = first.clone();
    for _ in 0..50 {
        last = world.sign_in(first.id, "greta", None).await;
    }
    let live = live_sessions(&world, &last).await;
    assert_eq!(live.len(), 50);
    assert_eq!(code_of(&refresh(&world, &first.refresh_token).await), "SESSION_ENDED");
}

#[tokio::test]
async fn acts_in_a_tenant_only_as_a_member() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    let hugo = world.person("hugo").await;
    let moewe = world.found(&mut greta, "moewe").await;
    let owners = scopes_of("MERCHANT", "OWNER");
    assert!(owners.contains(&"tenant:admin") && owners.contains(&"orders:fulfil"), "{owners:?}");
    assert_eq!(sorted(&greta.caller.scopes), sorted(&owners));
    assert_eq!(world.code(&hugo.caller, "sessionTenantSwitch", json!({ "tenantId": moewe })).await, "NOT_FOUND");
    let input = json!({ "login": "hugo", "password": PASSWORD, "tenantId": moewe });
    assert_eq!(world.code(&Caller::visitor(), "sessionCreate", input).await, "NOT_FOUND");
    let membership = world.grant(&greta, "hugo", &[Role::Editor]).await;
    // Who was made a member has not chosen to act there; who has switched to it has.
    let mut hugo = world.sign_in(hugo.id, "hugo", None).await;
    assert_eq!((hugo.caller.tenant, hugo.caller.scopes.len()), (None, 0));
    world.act_in(&mut hugo, Some(moewe)).await;
    let hugo = world.sign_in(hugo.id, "hugo", None).await;
    assert_eq!((hugo.caller.tenant, hugo.caller.roles.as_slice()), (Some(moewe), ["EDITOR".to_owned()].as_slice()));
    let input = json!({ "membershipId": membership });
    assert_eq!(world.code(&greta.caller, "membershipRevoke", input).await, "OK");
    let refreshed = refresh(&world, &hugo.refresh_token).await;
    let caller = world.caller(refreshed["accessToken"].as_str().unwrap()).await;
    assert_eq!((caller.tenant, caller.scopes.len()), (None, 0), "no longer a member, no longer acting");
    world.act_in(&mut greta, None).await;
    assert_eq!((greta.caller.tenant, greta.caller.roles.len()), (None, 0));
}

fn sorted<T: ToString>(texts: &[T]) -> Vec<String> {
    let mut texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
    texts.sort();
    texts
}
