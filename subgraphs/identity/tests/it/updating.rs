//! Another address for the same user.

use crate::world::{PASSWORD, World, address, contains, text};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

fn to(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

#[tokio::test]
async fn mails_and_sign_ins_are_of_the_new_address() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    world.ask_reset(&address("greta")).await;
    let token = world.mails()[0].lines().find(|line| line.len() == 43 && !line.contains(' ')).unwrap().to_owned();
    let changed =
        world.mutate(&greta.caller, "userUpdate", to(" Neu@Example.com", PASSWORD), "user { email version }").await;
    assert_eq!(changed["user"], json!({ "email": "neu@example.com", "version": 2 }), "{changed}");
    let sign_in = |login: &str| json!({ "login": login, "password": PASSWORD });
    let visitor = Caller::visitor();
    assert_eq!(world.code(&visitor, "sessionCreate", sign_in("neu@example.com")).await, "OK");
    assert_eq!(world.code(&visitor, "sessionCreate", sign_in(&address("greta"))).await, "CREDENTIALS_INVALID");
    let reset = json!({ "token": token, "newPassword": "four grey herons" });
    assert_eq!(world.code(&visitor, "passwordReset", reset).await, "RESET_TOKEN_INVALID", "it went to the old address");
    world.ask_reset("neu@example.com").await;
    assert_eq!(world.mails().len(), 2);
    // The old address is free again; the same once more is nothing new.
    let other = json!({ "username": "gerda", "email": address("greta"), "password": PASSWORD });
    assert_eq!(world.code(&visitor, "userRegister", other).await, "OK");
    assert_eq!(world.code(&greta.caller, "userUpdate", to("neu@example.com", PASSWORD)).await, "OK");
    let event = world.events().await.into_iter().find(|event| event.contains("\"updated\"")).unwrap();
    let content: Value = serde_json::from_str::<Value>(&event).unwrap()["content"].take();
    assert_eq!(content, json!({ "type": "updated", "userId": greta.id, "changed": ["email"] }));
    assert_eq!(world.count_events("user", "updated").await, 1);
    for event in world.events().await {
        assert!(!contains(event.as_bytes(), "example.com"), "{event}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    world.register("hugo").await;
    for (caller, input, code) in [
        (&Caller::visitor(), to("neu@example.com", PASSWORD), "UNAUTHENTICATED"),
        (&greta.caller, to("no address", PASSWORD), "EMAIL_INVALID"),
        (&greta.caller, to(&address("hugo"), PASSWORD), "EMAIL_TAKEN"),
        (&greta.caller, to("neu@example.com", "a wrong password"), "CREDENTIALS_INVALID"),
        (
            &greta.caller,
            json!({ "email": "neu@example.com", "password": PASSWORD, "expectedVersion": 9 }),
            "VERSION_CONFLICT",
        ),
    ] {
        assert_eq!(world.code(caller, "userUpdate", input.clone()).await, code, "{input}");
    }
    let mut codes = Vec::new();
    for _ in 0..11 {
        codes.push(world.code(&greta.caller, "userUpdate", to("neu@example.com", "a wrong password")).await);
    }
    assert_eq!(codes.last().map(String::as_str), Some("TOO_MANY_ATTEMPTS"));
    let seen = world.data(&greta.caller, "{ viewer { email } }", json!({})).await;
    assert_eq!(text(&seen["viewer"]["email"]), address("greta"));
}
