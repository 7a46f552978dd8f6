//! Changing and resetting passwords.

use crate::world::{PASSWORD, World, address, code_of, contains};
use chrono::TimeDelta;
use hansa_relational::{UnitOfWork, query};
use hansa_subgraph_host::Caller;
use serde_json::json;
use std::time::Duration;

const NEW_PASSWORD: &str = "four grey herons";

async fn sign_in_code(world: &World, password: &str) -> String {
    let input = json!({ "login": "greta", "password": password });
    world.code(&Caller::visitor(), "sessionCreate", input).await
}

/// The token in the newest mail.
fn token_in(mail: &str) -> String {
    let token = mail.lines().find(|line| line.len() == 43 && !line.contains(' '));
    token.unwrap_or_else(|| panic!("no token in {mail}")).to_owned()
}

#[tokio::test]
async fn a_change_needs_the_old_password_and_ends_the_other_sessions() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    let other = world.sign_in(greta.id, "greta", None).await;
    let change = |old: &str, new: &str| json!({ "currentPassword": old, "newPassword": new });
    let visitor = Caller::visitor();
    assert_eq!(world.code(&visitor, "passwordChange", change(PASSWORD, NEW_PASSWORD)).await, "UNAUTHENTICATED");
    let wrong = world.code(&greta.caller, "passwordChange", change("a wrong password", NEW_PASSWORD)).await;
    assert_eq!(wrong, "CREDENTIALS_INVALID");
    let weak = world.mutate(&greta.caller, "passwordChange", change(PASSWORD, "short"), "__typename").await;
    assert_eq!(code_of(&weak), "PASSWORD_REFUSED");
    assert_eq!(weak["userErrors"][0]["field"], json!(["input", "newPassword"]));
    assert_eq!(world.code(&greta.caller, "passwordChange", change(PASSWORD, NEW_PASSWORD)).await, "OK");
    let refresh = |token: &str| json!({ "refreshToken": token });
    assert_eq!(world.code(&visitor, "sessionRefresh", refresh(&other.refresh_token)).await, "SESSION_ENDED");
    assert_eq!(world.code(&visitor, "sessionRefresh", refresh(&greta.refresh_token)).await, "OK");
    assert_eq!(sign_in_code(&world, PASSWORD).await, "CREDENTIALS_INVALID");
    assert_eq!(sign_in_code(&world, NEW_PASSWORD).await, "OK");
}

#[tokio::test]
async fn a_reset_goes_by_mail_and_ends_all_sessions() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    let visitor = Caller::visitor();
    let request = |email: &str| json!({ "email": email });
    let asked = world.ask_reset("greta@example.com").await;
    assert_eq!(asked, world.ask_reset("nobody@example.com").await, "the answer does not tell");
    assert_eq!(world.code(&visitor, "passwordResetRequest", request("greta")).await, "EMAIL_INVALID");
    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains(&format!("To: {}\r\n", address("greta"))), "{}", mails[0]);
    let token = token_in(&mails[0]);
    assert!(!contains(&world.kept_bytes("/mails/").await, &token), "only its hash is kept");
    let reset = |token: &str, password: &str| json!({ "token": token, "newPassword": password });
    assert_eq!(world.code(&visitor, "passwordReset", reset("nonsense", NEW_PASSWORD)).await, "RESET_TOKEN_INVALID");
    assert_eq!(world.code(&visitor, "passwordReset", reset(&token, "short")).await, "PASSWORD_REFUSED");
    assert_eq!(world.code(&visitor, "passwordReset", reset(&token, NEW_PASSWORD)).await, "OK");
    assert_eq!(world.code(&visitor, "passwordReset", reset(&token, "five red starfish")).await, "RESET_TOKEN_INVALID");
    let refresh = json!({ "refreshToken": greta.refresh_token });
    assert_eq!(world.code(&visitor, "sessionRefresh", refresh).await, "SESSION_ENDED");
    assert_eq!(sign_in_code(&world, PASSWORD).await, "CREDENTIALS_INVALID");
    assert_eq!(sign_in_code(&world, NEW_PASSWORD).await, "OK");
    assert!(world.events().await.iter().all(|event| !event.contains(&token)));
}

