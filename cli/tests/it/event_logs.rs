//! `hansa events` beside a running `hansa up`: what is in a log, whether it is as it must be, and projections built anew.

use crate::{
    http,
    process::{Called, Server, call},
    scratch::Scratch,
};
use hansa_event_sourcing::{Actor, Cause, Clock, Command, IdSource};
use hansa_inventory::Inventory;
use hansa_messaging::Bus;
use hansa_relational::{Query, query};
use hansa_subgraph_host::{CursorKey, Mode, Servers, Services};
use serde_json::Value;
use std::path::Path;

const REGISTER: &str = r#"mutation { userRegister(input: {
    username: "ada", email: "ada@example.org", password: "a rainy day in Bergen", isPrivate: false
    }) { user { id } userErrors { code message } } }"#;

struct World {
    data: String,
    up: Server,
    _scratch: Scratch,
}

impl World {
    fn new() -> World {
        let scratch = Scratch::new();
        let data = scratch.path("data").display().to_string();
        let up = Server::start(&["up", "--no-demo", "--data", &data]);
        World { data, up, _scratch: scratch }
    }

    fn events(&self, arguments: &[&str]) -> Called {
        call(&[&["events"], arguments, &["--data", &self.data]].concat())
    }

    fn register(&self) -> String {
        let answer = http::query(&self.up.origin, REGISTER);
        let payload = &answer["data"]["userRegister"];
        payload["user"]["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Changes the store of inventory by hand.
    #[tokio::main(flavor = "current_thread")]
    async fn meddle(&self, change: Query) {
        let data_folder = Path::new(&self.data).join("inventory");
        let services = Services {
            bus: Bus::embedded(Path::new(&self.data).join("bus")),
            data_folder,
            clock: Clock::system(),
            ids: IdSource::random(),
            cursors: CursorKey::new(b"a key for tests"),
            mode: Mode::Production,
            servers: Servers::default(),
        };
        let inventory = Inventory::open(&services).await.unwrap();
        let command = Command {
            operation: "meddle",
            actor: Actor::default(),
            now: Clock::system().now(),
            ids: IdSource::random(),
            traceparent: None,
            idempotency_key: None,
            cause: Cause::default(),
        };
        let mut unit = inventory.store().begin_unit(&command).await.unwrap();
        assert_eq!(change.execute(&mut unit).await.unwrap(), 1);
        unit.commit(&()).await.unwrap();
        inventory.store().close().await;
    }
}

fn lines(called: &Called) -> Vec<Value> {
    assert_eq!(called.status, 0, "{}", called.stderr);
    called.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn streams_and_their_events_are_shown() {
    let world = World::new();
    let user = world.register();
    let listed = world.events(&["streams", "identity"]);
    assert_eq!(listed.status, 0, "{}", listed.stderr);
    assert!(listed.stdout.contains("STREAM") && listed.stdout.contains(&user), "{}", listed.stdout);
    let streams = lines(&world.events(&["streams", "identity", "--format", "json"]));
    let stream = streams.iter().find(|stream| stream["stream"] == user.as_str()).unwrap();
    assert_eq!((&stream["aggregate"], &stream["events"]), (&"user".into(), &1.into()), "{stream}");
    let shown = world.events(&["streams", "identity", "--stream", &user]);
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    for part in ["user.registered v1", "operation    userRegister", "correlation", "trace        00-"] {
        assert!(shown.stdout.contains(part), "{part} in {}", shown.stdout);
    }
    assert!(!shown.stdout.contains("password"), "{}", shown.stdout);
    let events = lines(&world.events(&["streams", "identity", "--stream", &user, "--format", "json"]));
    assert_eq!((events.len(), &events[0]["event"]["stream_id"]), (1, &user.as_str().into()));

    let trace = events[0]["event"]["traceparent"].as_str().unwrap().split('-').nth(1).unwrap();
    let correlation = events[0]["event"]["correlation_id"].as_str().unwrap();
    for id in [trace, correlation, user.as_str()] {
        let traced = world.events(&["trace", id]);
        assert_eq!(traced.status, 0, "{id}: {}", traced.stderr);
        assert!(
            traced.stdout.contains("identity  user.registered") && traced.stdout.contains(&user),
            "{}",
            traced.stdout
        );
    }
}

#[test]
fn wrong_calls_say_what_is_wrong() {
    let world = World::new();
    let cases: [(&[&str], &str); 7] = [
        (&["streams", "identitty"], "identity"),
        (&["streams", "identity", "--stream", "user_0"], "has no events of a stream `user_0`"),
        (&["trace", "hello"], "`hello` is no trace id"),
        (&["trace", "4bf92f3577b34da6a3ce929d0e0e4736"], "no context here has events of"),
        (&["verify"], "<CONTEXT>"),
        (&["rebuild", "inventory", "stock"], "`stock` is no projection of this context; there are: catalog-variants"),
        (&["rebuild", "identity", "stock"], "`stock` is no projection of this context; there are: none"),
    ];
    for (arguments, text) in cases {
        let called = world.events(arguments);
        assert!(
            called.status == 2 && called.stderr.contains(text),
            "{arguments:?}: {} {}",
            called.status,
            called.stderr
        );
    }
    let nowhere = call(&["events", "verify", "--all", "--data", "/nowhere/at/all"]);
    assert_eq!(nowhere.status, 2, "{}", nowhere.stderr);
}

#[test]
fn a_log_is_verified_and_what_is_wrong_has_its_place() {
    let world = World::new();
    world.register();
    let good = lines(&world.events(&["verify", "--all", "--format", "json"]));
    assert!(good.iter().all(|context| context["wrong"] == Value::Array(Vec::new())), "{good:?}");
    let identity = good.iter().find(|context| context["context"] == "identity").unwrap();
    assert!(identity["events"].as_u64().unwrap() > 0, "{identity}");
    world.meddle(query("UPDATE event_lanes SET position = 7 WHERE lane = 3"));
    let bad = world.events(&["verify", "inventory"]);
    assert_eq!(bad.status, 1, "{}", bad.stdout);
    assert!(bad.stdout.contains("inventory: lane 3: its head is 7, its last event 0"), "{}", bad.stdout);
    assert!(bad.stderr.contains("1 thing is not as it must be"), "{}", bad.stderr);
}

#[test]
fn a_projection_is_compared_and_built_anew() {
    let world = World::new();
    let rebuild = |more: &[&str]| world.events(&[&["rebuild", "inventory", "catalog-variants"], more].concat());
    assert_eq!(rebuild(&["--check"]).status, 0);
    world.meddle(query(
        "INSERT INTO variants (id, product_id, tenant_id, sku, title, status, product_version)
         VALUES ('var_1', 'prod_1', 'tenant_1', 'S', 'T', 'DRAFT', 1)",
    ));
    let checked = rebuild(&["--check"]);
    assert_eq!(checked.status, 1, "{}", checked.stdout);
    assert!(checked.stdout.contains("nothing was changed"), "{}", checked.stdout);
    let rebuilt = lines(&rebuild(&["--format", "json"]));
    assert_eq!((&rebuilt[0]["isSwapped"], &rebuilt[0]["tables"][0]["onlyOld"]), (&true.into(), &1.into()));
    let again = rebuild(&[]);
    assert!(
        again.status == 0 && again.stdout.contains("nothing had to be changed"),
        "{} {}",
        again.stdout,
        again.stderr
    );
    assert!(!Path::new(&world.data).join("inventory/inventory.sqlite_beside").exists());
}
