//! Responses in the coding that the client likes best, and as they are where that is what it wants.

use crate::{
    compressors::decompressed,
    running::{Answer, Running, settings},
    stub_subgraph::StubSubgraph,
};
use hansa_server::{ByteSize, Config, ContentCoding};
use http::Method;
use serde_json::json;

const LARGE: &str = "{ __schema { types { name description } } }";
const SMALL: &str = "{ __typename }";

fn compressing() -> Config {
    let mut config = settings();
    config.compression.enabled = true;
    config
}

async fn ask(router: &Running, query: &str, accept_encoding: &[&str]) -> Answer {
    let mut request = router.post();
    for line in accept_encoding {
        request = request.header("accept-encoding", line.as_bytes());
    }
    router.send(request, json!({ "query": query }).to_string()).await
}

fn coding(answer: &Answer) -> Option<&str> {
    answer.headers.get("content-encoding").map(|value| value.to_str().unwrap())
}

fn varies(answer: &Answer) -> bool {
    answer.headers.get_all("vary").iter().any(|value| value == "accept-encoding")
}

#[tokio::test]
async fn the_client_chooses_by_weight() {
    let router = Running::start(compressing()).await;
    let as_it_is = ask(&router, LARGE, &[]).await;
    let cases: [(&[&str], Option<&str>); 24] = [
        (&[], None),
        (&[""], None),
        (&["gzip"], Some("gzip")),
        (&["GZIP"], Some("gzip")),
        (&["x-gzip"], Some("gzip")),
        (&["gzip, deflate, br, zstd"], Some("zstd")),
        (&["gzip;q=1.0, br;q=0.5"], Some("gzip")),
        (&["gzip ; q=0.3 , br ;Q=0.4"], Some("br")),
        (&["gzip;q=0.5", "br;q=0.8"], Some("br")),
        (&["gzip;q=0"], None),
        (&["gzip;q=0.0, br;q=0.001"], Some("br")),
        (&["*"], Some("zstd")),
        (&["*;q=0.1, br"], Some("br")),
        (&["zstd;q=0, *"], Some("br")),
        (&["*;q=0, identity"], None),
        (&["*;q=0, gzip"], Some("gzip")),
        (&["identity;q=0, gzip;q=0.1"], Some("gzip")),
        (&["identity, gzip;q=0.5"], None),
        (&["identity;q=0.5, gzip"], Some("gzip")),
        (&["identity;q=0.5, gzip;q=0.5"], Some("gzip")),
        (&["deflate, compress"], None),
        (&["gzip;q=oops"], Some("gzip")),
        (&["gz\u{ef}p, br"], None),
        (&[",, ;q=1,"], None),
    ];
    for (accept_encoding, expected) in cases {
        let answer = ask(&router, LARGE, accept_encoding).await;
        assert_eq!((answer.status.as_u16(), coding(&answer)), (200, expected), "{accept_encoding:?}");
        assert!(varies(&answer), "{accept_encoding:?}");
        assert_eq!(answer.headers["content-length"], answer.body.len().to_string(), "{accept_encoding:?}");
        match expected {
            None => assert_eq!(answer.body, as_it_is.body, "{accept_encoding:?}"),
            Some(coding) => {
                assert!(answer.body.len() < as_it_is.body.len() / 2);
                assert_eq!(decompressed(coding, &answer.body), as_it_is.body, "{accept_encoding:?}");
            }
        }
    }
}

#[tokio::test]
async fn whoever_takes_nothing_we_have_is_refused_before_anything_is_done() {
    let router = Running::start(compressing()).await;
    let mutation = "mutation { rename(id: 1, name: \"x\") { name } }";
    for accept_encoding in
        ["identity;q=0", "*;q=0", "deflate, identity;q=0", "gzip;q=0, br;q=0, zstd;q=0, identity;q=0"]
    {
        let answer = ask(&router, mutation, &[accept_encoding]).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (406, "NOT_ACCEPTABLE"), "{accept_encoding}");
        assert!(varies(&answer));
    }
    assert_eq!(router.accounts.requests().len(), 0);
}

#[tokio::test]
async fn small_responses_stay_as_they_are_unless_that_is_refused() {
    let router = Running::start(compressing()).await;
    let small = ask(&router, SMALL, &["gzip"]).await;
    assert_eq!(coding(&small), None);
    assert!(varies(&small));
    let forced = ask(&router, SMALL, &["gzip, identity;q=0"]).await;
    assert_eq!(coding(&forced), Some("gzip"));
    assert_eq!(decompressed("gzip", &forced.body), small.body);

    let mut config = compressing();
    config.compression.bytes_min = ByteSize(1);
    let router = Running::start(config).await;
    let longer_than_itself = ask(&router, SMALL, &["gzip"]).await;
    assert_eq!(coding(&longer_than_itself), None, "compressed, it would be longer");
}

