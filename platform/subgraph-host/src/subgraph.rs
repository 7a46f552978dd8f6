//! A subgraph, ready to be served: its schema behind one function, its SDL, its public routes.

use crate::{
    Entities, Mode, RequestContext, Services,
    budget::Budget,
    documents::Documents,
    per_event::{PerEvent, PerRequest},
    root::{FederationRoot, Root, ServiceSdl},
    sdl::canonical_sdl,
};
use async_graphql::{
    EmptySubscription, ObjectType, OutputType, Request, Response, Schema, SchemaBuilder, SubscriptionType,
    dataloader::DataLoader,
    runtime::{TokioSpawner, TokioTimer},
};
use futures_util::{StreamExt as _, stream::BoxStream};
use hansa_messaging::Workers;
use std::{any::Any, fmt, future::Future, marker::PhantomData, pin::Pin, sync::Arc, time::Duration};

/// Levels of fields; the router's own limit is what clients meet.
const DEPTH_MAX: usize = 32;
/// Levels of fields and fragments.
const RECURSION_MAX: usize = 64;
/// Fields, times what a field's `complexity` says. It keeps out what is hopeless; what is really used up, [`BUDGET`]
/// limits.
const COMPLEXITY_MAX: usize = 20_000;
const BUDGET: Budget = Budget { values_max: 100_000, text_bytes_max: 32 * 1024 * 1024 };
const DIRECTIVES_OF_A_FIELD_MAX: usize = 8;
/// How long an answer may take.
const TIME_MAX: Duration = Duration::from_secs(15);

type Execute = Arc<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;
type ExecuteStream = Arc<dyn Fn(Request) -> BoxStream<'static, Response> + Send + Sync>;

/// A schema with what serves it.
#[derive(Clone)]
pub struct Subgraph {
    pub(crate) name: &'static str,
    pub(crate) services: Services,
    pub(crate) sdl: String,
    pub(crate) execute: Execute,
    pub(crate) execute_stream: ExecuteStream,
    pub(crate) documents: Arc<Documents>,
    pub(crate) public_routes: axum::Router,
    pub(crate) per_request: Vec<PerRequest>,
    pub(crate) time_max: Duration,
    pub(crate) workers: Vec<Workers>,
}

/// A subgraph in the making.
pub struct SubgraphBuilder<Q: ObjectType, M, E: Entities, S = EmptySubscription> {
    name: &'static str,
    schema: SchemaBuilder<Root<Q, E>, M, S>,
    public_routes: axum::Router,
    per_request: Vec<PerRequest>,
    time_max: Duration,
    budget: Budget,
    workers: Vec<Workers>,
}

impl Subgraph {
    /// A subgraph of these roots; `E` is its union of entities. Without mutations, `M` is the library's
    /// `EmptyMutation`.
    pub fn build<E, Q, M>(name: &'static str, query: Q, mutation: M) -> SubgraphBuilder<Q, M, E>
    where
        E: Entities,
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
    {
        Subgraph::build_with(name, query, mutation, EmptySubscription)
    }

    /// A subgraph with subscriptions.
    pub fn build_with<E, Q, M, S>(
        name: &'static str,
        query: Q,
        mutation: M,
        subscription: S,
    ) -> SubgraphBuilder<Q, M, E, S>
    where
        E: Entities,
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        let schema = Schema::build(Root(query, FederationRoot(PhantomData)), mutation, subscription)
            .limit_depth(DEPTH_MAX)
            .limit_recursive_depth(RECURSION_MAX)
            .limit_complexity(COMPLEXITY_MAX)
            .limit_directives(DIRECTIVES_OF_A_FIELD_MAX)
            .disable_suggestions();
        let public_routes = axum::Router::new();
        SubgraphBuilder {
            name,
            schema,
            public_routes,
            per_request: Vec::new(),
            time_max: TIME_MAX,
            budget: BUDGET,
            workers: Vec::new(),
        }
    }

    /// The SDL of these roots: needs no stores. With subscriptions, it is that of [`Subgraph::build_with`].
    pub fn sdl_of<E, Q, M>(query: Q, mutation: M) -> String
    where
        E: Entities,
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
    {
        Subgraph::build::<E, Q, M>("", query, mutation).sdl()
    }

    /// A subgraph whose schema is made at run time, with its [`canonical_sdl`] and the function that answers from memory.
    /// The host's checks of documents hold for it; its other limits and its `_service` are its own.
    pub fn of_function(
        name: &'static str,
        sdl: String,
        answer: impl Fn(Request) -> Response + Send + Sync + 'static,
        services: &Services,
    ) -> Subgraph {
        let answer = Arc::new(answer);
        let of_streams = answer.clone();
        let execute: Execute = Arc::new(move |request| Box::pin(std::future::ready(answer(request))));
        let execute_stream: ExecuteStream =
            Arc::new(move |request| futures_util::stream::iter([of_streams(request)]).boxed());
        Subgraph::of_executor((name, sdl), (execute, execute_stream), services)
    }

