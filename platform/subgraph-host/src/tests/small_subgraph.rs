//! A subgraph of things: what the tests ask.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::subscription::Subscription;
use crate::{
    Caller, Connection, CountedConnection, CursorValue, Entities, Fault, Loaded, Page, PageArguments, QueryFingerprint,
    Representations, Services, Subgraph, SubgraphBuilder, UserError, directives, is_total_count_wanted, loader,
    request_context,
    scalars::{DateTime, Decimal, MoneyInput, Url},
};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, Interface, Object, SimpleObject, Union,
    dataloader::{DataLoader, Loader},
};
use axum::routing;
use chrono::{DateTime as Time, Utc};
use hansa_values::{EntityKind, Id};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

#[derive(Debug)]
pub(super) struct ThingKind;

pub(super) type ThingId = Id<ThingKind>;

impl EntityKind for ThingKind {
    const PREFIX: &'static str = "thing";
    const TYPE_NAME: &'static str = "Thing";
}

/// How often batched functions were called, and with how many keys.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) things: AtomicUsize,
    pub(super) keys: AtomicUsize,
    pub(super) colours: AtomicUsize,
    /// Streams of `waits` that are under way.
    pub(super) waiting: AtomicUsize,
}

#[derive(Debug, Interface)]
#[graphql(field(name = "id", ty = "&ID"))]
pub(super) enum Node {
    Thing(Thing),
}

#[derive(Debug, Clone, SimpleObject)]
#[graphql(
    complex,
    directive = directives::key::apply("id".into(), None),
    directive = directives::key::apply("nodeId".into(), None)
)]
pub(super) struct Thing {
    pub(super) id: ID,
    #[graphql(directive = directives::inaccessible::apply())]
    node_id: ID,
    number: i32,
}

#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex, directive = directives::key::apply("id".into(), None))]
pub(super) struct User {
    id: ID,
    #[graphql(directive = directives::external::apply())]
    username: Option<String>,
}

#[derive(Debug, Union)]
#[graphql(name = "_Entity")]
pub(super) enum Entity {
    Thing(Thing),
    User(User),
}

/// Things 0 to 249 exist; those with 13 at the end fail.
pub(super) fn thing_id(number: u128) -> ThingId {
    Id::from_uuid(Uuid::from_u128(number))
}

pub(super) fn thing(number: u128) -> Thing {
    let id = ID::from(thing_id(number).to_string());
    Thing { id: id.clone(), node_id: id, number: i32::try_from(number).unwrap_or(-1) }
}

#[derive(Debug, thiserror::Error)]
#[error("SELECT secret FROM table_of_things")]
pub(super) struct SqlError;

struct ColourLoader {
    calls: Arc<Calls>,
    caller: Caller,
}

impl Loader<i32> for ColourLoader {
    type Value = String;
    type Error = Fault;

    async fn load(&self, keys: &[i32]) -> Result<HashMap<i32, String>, Fault> {
        self.calls.colours.fetch_add(1, Ordering::Relaxed);
        let who = self.caller.username.as_deref().unwrap_or("visitor");
        Ok(keys.iter().map(|key| (*key, format!("colour {key} for {who}"))).collect())
    }
}

#[ComplexObject]
impl Thing {
    async fn colour(&self, ctx: &Context<'_>) -> Option<Result<String, Fault>> {
        let loader: &DataLoader<ColourLoader> = loader(ctx);
        loader.load_one(self.number).await.transpose()
    }

    /// A list of its own in each element: what makes short operations long.
    async fn neighbours(&self, count: u32) -> Vec<Thing> {
        (0..count).map(|number| thing(number.into())).collect()
    }

    async fn sleeps(&self, ms: u64) -> u64 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        ms
    }

    async fn text(&self, length: u32) -> String {
        "x".repeat(length as usize)
    }

    #[graphql(directive = directives::requires_scopes::apply(directives::scope("things:read")))]
    async fn secret(&self) -> Option<Result<String, Fault>> {
        Some(Err(Fault::forbidden()))
    }
}

