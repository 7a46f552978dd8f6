//! HTTP requests that hold no GraphQL request: each gets its status, its code and a description.

use crate::running::{GRAPHQL_RESPONSE, JSON, Running, settings};
use hansa_server::ByteSize;
use http::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[tokio::test]
async fn malformed_bodies_are_refused_whatever_the_media_type() {
    let router = Running::start(settings()).await;
    let cases: &[(&[u8], &str, &str)] = &[
        (b"", "BAD_REQUEST", "the body is empty"),
        (b"{ \"not a JSON", "BAD_REQUEST", "the body is not JSON, at line 1, column 13"),
        (b"{\"query\": \"{a}\",\n  }", "BAD_REQUEST", "the body is not JSON, at line 2, column 3"),
        (b"\"{ __typename }\"", "BAD_REQUEST", "the body is no GraphQL request: invalid type: string"),
        (b"null", "BAD_REQUEST", "the body is no GraphQL request: invalid type: null, expected an object at line 1"),
        (b"{\"query\": \"\xff\"}", "BAD_REQUEST", "the body is not UTF-8 from byte 11 on"),
        (b"{\"qeury\": \"{a}\"}", "BAD_REQUEST", "`query` is missing"),
        (b"{\"query\": null}", "BAD_REQUEST", "`query` is missing"),
        (b"{\"query\": \" \"}", "BAD_REQUEST", "`query` is empty"),
        (b"{\"query\": {\"obj\": \"ect\"}}", "BAD_REQUEST", "`query` must be a string"),
        (b"{\"query\": 0}", "BAD_REQUEST", "`query` must be a string"),
        (b"{\"query\": \"{a}\", \"query\": \"{b}\"}", "BAD_REQUEST", "duplicate field"),
        (b"{\"query\": \"{a}\", \"operationName\": false}", "BAD_REQUEST", "`operationName` must be a string"),
        (b"{\"query\": \"{a}\", \"variables\": [1]}", "BAD_REQUEST", "`variables` must be an object"),
        (b"{\"query\": \"{a}\", \"variables\": \"{}\"}", "BAD_REQUEST", "`variables` must be an object"),
        (b"{\"query\": \"{a}\", \"extensions\": 0}", "BAD_REQUEST", "`extensions` must be an object"),
        (b"[{\"query\": \"{a}\"}]", "BATCHING_NOT_SUPPORTED", "batching is not supported"),
    ];
    for (body, code, description) in cases {
        for accept in [GRAPHQL_RESPONSE, JSON] {
            let request =
                router.request(Method::POST, "/graphql").header("content-type", JSON).header("accept", accept);
            let answer = router.send(request, body.to_vec()).await;
            let body = String::from_utf8_lossy(body);
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, *code), "{body}");
            let json = answer.json();
            let message = json["errors"][0]["message"].as_str().unwrap();
            assert!(message.contains(description), "{body}: {message}");
        }
    }
}

#[tokio::test]
async fn other_content_types_are_refused() {
    let router = Running::start(settings()).await;
    let content_types = [
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
    ];
    for content_type in content_types {
        let request = router.request(Method::POST, "/graphql").header("content-type", content_type);
        let answer = router.send(request, "{\"query\":\"{__typename}\"}").await;
        let outcome = (answer.status.as_u16(), answer.code());
        assert_eq!(outcome, (415, "UNSUPPORTED_MEDIA_TYPE".to_owned()), "{content_type}");
    }
    let answer = router.send(router.request(Method::POST, "/graphql"), "{\"query\":\"{__typename}\"}").await;
    assert_eq!(answer.status, 415);
}

#[tokio::test]
async fn unusable_accept_method_and_path_are_refused() {
    let router = Running::start(settings()).await;
    let request = router.request(Method::POST, "/graphql").header("content-type", JSON).header("accept", "text/xml");
    let answer = router.send(request, "{\"query\":\"{__typename}\"}").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (406, "NOT_ACCEPTABLE"));

    let answer = router.send(router.request(Method::PUT, "/graphql").header("content-type", JSON), "{}").await;
    assert_eq!((answer.status.as_u16(), answer.headers["allow"].to_str().unwrap()), (405, "GET, POST"));

    let answer = router.get("/nothing").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "NOT_FOUND"));
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    let answer = router.send(router.request(Method::POST, "/graphql/"), "").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "NOT_FOUND"), "whatever the method");
    for path in ["/health", "/metrics", "/"] {
        let answer = router.send(router.request(Method::POST, path), "").await;
        assert_eq!((answer.status.as_u16(), answer.headers["allow"].to_str().unwrap()), (405, "GET, HEAD"), "{path}");
    }
}

