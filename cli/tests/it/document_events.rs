//! `hansa events` for a context that keeps documents, on both backends: what operators can do for its consumers.

use crate::{
    process::{Called, Server, call},
    scratch::Scratch,
};
use hansa_documents::{Database, Documents, OpenOptions};
use hansa_event_sourcing::{CheckpointStore as _, DeadLetter, DeadLetterState, RecordedEvent};
use hansa_testkit::MongoServer;
use serde_json::Value;
use std::time::{Duration, Instant};

const DELIVERED: &str = include_str!("../../../schema/events/shipping.shipment.delivered.v1.json");
const CONSUMER: &str = "verified-purchases";
const STREAM: &str = "shipment_01j0000000e008000000000002";

/// A marketplace, with social's store filled by hand.
struct World {
    data: String,
    mongo_url: Option<String>,
    _up: Server,
    _server: Option<MongoServer>,
    _scratch: Scratch,
}

impl World {
    fn new(server: Option<MongoServer>) -> World {
        let scratch = Scratch::new();
        let data = scratch.path("data").display().to_string();
        let url = |server: &MongoServer| format!("{}/{}", server.url().trim_end_matches('/'), server.database("it"));
        let mongo_url = server.as_ref().map(url);
        let mut arguments = vec!["up", "--no-demo", "--data", &data];
        arguments.extend(mongo_url.iter().flat_map(|url| ["--mongo-url", url.as_str()]));
        let up = Server::start(&arguments);
        World { data, mongo_url, _up: up, _server: server, _scratch: scratch }
    }

    fn events(&self, arguments: &[&str]) -> Called {
        let mongo: Vec<&str> = self.mongo_url.iter().flat_map(|url| ["--mongo-url", url.as_str()]).collect();
        call(&[&["events"], arguments, &["--data", &self.data], mongo.as_slice()].concat())
    }

    fn good(&self, arguments: &[&str]) -> String {
        let called = self.events(arguments);
        assert_eq!((called.status, called.stderr.as_str()), (0, ""), "{arguments:?}");
        called.stdout
    }

