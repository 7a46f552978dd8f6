//! Reads a key set: from a file, or with one GET that follows no redirect.

use crate::{
    authentication::config::JwksConfig,
    subgraph_transport::{
        AskTerms, FetchFailure, ask, chain,
        http_client::{ClientError, ConnectionSettings, HttpClient, HttpClients},
        parse_url,
    },
};
use bytes::Bytes;
use hansa_executor::MemoryLease;
use http::{HeaderValue, Request, Uri, header, uri::Scheme};
use std::{
    fs::{self, File},
    io::{self, Read},
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

const BYTES_MAX: usize = 256 * 1024;
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// Where an issuer's keys are.
#[derive(Debug)]
pub(crate) enum KeysPlace {
    File(PathBuf),
    Url(Box<KeysUrl>),
}

#[derive(Debug)]
pub(crate) struct KeysUrl {
    url: Uri,
    client: HttpClient,
    timeout: Duration,
}

impl KeysPlace {
    pub(crate) fn new(config: &JwksConfig, clients: &HttpClients) -> Result<KeysPlace, ClientError> {
        if let Some(file) = &config.file {
            return Ok(KeysPlace::File(file.clone()));
        }
        // Settings without either were refused when they were checked.
        let url = config.url.as_deref().and_then(parse_url).unwrap_or_default();
        let settings = ConnectionSettings {
            connect_timeout: config.timeout.0,
            idle_timeout: IDLE_TIMEOUT,
            idle_connections_max: 1,
            http2_only: false,
            certificate_authorities: config.certificate_authorities.clone(),
            uses_tls: url.scheme() == Some(&Scheme::HTTPS),
            http1_only: false,
        };
        let client = clients.client(&settings, &url)?;
        Ok(KeysPlace::Url(Box::new(KeysUrl { url, client, timeout: config.timeout.0 })))
    }

    /// Whether the keys cross a network without TLS.
    pub(crate) fn is_clear_text(&self) -> bool {
        let KeysPlace::Url(place) = self else { return false };
        let host = place.url.host().unwrap_or_default().trim_matches(['[', ']']);
        let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        place.url.scheme() == Some(&Scheme::HTTP) && !is_here
    }

    pub(crate) async fn read(&self) -> Result<Bytes, String> {
        match self {
            KeysPlace::File(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || read_file(&path)).await;
                read.map_err(|failure| failure.to_string())?.map_err(|error| error.to_string())
            }
            KeysPlace::Url(place) => place.fetch().await,
        }
    }
}

pub(crate) fn read_file(path: &Path) -> io::Result<Bytes> {
    // Opening a pipe would wait for a writer who may never come.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    match bytes.len() > BYTES_MAX {
        true => Err(io::Error::other(format!("it has more than {BYTES_MAX} bytes"))),
        false => Ok(bytes.into()),
    }
}

impl KeysUrl {
    async fn fetch(&self) -> Result<Bytes, String> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = self.url.clone();
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let terms = AskTerms { body_bytes_max: BYTES_MAX, is_repeatable: true, memory: MemoryLease::uncounted() };
        let answer = tokio::time::timeout(self.timeout, ask(&self.client, request, terms)).await;
        let answer = answer.unwrap_or(Err(FetchFailure::TimedOut)).map_err(|failure| chain(&failure))?;
        match answer.response.status {
            200 => Ok(answer.response.body),
            status => Err(format!("answer with HTTP status {status}")),
        }
    }
}
