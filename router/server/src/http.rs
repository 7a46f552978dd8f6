//! What happens to a request before its operation is known: [`stack`] and [`route`] are the only order.

pub(crate) mod access_log;
pub(crate) mod admission;
pub(crate) mod authenticate;
pub(crate) mod body;
pub(crate) mod compression;
pub(crate) mod cors;
pub(crate) mod graphql_endpoint;
pub(crate) mod graphql_request;
pub(crate) mod media_type;
pub(crate) mod operations;
pub(crate) mod payload_body;
pub(crate) mod payload_format;
pub(crate) mod playground;
pub(crate) mod request_body;
pub(crate) mod response;

use crate::{Config, client_address::ClientAddress, error_code::ErrorCode, wiring::Wiring};
use body::RouterBody;
use compression::compressed_body::CompressedBody;
use http::{Method, Request, Response};
use http_body_util::Either;
use hyper::body::Incoming;
use response::refused;
use std::{convert::Infallible, sync::Arc};
use tower::{Layer, ServiceExt, service_fn, util::BoxCloneSyncService};

pub(crate) type ResponseBody = Either<RouterBody, CompressedBody>;

type LayeredService = BoxCloneSyncService<Request<Incoming>, Response<ResponseBody>, Infallible>;

/// Every request passes compression, then CORS, then [`route`]; the first two only where they are switched on, so that
/// others do not pay for the boxes that hold them.
#[derive(Debug, Clone)]
pub(crate) enum HttpService {
    Plain(Arc<Wiring>),
    Layered(LayeredService),
}

impl HttpService {
    /// `client` is who sends the request, where that is known.
    pub(crate) async fn answer(
        self,
        mut request: Request<Incoming>,
        client: Option<ClientAddress>,
    ) -> Result<Response<ResponseBody>, Infallible> {
        match self {
            HttpService::Plain(wiring) => Ok(route(&wiring, request, client).await.map(Either::Left)),
            HttpService::Layered(service) => {
                if let Some(client) = client {
                    request.extensions_mut().insert(client);
                }
                service.oneshot(request).await
            }
        }
    }
}

pub(crate) fn stack(config: &Config, wiring: Arc<Wiring>) -> HttpService {
    let (cors, compression) = (config.cors.layer(), config.compression.compression());
    if cors.is_none() && compression.is_none() {
        return HttpService::Plain(wiring);
    }
    let routes = service_fn(move |request: Request<Incoming>| {
        let wiring = wiring.clone();
        async move {
            let client = request.extensions().get().copied();
            Ok::<_, Infallible>(route(&wiring, request, client).await)
        }
    });
    let routes = match cors {
        Some(cors) => BoxCloneSyncService::new(cors.layer(routes)),
        None => BoxCloneSyncService::new(routes),
    };
    HttpService::Layered(match compression.map(Arc::new) {
        Some(compression) => BoxCloneSyncService::new(service_fn(move |request: Request<Incoming>| {
            let (compression, routes) = (compression.clone(), routes.clone());
            let asked = (compression.negotiate(request.headers()), *request.method() == Method::HEAD);
            async move { compression.answer(asked, routes.oneshot(request)).await }
        })),
        None => BoxCloneSyncService::new(routes.map_response(|response| response.map(Either::Left))),
    })
}

async fn route(
    wiring: &Arc<Wiring>,
    request: Request<Incoming>,
    client: Option<ClientAddress>,
) -> Response<RouterBody> {
    let path = request.uri().path();
    if path == "/graphql" {
        return graphql_endpoint::answer(wiring, request, client).await;
    }
    let page = match path {
        "/health" => Some(operations::health()),
        "/ready" => Some(operations::ready(wiring)),
        "/metrics" => Some(operations::metrics(wiring)),
        "/.well-known/jwks.json" if wiring.settings.minter.is_some() => Some(operations::passport_keys(wiring)),
        _ => wiring.playground.as_ref().and_then(|playground| playground.page(path, request.headers())),
    };
    match page {
        None => refused(ErrorCode::NotFound, "there is nothing at this path", None),
        Some(page) if matches!(*request.method(), Method::GET | Method::HEAD) => page,
        Some(_) => refused(ErrorCode::MethodNotAllowed, "this path answers GET only", Some("GET, HEAD")),
    }
}