    fn lines(&self, arguments: &[&str]) -> Vec<Value> {
        let printed = self.good(&[arguments, &["--format", "json"]].concat());
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[tokio::main(flavor = "current_thread")]
    async fn keep(&self, letters: &[DeadLetter]) {
        let folder = std::path::Path::new(&self.data).join("social");
        let database = Database::of(self.mongo_url.as_deref(), &folder, "social");
        let documents = Documents::open_with(database, &[], OpenOptions::default()).await.unwrap();
        for letter in letters {
            documents.keep_letter(letter.clone()).await.unwrap();
        }
        documents.close().await;
    }

    #[track_caller]
    fn until_no_letter_is_unresolved(&self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !self.good(&["dlq", "list", "social"]).contains("There are no dead letters.") {
            assert!(Instant::now() < deadline, "{}", self.good(&["dlq", "list", "social"]));
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// `shipment.delivered` as it might have come, and could not be handled.
fn letter(position: i64, state: DeadLetterState) -> DeadLetter {
    let mut event: RecordedEvent = serde_json::from_str(DELIVERED).unwrap();
    event.stream_version = position;
    let tenant = event.tenant.map(|tenant| tenant.to_string()).unwrap_or_default();
    let headers = [
        ("Ev-Id", event.event_id.to_string()),
        ("Ev-Type", "shipment.delivered".to_owned()),
        ("Ev-Schema", "1".to_owned()),
        ("Ev-Stream", event.stream_id.clone()),
        ("Ev-Version", position.to_string()),
        ("Ev-Lane", "1".to_owned()),
        ("Ev-Position", position.to_string()),
        ("Ev-Tenant", tenant),
    ];
    let at = "2026-01-02T03:04:05Z".parse().unwrap();
    DeadLetter {
        consumer: CONSUMER.to_owned(),
        source: "shipping".to_owned(),
        lane: 1,
        position,
        stream_id: STREAM.to_owned(),
        event_type: "shipment.delivered".to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
        body: serde_json::to_vec(&event).unwrap(),
        state,
        reason: "the store was away".to_owned(),
        attempts: 6,
        first_at: at,
        last_at: at,
        next_at: (state == DeadLetterState::Waiting).then_some(at),
        skip_reason: None,
    }
}

fn letters_are_shown_skipped_and_tried_again(world: &World) {
    world.keep(&[letter(7, DeadLetterState::Parked), letter(9, DeadLetterState::Waiting)]);
    let listed = world.good(&["dlq", "list", "social"]);
    assert!(listed.contains("verified-purchases/shipping:1:7") && listed.contains("the store was away"), "{listed}");
    assert_eq!(listed.lines().count(), 3, "{listed}");
    let shown = world.lines(&["dlq", "show", "social", "verified-purchases/shipping:1:7"]);
    assert_eq!((&shown[0]["state"], &shown[0]["headers"]["Ev-Stream"]), (&"parked".into(), &STREAM.into()));
    assert!(shown[0]["body"].as_str().unwrap().contains("\"delivered\""), "{shown:?}");

    let standings = world.lines(&["consumers", "social", "--consumer", CONSUMER]);
    let lane = standings.iter().find(|lane| lane["lane"] == 1).unwrap_or_else(|| panic!("{standings:?}"));
    assert_eq!((&lane["letters"], &lane["position"], &lane["last"]), (&2.into(), &0.into(), &0.into()), "{lane}");

    // The second goes on when the first is skipped; that can still be tried again.
    let skip = ["dlq", "skip", "social", "verified-purchases/shipping:1:7", "--reason", "nobody bought it"];
    assert!(world.good(&skip).contains("nobody bought it"));
    world.until_no_letter_is_unresolved();
    let kept = world.lines(&["dlq", "list", "social", "--all"]);
    assert_eq!((kept.len(), &kept[0]["skipReason"]), (1, &"nobody bought it".into()), "{kept:?}");
    assert!(world.events(&skip).stderr.contains("it was skipped already, because: nobody bought it"));
    world.good(&["dlq", "retry", "social", "verified-purchases/shipping:1:7"]);
    world.until_no_letter_is_unresolved();
    assert!(world.good(&["dlq", "list", "social", "--all"]).contains("There are no dead letters."));

    world.keep(&[letter(7, DeadLetterState::Parked), letter(9, DeadLetterState::Waiting)]);
    assert_eq!(world.lines(&["dlq", "retry-stream", "social", CONSUMER, STREAM]).len(), 2);
    world.until_no_letter_is_unresolved();
}

fn a_log_is_verified_and_wrong_calls_say_what_is_wrong(world: &World) {
    let checked = world.lines(&["verify", "social"]);
    assert_eq!((&checked[0]["context"], &checked[0]["wrong"]), (&"social".into(), &Value::Array(Vec::new())));
    let cases: [(&[&str], &str); 5] = [
        (&["dlq", "show", "social", "verified-purchases/shipping:1:8"], "there is no such dead letter"),
        (&["dlq", "retry-stream", "social", CONSUMER, "shipment_0"], "no unresolved dead letter of the stream"),
        (&["dlq", "skip", "social", "verified-purchases/shipping:1:7", "--reason", " "], "say why it is skipped"),
        (&["jobs", "list", "social"], "the context `social` has no jobs: it keeps documents"),
        (&["rebuild", "social", CONSUMER], "keeps documents, which commands may have changed since"),
    ];
    for (arguments, text) in cases {
        let called = world.events(arguments);
        assert_eq!(called.status, 2, "{arguments:?}: {}", called.stderr);
        assert!(called.stderr.contains(text), "{arguments:?}: {}", called.stderr);
    }
}

#[test]
fn operators_help_consumers_of_documents() {
    let world = World::new(None);
    letters_are_shown_skipped_and_tried_again(&world);
    a_log_is_verified_and_wrong_calls_say_what_is_wrong(&world);
}

#[test]
fn operators_help_consumers_of_documents_on_a_server() {
    let Some(server) = hansa_testkit::mongo() else { return };
    let world = World::new(Some(server));
    letters_are_shown_skipped_and_tried_again(&world);
    a_log_is_verified_and_wrong_calls_say_what_is_wrong(&world);
}