#[tokio::test]
async fn settings_say_what_is_offered_and_how_hard_it_is_tried() {
    let mut config = compressing();
    config.compression.encodings = vec![ContentCoding::Gzip, ContentCoding::Br];
    let router = Running::start(config).await;
    for (accept_encoding, expected) in [("zstd, br, gzip", Some("gzip")), ("br", Some("br")), ("zstd", None)] {
        assert_eq!(coding(&ask(&router, LARGE, &[accept_encoding]).await), expected, "{accept_encoding}");
    }
    let lengths = |levels: (u32, u32, u32)| async move {
        let mut config = compressing();
        let compression = &mut config.compression;
        (compression.gzip_level, compression.br_level, compression.zstd_level) = levels;
        let router = Running::start(config).await;
        let as_it_is = ask(&router, LARGE, &[]).await;
        let mut lengths = Vec::new();
        for coding in ["gzip", "br", "zstd"] {
            let answer = ask(&router, LARGE, &[coding]).await;
            assert_eq!(decompressed(coding, &answer.body), as_it_is.body);
            lengths.push(answer.body.len());
        }
        lengths
    };
    let (fast, thorough) = (lengths((1, 0, 1)).await, lengths((9, 4, 5)).await);
    assert!(fast.iter().zip(&thorough).all(|(fast, thorough)| thorough < fast), "{fast:?} {thorough:?}");

    let off = ask(&Running::start(settings()).await, LARGE, &["gzip, identity;q=0"]).await;
    assert_eq!((off.status.as_u16(), coding(&off), varies(&off)), (200, None, false));
}

#[tokio::test]
async fn large_responses_are_compressed_while_they_are_sent() {
    let stub = StubSubgraph::start().await;
    let mut config = compressing();
    config.subgraphs.entry("accounts".to_owned()).or_default().url = Some(stub.url.clone());
    let router = Running::start(config).await;
    let mut number = 1_u32;
    let mut name = String::new();
    while name.len() < 3 << 20 {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        name.push_str(&number.to_string());
    }
    stub.answers(&[], json!({ "data": { "users": [{ "name": name }] } }).to_string());
    let query = "{ users { name } }";
    let as_it_is = ask(&router, query, &[]).await;
    for expected in ["gzip", "br", "zstd"] {
        let answer = ask(&router, query, &[expected]).await;
        assert_eq!(coding(&answer), Some(expected));
        assert!(answer.headers.get("content-length").is_none(), "it is not known when the head is sent");
        assert!(varies(&answer));
        assert!(decompressed(expected, &answer.body) == as_it_is.body, "{expected}");
    }
}

#[tokio::test]
async fn pages_keep_their_tag_in_a_weaker_form() {
    let router = Running::start(compressing()).await;
    let page = |method, name: &'static str, value: &str| {
        let request = router.request(method, "/playground/playground.css").header("accept-encoding", "gzip");
        router.send(request.header(name, value), "")
    };
    let plain = router.get("/playground/playground.css").await;
    let strong = plain.headers["etag"].to_str().unwrap();
    let packed = page(Method::GET, "x-none", "").await;
    let weak = packed.headers["etag"].to_str().unwrap();
    assert_eq!(coding(&packed), Some("gzip"));
    assert_eq!(weak, format!("W/{strong}"));
    assert_eq!(decompressed("gzip", &packed.body), plain.body);
    for tag in [strong, weak] {
        let known = page(Method::GET, "if-none-match", tag).await;
        assert_eq!((known.status.as_u16(), known.body.len(), coding(&known)), (304, 0, None));
        assert!(varies(&known));
    }
    let head = page(Method::HEAD, "x-none", "").await;
    assert_eq!((head.status.as_u16(), head.body.len(), coding(&head)), (200, 0, Some("gzip")));
    assert_eq!(head.headers["etag"], weak);
    assert_ne!(head.headers.get("content-length").map(|length| length.as_bytes()), Some(&b"0"[..]));
}

#[tokio::test]
async fn other_origins_are_told_what_the_answer_varies_with() {
    let mut config = compressing();
    config.cors.origins = vec!["https://app.example.com".to_owned()];
    let router = Running::start(config).await;
    let request = router.post().header("origin", "https://app.example.com").header("accept-encoding", "br");
    let answer = router.send(request, json!({ "query": LARGE }).to_string()).await;
    assert_eq!(coding(&answer), Some("br"));
    assert_eq!(answer.headers["access-control-allow-origin"], "https://app.example.com");
    let vary: Vec<&str> = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    let vary = vary.join(", ");
    assert!(vary.contains("origin") && vary.contains("accept-encoding"), "{vary}");
}
