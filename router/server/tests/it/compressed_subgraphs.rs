//! Subgraphs that compress their answers, well and badly.

use crate::{
    compressors::{CODINGS, compressed},
    running::{Answer, Running, settings},
    stub_subgraph::StubSubgraph,
};
use hansa_server::{ByteSize, Config, ContentCoding, HeaderRule, PropagateRule};
use std::time::{Duration, Instant};

const QUERY: &str = "{ users { name } posts { id } }";
const DATA: &str = r#"{"data":{"users":[{"name":"Ada"},{"name":"Ada"},{"name":"Ada"},{"name":"Grace"}]}}"#;

type Headers<'a> = &'a [(&'static str, &'a [u8])];

/// With a stub for `accounts`.
async fn start(change: impl FnOnce(&mut Config)) -> (Running, StubSubgraph) {
    let stub = StubSubgraph::start().await;
    let mut config = settings();
    config.subgraph_defaults.body_bytes_max = ByteSize::from_mib(8);
    config.subgraphs.entry("accounts".to_owned()).or_default().url = Some(stub.url.clone());
    change(&mut config);
    (Running::start(config).await, stub)
}

fn assert_data(answer: &Answer, what: &str) {
    assert_eq!(answer.code(), "", "{what}: {}", answer.text());
    assert_eq!(answer.json()["data"]["users"][3]["name"], "Grace", "{what}: {}", answer.text());
}

fn assert_failed(answer: &Answer, code: &str, what: &str) {
    let json = answer.json();
    assert_eq!(answer.code(), code, "{what}: {json}");
    assert!(json["data"]["users"].is_null() && json["data"]["posts"].is_array(), "{what}: the rest is kept: {json}");
}

#[tokio::test]
async fn answers_are_decompressed_whether_asked_for_or_not() {
    let (router, stub) = start(|_| {}).await;
    for coding in CODINGS {
        stub.answers(&[("content-encoding", coding.as_bytes())], compressed(coding, DATA.as_bytes()));
        assert_data(&router.ask(QUERY).await, coding);
    }
    assert!(stub.seen().iter().all(|headers| !headers.contains_key("accept-encoding")), "none was asked for");
    let gzip = compressed("gzip", DATA.as_bytes());
    for name in ["GZIP", "x-gzip", "identity, gzip", " gzip ,,"] {
        stub.answers(&[("content-encoding", name.as_bytes())], gzip.clone());
        assert_data(&router.ask(QUERY).await, name);
    }
    for name in ["identity", "", "identity, identity"] {
        stub.answers(&[("content-encoding", name.as_bytes())], DATA);
        assert_data(&router.ask(QUERY).await, name);
    }
}

#[tokio::test]
async fn streams_in_a_row_are_one_answer() {
    let (router, stub) = start(|_| {}).await;
    let (first, second) = DATA.as_bytes().split_at(40);
    for coding in ["gzip", "zstd"] {
        let both = [compressed(coding, first), compressed(coding, b""), compressed(coding, second)].concat();
        stub.answers(&[("content-encoding", coding.as_bytes())], both);
        assert_data(&router.ask(QUERY).await, coding);
    }
}

#[tokio::test]
async fn large_answers_are_decompressed_whole() {
    let (router, stub) = start(|_| {}).await;
    // What compresses badly, and what compresses very well.
    let mut number = 1_u32;
    let mut noise = String::new();
    while noise.len() < 3 << 20 {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.push_str(&number.to_string());
    }
    for pad in [noise, " ".repeat(7 << 20)] {
        let data = format!("{},\"extensions\":{{\"pad\":\"{pad}\"}}}}", &DATA[..DATA.len() - 1]);
        for coding in CODINGS {
            stub.answers(&[("content-encoding", coding.as_bytes())], compressed(coding, data.as_bytes()));
            assert_data(&router.ask(QUERY).await, coding);
        }
    }
}

#[tokio::test]
async fn broken_streams_are_invalid_answers() {
    let (router, stub) = start(|_| {}).await;
    for coding in CODINGS {
        let headers: &[(&str, &[u8])] = &[("content-encoding", coding.as_bytes())];
        let whole = compressed(coding, DATA.as_bytes());
        for length in (0..whole.len()).step_by(3).chain([whole.len() - 1]) {
            stub.answers(headers, whole[..length].to_vec());
            assert_failed(
                &router.ask(QUERY).await,
                "DOWNSTREAM_INVALID_RESPONSE",
                &format!("{coding}: {length} bytes"),
            );
        }
        stub.answers(headers, [&whole[..], b"{\"data\":{}}"].concat());
        assert_failed(&router.ask(QUERY).await, "DOWNSTREAM_INVALID_RESPONSE", &format!("{coding} and more"));
        stub.answers(headers, DATA);
        assert_failed(&router.ask(QUERY).await, "DOWNSTREAM_INVALID_RESPONSE", &format!("not {coding} at all"));
    }
    let mut wrong_sum = compressed("gzip", DATA.as_bytes());
    let at = wrong_sum.len() - 8;
    wrong_sum[at] ^= 1;
    stub.answers(&[("content-encoding", b"gzip")], wrong_sum);
    assert_failed(&router.ask(QUERY).await, "DOWNSTREAM_INVALID_RESPONSE", "a wrong check sum");
}