#[tokio::test]
async fn a_token_lives_half_an_hour_and_only_the_newest_counts() {
    let world = World::new().await;
    world.register("greta").await;
    let visitor = Caller::visitor();
    world.ask_reset("greta@example.com").await;
    let first = token_in(&world.mails()[0]);
    world.ask_reset("greta@example.com").await;
    let second = world.mails().iter().map(|mail| token_in(mail)).find(|token| *token != first).unwrap();
    let reset = |token: &str| json!({ "token": token, "newPassword": NEW_PASSWORD });
    assert_eq!(world.code(&visitor, "passwordReset", reset(&first)).await, "RESET_TOKEN_INVALID");
    world.clock.advance(TimeDelta::minutes(30));
    assert_eq!(world.code(&visitor, "passwordReset", reset(&second)).await, "RESET_TOKEN_INVALID");
    world.ask_reset("greta@example.com").await;
    world.clock.advance(TimeDelta::minutes(29));
    let third = world.mails().iter().map(|mail| token_in(mail)).find(|token| ![&first, &second].contains(&token));
    assert_eq!(world.code(&visitor, "passwordReset", reset(&third.unwrap())).await, "OK");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_resets_once_even_at_the_same_time() {
    let world = World::new().await;
    world.register("greta").await;
    world.ask_reset("greta@example.com").await;
    let token = token_in(&world.mails()[0]);
    let reset = |password: &str| json!({ "token": token, "newPassword": password });
    let visitor = Caller::visitor();
    let both = tokio::join!(
        world.code(&visitor, "passwordReset", reset(NEW_PASSWORD)),
        world.code(&visitor, "passwordReset", reset("five red starfish"))
    );
    let mut codes = [both.0, both.1];
    codes.sort();
    assert_eq!(codes, ["OK", "RESET_TOKEN_INVALID"]);
}

#[tokio::test]
async fn who_registered_without_a_password_gets_one_by_mail() {
    let world = World::new().await;
    let register = hansa_identity::UserRegister {
        username: "greta".to_owned(),
        email: address("greta"),
        password: None,
        is_private: false,
    };
    let command = world.command("userRegister");
    world.identity.user_register(&Caller::visitor(), &command, register).await.unwrap();
    assert_eq!(sign_in_code(&world, PASSWORD).await, "CREDENTIALS_INVALID");
    // Nor is the hash that is compared for nobody somebody's.
    assert_eq!(sign_in_code(&world, "correct horse battery staple").await, "CREDENTIALS_INVALID");
    world.ask_reset("greta@example.com").await;
    let input = json!({ "token": token_in(&world.mails()[0]), "newPassword": PASSWORD });
    assert_eq!(world.code(&Caller::visitor(), "passwordReset", input).await, "OK");
    assert_eq!(sign_in_code(&world, PASSWORD).await, "OK");
}

/// Commits this once whoever compares passwords meanwhile waits for a turn to write.
async fn meanwhile(mut unit: UnitOfWork, update: &'static str) {
    tokio::time::sleep(Duration::from_millis(500)).await;
    query(update).execute(&mut unit).await.unwrap();
    unit.commit(&()).await.unwrap();
}

#[tokio::test]
async fn what_was_changed_while_passwords_were_compared_counts() {
    const OTHER_PASSWORD: &str = "UPDATE users SET password_hash = 'another', version = version + 1";
    let world = World::new().await;
    world.register("greta").await;
    let unit = world.unit().await;
    let (code, ()) = tokio::join!(sign_in_code(&world, PASSWORD), meanwhile(unit, OTHER_PASSWORD));
    assert_eq!(code, "CREDENTIALS_INVALID");
    let world = World::new().await;
    let input = || json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD });
    let greta = world.person("greta").await;
    let unit = world.unit().await;
    let change = world.code(&greta.caller, "passwordChange", input());
    assert_eq!(tokio::join!(change, meanwhile(unit, OTHER_PASSWORD)).0, "CREDENTIALS_INVALID");
    let world = World::new().await;
    let greta = world.person("greta").await;
    let unit = world.unit().await;
    let ended = "UPDATE sessions SET ended_at = created_at, version = version + 1";
    let change = world.code(&greta.caller, "passwordChange", input());
    assert_eq!(tokio::join!(change, meanwhile(unit, ended)).0, "SESSION_ENDED");
    assert_eq!(sign_in_code(&world, PASSWORD).await, "OK", "the password is the old one");
}
