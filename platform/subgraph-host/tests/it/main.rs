//! A small subgraph, asked through the crate's front door.
use async_graphql::*;
use hansa_subgraph_host::{directives::key, *};
use hansa_values::{EntityKind, Id};
use std::collections::HashMap;

#[derive(Debug)]
struct ThingKind;
impl EntityKind for ThingKind {
    const PREFIX: &'static str = "thing";
    const TYPE_NAME: &'static str = "Thing";
}

#[derive(Clone, SimpleObject)]
#[graphql(directive = key::apply("id".into(), None))]
struct Thing {
    id: ID,
}

#[derive(Union)]
#[graphql(name = "_Entity")]
enum Entity {
    Thing(Thing),
}

async fn things(_ctx: &Context<'_>, ids: Vec<Id<ThingKind>>) -> Result<Loaded<Id<ThingKind>, Thing>, Fault> {
    Ok(ids.into_iter().map(|id| (id, Ok(Thing { id: id.to_string().into() }))).collect::<HashMap<_, _>>())
}

impl Entities for Entity {
    fn batches<'a>(ctx: &'a Context<'_>, wanted: Representations<'a, Entity>) -> Representations<'a, Entity> {
        wanted.by_id(|ids| things(ctx, ids), Entity::Thing)
    }
}

struct Query;

#[Object]
impl Query {
    async fn thing(&self, ctx: &Context<'_>) -> Option<Result<Thing, Fault>> {
        let _ = request_context(ctx).caller();
        None
    }
    async fn things(&self, _ctx: &Context<'_>, first: Option<i32>) -> Option<Result<Connection<Thing>, Fault>> {
        let page = PageArguments { first, ..Default::default() }
            .page(&CursorKey::new(b"x"), QueryFingerprint::of("Query.things", &()));
        let page = match page {
            Ok(page) => page,
            Err(fault) => return Some(Err(fault)),
        };
        Some(Ok(Connection::from_rows(vec![], &page, |thing: &Thing| CursorValue {
            sort_values: vec![],
            id: thing.id.to_string(),
        })))
    }
}

#[derive(SimpleObject)]
struct Payload {
    thing: Option<Thing>,
    user_errors: Vec<UserError>,
}
struct Mutation;
#[Object]
impl Mutation {
    async fn make(&self) -> Payload {
        Payload { thing: None, user_errors: vec![UserError::new("X", "a.b", "no")] }
    }
}

#[test]
fn compiles() {
    println!("{}", Subgraph::sdl_of::<Entity, _, _>(Query, Mutation));
}