#[tokio::test]
async fn codings_that_are_not_read_are_invalid_answers() {
    let (router, stub) = start(|_| {}).await;
    let (gzip, twice) = (compressed("gzip", DATA.as_bytes()), compressed("br", &compressed("gzip", DATA.as_bytes())));
    let cases: [(Headers, &[u8]); 5] = [
        (&[("content-encoding", b"compress")], &gzip),
        (&[("content-encoding", b"gzip, br")], &twice),
        (&[("content-encoding", b"gzip"), ("content-encoding", b"br")], &twice),
        (&[("content-encoding", b"gzip, gzip")], &gzip),
        (&[("content-encoding", b"gz\xc3\xacp")], &gzip),
    ];
    for (headers, body) in cases {
        stub.answers(headers, body.to_vec());
        assert_failed(&router.ask(QUERY).await, "DOWNSTREAM_INVALID_RESPONSE", &format!("{headers:?}"));
    }
}

#[tokio::test]
async fn what_grows_past_the_limit_is_cut() {
    let (router, stub) = start(|config| config.subgraph_defaults.body_bytes_max = ByteSize::from_mib(2)).await;
    let zeros = vec![b' '; 16 << 20];
    for coding in CODINGS {
        let bomb = compressed(coding, &zeros);
        assert!(bomb.len() < 1 << 20, "{coding}");
        stub.answers(&[("content-encoding", coding.as_bytes())], bomb);
        let started = Instant::now();
        assert_failed(&router.ask(QUERY).await, "RESPONSE_TOO_LARGE", coding);
        assert!(started.elapsed() < Duration::from_secs(5), "{coding}");
        // One byte less than the limit, the limit, and one byte more.
        let data = |more: usize| format!("{DATA}{}", " ".repeat((2 << 20) - DATA.len() - 1 + more));
        for (more, fits) in [(0, true), (1, true), (2, false)] {
            stub.answers(&[("content-encoding", coding.as_bytes())], compressed(coding, data(more).as_bytes()));
            match fits {
                true => assert_data(&router.ask(QUERY).await, coding),
                false => assert_failed(&router.ask(QUERY).await, "RESPONSE_TOO_LARGE", coding),
            }
        }
    }
    stub.answers(&[("content-encoding", b"gzip")], vec![b' '; 3 << 20]);
    assert_failed(&router.ask(QUERY).await, "RESPONSE_TOO_LARGE", "as it comes");
}

#[tokio::test]
async fn windows_that_cost_too_much_memory_are_refused() {
    let (router, stub) = start(|_| {}).await;
    let length = u32::try_from(DATA.len()).unwrap();
    // Magic number; a byte that says: a window, no size; the window; then a last block, stored as it is.
    let zstd = |window_log: u8| {
        let head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, (window_log - 10) << 3];
        [&head[..], &(length << 3 | 1).to_le_bytes()[..3], DATA.as_bytes()].concat()
    };
    for (window_log, is_read) in [(20, true), (23, true), (24, false), (31, false)] {
        stub.answers(&[("content-encoding", b"zstd")], zstd(window_log));
        match is_read {
            true => assert_data(&router.ask(QUERY).await, "zstd"),
            false => assert_failed(&router.ask(QUERY).await, "DOWNSTREAM_INVALID_RESPONSE", "zstd"),
        }
    }
    // One bit that says 64 KiB; not the last block; four digits of length; stored as it is. Then the last, empty block.
    let small = [&((length - 1) << 4 | 1 << 20).to_le_bytes()[..3], DATA.as_bytes(), &[3]].concat();
    stub.answers(&[("content-encoding", b"br")], small);
    assert_data(&router.ask(QUERY).await, "br");
    // The same with the window that only a dialect has: 2^30 bytes.
    let large = [&[0x11], &(30 | (length - 1) << 9 | 1 << 25).to_le_bytes()[..], DATA.as_bytes(), &[3]].concat();
    stub.answers(&[("content-encoding", b"br")], large);
    assert_failed(&router.ask(QUERY).await, "DOWNSTREAM_INVALID_RESPONSE", "br");
}

#[tokio::test]
async fn codings_are_asked_for_where_settings_name_some() {
    let accept = |change: fn(&mut Config)| async move {
        let (router, stub) = start(move |config| {
            let everything = PropagateRule { matching: Some("*".to_owned()), ..PropagateRule::default() };
            config.headers.all = vec![HeaderRule::Propagate(everything)];
            change(config);
        })
        .await;
        stub.answers(&[], DATA);
        let request = router.post().header("accept-encoding", "compress");
        assert_data(&router.send(request, format!("{{\"query\":\"{QUERY}\"}}")).await, "");
        let seen = stub.seen();
        seen[0].get("accept-encoding").map(|value| value.to_str().unwrap().to_owned())
    };
    use ContentCoding::{Br, Gzip, Zstd};
    assert_eq!(accept(|_| {}).await, None, "a client's own never goes on");
    let by_default = accept(|config| config.subgraph_defaults.accept_encodings = vec![Zstd, Br, Gzip]).await;
    assert_eq!(by_default.as_deref(), Some("zstd, br, gzip"));
    let own = accept(|config| {
        config.subgraph_defaults.accept_encodings = vec![Br];
        config.subgraphs.get_mut("accounts").unwrap().accept_encodings = Some(vec![Gzip]);
    });
    assert_eq!(own.await.as_deref(), Some("gzip"));
    let own_none = accept(|config| {
        config.subgraph_defaults.accept_encodings = vec![Br];
        config.subgraphs.get_mut("accounts").unwrap().accept_encodings = Some(Vec::new());
    });
    assert_eq!(own_none.await, None);
}
