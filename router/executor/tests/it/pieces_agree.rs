//! Put together, the pieces of a response are the response in one piece, whoever answers first: random data with nulls, errors
//! and wrong values, nested and overlapping fragments, and a streamed list with fragments inside.

use crate::{
    client::{Client, put_together},
    plan_text::{LookupText, PlanText},
    random::Random,
    scripted::{Pieces, Setting, run_in_pieces_of, run_of},
    supergraph::SUPERGRAPH,
};
use bytes::Bytes;
use hansa_executor::{PreparedPlan, SubgraphRequest, SubgraphResponse, Transport, TransportError};
use hansa_query_planner::plan::QueryPlan;
use serde_json::{Value, json};
use std::{collections::BTreeSet, task::Poll};

/// A subgraph's data are a function of the seed. Requests say by their number what they ask for.
struct World<'a> {
    seed: u64,
    /// By fetch: fields of a user.
    fields: &'a [&'a str],
    /// By fetch: when it answers.
    turns: Vec<u32>,
    /// Fetches that fail.
    down: Vec<u32>,
    /// Answers have a byte too many, too few or another.
    are_spoilt: bool,
}

impl World<'_> {
    fn new(seed: u64, turns: Vec<u32>) -> Self {
        World { seed: seed * 0x9e37_79b9, fields: &FIELDS, turns, down: Vec::new(), are_spoilt: false }
    }

    fn number(&self, id: &str, field: &str, below: u64) -> u64 {
        let bytes = id.bytes().chain([b'.']).chain(field.bytes());
        let hash = bytes.fold(self.seed | 1, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        (hash >> 24) % below
    }

    /// A user's fields; paths of errors are added.
    fn user(&self, id: &str, fields: &str, (path, errors): (Value, &mut Vec<Value>)) -> Value {
        let mut user = json!({});
        for field in fields.split_whitespace() {
            let at = |name: &str| {
                let mut path = path.as_array().expect("a path").clone();
                path.extend(name.split('.').map(|name| json!(name)));
                json!({ "message": format!("no {field} of {id}"), "path": path })
            };
            let mut value = |name: &str, plain: Value| match self.number(id, name, 9) {
                0 => Value::Null,
                1 => json!([]),
                2 => {
                    errors.push(at(name));
                    Value::Null
                }
                _ => plain,
            };
            match field.split_once('.') {
                Some((object, name)) if self.number(id, object, 4) > 0 => {
                    let value = value(field, json!(format!("{field} of {id}")));
                    user[object][name] = value;
                }
                Some((object, _)) => user[object] = Value::Null,
                None if field == "id" => user["id"] = json!(id),
                None if field == "name" => user["name"] = value(field, json!(id)),
                None => user[field] = value(field, json!(field.len())),
            }
        }
        user
    }

    fn answer(&self, request: &SubgraphRequest) -> Value {
        let fields = self.fields[request.fetch.0 as usize];
        let mut errors = Vec::new();
        let body: Value = serde_json::from_slice(&request.body).expect("requests are JSON");
        let data = match body["variables"]["representations"].as_array() {
            None => {
                let mut users = Vec::new();
                for index in 0..self.number("users", "len", 6) {
                    let id = self.number(&format!("{index}"), "user", 5).to_string();
                    let path = json!(["users", index]);
                    let is_null = self.number(&id, "null", 7) == 0;
                    users.push(if is_null { Value::Null } else { self.user(&id, fields, (path, &mut errors)) });
                }
                json!({ "users": users, "me": self.user("me", "id", (json!(["me"]), &mut errors)) })
            }
            Some(representations) => {
                let entities = representations.iter().enumerate().map(|(index, representation)| {
                    let id = representation["id"].as_str().expect("an id");
                    if self.number(id, "unknown", 9) == 0 {
                        return Value::Null;
                    }
                    self.user(id, fields, (json!(["_entities", index]), &mut errors))
                });
                let entities: Vec<Value> = entities.collect();
                json!({ "_entities": entities })
            }
        };
        json!({ "data": data, "errors": errors })
    }
}

