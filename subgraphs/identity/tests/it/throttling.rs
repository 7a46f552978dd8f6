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

#[tokio::test]
async fn a_login_bears_ten_wrong_passwords_and_then_one_in_30_seconds() {
    let world = World::new().await;
    world.register("greta").await;
    for number in 0..10 {
        // From everywhere at once.
        let caller = from(&format!("192.0.2.{number}"));
        assert_eq!(code_of(&attempt(&world, &caller, "greta", "a wrong password").await), "CREDENTIALS_INVALID");
    }
    let refused = attempt(&world, &from("192.0.2.99"), "GRETA", PASSWORD).await;
    assert_eq!(code_of(&refused), "TOO_MANY_ATTEMPTS");
    let wait = refused["userErrors"][0]["retryAfterMs"].as_i64().unwrap();
    assert!((1..=30_001).contains(&wait), "{wait}");
    world.clock.advance(TimeDelta::milliseconds(wait));
    assert_eq!(code_of(&attempt(&world, &Caller::visitor(), "greta", PASSWORD).await), "OK");
    // What is right is taken back: users who know their passwords are not counted.
    for _ in 0..15 {
        assert_eq!(code_of(&attempt(&world, &Caller::visitor(), "greta", PASSWORD).await), "OK");
    }
    assert_eq!(code_of(&attempt(&world, &Caller::visitor(), "greta", "wrong").await), "CREDENTIALS_INVALID");
    assert_eq!(code_of(&attempt(&world, &Caller::visitor(), "greta", PASSWORD).await), "TOO_MANY_ATTEMPTS");
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
        let payload = attempt(&world, &client, &login, &"x".repeat(200)).await;
        assert_eq!(code_of(&payload), "CREDENTIALS_INVALID", "{number}");
    }
    assert_eq!(code_of(&attempt(&world, &client, "greta", PASSWORD).await), "TOO_MANY_ATTEMPTS");
    let key = json!({ "apiKey": "hansa_guess" });
    assert_eq!(world.code(&client, "sessionCreateWithApiKey", key).await, "TOO_MANY_ATTEMPTS");
    assert_eq!(code_of(&attempt(&world, &from("192.0.2.8"), "greta", PASSWORD).await), "OK");
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
