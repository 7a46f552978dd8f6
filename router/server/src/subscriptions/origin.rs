//! Which pages may open a WebSocket. Browsers ask nobody before they do, so that the server has to look: RFC 6455, section
//! 10.2. The same pages may as may call the router otherwise: its own, and those of the origins that CORS names.

use crate::http::cors::CorsConfig;
use http::{HeaderMap, Uri, header};

#[derive(Debug)]
pub(crate) struct AllowedOrigins {
    is_any: bool,
    origins: Vec<String>,
}

impl AllowedOrigins {
    pub(crate) fn new(cors: &CorsConfig) -> AllowedOrigins {
        AllowedOrigins { is_any: cors.origins.iter().any(|origin| origin == "*"), origins: cors.origins.clone() }
    }

    /// A client that is no browser sends no origin.
    pub(crate) fn allow(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(header::ORIGIN).iter();
        let Some(origin) = values.next() else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        if values.next().is_some() {
            return false;
        }
        self.is_any || self.origins.iter().any(|known| known == origin) || is_own(origin, headers)
    }
}

/// Whether the page came from where the WebSocket goes to.
fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let (Some(scheme), Some(authority), Some(host)) = (origin.scheme_str(), origin.authority(), host) else {
        return false;
    };
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let bare = |text: &str| text.strip_suffix(default_port).unwrap_or(text).to_ascii_lowercase();
    bare(authority.as_str()) == bare(host)
}

#[cfg(test)]
mod tests {
    use super::AllowedOrigins;
    use crate::http::cors::CorsConfig;
    use http::{HeaderMap, HeaderValue};

    fn is_allowed(origins: &[&str], headers: &[(&'static str, &'static str)]) -> bool {
        let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
        let allowed = AllowedOrigins::new(&CorsConfig { origins, ..CorsConfig::default() });
        let mut map = HeaderMap::new();
        headers.iter().for_each(|(name, value)| _ = map.append(*name, HeaderValue::from_static(value)));
        allowed.allow(&map)
    }

    #[test]
    fn own_and_named_origins_may() {
        let named = "https://app.example.com";
        assert!(is_allowed(&[], &[("host", "api.example.com")]), "no browser");
        assert!(is_allowed(&[named], &[("host", "api.example.com"), ("origin", named)]));
        assert!(is_allowed(&["*"], &[("host", "api.example.com"), ("origin", "null")]));
        assert!(is_allowed(&[], &[("host", "api.example.com"), ("origin", "https://api.example.com")]));
        assert!(is_allowed(&[], &[("host", "API.example.com:443"), ("origin", "https://api.example.com")]));
        assert!(is_allowed(&[], &[("host", "127.0.0.1:4000"), ("origin", "http://127.0.0.1:4000")]));
    }

    #[test]
    fn others_may_not() {
        let host = ("host", "api.example.com");
        for origin in ["https://app.example.com", "null", "", "https://api.example.com:8443", "api.example.com"] {
            assert!(!is_allowed(&["https://shop.example.com"], &[host, ("origin", origin)]), "{origin}");
        }
        let two = [host, ("origin", "https://shop.example.com"), ("origin", "https://evil.example.com")];
        assert!(!is_allowed(&["https://shop.example.com"], &two));
        assert!(!is_allowed(&[], &[("origin", "https://api.example.com")]), "without a host nothing is the same");
    }
}
