//! The platform's benchmark, for a second.

use std::time::Duration;

use hansa_benches::platform::{self, Pace};

use crate::built;

#[tokio::test]
async fn a_platform_is_asked_for_pages_at_a_pace() {
    let Some(hansa) = built("up", "--data") else { return };
    let pace = Pace { per_second: 20, duration: Duration::from_secs(1), warm_up: Duration::from_millis(100) };
    let figures = platform::run(&hansa, pace).await.unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(figures.pages.latencies.len(), 20);
    assert_eq!(figures.products, 100);
    assert!(figures.page_bytes_mean > 1000 && figures.peak_memory > 0 && figures.pages.latencies.is_sorted());
}