#[ComplexObject]
impl User {
    #[graphql(directive = directives::requires::apply("username".into()))]
    async fn greeting(&self) -> Option<String> {
        self.username.as_ref().map(|name| format!("hello {name}"))
    }
}

#[derive(Deserialize)]
struct UserRepresentation {
    id: String,
    username: Option<String>,
}

async fn things(ctx: &Context<'_>, ids: Vec<ThingId>) -> Result<Loaded<ThingId, Thing>, Fault> {
    let calls = ctx.data_unchecked::<Arc<Calls>>();
    calls.things.fetch_add(1, Ordering::Relaxed);
    calls.keys.fetch_add(ids.len(), Ordering::Relaxed);
    if ids.contains(&thing_id(999)) {
        return Err(SqlError.into());
    }
    let load = |id: ThingId| {
        let number = id.uuid().as_u128();
        let found = if number % 100 == 13 { Err(SqlError.into()) } else { Ok(thing(number)) };
        (number < 250).then_some((id, found))
    };
    Ok(ids.into_iter().filter_map(load).collect())
}

async fn users(representations: Vec<UserRepresentation>) -> Result<Vec<Option<Result<User, Fault>>>, Fault> {
    let user = |one: UserRepresentation| match one.username.as_deref() {
        Some("nobody") => None,
        _ => Some(Ok(User { id: one.id.into(), username: one.username })),
    };
    Ok(representations.into_iter().map(user).collect())
}

impl Entities for Entity {
    fn batches<'a>(ctx: &'a Context<'_>, wanted: Representations<'a, Entity>) -> Representations<'a, Entity> {
        wanted.by_id(|ids| things(ctx, ids), Entity::Thing).by_representation("User", users, Entity::User)
    }
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub(super) struct ThingFilter {
    number_at_least: Option<i32>,
}

pub(super) struct Query;

#[Object]
impl Query {
    async fn node(&self) -> Option<Node> {
        Some(Node::Thing(thing(1)))
    }

    async fn thing(&self, ctx: &Context<'_>, id: ID) -> Option<Result<Thing, Fault>> {
        let id = id.parse::<ThingId>().ok()?;
        match things(ctx, vec![id]).await {
            Ok(mut found) => found.remove(&id),
            Err(fault) => Some(Err(fault)),
        }
    }

    async fn things(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<ThingFilter>,
    ) -> Option<Result<CountedConnection<Thing>, Fault>> {
        let at_least = filter.as_ref().and_then(|filter| filter.number_at_least).unwrap_or(0);
        let query = QueryFingerprint::of("Query.things", &filter);
        let page = PageArguments { first, after, last, before };
        Some(page.page(&ctx.data_unchecked::<Services>().cursors, query).map(|page| {
            let total = is_total_count_wanted(ctx).then(|| 250 - at_least);
            Connection::from_rows(rows(&page, at_least), &page, place).counted(total)
        }))
    }

    #[graphql(directive = directives::authenticated::apply())]
    async fn viewer_name(&self, ctx: &Context<'_>) -> Option<Result<String, Fault>> {
        match &request_context(ctx).caller().username {
            Some(name) => Some(Ok(name.clone())),
            None => Some(Err(Fault::unauthenticated())),
        }
    }

    async fn trace(&self, ctx: &Context<'_>) -> String {
        request_context(ctx).traceparent().to_owned()
    }

    async fn now(&self, ctx: &Context<'_>) -> DateTime {
        request_context(ctx).now().into()
    }

    async fn sql_error(&self) -> Option<Result<String, Fault>> {
        Some(Err(SqlError.into()))
    }

    /// What happens where somebody forgets faults.
    async fn plain_error(&self) -> Option<async_graphql::Result<String>> {
        Some(Err(async_graphql::Error::new("/etc/passwd")))
    }

