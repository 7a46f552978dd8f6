//! Somebody who is erased is nowhere: not in any answer, and not in one byte of the data folder.

use crate::{
    client::{Client, sign_in},
    demo_data,
    process::Running,
    scratch::Scratch,
};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

const NAME: &str = "klabautermann";
const PASSWORD: &str = "what is erased is gone";
/// What nobody else has: name, address, how they show themselves, where they live, what they pay with.
const CANARIES: [&str; 7] = [
    NAME,
    "kobold@seefahrt.example",
    "Kalfaterhammer der Gro\u{df}e",
    "Wohnhaft im Vorschiff",
    "Bugspriet 99",
    "+49-555-0100-4711",
    "tok_klabauter_pays",
];
const WITHIN: Duration = Duration::from_secs(60);

fn start(folder: &Path) -> Running {
    let up = Running::start(&["up", "--no-demo", "--data", folder.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    demo_data::wait_until_up(&up);
    up
}

/// Files that have one of the canaries in them.
fn sightings(folder: &Path) -> Vec<(PathBuf, &'static str)> {
    let mut seen = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            seen.extend(sightings(&path));
            continue;
        }
        let bytes = fs::read(&path).unwrap_or_default();
        let is_in = |canary: &str| bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
        seen.extend(CANARIES.into_iter().filter(|canary| is_in(canary)).map(|canary| (path.clone(), canary)));
    }
    seen
}

/// Somebody with an account, a profile, an address, a payment method, a cart, a follower and a mail that waits.
fn somebody(origin: &str) -> (Client, String) {
    let visitor = Client::visitor(origin);
    let input = json!({ "username": NAME, "email": CANARIES[1], "password": PASSWORD });
    let user = visitor.done("userRegister", "user { id }", &input)["user"]["id"].take();
    visitor.done("passwordResetRequest", "", &json!({ "email": CANARIES[1] }));
    let client = Client::with_token(origin, &sign_in(origin, NAME, PASSWORD));
    client.done("profileUpdate", "", &json!({ "displayName": CANARIES[2], "bio": CANARIES[3] }));
    let post = json!({ "body": "Ahoy", "idempotencyKey": "the-first-post-of-it" });
    client.done("postPublish", "", &post);
    let address = json!({
        "recipient": CANARIES[2], "line1": CANARIES[4], "city": "Hamburg", "postalCode": "20459", "country": "DE",
        "phone": CANARIES[5],
    });
    client.done("deliveryAddressCreate", "", &json!({ "address": address }));
    client.done("paymentMethodAttach", "", &json!({ "token": CANARIES[6] }));
    (client, user.as_str().unwrap().to_owned())
}

#[test]
fn whoever_is_erased_is_in_no_answer_and_no_file() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    let mut up = start(&folder);
    let origin = up.origin();
    let (client, user) = somebody(&origin);
    let input = json!({ "username": "follower", "email": "follower@example.org", "password": PASSWORD });
    Client::visitor(&origin).done("userRegister", "", &input);
    let follower = Client::with_token(&origin, &sign_in(&origin, "follower", PASSWORD));
    follower.done("userFollow", "", &json!({ "userId": user }));
    let before = sightings(&folder);
    let missing: Vec<&str> =
        CANARIES.into_iter().filter(|canary| before.iter().all(|(_, seen)| seen != canary)).collect();
    assert!(missing.is_empty(), "else nothing is shown: {missing:?}");

    client.done("userErase", "erasedUserId", &json!({ "password": PASSWORD }));
    let query = "query($id: ID!) { user(id: $id) { username profile { bio } } viewer { following(first: 9) { nodes { id } } } }";
    let gone = json!({ "user": Value::Null, "viewer": { "following": { "nodes": [] } } });
    let deadline = Instant::now() + WITHIN;
    // Each context hears of it by itself; mails wait a few seconds.
    while follower.data(query, &json!({ "id": user })) != gone || mails(&folder) > 0 {
        assert!(Instant::now() < deadline, "{:#}", follower.answer(query, &json!({ "id": user })));
        thread::sleep(Duration::from_millis(50));
    }
    let empty = "{ deliveryAddresses(first: 9) { nodes { id } } paymentMethods { id } }";
    while client.data(empty, &json!({})) != json!({ "deliveryAddresses": { "nodes": [] }, "paymentMethods": [] }) {
        assert!(Instant::now() < deadline, "{:#}", client.answer(empty, &json!({})));
        thread::sleep(Duration::from_millis(50));
    }
    // Pages as they were before are taken out of the files while the system runs.
    while !sightings(&folder).is_empty() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(sightings(&folder), []);
    up.signal("TERM");
    assert!(up.end_within(Duration::from_secs(20)).success(), "{}", up.stderr());
    assert_eq!(sightings(&folder), []);
    let log = up.stderr();
    assert!(CANARIES.iter().all(|canary| !log.contains(canary)), "{log}");
}

fn mails(folder: &Path) -> usize {
    fn files(folder: &Path) -> usize {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
    }
    files(&folder.join("identity").join("mails"))
}
