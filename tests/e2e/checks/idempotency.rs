//! The same request again, and the same name ten times at once.

use crate::{client::Client, system::System};
use serde_json::json;
use std::thread;

pub(crate) fn is_done_once(system: &System) {
    let ada = Client::login(system, "ada");
    let input = json!({ "body": "Once is enough", "idempotencyKey": "once-is-enough-01" });
    let posts = [(); 2].map(|()| ada.done("postPublish", "post { id } replayed", &input));
    assert_eq!(posts[0]["post"], posts[1]["post"]);
    assert_eq!([&posts[0]["replayed"], &posts[1]["replayed"]], [false, true]);
    let other = json!({ "body": "Something else", "idempotencyKey": "once-is-enough-01" });
    assert_eq!(ada.refused("postPublish", &other), ["IDEMPOTENCY_KEY_REUSED"]);
    // Somebody else's key is another key.
    let berta = Client::login(system, "berta").done("postPublish", "replayed", &other);
    assert_eq!(berta["replayed"], false);
    for key in ["", "short", "with a space in it", &"x".repeat(129)] {
        let input = json!({ "body": "No key", "idempotencyKey": key });
        assert_eq!(ada.refused("postPublish", &input), ["IDEMPOTENCY_KEY_INVALID"], "{key}");
    }
    let input = json!({ "body": "Ten at once", "idempotencyKey": "ten-at-the-same-time" });
    let twins: Vec<_> = (0..10)
        .map(|_| {
            let (ada, input) = (ada.clone(), input.clone());
            thread::spawn(move || ada.done("postPublish", "post { id } replayed", &input))
        })
        .collect();
    let twins: Vec<_> = twins.into_iter().map(|twin| twin.join().unwrap()).collect();
    assert!(twins.iter().all(|twin| twin["post"] == twins[0]["post"]), "{twins:#?}");
    assert_eq!(twins.iter().filter(|twin| twin["replayed"] == false).count(), 1, "{twins:#?}");
}

pub(crate) fn one_registration_wins(system: &System) {
    let registrations: Vec<_> = (0..10)
        .map(|number| {
            let visitor = Client::visitor(&system.origin);
            thread::spawn(move || {
                let email = format!("wanted-{number}@example.org");
                let input = json!({ "username": "wanted", "email": email, "password": "ten of us want this" });
                visitor.payload("userRegister", "user { username }", &input)
            })
        })
        .collect();
    let payloads: Vec<_> = registrations.into_iter().map(|registration| registration.join().unwrap()).collect();
    let won = payloads.iter().filter(|payload| payload["user"]["username"] == "wanted").count();
    let taken = payloads.iter().filter(|payload| payload["userErrors"][0]["code"] == "USERNAME_TAKEN").count();
    assert_eq!((won, taken), (1, 9), "{payloads:#?}");
}
