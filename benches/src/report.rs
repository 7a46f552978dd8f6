//! Prints what a run measured, for people.

use std::time::Duration;

use crate::{load::Measured, machine};

/// One line for each figure.
pub fn print(measured: &Measured, fetches: u64, connections: usize) {
    let seconds = measured.elapsed.as_secs_f64();
    let requests = measured.requests.max(1);
    println!("machine                    {}, for clients and stubs", machine::description());
    println!("response                   {} bytes, the same bytes every time", measured.response_bytes);
    println!("subgraph fetches           {:.2} per request", fetches as f64 / measured.sent as f64);
    println!(
        "measured                   {} requests in {seconds:.2} s over {connections} connections",
        measured.requests
    );
    println!("requests per second        {:.0}", measured.requests as f64 / seconds);
    if let Some(router) = &measured.watched {
        let per_request = router.cpu.as_secs_f64() * 1e6 / requests as f64;
        let share = 100.0 * router.cpu.as_secs_f64() / seconds;
        println!("router CPU per request     {per_request:.0} us ({share:.0} % of one core)");
        println!("router peak memory         {:.1} MiB", router.peak_memory as f64 / f64::from(1 << 20));
    }
    let own_share = 100.0 * measured.own_cpu.as_secs_f64() / seconds;
    println!("clients and stubs          {own_share:.0} % of one core");
    for (name, part) in [("p50", 0.50), ("p95", 0.95), ("p99", 0.99)] {
        println!("latency {name}                {:.1} ms", percentile(&measured.latencies, part).as_secs_f64() * 1e3);
    }
}

fn percentile(sorted: &[Duration], part: f64) -> Duration {
    let index = (sorted.len() as f64 * part) as usize;
    sorted.get(index.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}