#[tokio::test]
async fn bad_urls_are_refused() {
    let router = Running::start(settings()).await;
    let cases = [
        ("/graphql", 400, "`query` is missing"),
        ("/graphql?query=%zz", 400, "two hexadecimal digits"),
        ("/graphql?query=%ff", 400, "not UTF-8"),
        ("/graphql?query=a&query=b", 400, "more than once"),
        ("/graphql?query=a&variables=[1]", 400, "`variables` must be an object"),
        ("/graphql?query=a&variables=%7B", 400, "`variables` is not JSON"),
    ];
    for (path, status, description) in cases {
        let answer = router.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.text().contains(description), "{path}: {}", answer.text());
    }
    let answer = router.get(&format!("/graphql?query={}", "a".repeat(33 * 1024))).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (414, "URI_TOO_LONG"));
}

#[tokio::test]
async fn large_bodies_are_refused_with_and_without_a_length() {
    let mut config = settings();
    config.limits.body_bytes_max = ByteSize::from_kib(64);
    let router = Running::start(config).await;
    let answer = router.send(router.post(), vec![b' '; 65 * 1024]).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (413, "BODY_TOO_LARGE"));

    let mut stream = TcpStream::connect(router.address).await.unwrap();
    let head =
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("4000\r\n{}\r\n", " ".repeat(0x4000));
    for _ in 0..8 {
        // The router may have answered and closed already.
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn large_heads_are_refused() {
    let mut config = settings();
    config.limits.header_bytes_max = ByteSize::from_kib(16);
    let router = Running::start(config).await;
    let request = router.post().header("x-large", "x".repeat(20 * 1024));
    assert_eq!(router.send(request, "{}").await.status, 431);
}

#[tokio::test]
async fn too_many_requests_at_once_are_shed() {
    let mut config = settings();
    config.requests_max = 1;
    let knobs = hansa_mock_subgraph::Knobs { delay_ms: 500, ..Default::default() };
    let router = Running::with_knobs(config, knobs).await;
    let slow = router.ask("{ user(id: 1) { name } }");
    let shed = async {
        router.until_in_flight(1).await;
        router.ask("{ __typename }").await
    };
    let (slow, shed) = tokio::join!(slow, shed);
    assert_eq!(slow.status, 200);
    assert_eq!((shed.status.as_u16(), shed.code().as_str()), (503, "OVERLOADED"));
    assert_eq!(shed.headers["retry-after"], "1");
}

#[tokio::test]
async fn silent_connections_are_closed() {
    let mut config = settings();
    config.connections.header_timeout = hansa_server::Span::from_millis(200);
    let router = Running::start(config).await;
    for beginning in ["", "P", "POST /graphql HTTP/1.1\r\nhost: x\r\n"] {
        let mut stream = TcpStream::connect(router.address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        // Either end of the stream or a reset: both are closed.
        let _ = stream.read_to_end(&mut rest).await;
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{rest:?}");
    }
}

#[tokio::test]
async fn idle_connections_are_kept_longer_than_slow_ones() {
    let mut config = settings();
    config.connections.header_timeout = hansa_server::Span::from_millis(100);
    let router = Running::start(config).await;
    let request = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut kept = TcpStream::connect(router.address).await.unwrap();
    for _ in 0..2 {
        kept.write_all(request).await.unwrap();
        let mut answer = [0; 1024];
        let count = kept.read(&mut answer).await.unwrap();
        assert!(answer[..count].starts_with(b"HTTP/1.1 200"));
        // The end of a connection that never says anything tells that the time for heads is over.
        let mut silent = TcpStream::connect(router.address).await.unwrap();
        assert_eq!(silent.read(&mut [0]).await.unwrap(), 0);
    }
    kept.write_all(&request[..5]).await.unwrap();
    assert_eq!(kept.read(&mut [0]).await.unwrap_or(0), 0, "a head that stalls is not idle");
}

#[tokio::test]
async fn pings_do_not_keep_a_connection_busy() {
    let mut config = settings();
    config.connections.idle_timeout = hansa_server::Span::from_millis(200);
    let router = Running::start(config).await;
    let mut stream = TcpStream::connect(router.address).await.unwrap();
    let settings_frame = b"\0\0\0\x04\0\0\0\0\0";
    // HEADERS of stream 1, which it ends: GET / over http, from HPACK's static table.
    let request = b"\0\0\x03\x01\x05\0\0\0\x01\x82\x86\x84";
    let preface = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), settings_frame, request].concat();
    stream.write_all(&preface).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let closed = async {
        let mut answer = Vec::new();
        let _ = reader.read_to_end(&mut answer).await;
    };
    let pings = async {
        while writer.write_all(b"\0\0\x08\x06\0\0\0\0\0--ping--").await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), async {
        tokio::select! { () = closed => {}, () = pings => {} }
    })
    .await
    .expect("the connection is closed although pings came and were answered");
}

#[tokio::test]
async fn idle_connections_are_closed_in_the_end() {
    let mut config = settings();
    config.connections.idle_timeout = hansa_server::Span::from_millis(100);
    let router = Running::start(config).await;
    let mut stream = TcpStream::connect(router.address).await.unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
}
