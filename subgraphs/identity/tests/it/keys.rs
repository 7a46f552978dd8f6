//! The keys that sign access tokens, and their rotation.

use crate::world::World;
use chrono::TimeDelta;
use serde_json::Value;

async fn key_count(world: &World) -> usize {
    let (_, jwks) = world.get("/.well-known/jwks.json").await;
    let jwks: Value = serde_json::from_str(&jwks).unwrap();
    let keys = jwks["keys"].as_array().unwrap();
    assert!(keys.iter().all(|key| key.get("d").is_none()), "private halves stay where they are");
    keys.len()
}

fn key_id(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn what_was_signed_before_a_rotation_is_good_after_it() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    world.clock.advance(TimeDelta::minutes(5));
    world.identity.rotate_signing_key(&world.command("signingKeyRotate")).await.unwrap();
    assert_eq!(key_count(&world).await, 2);
    assert_eq!(world.caller(&greta.access_token).await, greta.caller);
    // Verifiers get a minute to learn the new key.
    let at_once = world.sign_in(greta.id, "greta", None).await;
    assert_eq!(key_id(&at_once.access_token), key_id(&greta.access_token));
    world.clock.advance(TimeDelta::minutes(2));
    let later = world.sign_in(greta.id, "greta", None).await;
    assert_ne!(key_id(&later.access_token), key_id(&greta.access_token));
    assert_eq!(world.caller(&greta.access_token).await, greta.caller);
    assert_eq!(world.count_events("key", "rotated").await, 1);
}

#[tokio::test]
async fn a_key_signs_for_a_month_and_is_shown_as_long_as_its_tokens_live() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    world.clock.advance(TimeDelta::days(29));
    world.sign_in(greta.id, "greta", None).await;
    assert_eq!(key_count(&world).await, 1);
    world.clock.advance(TimeDelta::days(1));
    let last_by_old_key = world.sign_in(greta.id, "greta", None).await;
    assert_eq!(key_id(&last_by_old_key.access_token), key_id(&greta.access_token));
    assert_eq!(key_count(&world).await, 2);
    // A minute until the new key signs, and twice a token's lifetime.
    world.clock.advance(TimeDelta::minutes(21) - TimeDelta::seconds(1));
    assert_eq!(key_count(&world).await, 2);
    assert_eq!(world.caller(&last_by_old_key.access_token).await.user, Some(greta.id));
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(key_count(&world).await, 1, "without another rotation");
    world.clock.advance(TimeDelta::days(30));
    world.sign_in(greta.id, "greta", None).await;
    assert_eq!(key_count(&world).await, 2, "the second is still needed");
    assert_eq!(world.count_events("key", "rotated").await, 2);
}

#[tokio::test]
async fn only_the_key_set_is_shown_without_a_passport() {
    let world = World::new().await;
    assert_eq!(world.get("/.well-known/jwks.json").await.0, 200);
    for path in ["/graphql?query={viewer{id}}", "/mail", "/signing-keys.json", "/.well-known/jwks.json/.."] {
        assert_ne!(world.get(path).await.0, 200, "{path}");
    }
}
