//! Lets pages of other origins call the router. Off unless origins are named.

use http::{HeaderName, HeaderValue, Method};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::config::Span;

/// Cross-origin requests. Fetch standard, "CORS protocol".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CorsConfig {
    /// Origins whose pages may call the router, such as `https://app.example.com`; `*` alone for any. Empty: none.
    pub origins: Vec<String>,
    /// Methods they may use.
    pub methods: Vec<String>,
    /// Request headers they may send; `*` alone for any.
    pub headers: Vec<String>,
    /// Response headers they may read.
    pub expose_headers: Vec<String>,
    /// Whether they may send cookies and the like.
    pub credentials: bool,
    /// How long browsers may remember the answer to a preflight.
    pub preflight_max_age: Span,
}

impl Default for CorsConfig {
    fn default() -> Self {
        CorsConfig {
            origins: Vec::new(),
            methods: vec!["GET".to_owned(), "POST".to_owned()],
            headers: ["content-type", "authorization", "traceparent", "tracestate"].map(str::to_owned).to_vec(),
            expose_headers: Vec::new(),
            credentials: false,
            preflight_max_age: Span::from_secs(600),
        }
    }
}

impl CorsConfig {
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.credentials && self.headers.iter().any(|name| name == "*") {
            return Err("browsers refuse credentials with any header; name the headers".to_owned());
        }
        for method in &self.methods {
            method.parse::<Method>().map_err(|_| format!("`{method}` is no method"))?;
        }
        for name in self.headers.iter().chain(&self.expose_headers).filter(|name| *name != "*") {
            name.parse::<HeaderName>().map_err(|_| format!("`{name}` is no header name"))?;
        }
        for origin in &self.origins {
            origin.parse::<HeaderValue>().map_err(|_| format!("`{origin}` is no origin"))?;
        }
        Ok(())
    }

    /// `None` without origins. Texts that cannot be parsed were refused by [`CorsConfig::check`].
    pub(crate) fn layer(&self) -> Option<CorsLayer> {
        if self.origins.is_empty() {
            return None;
        }
        let is_any = |texts: &[String]| texts.iter().any(|text| text == "*");
        let origins = match is_any(&self.origins) {
            true => AllowOrigin::any(),
            false => AllowOrigin::list(self.origins.iter().filter_map(|origin| origin.parse().ok())),
        };
        let headers = match is_any(&self.headers) {
            true => AllowHeaders::any(),
            false => AllowHeaders::list(self.headers.iter().filter_map(|name| name.parse().ok())),
        };
        let exposed: Vec<HeaderName> = self.expose_headers.iter().filter_map(|name| name.parse().ok()).collect();
        let layer = CorsLayer::new()
            .allow_origin(origins)
            .allow_methods(AllowMethods::list(self.methods.iter().filter_map(|method| method.parse().ok())))
            .allow_headers(headers)
            .expose_headers(exposed)
            .allow_credentials(self.credentials)
            .max_age(self.preflight_max_age.0);
        Some(layer)
    }
}
