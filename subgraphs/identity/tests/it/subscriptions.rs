//! Sessions that end, told to their user while it happens.

use crate::world::{PASSWORD, Person, World, text};
use futures_util::{StreamExt as _, stream::BoxStream};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};
use std::time::Duration;

const LISTEN: &str =
    "subscription($after: String) { sessionRevoked(after: $after) { position sessionId reason isCurrent } }";

async fn next(stream: &mut BoxStream<'static, Value>) -> Value {
    let next = tokio::time::timeout(Duration::from_secs(20), stream.next()).await;
    let mut next = next.expect("something is told").expect("the stream goes on");
    assert_eq!(next.get("errors"), None, "{next}");
    next["data"]["sessionRevoked"].take()
}

async fn sign_out(world: &World, person: &Person, session: Option<&str>) {
    assert_eq!(world.code(&person.caller, "sessionRevoke", json!({ "sessionId": session })).await, "OK");
}

fn told(change: &Value) -> (String, String, bool) {
    (text(&change["sessionId"]), text(&change["reason"]), change["isCurrent"].as_bool().unwrap())
}

#[tokio::test]
async fn users_are_told_of_their_own_sessions_and_can_come_back() {
    let world = World::new().await;
    let (greta, hugo) = (world.person("greta").await, world.person("hugo").await);
    let mut stream = world.subscribe(&greta.caller, LISTEN, json!({}));
    // Whether it listens already cannot be seen: so sessions end until one is told of.
    let first = loop {
        let phone = world.sign_in(greta.id, "greta", None).await;
        sign_out(&world, &greta, phone.caller.session.as_deref()).await;
        if let Ok(Some(mut first)) = tokio::time::timeout(Duration::from_millis(300), stream.next()).await {
            break first["data"]["sessionRevoked"].take();
        }
    };
    assert_eq!((&first["reason"], &first["isCurrent"]), (&json!("SIGNED_OUT"), &json!(false)), "{first}");
    // Not another user's; and why.
    sign_out(&world, &hugo, None).await;
    let tablet = world.sign_in(greta.id, "greta", None).await.caller.session.unwrap();
    let change = json!({ "currentPassword": PASSWORD, "newPassword": "four grey herons" });
    assert_eq!(world.code(&greta.caller, "passwordChange", change).await, "OK");
    // Of the phones, more than one may be told of.
    let second = loop {
        let change = next(&mut stream).await;
        if change["reason"] == "PASSWORD_CHANGED" {
            break change;
        }
    };
    assert_eq!(told(&second), (tablet.clone(), "PASSWORD_CHANGED".to_owned(), false));
    let own = greta.caller.session.clone().unwrap();
    sign_out(&world, &greta, None).await;
    assert_eq!(told(&next(&mut stream).await), (own.clone(), "SIGNED_OUT".to_owned(), true));
    // From the first position on, the same again, also for who comes back with the token of the session that ended.
    let after = json!({ "after": second["position"] });
    let mut again = world.subscribe(&greta.caller, LISTEN, after.clone());
    assert_eq!(told(&next(&mut again).await), (own.clone(), "SIGNED_OUT".to_owned(), true));
    let mut others = world.subscribe(&hugo.caller, LISTEN, after);
    assert!(tokio::time::timeout(Duration::from_millis(300), others.next()).await.is_err(), "nothing of greta's");
}

#[tokio::test]
async fn visitors_and_wrong_positions_are_told_so() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    for (caller, after, code) in
        [(Caller::visitor(), None, "UNAUTHENTICATED"), (greta.caller, Some("nonsense"), "BAD_USER_INPUT")]
    {
        let mut stream = world.subscribe(&caller, LISTEN, json!({ "after": after }));
        let answer = stream.next().await.unwrap();
        assert_eq!(text(&answer["errors"][0]["extensions"]["code"]), code, "{answer}");
    }
}
