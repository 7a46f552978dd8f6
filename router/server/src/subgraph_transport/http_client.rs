//! HTTP clients towards subgraphs. Clients with the same connection settings are one, so that its pool of kept-alive
//! connections outlives a reload of the supergraph.

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::tls::{TlsError, read_certificates};

pub(crate) type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Settings that decide which connections can be shared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ConnectionSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) idle_connections_max: usize,
    /// HTTP/2 without asking first, for subgraphs that speak it in clear text.
    pub(crate) http2_only: bool,
    pub(crate) certificate_authorities: Option<PathBuf>,
    pub(crate) uses_tls: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error(
        "no certificate authorities: the system has none; install them, or name a file in `certificate_authorities`"
    )]
    SystemRoots(#[source] std::io::Error),
    #[error("certificate authorities cannot be used")]
    File(#[from] TlsError),
    #[error("certificate authorities cannot be used")]
    Unusable(#[source] rustls::Error),
}

#[derive(Debug, Default)]
pub(crate) struct HttpClients(Mutex<HashMap<ConnectionSettings, HttpClient>>);

impl HttpClients {
    pub(crate) fn client(&self, settings: &ConnectionSettings) -> Result<HttpClient, ClientError> {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(settings) {
            return Ok(client.clone());
        }
        let client = new_client(settings)?;
        clients.insert(settings.clone(), client.clone());
        Ok(client)
    }
}

fn new_client(settings: &ConnectionSettings) -> Result<HttpClient, ClientError> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(settings.connect_timeout));
    let https = HttpsConnectorBuilder::new().with_tls_config(tls_config(settings)?).https_or_http();
    let connector = match settings.http2_only {
        true => https.enable_http2().wrap_connector(tcp),
        false => https.enable_http1().enable_http2().wrap_connector(tcp),
    };
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .pool_idle_timeout(settings.idle_timeout)
        .pool_max_idle_per_host(settings.idle_connections_max)
        .http2_only(settings.http2_only)
        .build(connector))
}

/// A subgraph with a plain URL needs no certificate authorities, which a bare machine may not have.
fn tls_config(settings: &ConnectionSettings) -> Result<ClientConfig, ClientError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(ClientError::Unusable)?;
    if !settings.uses_tls {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let Some(file) = &settings.certificate_authorities else {
        let builder = builder.with_native_roots().map_err(ClientError::SystemRoots)?;
        return Ok(builder.with_no_client_auth());
    };
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(file)? {
        roots.add(certificate).map_err(ClientError::Unusable)?;
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
