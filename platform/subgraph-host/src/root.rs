//! What every subgraph's query root has besides its own fields: `_service` and `_entities`.

use crate::{Entities, Fault, Representations};
use async_graphql::{
    Any, ContainerType, Context, ContextSelectionSet, Object, ObjectType, OutputType, Positioned, ServerResult,
    SimpleObject, TypeName, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
    resolver_utils::resolve_container,
};
use std::{
    borrow::Cow,
    marker::PhantomData,
    sync::{Arc, OnceLock},
};

/// The SDL that `_service` answers with, known once the schema is finished.
#[derive(Clone, Default)]
pub(crate) struct ServiceSdl(Arc<OnceLock<String>>);

impl ServiceSdl {
    pub(crate) fn fill(&self, sdl: &str) {
        self.0.get_or_init(|| sdl.to_owned());
    }
}

/// A context's query root and, under the same name, our fields.
pub(crate) struct Root<Q, E>(pub(crate) Q, pub(crate) FederationRoot<E>);

pub(crate) struct FederationRoot<E>(pub(crate) PhantomData<fn() -> E>);

#[derive(SimpleObject)]
#[graphql(name = "_Service")]
struct Service {
    sdl: String,
}

impl<E: Entities> TypeName for FederationRoot<E> {
    fn type_name() -> Cow<'static, str> {
        "_FederationRoot".into()
    }
}

#[Object(name_type)]
impl<E: Entities> FederationRoot<E> {
    #[graphql(name = "_service")]
    async fn service(&self, ctx: &Context<'_>) -> Service {
        Service { sdl: ctx.data_unchecked::<ServiceSdl>().0.get().cloned().unwrap_or_default() }
    }

    #[graphql(name = "_entities")]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        representations: Vec<Any>,
    ) -> Result<Vec<Option<Result<E, Fault>>>, Fault> {
        let representations = Representations::read(representations.into_iter().map(|any| any.0).collect())?;
        Ok(E::batches(ctx, representations).resolved().await)
    }
}

// The library's merged objects need a third name; this adds our fields to the context's own root.
impl<Q: ObjectType, E: Entities> OutputType for Root<Q, E> {
    fn type_name() -> Cow<'static, str> {
        Q::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let qualified_name = Q::create_type_info(registry);
        let ours = registry.create_fake_output_type::<FederationRoot<E>>();
        let theirs = registry.types.get_mut(&*Q::type_name());
        if let (MetaType::Object { fields: ours, .. }, Some(MetaType::Object { fields, .. })) = (ours, theirs) {
            fields.extend(ours);
        }
        qualified_name
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl<Q: ObjectType, E: Entities> ContainerType for Root<Q, E> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match self.1.resolve_field(ctx).await? {
            Some(value) => Ok(Some(value)),
            None => self.0.resolve_field(ctx).await,
        }
    }
}

impl<Q: ObjectType, E: Entities> ObjectType for Root<Q, E> {}
