//! Registering: one name, one account; and what a repetition gets.

use crate::world::{PASSWORD, World, address, code_of, contains};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

fn input(name: &str) -> Value {
    json!({ "username": name, "email": address(name), "password": PASSWORD })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_registrations_of_one_name_one_succeeds() {
    let (world, visitor) = (World::new().await, Caller::visitor());
    let attempt = |number: u32| {
        let name = if number.is_multiple_of(2) { "Greta" } else { "greta" };
        let input = json!({ "username": name, "email": format!("g{number}@example.com"), "password": PASSWORD });
        world.code(&visitor, "userRegister", input)
    };
    let attempts = futures_of((0..10).map(attempt)).await;
    let count = |code: &str| attempts.iter().filter(|one| *one == code).count();
    assert_eq!((count("OK"), count("USERNAME_TAKEN")), (1, 9), "{attempts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_registrations_of_one_address_one_succeeds() {
    let (world, visitor) = (World::new().await, Caller::visitor());
    let attempt = |number: u32| {
        let email = if number.is_multiple_of(2) { "Greta@Example.com" } else { "greta@example.com" };
        let input = json!({ "username": format!("greta{number}"), "email": email, "password": PASSWORD });
        world.code(&visitor, "userRegister", input)
    };
    let attempts = futures_of((0..10).map(attempt)).await;
    let count = |code: &str| attempts.iter().filter(|one| *one == code).count();
    assert_eq!((count("OK"), count("EMAIL_TAKEN")), (1, 9), "{attempts:?}");
}

/// All at once, in the order of their making.
async fn futures_of<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    futures_util::future::join_all(futures).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twins_with_one_key_register_once() {
    let world = World::new().await;
    let keyed = |password: &str| {
        json!({
            "username": "greta", "email": "greta@example.com", "password": password,
            "idempotencyKey": "registration-of-greta"
        })
    };
    let register = |input| register(&world, input);
    let twins = futures_of((0..5).map(|_| register(keyed(PASSWORD)))).await;
    let firsts = twins.iter().filter(|twin| twin["replayed"] == false).count();
    assert_eq!(firsts, 1, "{twins:?}");
    assert!(twins.iter().all(|twin| twin["user"]["id"] == twins[0]["user"]["id"] && code_of(twin) == "OK"));
    let other_password = register(keyed("another password")).await;
    assert_eq!(code_of(&other_password), "IDEMPOTENCY_KEY_REUSED");
    let mut other_name = keyed(PASSWORD);
    other_name["username"] = "gerta".into();
    assert_eq!(code_of(&register(other_name).await), "IDEMPOTENCY_KEY_REUSED");
}

async fn register(world: &World, input: Value) -> Value {
    world.mutate(&Caller::visitor(), "userRegister", input, "user { id } replayed").await
}

#[tokio::test]
async fn says_which_field_is_wrong() {
    let world = World::new().await;
    let register = |change: Value| {
        let mut input = input("greta");
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        register(&world, input)
    };
    for (change, code, field) in [
        (json!({ "username": "g" }), "USERNAME_INVALID", "username"),
        (json!({ "username": "greta@example.com" }), "USERNAME_INVALID", "username"),
        (json!({ "email": "greta" }), "EMAIL_INVALID", "email"),
        (json!({ "password": "short" }), "PASSWORD_REFUSED", "password"),
        (json!({ "password": "x".repeat(2_000) }), "PASSWORD_REFUSED", "password"),
        (json!({ "password": "qwertyuiop" }), "PASSWORD_REFUSED", "password"),
        (json!({ "idempotencyKey": "short" }), "IDEMPOTENCY_KEY_INVALID", "idempotencyKey"),
    ] {
        let payload = register(change).await;
        assert_eq!(code_of(&payload), code, "{payload}");
        assert_eq!(payload["userErrors"][0]["field"], json!(["input", field]));
        assert_eq!(payload["user"], Value::Null);
    }
    assert_eq!(code_of(&register(json!({})).await), "OK");
}

#[tokio::test]
async fn keeps_no_password_and_no_token() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    let kept = world.kept_bytes("signing-keys").await;
    assert!(!contains(&kept, PASSWORD) && !contains(&kept, &greta.refresh_token));
    assert!(!contains(&kept, &greta.access_token));
    assert!(contains(&kept, "$argon2id$v=19$m=19456,t=2,p=1$"));
    // The address is in the row of the user; an event would keep it for ever.
    let address = address("greta");
    assert!(contains(&kept, &address));
    let events = world.events().await;
    assert!(!events.is_empty() && events.iter().all(|event| !event.contains(&address) && !event.contains("greta")));
}
