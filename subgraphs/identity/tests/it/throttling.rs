//! Limits on guessing: by login, by client, and within one request.

use crate::world::{PASSWORD, World, address, code_of};
use chrono::TimeDelta;
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

fn from(client: &str) -> Caller {
    Caller { client: Some(client.to_owned()), ..Caller::visitor() }
}

async fn attempt(world: &World, caller: &Caller, login: &str, password: &str) -> Value {
    world.mutate(caller, "sessionCreate", json!({ "login": login, "password": password }), "__typename").await
}

/// Wrong, and refused without a hash, which takes its time.
fn long_password() -> String {
    "x".repeat(200)
}

#[tokio::test]
async fn a_login_bears_ten_wrong_passwords_of_a_client_and_then_one_in_30_seconds() {
    let world = World::new().await;
    world.register("greta").await;
    let client = from("192.0.2.7");
    for _ in 0..10 {
        assert_eq!(code_of(&attempt(&world, &client, "greta", "a wrong password").await), "CREDENTIALS_INVALID");
    }
    let refused = attempt(&world, &client, "GRETA", PASSWORD).await;
    assert_eq!(code_of(&refused), "TOO_MANY_ATTEMPTS");
    let wait = refused["userErrors"][0]["retryAfterMs"].as_i64().unwrap();
    assert!((1..=30_001).contains(&wait), "{wait}");
    // Whoever does that keeps nobody else out.
    assert_eq!(code_of(&attempt(&world, &from("192.0.2.8"), "greta", PASSWORD).await), "OK");
    // Nor does it tell whose address is whose.
    let by_address = attempt(&world, &client, "greta@example.com", &long_password()).await;
    assert_eq!(code_of(&by_address), "CREDENTIALS_INVALID");
    world.clock.advance(TimeDelta::milliseconds(wait));
    assert_eq!(code_of(&attempt(&world, &client, "greta", PASSWORD).await), "OK");
    // What is right is taken back: users who know their passwords are not counted.
    for _ in 0..15 {
        assert_eq!(code_of(&attempt(&world, &client, "greta", PASSWORD).await), "OK");
    }
    assert_eq!(code_of(&attempt(&world, &client, "greta", "wrong").await), "CREDENTIALS_INVALID");
    assert_eq!(code_of(&attempt(&world, &client, "greta", PASSWORD).await), "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn a_user_bears_200_attempts_by_name_and_address_from_everywhere() {
    let world = World::new().await;
    world.register("greta").await;
    for (name, address) in [("greta", "greta@example.com"), ("nobody", "nobody")] {
        for number in 0..200 {
            let client = from(&format!("192.0.2.{}", number / 10));
            let login = if number % 2 == 0 { name } else { address };
            let payload = attempt(&world, &client, login, &long_password()).await;
            assert_eq!(code_of(&payload), "CREDENTIALS_INVALID", "{name} {number}");
        }
        for login in [name, address] {
            let refused = attempt(&world, &from("192.0.2.99"), login, PASSWORD).await;
            assert_eq!(code_of(&refused), "TOO_MANY_ATTEMPTS", "{login}");
            let wait = refused["userErrors"][0]["retryAfterMs"].as_i64().unwrap();
            assert!((1..=5_001).contains(&wait), "{wait}");
        }
    }
    world.clock.advance(TimeDelta::seconds(6));
    assert_eq!(code_of(&attempt(&world, &from("192.0.2.99"), "greta", PASSWORD).await), "OK");
}

#[tokio::test]
async fn logins_that_nobody_has_are_counted_alike() {
    let world = World::new().await;
    for _ in 0..10 {
        assert_eq!(code_of(&attempt(&world, &Caller::visitor(), "nobody", PASSWORD).await), "CREDENTIALS_INVALID");
    }
    assert_eq!(code_of(&attempt(&world, &Caller::visitor(), "nobody", PASSWORD).await), "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn a_client_is_counted_over_all_logins() {
    let world = World::new().await;
    world.register("greta").await;
    let client = from("192.0.2.7");
    for number in 0..50 {
        let login = format!("login{number}");
        let payload = attempt(&world, &client, &login, &long_password()).await;
        assert_eq!(code_of(&payload), "CREDENTIALS_INVALID", "{number}");
    }
    assert_eq!(code_of(&attempt(&world, &client, "greta", PASSWORD).await), "TOO_MANY_ATTEMPTS");
    assert_eq!(code_of(&attempt(&world, &from("192.0.2.8"), "greta", PASSWORD).await), "OK");
}

#[tokio::test]
async fn keys_and_passwords_of_one_client_are_counted_apart() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    world.found(&mut greta, "moewe").await;
    let create = json!({ "name": "Import", "scopes": ["catalog:write"] });
    let made = world.mutate(&greta.caller, "apiKeyCreate", create, "secret").await;
    let key = json!({ "apiKey": made["secret"] });
    let client = from("192.0.2.7");
    for number in 0..50 {
        attempt(&world, &client, &format!("login{number}"), &long_password()).await;
    }
    assert_eq!(code_of(&attempt(&world, &client, "greta", PASSWORD).await), "TOO_MANY_ATTEMPTS");
    assert_eq!(world.code(&client, "sessionCreateWithApiKey", key.clone()).await, "OK");
    let other = from("192.0.2.8");
    for _ in 0..100 {
        let guess = json!({ "apiKey": "hansa_guess" });
        assert_eq!(world.code(&other, "sessionCreateWithApiKey", guess).await, "API_KEY_INVALID");
    }
    assert_eq!(world.code(&other, "sessionCreateWithApiKey", key.clone()).await, "TOO_MANY_ATTEMPTS");
    assert_eq!(code_of(&attempt(&world, &other, "greta", PASSWORD).await), "OK");
    world.clock.advance(TimeDelta::seconds(2));
    assert_eq!(world.code(&other, "sessionCreateWithApiKey", key).await, "OK");
}

#[tokio::test]
async fn right_passwords_cost_a_client_something_too() {
    let world = World::new().await;
    world.register("greta").await;
    let client = from("192.0.2.7");
    for number in 0..120 {
        assert_eq!(code_of(&attempt(&world, &client, "greta", PASSWORD).await), "OK", "{number}");
    }
    assert_eq!(code_of(&attempt(&world, &client, "greta", PASSWORD).await), "TOO_MANY_ATTEMPTS");
    world.clock.advance(TimeDelta::seconds(2));
    assert_eq!(code_of(&attempt(&world, &client, "greta", PASSWORD).await), "OK");
}

#[tokio::test]
async fn a_stolen_token_guesses_the_password_slowly_and_locks_nobody_out() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    let other = world.sign_in(greta.id, "greta", None).await;
    let change = |old: &str| json!({ "currentPassword": old, "newPassword": "four grey herons" });
    for _ in 0..10 {
        let code = world.code(&greta.caller, "passwordChange", change(&long_password())).await;
        assert_eq!(code, "CREDENTIALS_INVALID");
    }
    assert_eq!(world.code(&greta.caller, "passwordChange", change(PASSWORD)).await, "TOO_MANY_ATTEMPTS");
    assert_eq!(code_of(&attempt(&world, &Caller::visitor(), "greta", PASSWORD).await), "OK");
    assert_eq!(world.code(&other.caller, "passwordChange", change(PASSWORD)).await, "OK");
}

