//! TLS towards clients, with HTTP/2 or HTTP/1.1 as they agree.

use crate::running::{Running, settings};
use hansa_server::{Router, ServeError, SubgraphConfig};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{path::PathBuf, sync::Arc};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/tls").join(name)
}

#[tokio::test]
async fn speaks_http_2_over_tls() {
    let mut config = settings();
    config.tls.certificate = Some(file("certificate.pem"));
    config.tls.key = Some(file("key.pem"));
    let router = Running::start(config).await;

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("certificate.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(router.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(client)).connect(name, stream).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        let _ = connection.await;
    });
    let request = Request::post("https://localhost/graphql").header("content-type", "application/json");
    let request = request.body(Full::new(bytes::Bytes::from("{\"query\":\"{ __typename }\"}"))).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(&body[..], b"{\"data\":{\"__typename\":\"Query\"}}");
}

#[tokio::test]
async fn unusable_files_are_refused_at_start() {
    let cases = [
        ("missing.pem", "key.pem", "could not read the certificate"),
        ("key.pem", "key.pem", "has no certificate"),
        ("certificate.pem", "certificate.pem", "could not read the private key"),
    ];
    for (certificate, key, expected) in cases {
        let mut config = settings();
        config.tls.certificate = Some(file(certificate));
        config.tls.key = Some(file(key));
        let error = Router::new(config).supergraph_sdl(crate::running::SUPERGRAPH).bind().await.unwrap_err();
        let ServeError::Tls(cause) = error else { panic!("{error:?}") };
        assert!(cause.to_string().contains(expected), "{cause}");
    }
}

/// The router in front of the mocks speaks TLS and is itself the subgraph of another one.
#[tokio::test]
async fn subgraphs_are_asked_over_tls_with_named_authorities() {
    let mut config = settings();
    config.tls.certificate = Some(file("certificate.pem"));
    config.tls.key = Some(file("key.pem"));
    let behind = Running::start(config).await;
    let url = format!("https://localhost:{}/graphql", behind.address.port());

    let mut config = settings();
    let own = SubgraphConfig { url: Some(url), ..SubgraphConfig::default() };
    config.subgraphs.insert("accounts".to_owned(), own);
    config.subgraph_defaults.certificate_authorities = Some(file("other-authority.pem"));
    let distrustful = Running::start(config.clone()).await;
    assert_eq!(distrustful.ask("{ user(id: 3) { id } }").await.code(), "DOWNSTREAM_UNAVAILABLE");

    config.subgraph_defaults.certificate_authorities = Some(file("certificate.pem"));
    let trusting = Running::start(config).await;
    let answer = trusting.ask("{ user(id: 3) { id } }").await;
    assert_eq!(answer.text(), "{\"data\":{\"user\":{\"id\":\"3\"}}}");
}

#[tokio::test]
async fn subgraphs_are_asked_in_http_2_without_negotiation() {
    let mut config = settings();
    config.subgraph_defaults.http2_only = true;
    let router = Running::start(config).await;
    let answer = router.ask("{ user(id: 3) { id } }").await;
    assert_eq!(answer.text(), "{\"data\":{\"user\":{\"id\":\"3\"}}}");
}
