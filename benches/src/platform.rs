//! `hansa up` with its demo data: how soon it is ready, what it holds in memory, and how fast the product page is when
//! requests come at their own pace.

pub mod open_loop;

use crate::{process_usage, server_process::ServerProcess};
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use open_loop::{Arrivals, Client, Measured};
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};

const HANDLES: &str = include_str!("../platform/handles.graphql");
const PRODUCT_PAGE: &str = include_str!("../platform/product-page.graphql");

/// From starting the process to `/ready`, demo data included.
pub const READY_MAX: Duration = Duration::from_secs(10);
/// Of the whole process, demo data loaded.
pub const PEAK_MEMORY_MAX: u64 = 300 << 20;
/// Of the product page, at the rate that is the default.
pub const P95_MAX: Duration = Duration::from_millis(20);

/// How often and for how long the page is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub per_second: u32,
    pub duration: Duration,
    pub warm_up: Duration,
}

/// One run on a fresh data directory.
#[derive(Debug)]
pub struct Figures {
    pub ready_after: Duration,
    pub peak_memory_when_ready: u64,
    pub peak_memory: u64,
    /// Of the platform's process during the measured part.
    pub cpu: Duration,
    pub products: usize,
    pub page_bytes_mean: usize,
    pub pages: Measured,
}

/// Starts the platform, checks every product's page once, then asks for them in turn at `pace`.
pub async fn run(hansa: &Path, pace: Pace) -> Result<Figures> {
    let started = Instant::now();
    let platform = ServerProcess::platform(hansa).await?;
    let ready_after = started.elapsed();
    let usage_when_ready = process_usage::read(platform.id())?;
    let client = Client::new(platform.address);
    let pages = expected_pages(&client).await.with_context(|| format!("last words: {}", platform.end_of_log()))?;
    let arrivals = |duration| Arrivals { per_second: pace.per_second, duration };
    open_loop::run(&client, arrivals(pace.warm_up), &pages).await?;
    let before = process_usage::read(platform.id())?;
    let measured = open_loop::run(&client, arrivals(pace.duration), &pages).await?;
    let after = process_usage::read(platform.id())?;
    Ok(Figures {
        ready_after,
        peak_memory_when_ready: usage_when_ready.peak_memory,
        peak_memory: after.peak_memory,
        cpu: after.since(before).cpu,
        products: pages.len(),
        page_bytes_mean: pages.iter().map(|page| page.expected.len()).sum::<usize>() / pages.len().max(1),
        pages: measured,
    })
}

/// One request and the bytes that must come back each time.
#[derive(Debug)]
pub struct Page {
    pub body: Bytes,
    pub expected: Bytes,
}

/// Each page is looked at once: complete, without errors, and with what each of the three contexts owns.
async fn expected_pages(client: &Client) -> Result<Vec<Page>> {
    let answer = client.ask(&Bytes::from(json!({"query": HANDLES}).to_string())).await?;
    let answer: Value = serde_json::from_slice(&answer)?;
    let products = answer["data"]["products"]["nodes"].as_array().with_context(|| format!("no products: {answer}"))?;
    ensure!(products.len() >= 20, "only {} products in the demo", products.len());
    let mut pages = Vec::new();
    let mut reviews = 0;
    for product in products {
        let body = json!({"query": PRODUCT_PAGE, "variables": {"handle": product["handle"]}}).to_string();
        let body = Bytes::from(body);
        let expected = client.ask(&body).await?;
        let page: Value = serde_json::from_slice(&expected)?;
        let product = &page["data"]["productByHandle"];
        ensure!(page.get("errors").is_none(), "a page has errors: {page}");
        ensure!(product["vendor"]["tenant"]["name"].is_string(), "identity is missing on a page: {page}");
        ensure!(product["rating"].is_object(), "social is missing on a page: {page}");
        reviews += product["reviews"]["nodes"].as_array().map_or(0, Vec::len);
        pages.push(Page { body, expected });
    }
    ensure!(reviews > pages.len(), "{reviews} reviews on {} pages are no community", pages.len());
    Ok(pages)
}

/// Prints the figures, and names the goals that were missed.
pub fn report(figures: &Figures, pace: Pace) -> Vec<String> {
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1e3;
    let [p50, p95, p99] = [0.50, 0.95, 0.99].map(|part| figures.pages.percentile(part));
    println!("machine                    {}, for everything", crate::machine::description());
    println!("ready after                {:.2} s, demo data loaded", figures.ready_after.as_secs_f64());
    println!("peak memory when ready     {:.1} MiB", mebibytes(figures.peak_memory_when_ready));
    println!("pages                      {} products, {} bytes each", figures.products, figures.page_bytes_mean);
    println!(
        "asked                      {} pages at {}/s, on time or not",
        figures.pages.latencies.len(),
        pace.per_second
    );
    println!("late arrivals              {} (the load itself could not keep the pace)", figures.pages.late);
    println!("connections                {} at most", figures.pages.connections);
    println!(
        "latency p50 p95 p99        {:.1} {:.1} {:.1} ms",
        milliseconds(p50),
        milliseconds(p95),
        milliseconds(p99)
    );
    let share = 100.0 * figures.cpu.as_secs_f64() / pace.duration.as_secs_f64();
    println!("CPU of the platform        {share:.0} % of one core");
    println!("peak memory                {:.1} MiB", mebibytes(figures.peak_memory));
    let mut missed = Vec::new();
    let mut goal = |is_met: bool, text: String| {
        if !is_met {
            missed.push(text);
        }
    };
    goal(figures.ready_after < READY_MAX, format!("ready in under {} s", READY_MAX.as_secs()));
    goal(figures.peak_memory < PEAK_MEMORY_MAX, format!("under {} MiB", PEAK_MEMORY_MAX >> 20));
    goal(p95 < P95_MAX, format!("p95 under {} ms", P95_MAX.as_millis()));
    missed
}