impl Transport for World<'_> {
    async fn send(&self, request: SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        let mut turns = self.turns[request.fetch.0 as usize];
        std::future::poll_fn(|context| {
            turns = turns.saturating_sub(1);
            if turns == 0 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        if self.down.contains(&request.fetch.0) {
            let code = hansa_executor::codes::DOWNSTREAM_UNAVAILABLE;
            return Err(TransportError { code, message: format!("fetch {} fails", request.fetch.0) });
        }
        let mut body = self.answer(&request).to_string().into_bytes();
        if self.are_spoilt {
            body = Random(self.seed | 1 << (request.fetch.0 + 8)).mutate(&body);
        }
        Ok(SubgraphResponse { status: 200, body: Bytes::from(body) })
    }
}

const HOME: &str = "home: Place -> 4 is Place { city: String zip: String }";
const FIELDS: [&str; 9] = [
    "id name",
    "age home.city home.zip",
    "credit",
    "age home.city home.zip",
    "credit",
    "name",
    "home.city",
    "age",
    "home.zip",
];

/// ```graphql
/// users @stream(initialCount: 1) { id name ... @defer { age home { city zip } ... @defer { credit } } }
/// me { id ... @defer { name home { city } } ... @defer { home { city zip } age } }
/// ```
fn in_pieces([age, city]: [&str; 2]) -> QueryPlan {
    let user = "id: ID! name: String";
    let users = format!("[User] stream 1 -> 1 is User #0 {{ {user} }} then -> 2 is User #1 {{ {user} }}");
    let home = format!("row ( User {{ age: Int {HOME} }} )");
    let view = |[outer, inner]: [u32; 2]| {
        format!("id: ID name: String age: {age} @{outer} home: Place -> 4 @{outer} credit: Int @{inner}")
    };
    PlanText::new()
        .streamed_part(0)
        .deferred_part(0, &[0])
        .deferred_part(0, &[1])
        .deferred_part(1, &[2])
        .deferred_part(1, &[3])
        .deferred_part(0, &[4])
        .deferred_part(0, &[4, 5])
        .deferred_part(0, &[5])
        .deferred_part(7, &[5])
        .fragment("", None, &[2])
        .fragment("", Some(0), &[3])
        .fragment("", None, &[4])
        .fragment("", Some(2), &[5])
        .fragment("", None, &[6, 7])
        .fragment("", None, &[7, 8, 9])
        .view(0, "Query", "users: [User] -> 1 stream 1 in 1 -> 2 me: User -> 3")
        .view_with(1, "User", &[0, 1], &view([2, 3]))
        .view_with(2, "User", &[2, 3], &view([4, 5]))
        .view_with(3, "User", &[4, 5], &format!("id: ID name: String @6 age: {age} @8 home: Place -> 5 @7"))
        .view(4, "Place", &format!("city: {city} zip: String"))
        .view(5, "Place", &format!("city: {city} zip: String @9"))
        .root("accounts", &[], &format!("is Query {{ users: {users} me: User -> 3 is User #2 {{ id: ID! }} }}"))
        .entities("stock", &[0], &[LookupText::users(1, &[0], &home)])
        .in_part(2)
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .in_part(3)
        .entities("stock", &[0], &[LookupText::users(2, &[1], &home)])
        .in_part(4)
        .entities("stock", &[0], &[LookupText::users(2, &[1], "row ( User { credit: Int } )")])
        .in_part(5)
        .entities("stock", &[0], &[LookupText::users(3, &[2], "row ( User { name: String } )")])
        .in_part(6)
        .entities(
            "stock",
            &[0],
            &[LookupText::users(3, &[2], "row ( User { home: Place -> 5 is Place { city: String } } )")],
        )
        .in_part(7)
        .entities("stock", &[0], &[LookupText::users(3, &[2], "row ( User { age: Int } )")])
        .in_part(8)
        .entities(
            "stock",
            &[0],
            &[LookupText::users(3, &[2], "row ( User { home: Place -> 5 is Place { zip: String } } )")],
        )
        .in_part(9)
        .build()
}

/// The same without the directives; fetches with the same numbers ask for the same.
fn in_one_piece() -> QueryPlan {
    let user = "id: ID! name: String";
    let users = format!("[User] -> 1 is User #0 {{ {user} }}");
    let home = format!("row ( User {{ age: Int {HOME} }} )");
    let mut plan = PlanText::new()
        .view(0, "Query", "users: [User] -> 1 me: User -> 3")
        .view(1, "User", "id: ID name: String age: Int home: Place -> 4 credit: Int")
        .view(3, "User", "id: ID name: String age: Int home: Place -> 4")
        .view(4, "Place", "city: String zip: String")
        .root("accounts", &[], &format!("is Query {{ users: {users} me: User -> 3 is User #2 {{ id: ID! }} }}"))
        .entities("stock", &[0], &[LookupText::users(1, &[0], &home)])
        .entities("stock", &[0], &[LookupText::users(1, &[0], "row ( User { credit: Int } )")])
        .entities("stock", &[0], &[LookupText::users(1, &[1], &home)])
        .entities("stock", &[0], &[LookupText::users(1, &[1], "row ( User { credit: Int } )")]);
    for selection in [
        "row ( User { name: String } )",
        "row ( User { home: Place -> 4 is Place { city: String } } )",
        "row ( User { age: Int } )",
        "row ( User { home: Place -> 4 is Place { zip: String } } )",
    ] {
        plan = plan.entities("stock", &[0], &[LookupText::users(3, &[2], selection)]);
    }
    plan.build()
}

fn turns(random: &mut Random) -> Vec<u32> {
    (0..FIELDS.len()).map(|_| random.below(12) as u32 + 1).collect()
}

fn sorted(errors: &[Value]) -> Vec<String> {
    let mut errors: Vec<String> =
        errors.iter().map(|error| format!("{} {}", error["path"], error["message"])).collect();
    errors.sort();
    errors
}

/// An entity that is asked about for two pieces has its errors twice.
fn messages(errors: &[Value]) -> BTreeSet<String> {
    errors.iter().map(|error| error["message"].to_string()).collect()
}

fn run(plan: &PreparedPlan, world: &World<'_>) -> (Pieces, Client) {
    let pieces = run_in_pieces_of(plan, world, &Setting::default());
    let client = put_together(&pieces.payloads);
    (pieces, client)
}

#[test]
fn with_the_whole() {
    let mut random = Random(0xdef0);
    let pieces = PreparedPlan::new(in_pieces(["Int", "String"]), &SUPERGRAPH);
    let whole = PreparedPlan::new(in_one_piece(), &SUPERGRAPH);
    for seed in 0..600 {
        let world = World::new(seed, turns(&mut random));
        let expected: Value = serde_json::from_str(&run_of(&whole, &world, &Setting::default())).expect("JSON");
        let (pieces, client) = run(&pieces, &world);
        assert_eq!(client.data, expected["data"], "{:#?}", pieces.texts);
        let errors = expected["errors"].as_array().cloned().unwrap_or_default();
        assert_eq!(messages(&client.errors), messages(&errors), "{:#?}", pieces.texts);
        assert!(client.failed.is_empty());
    }
}

#[test]
fn in_whatever_order_subgraphs_answer_and_fail() {
    let mut random = Random(0xfa11);
    let plans = [["Int", "String"], ["Int!", "String"], ["Int", "String!"], ["Int!", "String!"]];
    let plans = plans.map(|types| PreparedPlan::new(in_pieces(types), &SUPERGRAPH));
    let mut failed_count = 0;
    for seed in 0..300 {
        // Of two fetches that make one object, the first may not fail alone: the object would be null or not, as the other
        // one is late or not.
        let down = (1..FIELDS.len() as u32).filter(|&fetch| random.once_in(8) && fetch != 6);
        let down: Vec<u32> = down.collect();
        let plan = &plans[seed as usize % plans.len()];
        let mut first: Option<Client> = None;
        for _ in 0..4 {
            let turns = turns(&mut random);
            let world = World { down: down.clone(), ..World::new(seed, turns) };
            let (pieces, client) = run(plan, &world);
            let Some(first) = &first else {
                failed_count += client.failed.len();
                first = Some(client);
                continue;
            };
            assert_eq!(client.data, first.data, "{:#?}", pieces.texts);
            assert_eq!(sorted(&client.errors), sorted(&first.errors), "{:#?}", pieces.texts);
        }
    }
    assert!(failed_count > 100, "{failed_count}");
}

#[test]
fn with_themselves_when_answers_are_spoilt() {
    let mut random = Random(0xbad);
    let plan = PreparedPlan::new(in_pieces(["Int!", "String!"]), &SUPERGRAPH);
    let mut payload_count = 0;
    for seed in 0..500 {
        let world = World { are_spoilt: true, ..World::new(seed, turns(&mut random)) };
        payload_count += run(&plan, &world).0.payloads.len();
    }
    assert!(payload_count > 600, "{payload_count}");
}
