//! The plan cache keeps to its bound, and what it says that it holds is what it holds. A program of its own: every
//! allocation counts.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "../it/running.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod running;

use hansa_mock_subgraph::Knobs;
use hansa_server::{ByteSize, Config, Mode, Router};
use peak_alloc::PeakAlloc;
use running::{Running, SUPERGRAPH, settings};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const BYTES_MAX: usize = 4 << 20;

/// Small and large ones, none twice.
fn operation(index: usize) -> String {
    let posts = "author { name friend { posts { id title } } } ".repeat(1 + index % 5);
    match index % 3 {
        0 => format!("{{ u{index}: user(id: {index}) {{ id name }} }}"),
        1 => format!("query Number{index} {{ users {{ id name friend {{ id name }} posts {{ id title {posts} }} }} }}"),
        _ => format!(
            "query ($yes: Boolean = true) {{ user(id: {index}) {{ id name @include(if: $yes) posts {{ title }} }} }}"
        ),
    }
}

async fn ask(router: &Running, from: usize, to: usize) {
    for index in from..to {
        let answer = router.ask(&operation(index)).await;
        assert_eq!(answer.code(), "", "{}", answer.text());
    }
}

/// One test for all: another one beside it would be counted, too.
#[tokio::test]
async fn the_plan_cache_holds_what_it_says() {
    let mut config = Config { mode: Mode::Production, ..settings() };
    config.plan_cache.bytes_max = ByteSize(BYTES_MAX as u64);
    let (mut router, config) = Running::subgraphs(config, Knobs::default()).await;
    router.run(Router::new(config).supergraph_sdl(SUPERGRAPH)).await;
    ask(&router, 0, 100).await;
    let bytes_said = async || router.metric("hansa_plan_cache_bytes").await.parse::<usize>().unwrap();
    let (said_before, held_before) = (bytes_said().await, PeakAlloc.current_usage());
    ask(&router, 100, 220).await;
    let said = bytes_said().await - said_before;
    let held = PeakAlloc.current_usage() - held_before;
    assert!(held < said * 5 / 4 && said < held * 5 / 3, "{said} bytes said, {held} held");

    ask(&router, 220, 800).await;
    let said = bytes_said().await;
    let held = PeakAlloc.current_usage() - held_before + said_before;
    assert!(said <= BYTES_MAX && said > BYTES_MAX * 9 / 10, "{said} bytes of {BYTES_MAX}");
    assert!(held < BYTES_MAX * 5 / 4, "{said} bytes said, {held} held");
}
