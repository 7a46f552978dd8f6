//! Opening, opening again, and what cannot be opened.

use crate::world::{PASSWORD, World, code_of};
use hansa_identity::Identity;
use hansa_subgraph_host::{Caller, testing::services};
use serde_json::json;
use std::{fs, path::Path};
use tempfile::TempDir;

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    world.found(&mut greta, "moewe").await;
    let world = world.restarted().await;
    // The key that signed the token is the same, and so are the session and its refresh token.
    assert_eq!(world.caller(&greta.access_token).await, greta.caller);
    let query = "{ viewer { username email } actingTenant { handle members(first: 1) { nodes { roles } } } }";
    let expected = json!({
        "viewer": { "username": "greta", "email": "greta@example.com" },
        "actingTenant": { "handle": "moewe", "members": { "nodes": [{ "roles": ["OWNER"] }] } },
    });
    assert_eq!(world.data(&greta.caller, query, json!({})).await, expected);
    let input = json!({ "refreshToken": greta.refresh_token });
    let refreshed = world.mutate(&Caller::visitor(), "sessionRefresh", input, "accessToken").await;
    assert_eq!(code_of(&refreshed), "OK");
    assert_eq!(world.caller(refreshed["accessToken"].as_str().unwrap()).await, greta.caller);
    let input = json!({ "login": "greta", "password": PASSWORD });
    assert_eq!(world.code(&Caller::visitor(), "sessionCreate", input).await, "OK");
}

#[tokio::test]
async fn says_what_it_could_not_open() {
    let broken = |file: &'static str, text: &'static str| async move {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(file);
        fs::write(&path, text).unwrap();
        close_to_others(&path);
        let error = Identity::open(&services(folder.path())).await.unwrap_err();
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(cause.contains(file), "{error}: {cause}");
        error.to_string()
    };
    let no_database = "This is a letter, and has been one for long: it is no database.".repeat(20);
    let no_database: &'static str = no_database.leak();
    assert_eq!(broken("identity.sqlite", no_database).await, "could not open identity's database");
    assert_eq!(broken("signing-keys.json", "{\"keys\": []}").await, "could not open identity's signing keys");
    assert_eq!(
        broken("mails", "a file where a folder should be").await,
        "could not open the folder of identity's mails"
    );
}

#[cfg(unix)]
fn close_to_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn close_to_others(_: &Path) {}