#[tokio::test]
async fn a_client_registers_30_at_once() {
    let world = World::new().await;
    let client = from("192.0.2.7");
    let register = |number: u32| {
        let name = format!("greta{number}");
        world.code(
            &client,
            "userRegister",
            json!({ "username": name, "email": "greta@example.com", "password": PASSWORD }),
        )
    };
    assert_eq!(register(0).await, "OK");
    for number in 1..30 {
        assert_eq!(register(number).await, "EMAIL_TAKEN");
    }
    assert_eq!(register(30).await, "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn mails_to_one_address_are_few_and_nobody_is_told() {
    let world = World::new().await;
    world.register("greta").await;
    let first = world.ask_reset(&address("greta")).await;
    for _ in 0..4 {
        assert_eq!(world.ask_reset(&address("greta")).await, first);
    }
    assert_eq!(world.mails().len(), 3);
    let client = from("192.0.2.7");
    let ask = |number: u32| json!({ "email": format!("nobody{number}@example.com") });
    for number in 0..20 {
        assert_eq!(world.code(&client, "passwordResetRequest", ask(number)).await, "OK");
    }
    assert_eq!(world.code(&client, "passwordResetRequest", ask(20)).await, "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn one_request_compares_one_secret() {
    let world = World::new().await;
    world.register("greta").await;
    let input = json!({ "login": "greta", "password": PASSWORD });
    for query in [
        "mutation($input: SessionCreateInput!) {
            a: sessionCreate(input: $input) { accessToken } b: sessionCreate(input: $input) { accessToken }
        }",
        "mutation($input: SessionCreateInput!) { ...A ...B }
         fragment A on Mutation { a: sessionCreate(input: $input) { accessToken } }
         fragment B on Mutation {
            ... on Mutation { b: passwordResetRequest(input: { email: \"greta@example.com\" }) { __typename } }
         }",
    ] {
        let response = world.ask(&Caller::visitor(), query, json!({ "input": input })).await;
        assert_eq!(response["data"], Value::Null, "{response}");
        assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{response}");
    }
    assert!(world.mails().is_empty());
    assert_eq!(world.count_events("session", "created").await, 0);
}
