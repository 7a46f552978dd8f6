//! Clients that compress what they ask, well and badly.

use crate::{
    compressors::{CODINGS, compressed},
    running::{Answer, Running, settings},
};
use hansa_server::ByteSize;
use std::time::{Duration, Instant};

const BODY: &str = r#"{"query":"{ __typename }","operationName":null,"variables":{}}"#;

async fn send(router: &Running, content_encodings: &[&str], body: impl Into<Vec<u8>>) -> Answer {
    let mut request = router.post();
    for line in content_encodings {
        request = request.header("content-encoding", line.as_bytes());
    }
    router.send(request, body.into()).await
}

fn assert_answered(answer: &Answer, what: &str) {
    assert_eq!(answer.text(), r#"{"data":{"__typename":"Query"}}"#, "{what}");
}

fn assert_refused(answer: &Answer, (status, code): (u16, &str), description: &str) {
    let json = answer.json();
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{json}");
    let message = json["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains(description), "{message}");
}

#[tokio::test]
async fn each_coding_is_read() {
    let router = Running::start(settings()).await;
    for coding in CODINGS {
        assert_answered(&send(&router, &[coding], compressed(coding, BODY.as_bytes())).await, coding);
        let long = format!("{BODY}{}", " ".repeat(3 << 19));
        assert_answered(&send(&router, &[coding], compressed(coding, long.as_bytes())).await, coding);
    }
    for identity in ["", "identity", "IDENTITY"] {
        assert_answered(&send(&router, &[identity], BODY).await, identity);
    }
}

#[tokio::test]
async fn what_comes_out_is_memory_of_the_request() {
    let long = format!("{BODY}{}", " ".repeat(3 << 19));
    for coding in CODINGS {
        let mut config = settings();
        config.memory.bytes_max = Some(ByteSize::from_mib(1));
        let router = Running::start(config).await;
        let answer = send(&router, &[coding], compressed(coding, long.as_bytes())).await;
        assert_refused(&answer, (503, "OVERLOADED"), "too little memory");
        let mut config = settings();
        config.memory.request_bytes_max = ByteSize::from_mib(1);
        let router = Running::start(config).await;
        let answer = send(&router, &[coding], compressed(coding, long.as_bytes())).await;
        assert_refused(&answer, (413, "BODY_TOO_LARGE"), "is larger than");
        router.until_metric("hansa_request_memory_bytes", "0").await;
    }
}

#[tokio::test]
async fn other_codings_are_refused_and_ours_are_named() {
    let router = Running::start(settings()).await;
    let cases: [(&[&str], &str); 4] = [
        (&["compress"], "`compress` is not one of gzip, br, zstd and deflate"),
        (&["gzip, br"], "`gzip, br` are applied on top of each other"),
        (&["gzip", "gzip"], "`gzip, gzip` are applied on top of each other"),
        (&["gz\u{ef}p"], "`?` is not one of"),
    ];
    for (content_encodings, description) in cases {
        let answer = send(&router, content_encodings, compressed("gzip", BODY.as_bytes())).await;
        assert_refused(&answer, (415, "UNSUPPORTED_MEDIA_TYPE"), description);
        assert_eq!(answer.headers["accept-encoding"], "gzip, br, zstd, deflate");
    }
    let endless_name = "x".repeat(5_000);
    let answer = send(&router, &[&endless_name], BODY).await;
    assert!(answer.body.len() < 500, "{}", answer.text());

    let mut config = settings();
    config.limits.compressed_bodies = false;
    let router = Running::start(config).await;
    let answer = send(&router, &["gzip"], compressed("gzip", BODY.as_bytes())).await;
    assert_refused(&answer, (415, "UNSUPPORTED_MEDIA_TYPE"), "compressed bodies are not read");
    assert_eq!(answer.headers["accept-encoding"], "identity");
    assert_answered(&send(&router, &["identity"], BODY).await, "identity");
}

#[tokio::test]
async fn broken_streams_are_bad_requests() {
    let router = Running::start(settings()).await;
    for coding in CODINGS {
        let bad_request = (400, "BAD_REQUEST");
        let whole = compressed(coding, BODY.as_bytes());
        for length in 1..whole.len() {
            let answer = send(&router, &[coding], whole[..length].to_vec()).await;
            assert_refused(&answer, bad_request, "the body ");
        }
        assert_refused(&send(&router, &[coding], "").await, bad_request, "the body is empty");
        let nothing = compressed(coding, b"");
        assert_refused(&send(&router, &[coding], nothing).await, bad_request, "the body is empty");
        assert_refused(&send(&router, &[coding], BODY).await, bad_request, &format!("the body is not {coding}"));
        let half = whole[..whole.len() / 2].to_vec();
        assert_refused(&send(&router, &[coding], half).await, bad_request, &format!("breaks off within its {coding}"));
        let more = [&whole[..], b"{}"].concat();
        let answer = send(&router, &[coding], more).await;
        assert_refused(&answer, bad_request, "the body ");
    }
}

#[tokio::test]
async fn what_grows_past_the_limit_is_refused() {
    let mut config = settings();
    config.limits.body_bytes_max = ByteSize::from_kib(64);
    let router = Running::start(config).await;
    let too_large = (413, "BODY_TOO_LARGE");
    for coding in CODINGS {
        let started = Instant::now();
        for bytes in [16 << 20, (64 << 10) + 1] {
            let bomb = compressed(coding, &vec![b' '; bytes]);
            assert!(bomb.len() < 64 << 10);
            assert_refused(&send(&router, &[coding], bomb).await, too_large, "larger than 65536 bytes");
        }
        assert!(started.elapsed() < Duration::from_secs(5), "{coding}");
        let largest = format!("{BODY}{}", " ".repeat((64 << 10) - BODY.len()));
        assert_answered(&send(&router, &[coding], compressed(coding, largest.as_bytes())).await, coding);
        assert_refused(&send(&router, &[coding], vec![0; 65 << 10]).await, too_large, "larger than 65536 bytes");
    }
}