    async fn panics(&self) -> Option<String> {
        assert!(self.is_calm(), "a panic of the tests");
        None
    }

    async fn sleeps(&self, ms: u64) -> u64 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        ms
    }

    async fn echo(&self, time: Option<DateTime>, decimal: Option<Decimal>, url: Option<Url>) -> Vec<String> {
        let time = time.map(|time| time.0.to_rfc3339());
        [time, decimal.map(|decimal| decimal.0), url.map(|url| url.0)].into_iter().flatten().collect()
    }

    async fn money(&self, money: MoneyInput) -> Option<Result<crate::Money, Fault>> {
        Some(money.money().map(Into::into).map_err(|error| Fault::bad_input(error.to_string())))
    }
}

impl Query {
    fn is_calm(&self) -> bool {
        false
    }
}

fn place(thing: &Thing) -> CursorValue {
    CursorValue { sort_values: vec![json!(thing.number)], id: thing.id.to_string() }
}

/// What a store does: a window of the numbers in the page's direction.
fn rows(page: &Page, at_least: i32) -> Vec<Thing> {
    let all = at_least..250;
    let start = page.start.as_ref().and_then(|start| start.sort_values[0].as_i64()).map(|start| start as i32);
    let found: Vec<i32> = match page.is_backward() {
        false => all.filter(|number| start.is_none_or(|start| *number > start)).take(page.fetch_limit()).collect(),
        true => all.rev().filter(|number| start.is_none_or(|start| *number < start)).take(page.fetch_limit()).collect(),
    };
    found.into_iter().map(|number| thing(number.unsigned_abs().into())).collect()
}

#[derive(Debug, SimpleObject)]
struct ThingCreatePayload {
    thing: Option<Thing>,
    user_errors: Vec<UserError>,
    /// For the test: who commands, when, and under which hash.
    command: Option<String>,
}

pub(super) struct Mutation;

#[Object]
impl Mutation {
    async fn thing_create(
        &self,
        ctx: &Context<'_>,
        number: i32,
        idempotency_key: Option<String>,
    ) -> Result<ThingCreatePayload, Fault> {
        let made = request_context(ctx).command("thingCreate", idempotency_key.as_deref(), &number);
        let refused = |error| ThingCreatePayload { thing: None, user_errors: vec![error], command: None };
        Ok(match made {
            Err(error) => refused(error),
            Ok(_) if number == 7 => refused(UserError::version_conflict(3)),
            Ok(_) if number == 8 => refused(UserError::not_found("thing.id", "thing")),
            Ok(command) => {
                let now: Time<Utc> = command.now;
                let hash = command.idempotency_key.as_ref().map(|key| key.input.text());
                let text = format!("{} {} {now} {hash:?}", command.operation, command.actor.scope());
                let thing = Some(thing(number.unsigned_abs().into()));
                ThingCreatePayload { thing, user_errors: Vec::new(), command: Some(text) }
            }
        })
    }
}

pub(super) fn builder(
    services: &Services,
    calls: &Arc<Calls>,
) -> SubgraphBuilder<Query, Mutation, Entity, Subscription> {
    let of_loader = calls.clone();
    Subgraph::build_with("things", Query, Mutation, Subscription)
        .data(services.clone())
        .data(calls.clone())
        .loader(move |request| ColourLoader { calls: of_loader.clone(), caller: request.caller().clone() })
        .public_routes(axum::Router::new().route("/.well-known/keys", routing::get(async || "public")))
        .time_max(Duration::from_millis(500))
}

pub(super) fn small_services() -> Services {
    crate::testing::services(std::path::Path::new("."))
}

pub(super) fn small_subgraph() -> Subgraph {
    small_subgraph_of(&Arc::default())
}

pub(super) fn small_subgraph_of(calls: &Arc<Calls>) -> Subgraph {
    let services = small_services();
    builder(&services, calls).finish(&services)
}