    fn of_executor(
        (name, sdl): (&'static str, String),
        (execute, execute_stream): (Execute, ExecuteStream),
        services: &Services,
    ) -> Subgraph {
        Subgraph {
            name,
            services: services.clone(),
            sdl,
            execute,
            execute_stream,
            documents: Arc::new(Documents::new(services.mode)),
            public_routes: axum::Router::new(),
            per_request: Vec::new(),
            time_max: TIME_MAX,
            workers: Vec::new(),
        }
    }

    /// Its name in the supergraph, and the audience of its passports.
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn sdl(&self) -> &str {
        &self.sdl
    }

    /// What runs beside the schema once it is served.
    pub fn workers(&self) -> &[Workers] {
        &self.workers
    }
}

impl<Q, M, E, S> SubgraphBuilder<Q, M, E, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    E: Entities,
    S: SubscriptionType + 'static,
{
    /// Adds a type that no field has, such as the interface `Node`.
    pub fn register<T: OutputType>(mut self) -> Self {
        self.schema = self.schema.register_output_type::<T>();
        self
    }

    /// The SDL so far: needs no stores.
    pub fn sdl(self) -> String {
        canonical_sdl(&self.schema.finish().sdl())
    }

    /// Data that resolvers find with `ctx.data_unchecked`, the same in all requests: stores, policies.
    pub fn data<D: Any + Send + Sync>(mut self, data: D) -> Self {
        self.schema = self.schema.data(data);
        self
    }

    /// A loader that each request has its own of, so that it may know the caller and forgets with the request.
    /// Resolvers find it with [`crate::loader`].
    pub fn loader<L>(mut self, make: impl Fn(&RequestContext) -> L + Send + Sync + 'static) -> Self
    where
        L: Send + Sync + 'static,
    {
        self.per_request.push(Arc::new(move |request, data| {
            data.insert(DataLoader::new(make(request), TokioSpawner::current(), TokioTimer::default()));
        }));
        self
    }

    /// Routes that need no passport, such as a key set.
    ///
    /// # Panics
    /// When the subgraph is served, if they take a path of the host's own: `/health`, `/ready`, `/metrics`.
    pub fn public_routes(mut self, routes: axum::Router) -> Self {
        self.public_routes = routes;
        self
    }

    /// How long an answer may take, and each event of a subscription, where fifteen seconds are not right.
    pub fn time_max(mut self, time_max: Duration) -> Self {
        self.time_max = time_max;
        self
    }

    /// How many values one request may ask for, where 100,000 are not right. Each field counts, and each element of a
    /// list.
    pub fn values_max(mut self, values_max: usize) -> Self {
        self.budget.values_max = values_max;
        self
    }

    /// How many bytes of text one request may ask for, where 32 MiB are not right.
    pub fn text_bytes_max(mut self, text_bytes_max: usize) -> Self {
        self.budget.text_bytes_max = text_bytes_max;
        self
    }

    /// What runs beside the schema as long as the subgraph is served: relay, consumers, jobs.
    pub fn workers(mut self, workers: Workers) -> Self {
        self.workers.push(workers);
        self
    }

    pub fn finish(self, services: &Services) -> Subgraph {
        let schema = match services.mode {
            Mode::Development => self.schema,
            Mode::Production => self.schema.disable_introspection(),
        };
        // Filled in below: only a finished schema prints itself.
        let service_sdl = ServiceSdl::default();
        let per_event = PerEvent { per_request: self.per_request.clone(), time_max: self.time_max };
        let schema = schema.data(service_sdl.clone()).extension(self.budget).extension(per_event).finish();
        let sdl = canonical_sdl(&schema.sdl());
        service_sdl.fill(&sdl);
        let of_streams = schema.clone();
        let execute_stream: ExecuteStream = Arc::new(move |request| of_streams.execute_stream(request));
        let execute: Execute = Arc::new(move |request| {
            let schema = schema.clone();
            Box::pin(async move { schema.execute(request).await })
        });
        Subgraph {
            public_routes: self.public_routes,
            per_request: self.per_request,
            time_max: self.time_max,
            workers: self.workers,
            ..Subgraph::of_executor((self.name, sdl), (execute, execute_stream), services)
        }
    }
}

impl fmt::Debug for Subgraph {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Subgraph").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<Q: ObjectType, M, E: Entities, S> fmt::Debug for SubgraphBuilder<Q, M, E, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SubgraphBuilder").field("name", &self.name).finish_non_exhaustive()
    }
}
