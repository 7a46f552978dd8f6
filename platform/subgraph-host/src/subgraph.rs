//! A subgraph, ready to be served: its schema behind one function, its SDL, its public routes.

use crate::{
    Entities, RequestContext, Services,
    root::{FederationRoot, Root, ServiceSdl},
    sdl::canonical_sdl,
};
use async_graphql::{
    Data, EmptySubscription, ObjectType, Request, Response, Schema, SchemaBuilder, dataloader::DataLoader,
};
use std::{any::Any, fmt, future::Future, marker::PhantomData, pin::Pin, sync::Arc};

type PerRequest = Arc<dyn Fn(&RequestContext, &mut Data) + Send + Sync>;
type Execute = Arc<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

/// A schema with what serves it.
#[derive(Clone)]
pub struct Subgraph {
    pub(crate) name: &'static str,
    pub(crate) sdl: String,
    pub(crate) execute: Execute,
    pub(crate) public_routes: axum::Router,
    pub(crate) per_request: Vec<PerRequest>,
}

impl fmt::Debug for Subgraph {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Subgraph").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A subgraph in the making.
pub struct SubgraphBuilder<Q: ObjectType, M, E: Entities> {
    name: &'static str,
    schema: SchemaBuilder<Root<Q, E>, M, EmptySubscription>,
    public_routes: axum::Router,
    per_request: Vec<PerRequest>,
}

impl<Q: ObjectType, M, E: Entities> fmt::Debug for SubgraphBuilder<Q, M, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SubgraphBuilder").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Subgraph {
    /// A subgraph of these roots; `E` is its union of entities. Without mutations: async-graphql's `EmptyMutation`.
    pub fn build<E, Q, M>(name: &'static str, query: Q, mutation: M) -> SubgraphBuilder<Q, M, E>
    where
        E: Entities,
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
    {
        let root = Root(query, FederationRoot(PhantomData));
        let schema = Schema::build(root, mutation, EmptySubscription);
        SubgraphBuilder { name, schema, public_routes: axum::Router::new(), per_request: Vec::new() }
    }

    /// The SDL of these roots: needs no stores.
    pub fn sdl_of<E, Q, M>(query: Q, mutation: M) -> String
    where
        E: Entities,
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
    {
        canonical_sdl(&Subgraph::build::<E, Q, M>("", query, mutation).schema.finish().sdl())
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn sdl(&self) -> &str {
        &self.sdl
    }
}

impl<Q, M, E> SubgraphBuilder<Q, M, E>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    E: Entities,
{
    /// Data that resolvers find with `ctx.data_unchecked`, the same in all requests: stores, policies.
    pub fn data<D: Any + Send + Sync>(mut self, data: D) -> Self {
        self.schema = self.schema.data(data);
        self
    }

    /// A loader that each request has its own of; resolvers find it with [`crate::loader`].
    pub fn loader<L>(mut self, make: impl Fn(&RequestContext) -> L + Send + Sync + 'static) -> Self
    where
        L: Send + Sync + 'static,
    {
        self.per_request.push(Arc::new(move |request, data| {
            let spawner = async_graphql::runtime::TokioSpawner::current();
            let timer = async_graphql::runtime::TokioTimer::default();
            data.insert(DataLoader::new(make(request), spawner, timer));
        }));
        self
    }

    /// Routes that need no passport, such as a key set. Paths of this crate's own cannot be taken.
    pub fn public_routes(mut self, routes: axum::Router) -> Self {
        self.public_routes = routes;
        self
    }

    pub fn finish(self, services: &Services) -> Subgraph {
        let _ = services;
        let plain = self.schema;
        let schema = plain.data(ServiceSdl(String::new())).finish();
        let sdl = canonical_sdl(&schema.sdl());
        let execute: Execute = Arc::new(move |request| {
            let schema = schema.clone();
            Box::pin(async move { schema.execute(request).await })
        });
        Subgraph { name: self.name, sdl, execute, public_routes: self.public_routes, per_request: self.per_request }
    }
}
